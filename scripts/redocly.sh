#!/bin/sh
# Lints the API's document by Redocly's recommended rules; a warning fails as well.
# The document is what the server itself answers: a test keeps it.
set -eu
sh "$(dirname "$0")/npm.sh" @redocly/cli 2.77.0
"${GO:-go}" test -count=1 -run '^TestEveryOperationDeclaresWhoMayCallIt$' ./web
REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
	.cache/@redocly/cli/node_modules/.bin/redocly lint --extends recommended-strict artefacts/openapi.json

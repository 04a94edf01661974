#!/bin/sh
# Reads the migrations as a busy database would: what locks a table, rewrites
# it or breaks the program that still runs. Only the way up is read: the way
# down drops what it made.
set -eu
sh "$(dirname "$0")/npm.sh" squawk-cli 2.66.0
up=$(mktemp -d)
trap 'rm -rf "$up"' EXIT
for file in migrations/sql/*.sql; do
	awk '/^-- \+goose Down/ { exit } 1' "$file" >"$up/$(basename "$file")"
done

# goose runs each file in one transaction, which --assume-in-transaction says.
# Not asked for:
#   prefer-bigint-over-int     an integer here is a quantity, a weight, a place in a list or a version,
#                              far below its end; money is bigint, keys are uuid
#   require-lock-timeout       set for all of them, in migrations.go
#   require-statement-timeout  a backfill may take its time; it is watched by who starts it
.cache/squawk-cli/node_modules/.bin/squawk --pg-version 15 --assume-in-transaction \
	--exclude prefer-bigint-over-int,require-lock-timeout,require-statement-timeout "$up"/*.sql

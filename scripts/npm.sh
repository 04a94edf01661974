#!/bin/sh
# scripts/npm.sh NAME VERSION: that version of a package of npm, in .cache/NAME.
# None of a package's own install scripts are run.
set -eu
dir=.cache/$1
grep -qs "\"version\": *\"$2\"" "$dir/node_modules/$1/package.json" && exit 0
command -v npm >/dev/null 2>&1 || sh "$(dirname "$0")/need.sh" npm
echo "Installing $1 $2 (npm) …" >&2
rm -rf "$dir"
mkdir -p "$dir"
npm install --prefix "$dir" --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel error "$1@$2" >/dev/null

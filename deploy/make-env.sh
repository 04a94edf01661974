#!/bin/sh
# Prints .env.example with a fresh random value for each RANDOM.
set -eu
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
while IFS= read -r line; do
	case $line in
	*=RANDOM) printf '%s%s\n' "${line%RANDOM}" "$(random)" ;;
	*) printf '%s\n' "$line" ;;
	esac
done <"$(dirname "$0")/.env.example"

#!/bin/sh
# Each fuzz target for FUZZTIME. What is found is kept by Go under testdata/fuzz
# of the package: mend it, and commit the file.
set -eu
go=${GO:-go}
grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n 1 dirname | sort -u | while read -r package; do
	grep -h '^func Fuzz' "$package"/*_test.go | sed 's/^func \(Fuzz[A-Za-z0-9]*\).*/\1/' | while read -r target; do
		echo "$package $target"
		"$go" test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-30s}" "$package" </dev/null
	done
done

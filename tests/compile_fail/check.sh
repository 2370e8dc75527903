#!/usr/bin/env bash
# check.sh SOURCE COMPILER FLAG...: passes when the compiler refuses SOURCE with the sentence that
# its first line expects.
set -euo pipefail
source=$1
shift
expected=$(sed -n '1s|^// expect: *||p' "$source")
[ -n "$expected" ] || { echo "$source: the first line must be '// expect: <sentence>'"; exit 1; }

if output=$("$@" "$source" 2>&1); then
  echo "$source compiled, but must be refused with: $expected"
  exit 1
fi
if ! grep -qF -- "$expected" <<<"$output"; then
  echo "refused, but without the sentence: $expected"
  echo "$output"
  exit 1
fi
grep -F -m 1 -- "$expected" <<<"$output"

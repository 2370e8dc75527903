#!/usr/bin/env bash
# format.sh ROOT: every C++ and CUDA source is as clang-format leaves it. Versions differ in details, so the test is for
# the one that formatted the tree.
set -euo pipefail
version=14
cd "$1"
program=$(command -v clang-format-$version || command -v clang-format || true)
if [ -z "$program" ] || ! "$program" --version | grep -q "version $version\."; then
  echo "skipped: no clang-format $version here"
  exit 77
fi
find include tests bench examples \( -name '*.hpp' -o -name '*.cpp' -o -name '*.cuh' -o -name '*.cu' \) -print0 |
  xargs -0 "$program" --dry-run --Werror

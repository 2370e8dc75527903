#!/usr/bin/env bash
# other_compilers.sh ROOT COMPILER: the umbrella and the serial backend cases pass the front end of
# every other supported compiler that is installed. COMPILER itself builds the tests anyway.
set -euo pipefail
root=$1
declare -A seen=(["$(readlink -f "$(command -v "$2")")"]=1)
sources=()
for file in "$root"/tests/backend/on_serial.cpp "$root"/tests/consume/app.cpp \
            "$root"/examples/quickstart.cpp; do
  if [ -f "$file" ]; then sources+=("$file"); fi
done

tried=0
for compiler in g++-{11..16} clang++ clang++-{14..22}; do
  command -v "$compiler" >/dev/null || continue
  path=$(readlink -f "$(command -v "$compiler")")
  if [ -n "${seen[$path]:-}" ]; then continue; fi
  seen[$path]=1
  "$compiler" --version | sed -n 1p
  for file in "${sources[@]}"; do
    "$compiler" -std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror \
      "-I$root/include" "-I$root/tests" ${MIXAUG_DEPS:+"-isystem$MIXAUG_DEPS/include"} "$file"
    echo "  ${file#"$root"/}"
  done
  tried=$((tried + 1))
done
[ "$tried" -gt 0 ] || { echo "skipped: no other supported compiler is installed"; exit 77; }

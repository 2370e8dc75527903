#!/usr/bin/env bash
# cxx17.sh INCLUDE COMPILER: passes when C++17 is refused with our sentence first, and little after it.
set -euo pipefail
include=$1 compiler=$2
sentence="mixaug needs C++20: "

for header in mixaug core/tensor_view kernel/gaussian_kernel plan/plan_text saliency/fine_grained method/one_of \
              weight/record_file; do
  if output=$("$compiler" -std=c++17 "-I$include" -fsyntax-only -x c++ - <<<"#include <mixaug/$header.hpp>" 2>&1); then
    echo "$header.hpp compiled as C++17"
    exit 1
  fi
  first=$(grep -m 1 -E '(^|[ :])error: ' <<<"$output" || true)
  lines=$(wc -l <<<"$output")
  if [[ $first != *"$sentence"* ]] || [ "$lines" -gt 20 ]; then
    echo "$header.hpp: $lines lines, the first error is: $first"
    exit 1
  fi
done
echo "$first"

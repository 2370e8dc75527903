#!/usr/bin/env bash
# libcxx.sh ROOT DOCTEST: every header, a test program of what is read from and written to streams, and the first example,
# with the standard library of LLVM. DOCTEST is the folder of its header, or empty.
set -euo pipefail
root=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

compile() { clang++ -std=c++20 -stdlib=libc++ -Wall -Wextra -Wpedantic -Werror "-I$root/include" "-I$root/tests" "$@"; }
echo '#include <version>
int main() {}' >bare.cpp
if ! compile bare.cpp -o bare 2>/dev/null; then
  echo "skipped: no clang++ with libc++ here"
  exit 77
fi
clang++ --version | sed -n 1p

(cd "$root/include" && find mixaug -name '*.hpp' | grep -vE 'thrust|eigen|xtensor|openmp|/torch|dlpack|opencv|distributed' | sort) |
  sed 's/.*/#include <&>/' >headers.cpp
compile -fsyntax-only headers.cpp
echo "  $(wc -l <headers.cpp) headers"

compile -O1 "$root/examples/quickstart.cpp" -o quickstart
./quickstart >quickstart.log || { cat quickstart.log; exit 1; }
echo "  examples/quickstart.cpp"
compile ${2:+"-isystem$2"} -O1 "$root/tests/main.cpp" "$root/tests/plan/plan_text_test.cpp" \
  "$root/tests/bad_input/text_test.cpp" "$root/tests/weight/record_file_test.cpp" -o tests
./tests

#!/usr/bin/env bash
# conan.sh ROOT: Conan makes a package by the recipe and builds the recipe's own test with it. What Conan keeps goes to a
# folder that is removed.
set -euo pipefail
root=$1
if ! command -v conan >/dev/null; then
  echo "skipped: conan is not installed"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export CONAN_HOME=$folder/home
cp -R "$root/.packaging/conan/test_package" "$folder/test_package"
conan profile detect
conan create "$root/.packaging/conan" --test-folder "$folder/test_package" -s compiler.cppstd=20

#!/usr/bin/env bash
# pkg_config.sh PREFIX COMPILER: a program is built by mixaug.pc of an installation that was moved, to a folder with a
# space in its name.
set -euo pipefail
prefix=$1 compiler=$2
source=$(cd "$(dirname "${BASH_SOURCE[0]}")" >/dev/null && pwd)/app.cpp
if ! command -v pkg-config >/dev/null; then
  echo "skipped: pkg-config is not installed"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -R "$prefix" "$folder/moved prefix"
pc=$(find "$folder/moved prefix" -name mixaug.pc)
export PKG_CONFIG_PATH=${pc%/*}

version=$(pkg-config --modversion mixaug)
macro() { sed -n "s|^#define MIXAUG_VERSION_$1 *||p" "$folder/moved prefix/include/mixaug/version.hpp"; }
[ "$version" = "$(macro MAJOR).$(macro MINOR).$(macro PATCH)" ] || { echo "mixaug.pc says version $version"; exit 1; }

eval "flags=($(pkg-config --cflags mixaug))"
"$compiler" -std=c++20 "${flags[@]}" "$source" -o "$folder/app"
"$folder/app"
# The program's headers are those of the moved prefix.
"$compiler" -std=c++20 "${flags[@]}" -M "$source" | grep 'moved.* prefix.*mixaug\.hpp' >/dev/null

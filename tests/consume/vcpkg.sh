#!/usr/bin/env bash
# vcpkg.sh ROOT: the port has the version of version.hpp; where vcpkg is installed, it installs the port.
set -euo pipefail
root=$1
macro() { sed -n "s|^#define MIXAUG_VERSION_$1 *||p" "$root/include/mixaug/version.hpp"; }
version=$(macro MAJOR).$(macro MINOR).$(macro PATCH)
grep -F "\"version\": \"$version\"" "$root/.packaging/vcpkg/vcpkg.json" || { echo "the port is not of $version"; exit 1; }
if ! command -v vcpkg >/dev/null; then
  echo "skipped: vcpkg is not installed"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/ports"
cp -R "$root/.packaging/vcpkg" "$folder/ports/mixaug"
MIXAUG_SOURCE=$root VCPKG_KEEP_ENV_VARS=MIXAUG_SOURCE vcpkg install mixaug --overlay-ports="$folder/ports" \
  --x-install-root="$folder/installed"
find "$folder/installed" -name mixaug.hpp | grep . >/dev/null

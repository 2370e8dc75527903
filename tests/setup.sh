# Sourced by tests/run, examples/run and bench/run: finds or installs what a build needs.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cxx=${CXX:-g++}
jobs=${MIXAUG_JOBS:-$(nproc 2>/dev/null || echo 2)}

say() { printf '\n== %s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# package=what shows that it is there: a command, or a header for the compiler.
declare -A shown_by=(
  [g++]=$cxx [cmake]=cmake [ninja-build]=ninja
  [libeigen3-dev]=eigen3/Eigen/Core [libxtensor-dev]=xtensor
  [libthrust-dev]=thrust/for_each.h [libtbb-dev]=tbb/parallel_for.h
  [doctest-dev]=doctest/doctest.h [libbenchmark-dev]=benchmark/benchmark.h
  [libstb-dev]=stb/stb_image.h [libtorch-dev]=torch/csrc/api/include/torch/torch.h
  [libopencv-contrib-dev]=opencv4/opencv2/saliency.hpp)
tools="g++ cmake ninja-build"
example_packages="libeigen3-dev libxtensor-dev libstb-dev"
test_packages="$example_packages libtbb-dev doctest-dev libbenchmark-dev"

# has PACKAGE: whether it can be used, whoever installed it.
has() {
  local sign=${shown_by[$1]}
  case $sign in
    xtensor) has_header xtensor/xtensor.hpp || has_header xtensor/containers/xtensor.hpp ;;
    */*) has_header "$sign" ;;
    *) command -v "$sign" >/dev/null ;;
  esac
}
has_header() {
  command -v "$cxx" >/dev/null &&
    printf '#if !__has_include(<%s>)\n#error\n#endif\n' "$1" |
    "$cxx" -E -x c++ - >/dev/null 2>&1
}

# need PACKAGE... [-- OPTIONAL...]: installs what is missing, or says what it is and stops. Without an
# optional package a part of the tests is left out, so its absence is only told.
need() {
  local package optional=no missing=() wished=()
  for package in "$@"; do
    if [ "$package" = -- ]; then
      optional=yes
    elif ! has "$package"; then
      if [ "$optional" = yes ]; then wished+=("$package"); else missing+=("$package"); fi
    fi
  done
  [ $((${#missing[@]} + ${#wished[@]})) -gt 0 ] || return 0
  if [ -n "${MIXAUG_DEPS:-}" ] || ! command -v apt-get >/dev/null; then
    [ "${#missing[@]}" -eq 0 ] ||
      fail "please install what Debian calls: ${missing[*]} (no apt-get here, or MIXAUG_DEPS is set)"
    return 0
  fi

  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "not root and no sudo; please install: ${missing[*]}"
    as_root=(sudo)
  fi
  in_lists g++ || "${as_root[@]}" apt-get update -q
  for package in "${wished[@]}"; do
    if in_lists "$package"; then
      missing+=("$package")
    else
      say "no package $package here: what needs it is left out"
    fi
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  say "install ${missing[*]}"
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}"
}

in_lists() { apt-cache show "$1" 2>/dev/null | grep '^Version' >/dev/null; }

# set_up PACKAGE... [-- OPTIONAL...]: the tools, and the packages unless MIXAUG_DEPS holds them.
set_up() {
  if [ -n "${MIXAUG_DEPS:-}" ]; then
    [ -d "$MIXAUG_DEPS/include" ] || fail "MIXAUG_DEPS=$MIXAUG_DEPS has no folder include"
    MIXAUG_DEPS=$(cd "$MIXAUG_DEPS" && pwd)
    export MIXAUG_DEPS
    need g++ cmake
  else
    # shellcheck disable=SC2086
    need $tools "$@"
  fi
}

# configure FOLDER OPTION...: runs CMake in build/FOLDER and sets $build to it.
configure() {
  build=$root/build/$1${CXX:+-$(basename "$CXX")}
  shift
  local generator=()
  if [ ! -f "$build/CMakeCache.txt" ] && command -v ninja >/dev/null; then generator=(-G Ninja); fi
  mkdir -p "$root/build"
  say "configure ${build#"$root"/}"
  cmake -S "$root" -B "$build" "${generator[@]}" "-DCMAKE_CXX_COMPILER=$cxx" \
    "-DMIXAUG_DEPS=${MIXAUG_DEPS:-}" -Wno-dev "$@" >"$build.log" 2>&1 || {
    cat "$build.log"
    fail "CMake failed"
  }
}

# compile TARGET...: builds them, showing progress.
compile() {
  say "build $*"
  cmake --build "$build" -j "$jobs" --target "$@"
}

# collect_deps FOLDER: fills it from the installed packages, for a machine without a network.
collect_deps() {
  mkdir -p "$1/include/libthrust" "$1/lib"
  local system=/usr/include header library path
  for header in eigen3 xtensor xtl doctest stb benchmark tbb oneapi; do
    cp -RL "$system/$header" "$1/include/"
  done
  cp -RL "$system/thrust" "$1/include/libthrust/"
  for library in libbenchmark libtbb; do
    for path in "$(dirname "$("$cxx" -print-file-name=$library.so)")/$library".{a,so*}; do
      if [ -e "$path" ]; then cp -P "$path" "$1/lib/"; fi
    done
  done
  say "collected: $(du -sm "$1" | cut -f 1) MB in $1"
}

# Sourced by tests/run, examples/run and bench/run: finds or installs what a build needs.
# shellcheck shell=bash

unset CDPATH  # with it, cd prints where it went
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
jobs=${MIXAUG_JOBS:-$(nproc 2>/dev/null || echo 2)}

say() { printf '\n== %s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# usage SCRIPT: the comment at its top.
usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$1"; }

# CXX may hold a launcher or options before and after the compiler, as in CXX="ccache g++".
IFS=' ' read -r -a cxx <<<"${CXX:-g++}"
[ "${#cxx[@]}" -gt 0 ] || cxx=(g++)
cxx_launcher=()
if [ "${#cxx[@]}" -gt 1 ] && [[ ${cxx[0]##*/} =~ ^(ccache|sccache|distcc|icecc)$ ]]; then
  cxx_launcher=("-DCMAKE_CXX_COMPILER_LAUNCHER=${cxx[0]}")
  cxx=("${cxx[@]:1}")
fi
export CXX="${cxx[0]}"
export CXXFLAGS="${cxx[*]:1}${CXXFLAGS:+ $CXXFLAGS}"

# package=what shows that it is there: a command, or a header for the compiler.
declare -A shown_by=(
  [g++]=${cxx[0]} [cmake]=cmake [ninja-build]=ninja [clang]=clang++ [pkg-config]=pkg-config
  [libeigen3-dev]=eigen3/Eigen/Core [libxtensor-dev]=xtensor
  [libthrust-dev]=thrust/for_each.h [libtbb-dev]=tbb/parallel_for.h
  [doctest-dev]=doctest/doctest.h [libbenchmark-dev]=benchmark/benchmark.h
  [libstb-dev]=stb/stb_image.h [libtorch-dev]=torch/csrc/api/include/torch/torch.h
  [libopencv-contrib-dev]=opencv4/opencv2/saliency.hpp
  [libboost-graph-dev]=boost/graph/boykov_kolmogorov_max_flow.hpp
  [libdlib-dev]=dlib/optimization/max_cost_assignment.h
  [libopencv-core-dev]=opencv4/opencv2/core.hpp [libopencv-imgproc-dev]=opencv4/opencv2/imgproc.hpp
  [libdlpack-dev]=dlpack/dlpack.h [libopenmpi-dev]=mpirun
  [python3-numpy]=numpy [python3-torch]=python-torch [python3-dev]=python-header [python3-pip]=python-pip
  [python3-wheel]=python-wheel
  [libc++-dev]=libc++ [libc++abi-dev]=libc++)
tools="g++ cmake ninja-build"
example_packages="libeigen3-dev libxtensor-dev libstb-dev"
test_packages="$example_packages libtbb-dev doctest-dev libbenchmark-dev"

# has PACKAGE: whether it can be used, whoever installed it.
has() {
  local sign=${shown_by[$1]}
  case $sign in
    xtensor) has_header xtensor/xtensor.hpp || has_header xtensor/containers/xtensor.hpp ;;
    numpy) system_python 'import numpy' || python3 -c 'import numpy' 2>/dev/null ;;
    python-torch) system_python 'import torch' ;;
    python-header) system_python 'import os, sysconfig; assert os.path.exists(sysconfig.get_path("include") + "/Python.h")' ;;
    python-pip) system_python 'import pip' ;;
    python-wheel) system_python 'import setuptools, wheel' ;;
    libc++) printf '#include <version>\nint main() {}\n' | clang++ -stdlib=libc++ -x c++ - -o /dev/null 2>/dev/null ;;
    */*) has_header "$sign" || [ -n "$(ls /usr/include/*/"$sign" 2>/dev/null)" ] ;;
    *) command -v "$sign" >/dev/null ;;
  esac
}
# system_python CODE: by the Python that Debian's packages are installed for.
system_python() { [ -x /usr/bin/python3 ] && /usr/bin/python3 -c "$1" 2>/dev/null; }
has_header() {
  command -v "${cxx[0]}" >/dev/null &&
    printf '#if !__has_include(<%s>)\n#error\n#endif\n' "$1" |
    "${cxx[@]}" -E -x c++ - >/dev/null 2>&1
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

  local obstacle=""
  if [ -n "${MIXAUG_DEPS:-}" ]; then
    obstacle="MIXAUG_DEPS is set, so nothing is installed"
  elif ! command -v apt-get >/dev/null; then
    obstacle="there is no apt-get here"
  elif [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    obstacle="only root may install, and there is no sudo"
  fi
  if [ -n "$obstacle" ]; then
    [ "${#missing[@]}" -eq 0 ] || fail "please install what Debian calls: ${missing[*]} ($obstacle)"
    say "left out what needs: ${wished[*]} ($obstacle)"
    return 0
  fi

  in_lists g++ || update_lists
  for package in "${wished[@]}"; do
    if in_lists "$package"; then
      missing+=("$package")
    else
      say "no package $package here: what needs it is left out"
    fi
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  say "install ${missing[*]}"
  update_lists
  apt_get install -y --no-install-recommends "${missing[@]}" ||
    fail "apt-get could not install: ${missing[*]} (no network?)"
}

in_lists() { apt-cache show "$1" 2>/dev/null | grep '^Version' >/dev/null; }

# An old list may do where there is no network.
update_lists() { apt_get update || say "the package lists could not be updated (no network?); going on with the old ones"; }

# apt_get ARGUMENT...: apt-get as root. It waits for the lock of another program, such as a machine's first update, and
# says so; of the lists' lock, for which it does not wait by itself, it is asked again.
apt_get() {
  local as_root=() tries output status
  output=$(mktemp)
  if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
  for tries in {1..30}; do
    status=0
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -q -o DPkg::Lock::Timeout=300 "$@" 2>&1 |
      tee "$output" || status=$?
    if [ "$status" -eq 0 ] || ! grep -q 'Could not get lock' "$output"; then break; fi
    say "apt is busy: waiting for its lock (try $tries of 30)"
    sleep 10
  done
  rm -f "$output"
  return "$status"
}

# set_up PACKAGE... [-- OPTIONAL...]: the tools, and the packages unless MIXAUG_DEPS holds them.
set_up() {
  if [ -n "${MIXAUG_DEPS:-}" ]; then
    [ -d "$MIXAUG_DEPS/include" ] || fail "MIXAUG_DEPS=$MIXAUG_DEPS has no folder include"
    MIXAUG_DEPS=$(cd -- "$MIXAUG_DEPS" && pwd)
    export MIXAUG_DEPS
    need g++ cmake
  else
    # shellcheck disable=SC2086
    need $tools "$@"
  fi
}

# configure FOLDER OPTION...: runs CMake in build/FOLDER and sets $build to it.
configure() {
  build=$root/build/$1
  if [ "${cxx[*]}" != g++ ]; then build+=-$(basename -- "${cxx[0]}"); fi
  shift
  local generator=()
  if [ ! -f "$build/CMakeCache.txt" ] && command -v ninja >/dev/null; then generator=(-G Ninja); fi
  mkdir -p "$root/build"
  say "configure ${build#"$root"/}"
  cmake -S "$root" -B "$build" "${generator[@]}" "-DCMAKE_CXX_COMPILER=${cxx[0]}" "${cxx_launcher[@]}" \
    "-DMIXAUG_DEPS=${MIXAUG_DEPS:-}" -Wno-dev "$@" >"$build.log" 2>&1 || {
    cat "$build.log"
    fail "CMake failed"
  }
}

# compile TARGET...: builds them, showing progress and then the ten units that took longest.
compile() {
  say "build $*"
  local log=$build/.ninja_log before=""
  if [ -f "$log" ]; then before=$(cut -f 3-5 "$log"); fi
  cmake --build "$build" -j "$jobs" --target "$@"
  if [ ! -f "$log" ]; then return 0; fi
  local slowest
  slowest=$(grep -v '^#' "$log" | awk -F '\t' -v before="$before" '
    BEGIN { count = split(before, lines, "\n"); for (i = 1; i <= count; ++i) seen[lines[i]] = 1 }
    !(($3 FS $4 FS $5) in seen) { printf "%8.1f  %s\n", ($2 - $1) / 1000, $4 }' | sort -rn | sed -n 1,10p)
  if [ -n "$slowest" ]; then printf 'The ten slowest units to build, in seconds:\n%s\n' "$slowest"; fi
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
    for path in "$(dirname "$("${cxx[@]}" -print-file-name=$library.so)")/$library".{a,so*}; do
      if [ -e "$path" ]; then cp -P "$path" "$1/lib/"; fi
    done
  done
  say "collected: $(du -sm "$1" | cut -f 1) MB in $1"
}

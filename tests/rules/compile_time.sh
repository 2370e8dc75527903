#!/usr/bin/env bash
# compile_time.sh INCLUDE CXX [NVCC]: the time that a compiler spends on our headers, beside the time it spends on the
# standard headers that a trainer includes anyhow. The test fails where ours, which include some of those, take more
# than twice as long, or three times with nvcc, where ours bring Thrust and a kernel is compiled. Processor time is
# counted, and only the ratio is judged, so that a slow or busy machine says what a fast one does.
set -euo pipefail
include=$(cd "$1" && pwd) cxx=$2 nvcc=${3:-}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# measure NAME RUNS LIMIT STANDARD OURS COMMAND...: the shortest of some runs for each of the two sources.
TIMEFORMAT='%3U %3S'
failed=0
measure() {
  local name=$1 runs=$2 limit=$3 sources=("$4" "$5") least=(999999 999999) verdict=ok
  local i which time user system percent
  shift 5
  for ((i = 0; i < 2 * runs; ++i)); do
    which=$((i % 2))
    { time "$@" "${sources[which]}"; } 2>log || { cat log; exit 1; }
    read -r user system < <(tail -n 1 log)
    time=$((10#${user/[.,]/} + 10#${system/[.,]/}))
    if [ "$time" -lt "${least[which]}" ]; then least[which]=$time; fi
  done
  percent=$((100 * least[1] / least[0]))
  if [ "$percent" -gt "$limit" ]; then verdict="too slow" failed=1; fi
  printf '%-24s standard headers %d ms, ours %d ms: %d %% (limit %d %%) %s\n' \
    "$name" "${least[@]}" "$percent" "$limit" "$verdict"
}

standard='#include <charconv>
#include <cmath>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <variant>
#include <vector>'

printf '%s\nint main() {}\n' "$standard" >standard.cpp
printf '#include <mixaug/mixaug.hpp>\nint main() {}\n' >ours.cpp
measure "mixaug.hpp, -O2" 3 200 standard.cpp ours.cpp "$cxx" -std=c++20 -O2 "-I$include" -c -o out.o

if [ -n "$nvcc" ] && [ -f "$include/mixaug/cuda.cuh" ]; then
  printf '%s\n' "$standard" '__global__ void kernel(float* x) { x[threadIdx.x] = 1; }
int main() { kernel<<<1, 1>>>(nullptr); }' >standard.cu
  echo '#include <mixaug/cuda.cuh>
namespace ma = mixaug;
void step(cudaStream_t stream, float* in, float* out, ma::key key) {
  const auto x = ma::on_device(ma::nchw(in, {64, 3, 32, 32}));
  const auto y = ma::on_device(ma::nchw(out, {64, 3, 32, 32}));
  ma::cuda device{stream};
  const auto plan = ma::make_plan(device, ma::mixup{}, x, key);
  ma::apply(device, plan, x, y);
}
int main() {}' >ours.cu
  measure "cuda.cuh and one method" 1 300 standard.cu ours.cu \
    "$nvcc" -std=c++20 -arch=sm_90 "-I$include" -c -o out.o
fi
exit "$failed"

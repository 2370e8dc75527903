#!/usr/bin/env bash
# house.sh ROOT: the rules that keep the rooms apart. Prints every offence.
set -euo pipefail
cd "$1"
offences=0
offend() { echo "$1"; offences=$((offences + 1)); }

stages="pairing ratio saliency region blend label weight"
core_files="config tensor_view pixels box random plan concepts error workspace"

# allowed ROOM: the rooms whose headers a header of ROOM may include; * = all of them.
allowed() {
  case $1 in
    core) echo core ;;
    interop) echo "core interop" ;;
    pairing | ratio | saliency | region | blend | label | weight) echo "core step $stages" ;;
    backend) echo "core backend step $stages" ;;
    method) echo "core method $stages" ;;
    loss | metric) echo "core loss metric step $stages" ;;
    step) echo "core step backend method loss metric $stages" ;;
    *) echo "*" ;;
  esac
}

# Include direction.
while IFS=: read -r file _ line; do
  room=${file#include/mixaug/}
  [[ $room == */* ]] || continue  # the umbrellas include everything
  room=${room%%/*}
  target=${line#*[<\"]}
  target=${target%%[>\"]*}
  target=${target#mixaug/}
  [[ $target == */* ]] || continue  # version.hpp
  case " $(allowed "$room") " in
    *" ${target%%/*} "* | *" * "*) ;;
    *) offend "$file: $room/ must not include $target" ;;
  esac
done < <(grep -rnE '^ *# *include *[<"](mixaug/|\.\.?/)' include/mixaug || true)
while IFS= read -r line; do
  offend "$line: include by the full name, <mixaug/room/file.hpp>"
done < <(grep -rnE '^ *# *include *"' include/mixaug || true)

# Thrust, CUB and libcu++ cost nvcc ten seconds: four files may include them.
while IFS=: read -r file _ line; do
  case $file in
    include/mixaug/backend/thrust.hpp | include/mixaug/kernel/thrust_sort.hpp) ;;
    include/mixaug/kernel/cuda_sort.cuh) ;;
    include/mixaug/interop/thrust_vector.hpp) ;;
    *) offend "$file: only the Thrust headers may have: $line" ;;
  esac
done < <(grep -rnE '^ *# *include *<(thrust|cub|cuda/)' include/mixaug || true)

# core/ is a closed list.
for file in include/mixaug/core/*; do
  name=$(basename "$file" .hpp)
  case " $core_files " in
    *" $name "*) ;;
    *) offend "$file: core/ is a closed list ($core_files)" ;;
  esac
done

# Bodies run on the device, where std::array has no operator[].
for room in blend region saliency; do
  [ -d "include/mixaug/$room" ] || continue
  while IFS= read -r line; do
    offend "$line: no std::array in bodies"
  done < <(grep -rn 'std::array\b' "include/mixaug/$room" || true)
done

# Every header says #pragma once.
while IFS= read -r -d '' file; do
  grep -q '^#pragma once' "$file" || offend "$file: no #pragma once"
done < <(find include tests bench examples -name '*.hpp' -print0 -o -name '*.cuh' -print0)

# The arithmetic of every header but the lists of others, and CUDA's, stands between the marks of core/config.hpp.
while IFS= read -r -d '' file; do
  case $file in
    include/mixaug/mixaug.hpp | include/mixaug/version.hpp) continue ;;
  esac
  marks=$(grep -oE '^MIXAUG_EXACT_(BEGIN|END)' "$file" | tr '\n' ' ')
  [ "$marks" = "MIXAUG_EXACT_BEGIN MIXAUG_EXACT_END " ] || offend "$file: not between MIXAUG_EXACT_BEGIN and _END"
done < <(find include -name '*.hpp' -print0)

# Calls that flags change, and ours that they do not.
while IFS= read -r line; do
  offend "$line: detail::fused_sum and detail::finite hold under every flag"
done < <(grep -rnE 'std::(fmaf?|isfinite|isnan|isinf)\(' include || true)

# Comments explain the code, not its history.
while IFS= read -r line; do
  offend "$line: no issue numbers"
done < <(grep -rniE '\b(issue|ticket|pull request) *#?[0-9]+' include tests bench examples \
  CMakeLists.txt README.md 2>/dev/null | grep -v 'tests/rules/house.sh' || true)

count=$(find include -name '*.hpp' -o -name '*.cuh' | wc -l)
echo "$count headers, $offences offences"
[ "$offences" -eq 0 ]

#!/usr/bin/env bash
# house.sh ROOT: the rules that keep the rooms apart. Prints every offence.
set -euo pipefail
cd "$1"
offences=0
offend() { echo "$1"; offences=$((offences + 1)); }

# allowed ROOM: the rooms whose headers a header of ROOM may include; none of them lies above it.
stages="saliency region blend ratio label weight"
allowed() {
  case $1 in
    core) echo core ;;
    backend) echo "core backend" ;;
    plan) echo "core backend plan" ;;
    saliency | blend | ratio | label | weight) echo "core backend plan $1" ;;
    region) echo "core backend plan saliency region" ;;
    kernel) echo "core backend plan kernel" ;;
    pairing) echo "core backend plan kernel pairing" ;;
    method) echo "core backend plan $stages kernel pairing method" ;;
    apply) echo "core backend plan saliency region blend label apply" ;;
    loss | metric) echo "core backend plan blend label apply $1" ;;
    augment) echo "core backend plan apply augment" ;;
    interop) echo "core interop" ;;
    distributed) echo "core backend plan $stages kernel pairing method apply loss metric augment distributed" ;;
    *) echo "" ;;
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
  case $file in
    include/mixaug/plan/any_plan.hpp) continue ;;  # the run-time form knows every kind and blend of the library
    include/mixaug/interop/torch.hpp) continue ;;           # plans on tensors, not views alone
    include/mixaug/interop/torch_parallel.hpp) continue ;;  # a backend
  esac
  case " $(allowed "$room") " in
    *" ${target%%/*} "*) ;;
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

# What stands outside detail/ is public: it declares something that is not in namespace detail, or is included for what
# it adds (views of containers, Thrust's sort, lists of headers).
while IFS= read -r -d '' file; do
  case $file in
    include/mixaug/interop/* | include/mixaug/kernel/thrust_sort.hpp | include/mixaug/region/kind/all.hpp) continue ;;
    include/mixaug/distributed/mpi.hpp) continue ;;
  esac
  awk '
    /^namespace mixaug::detail \{/ || /^namespace detail \{/ { inside = 1 }
    /^}  \/\/ namespace (mixaug::)?detail/ { inside = 0 }
    !inside && /^ *(struct|class|enum|template|concept|inline|constexpr|using|auto|void|#  define)/ { public = 1 }
    END { exit public }' "$file" && offend "$file: only namespace detail, so it belongs into detail/" || true
done < <(find include/mixaug -path '*/detail/*' -prune -o -mindepth 2 -name '*.hpp' -print0)

# And what stands inside detail/ is not: every name is in a namespace detail, or specialises a public template.
while IFS= read -r line; do
  offend "$line: a public name inside detail/"
done < <(find include/mixaug -path '*/detail/*' \( -name '*.hpp' -o -name '*.cuh' \) -print0 | sort -z | xargs -0 awk '
  FNR == 1 { inside = 0; special = 0 }
  /^namespace (mixaug::([a-z_]+::)*)?detail(::[a-z_]+)* \{/ { inside = 1 }
  /^}  \/\/ namespace (mixaug::([a-z_]+::)*)?detail/ { inside = 0 }
  /^template <>/ { special = FNR + 1 }
  !inside && FNR != special && /^(struct|class|enum|template <.|concept|inline|constexpr|using|auto|void)/ {
    if ($0 !~ /^template <>/) print FILENAME ":" FNR }')

# Every public name at namespace scope has a comment. Of members only options are looked at, by the next two rules: most
# others are the calls of a contract (include/mixaug/README.md).
while IFS= read -r line; do
  offend "$line: a public name without a /// comment"
done < <(find include/mixaug -path '*/detail/*' -prune -o \( -name '*.hpp' -o -name '*.cuh' \) -print | sort |
  xargs awk -f tests/rules/comments.awk)

# So has every member of a struct NAME_options.
while IFS= read -r line; do
  offend "$line: an option without a /// comment"
done < <(find include/mixaug -name '*.hpp' -print | sort | xargs awk '
  /^struct [a-z_]+_options \{/ { inside = 1 }
  /^};/ { inside = 0 }
  inside && /^  [a-z].*;/ && !/\/\/\/</ && !above && !/^  friend/ {
    sub(/^ */, "")
    print FILENAME ":" FNR ": " $0
  }
  { above = /^ *\/\/\// }')

# Every option of a method stands in its card.
cards=include/mixaug/method/README.md
for file in include/mixaug/method/*.hpp; do
  method=$(basename "$file" .hpp)
  card=$(awk -v title="## $method" '/^## / { inside = $0 == title } inside' "$cards")
  [ -n "$card" ] || offend "$cards: no card of $method"
  while IFS= read -r option; do
    grep -qF "\`$option\`" <<<"$card" || offend "$file: its card in $cards does not say what $option is"
  done < <(awk -v struct="^struct $method " '
    $0 ~ struct { inside = 1 }
    /^};/ { inside = 0 }
    inside && /^  [a-z][A-Za-z_:0-9<>, ]* [a-z_]+(\[.*\])?( = .*|\{.*\})?;/ && !/^  (static|using|friend)/ {
      sub(/(\[.*\])?( = .*|\{.*\})?;.*/, "")
      sub(/.* /, "")
      print
    }' "$file")
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
    include/mixaug/core/assert.hpp | include/mixaug/region/kind/all.hpp) continue ;;
    include/mixaug/distributed/mpi.hpp) continue ;;
  esac
  marks=$(grep -oE '^MIXAUG_EXACT_(BEGIN|END)' "$file" | tr '\n' ' ' || true)
  [ "$marks" = "MIXAUG_EXACT_BEGIN MIXAUG_EXACT_END " ] || offend "$file: not between MIXAUG_EXACT_BEGIN and _END"
done < <(find include -name '*.hpp' -print0)

# The test files of a room are compiled as one unit, so each is a namespace of its name.
while IFS= read -r file; do
  grep -q "^namespace $(basename "$file" .cpp) {" "$file" || offend "$file: not in a namespace of its name"
done < <(find tests -name '*_test.cpp' | grep -vE '^tests/(torch|flags|fuzz|readme)/')

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

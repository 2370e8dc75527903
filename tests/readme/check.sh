#!/usr/bin/env bash
# check.sh ROOT: what README.md, and the README.md of every folder, show is what the tests compile and run. Prints every
# block and name that is not.
#   cpp     each paragraph stands, line by line, in one source of tests/, examples/ or include/, in the block's order
#   cuda    the same in a .cu or .cuh source
#   cmake   the same in a CMakeLists.txt of tests/consume/
#   python  the same in a .py file of examples/
#   sh      scripts that it names exist, and so do their options and the examples that it runs; so in the prose
#   text    is not checked
# Lines are compared without their indentation and with single spaces, and closing braces alone on a line are left out:
# the source may go on in a loop that the block ends. Paragraphs are what blank lines part. Headers, folders, MIXAUG_
# names and the sections of links that a README writes exist, too.
set -euo pipefail
cd "$1"
offences=0
offend() { echo "$1"; offences=$((offences + 1)); }

readmes() { find . -name README.md -not -path './build/*' -not -path './.git/*' | sed 's|^\./||' | sort; }

# sources TAG: the files whose code a block of this tag may show.
sources() {
  case $1 in
    cpp) find tests examples include -type f \( -name '*.cpp' -o -name '*.hpp' \) -not -path 'tests/compile_fail/*' ;;
    cuda) find tests include -type f \( -name '*.cu' -o -name '*.cuh' \) ;;
    cmake) find tests/consume -name CMakeLists.txt ;;
    python) find examples -name '*.py' ;;
  esac
}

# not_shown FILE TAG: "LINE" of each block of FILE that no source has.
not_shown() {
  # shellcheck disable=SC2046
  awk -v tag="$2" -v readme="$1" '
    function clean(line) {
      gsub(/[ \t\r]+/, " ", line)
      gsub(/^ | $/, "", line)
      return line == "}" ? "" : line
    }
    function close_block(   k, s, at, found, rest) {
      found = 0
      for (s = 1; s <= files && !found; ++s) {
        rest = text[s]
        for (k = 1; k <= paragraphs; ++k) {
          at = index(rest, "\n" paragraph[k])
          if (at == 0) break
          rest = substr(rest, at + length(paragraph[k]))
        }
        found = k > paragraphs
      }
      if (!found) print begun
    }
    FILENAME != readme {
      if (FNR == 1) text[++files] = "\n"
      line = clean($0)
      if (line != "") text[files] = text[files] line "\n"
      next
    }
    /^ *```/ {
      if (inside) {
        if (inside == tag) close_block()
        inside = ""
      } else {
        inside = clean($0)
        sub(/^```/, "", inside)
        if (inside == "") inside = "sh"
        begun = FNR
        paragraphs = 0
        blank = 1
      }
      next
    }
    inside == tag {
      line = clean($0)
      if (line == "") {
        if ($0 !~ /}/) blank = 1
        next
      }
      if (blank) paragraph[++paragraphs] = ""
      blank = 0
      paragraph[paragraphs] = paragraph[paragraphs] line "\n"
    }' $(sources "$2") "$1"
}

# commands FILE: the lines of its shell blocks, and what stands between backquotes in its prose; LINE:TEXT.
commands() {
  awk '
    /^ *```/ {
      open = !open
      inside = $0
      sub(/^ *```/, "", inside)
      if (open && inside == "") inside = "sh"
      next
    }
    open && inside == "sh" {
      sub(/ #.*/, "")
      print FNR ":" $0
    }
    !open {
      n = split($0, part, "`")
      for (k = 2; k <= n; k += 2) print FNR ":" part[k]
    }' "$1"
}

for readme in $(readmes); do
  folder=$(dirname "$readme")
  while IFS=: read -r line tag; do
    case $tag in
      cpp | cuda | cmake | python | sh | text | '') ;;
      *) offend "$readme:$line: a block of '$tag'; blocks are cpp, cuda, cmake, python, sh, or text (which nothing checks)" ;;
    esac
  done < <(awk '/^ *```/ { open = !open; if (open) { sub(/^ *```/, ""); print FNR ":" $0 } }' "$readme")
  for tag in cpp cuda cmake python; do
    while IFS= read -r line; do
      offend "$readme:$line: this $tag block stands in no source that the tests compile: $(sources "$tag" |
        sed 's|/[^/]*$||' | cut -d / -f 1 | sort -u | tr '\n' ' ')(write it there first, then copy it)"
    done < <(not_shown "$readme" "$tag")
  done

  while IFS=: read -r line text; do
    read -ra words <<<"$text"
    script=
    for k in "${!words[@]}"; do
      word=${words[$k]}
      case $word in
        ./*)
          script=${word#./}
          [ -x "$script" ] || offend "$readme:$line: no script $word"
          if [ "$script" = examples/run ]; then
            example=${words[$((k + 1))]:-}
            case $example in
              '' | -* | NAME | '#'*) ;;
              *) [ -f "examples/$example.cpp" ] || [ -f "examples/$example/$example.cpp" ] ||
                offend "$readme:$line: no example $example" ;;
            esac
          fi ;;
        include/* | tests/* | bench/* | examples/* | .ci/*)
          case $word in
            *[A-Z*\<]*) ;;  # stands for several: include/mixaug/method/NAME.hpp
            *) [ -e "$word" ] || offend "$readme:$line: no $word" ;;
          esac ;;
        '<mixaug/'*'>')
          word=${word#<}
          [ -f "include/${word%>}" ] || offend "$readme:$line: no header <$word" ;;
        --[a-z]*)
          if [ -f "$script" ] && [[ $script == tests/run || $script == bench/run ]]; then
            grep -rqe "${word%%=*}" "${script%/*}" --include=run --include='*.cpp' --include='*.sh' ||
              offend "$readme:$line: $script has no option $word"
          fi ;;
      esac
    done
  done < <(commands "$readme")

  while IFS=: read -r line name; do
    grep -rqw "$name" include CMakeLists.txt tests bench examples --include='*.hpp' --include='*.cuh' --include=run \
      --include='CMakeLists.txt' --include='*.cmake' --include='*.sh' || offend "$readme:$line: nothing is called $name"
  done < <(grep -noE 'MIXAUG_[A-Z_]*[A-Z]' "$readme" | sort -u || true)
  while IFS=: read -r line _ link; do
    [ -e "$folder/$link" ] || offend "$readme:$line: no $link beside it"
  done < <(grep -noE '\]\([^)#:]+[)#]' "$readme" | sed 's/](\(.*\)[)#]/:\1/' || true)
  while IFS=: read -r line link; do
    target=$readme
    [ -z "${link%%#*}" ] || target=$folder/${link%%#*}
    [ -f "$target" ] && sed -nE 's/^#+ //p' "$target" | tr 'A-Z ' 'a-z-' | tr -cd 'a-z0-9_\n-' |
      grep -x -- "${link#*#}" >/dev/null || offend "$readme:$line: no section #${link#*#} in $target"
  done < <(grep -noE '\]\([^):]*#[^)]+\)' "$readme" | sed 's/:](\(.*\))/:\1/' || true)
done

echo "$(readmes | wc -l) READMEs, $offences offences"
[ "$offences" -eq 0 ]

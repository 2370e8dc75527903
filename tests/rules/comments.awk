# comments.awk FILE...: every name that a header declares at namespace scope, outside namespace detail, has a comment:
# one of its declarations in the file stands right below a line of ///, or has a ///< behind it. Prints FILE:LINE: NAME
# of the others. Not looked at: members, forward declarations, specialisations, deduction guides, out-of-class members.

# after_pair(text, opening, closing): text after the balanced pair that it begins with.
function after_pair(text, opening, closing,   k, c, depth) {
  for (k = 1; k <= length(text); ++k) {
    c = substr(text, k, 1)
    if (c == opening) ++depth
    if (c == closing && substr(text, k - 1, 2) != "->" && --depth == 0) return substr(text, k + 1)
  }
  return ""
}
function trimmed(text) {
  gsub(/[ \t]+/, " ", text)
  sub(/^ /, "", text)
  sub(/ $/, "", text)
  return text
}
# without_constraint(text): text after the requires-clause that it begins with.
function without_constraint(text) {
  sub(/^requires/, "", text)
  while (1) {
    text = trimmed(text)
    while (substr(text, 1, 1) == "!") text = trimmed(substr(text, 2))
    if (substr(text, 1, 1) == "(") {
      text = trimmed(after_pair(text, "(", ")"))
    } else {
      sub(/^[A-Za-z_0-9:]+ ?/, "", text)
      if (substr(text, 1, 1) == "<") text = trimmed(after_pair(text, "<", ">"))
    }
    if (text !~ /^(&&|\|\|)/) return text
    text = substr(text, 3)
  }
}
# name_of(text, ended): the name that a declaration declares, or nothing.
function name_of(text, ended,   rest) {
  text = trimmed(text)
  gsub(/\[\[[^]]*\]\]/, "", text)
  while (text ~ /^template/) {
    if (text ~ /^template ?< ?>/ || text !~ /^template ?</) return ""
    sub(/^template ?/, "", text)
    text = trimmed(after_pair(text, "<", ">"))
    if (text ~ /^requires[ (]/) text = without_constraint(text)
  }
  if (text ~ /^(static_assert|friend|extern|namespace|using namespace)/) return ""
  if (text ~ /^using /) {
    if (text !~ /^using [A-Za-z_0-9]+ ?=/) return ""
    sub(/^using /, "", text)
    sub(/ ?=.*/, "", text)
    return text
  }
  if (text ~ /^(struct|class|union|enum|concept) /) {
    sub(/^(struct|class|union|enum class|enum struct|enum|concept) /, "", text)
    gsub(/(MIXAUG_[A-Z_]+|alignas) ?\([^)]*\)/, "", text)
    text = trimmed(text)
    rest = text
    sub(/^[A-Za-z_0-9]+/, "", rest)
    if (rest ~ /^ ?</ || (rest == "" && ended == ";")) return ""
    sub(/[^A-Za-z_0-9].*/, "", text)
    return text
  }
  if (text ~ /operator/) {
    if (text ~ /::operator/) return ""
    sub(/^.*operator ?/, "operator", text)
    sub(/^operator\(\)/, "operator_call", text)
    sub(/\(.*/, "", text)
    return text
  }
  gsub(/(decltype|noexcept|explicit|alignas) ?\([^()]*\)/, "", text)
  gsub(/->/, "", text)
  while (text ~ /<[^<>]*>/) gsub(/<[^<>]*>/, "", text)
  sub(/ ?=.*/, "", text)
  if (text ~ /\(/) {
    sub(/ ?\(.*/, "", text)
    if (text ~ /::[A-Za-z_0-9~]+$/ || text !~ / /) return ""
  } else {
    gsub(/::/, "", text)
    sub(/ ?[\[:{].*/, "", text)
    if (text !~ / /) return ""
  }
  sub(/.*[ &*]/, "", text)
  return text
}
function declared(ended,   name) {
  name = name_of(head, ended)
  if (name != "") {
    if (!((FILENAME, name) in first)) {
      first[FILENAME, name] = FNR_of_head
      names[++count] = FILENAME SUBSEP name
    }
    if (has_comment || raw ~ /\/\/\/</) documented[FILENAME, name] = 1
  }
  head = ""
}
FNR == 1 {
  depth = 0
  others = 0
  head = ""
  above = 0
  macro = 0
  parens = 0
}
{
  raw = $0
  line = $0
  if (macro || line ~ /^ *#/) {
    macro = line ~ /\\$/
    next
  }
  if (line ~ /^ *\/\/\//) {
    above = 1
    next
  }
  gsub(/\\./, "", line)
  gsub(/"[^"]*"/, "0", line)
  gsub(/'[^']?'/, "0", line)
  sub(/\/\/.*/, "", line)
  if (line ~ /^ *MIXAUG_[A-Z_]+(\(.*\))?;? *$/) {
    above = 0
    next
  }
  for (k = 1; k <= length(line); ++k) {
    c = substr(line, k, 1)
    if (others == 0) {
      if (head == "" && c ~ /[ \t;]/) continue
      if (c == "(") ++parens
      if (c == ")") --parens
      if (c == "}") {
        --depth
        continue
      }
      if (c == "{" && parens == 0) {
        if (head ~ /^(inline )?namespace/) {
          kind[++depth] = "public"
          if (head ~ /detail/ || head ~ /^namespace *$/) kind[depth] = "hidden"
          if (kind[depth] == "hidden") others = 1
          head = ""
        } else {
          others = 1
          if (head ~ /requires *(\([^()]*\))? *$/ && head !~ /concept/) goes_on = 1
          else declared("{")
        }
        continue
      }
      if (c == ";" && parens == 0) {
        if (head ~ /^[A-Za-z_\[]/) declared(";")
        head = ""
        continue
      }
      if (head == "") {
        has_comment = above
        FNR_of_head = FNR
      }
      head = head c
    } else {
      if (c == "{") ++others
      if (c == "}" && --others == 0) {
        if (depth > 0 && kind[depth] == "hidden") --depth
        if (!goes_on) head = ""
        goes_on = 0
      }
    }
  }
  if (others == 0 && head != "") head = head " "
  above = 0
}
END {
  for (k = 1; k <= count; ++k)
    if (!(names[k] in documented)) {
      split(names[k], part, SUBSEP)
      print part[1] ":" first[part[1], part[2]] ": " part[2]
    }
}

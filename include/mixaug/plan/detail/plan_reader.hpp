// SPDX-License-Identifier: MIT
#pragma once
#include <charconv>
#include <cmath>
#include <istream>
#include <mixaug/core/box.hpp>
#include <mixaug/core/error.hpp>
#include <mixaug/plan/plan.hpp>
#if !defined(__cpp_lib_to_chars)
#  include <cfloat>
#  include <iterator>
#  include <locale>
#  include <sstream>
#endif

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// The beginning of a word of anyone's file, fit for a message.
inline std::string quoted(std::string const& word) {
  std::string all = word.empty() ? "no word" : "\"" + word.substr(0, 40) + "\"";
  for (char& c : all)
    if (c < ' ' || c > '~') c = '?';
  return all;
}

/// Reads the whole word as a number; false where it is none, or is outside the range of T.
template <class T>
bool read_number(std::string const& word, T& v) {
  auto const r = std::from_chars(word.data(), word.data() + word.size(), v);
  return !word.empty() && r.ec == std::errc() && r.ptr == word.data() + word.size();
}
#if !defined(__cpp_lib_to_chars)
/// For libraries whose from_chars knows integers alone (libc++): the same bits by way of the classic locale. Numbers
/// under FLT_MIN are reported as out of range, and are right.
inline bool read_number(std::string const& word, float& v) {
  bool const infinite = word == "inf" || word == "-inf";
  if (infinite || word == "nan") {
    v = infinite ? std::copysign(HUGE_VALF, word[0] == '-' ? -1.0f : 1.0f) : std::nanf("");
    return true;
  }
  if (word.empty() || word[0] == '+' || word.find_first_not_of("0123456789+-.eE") != std::string::npos) return false;
  using character = std::istreambuf_iterator<char>;
  std::istringstream in(word);
  in.imbue(std::locale::classic());
  std::ios_base::iostate state = std::ios_base::goodbit;
  character const rest =
      std::use_facet<std::num_get<char>>(std::locale::classic()).get(character(in), character(), in, state, v);
  bool const subnormal = v != 0.0f && std::fabs(v) < FLT_MIN;
  return rest == character() && (subnormal || (state & std::ios_base::failbit) == 0);
}
#endif

/// The lines of a plan, read word by word; errors name the line.
class plan_reader {
 public:
  explicit plan_reader(std::istream& in) : in_(in) {}

  void line() {
    ++number_;
    at_ = 0;
    if (number_ == 1 && !in_.good()) fail("the plan text", "a stream that cannot be read", "an open file, or a text");
    read_line();
    if (in_.bad()) fail("the plan text", "a stream that cannot be read", "an open file and no folder, or a text");
    if (in_.fail()) bad("the end of the text", "another line (the plan is truncated)");
    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
  }
  bool more() const noexcept { return at_ < line_.size(); }
  std::string word() {
    std::size_t const end = line_.find(' ', at_);
    std::string w = at_ < line_.size() ? line_.substr(at_, end == std::string::npos ? end : end - at_) : std::string();
    at_ = end == std::string::npos ? line_.size() : end + 1;
    return w;
  }
  void expect(char const* name) {
    if (std::string const w = word(); w != name) bad(quoted(w), std::string("\"") + name + "\"");
  }
  template <class T>
  T number(char const* name) {
    return convert<T>(word(), name);
  }
  index_t within(char const* name, index_t low, index_t high) {
    index_t const v = number<index_t>(name);
    if (v < low || v > high)
      bad(std::string(name) + " " + text(v), "a number in [" + text(low) + ", " + text(high) + "]");
    return v;
  }
  float finite(char const* name) {
    float const v = number<float>(name);
    if (!detail::finite(v)) bad(std::string(name) + " " + text(static_cast<double>(v)), "a finite number");
    return v;
  }
  void finish() {
    if (more()) bad(quoted(line_.substr(at_)) + " after the last word", "the end of the line");
  }
  template <class T>
  T convert(std::string const& w, char const* name) {
    T v{};
    if (!read_number(w, v)) bad(quoted(w), std::string("a number (") + name + ")");
    return v;
  }
  [[noreturn]] void bad(std::string const& got, std::string const& expected) const {
    fail("line " + text(number_) + " of the plan text", got, expected);
  }

 private:
  /// Streams keep what is thrown while they read to themselves; that memory ran out is told.
  void read_line() {
    std::ios_base::iostate const asked = in_.exceptions();
    bool no_memory = false;
    try {
      in_.exceptions(std::ios_base::badbit);
      std::getline(in_, line_);
    } catch (std::bad_alloc const&) {
      no_memory = true;
    } catch (std::ios_base::failure const&) {
    }
    if (no_memory) {
      in_.exceptions(std::ios_base::goodbit);
      throw std::bad_alloc();
    }
    in_.exceptions(asked);
  }

  std::istream& in_;
  std::string line_;
  std::size_t at_ = 0;
  index_t number_ = 0;
};

inline void read_box(plan_reader& r, plan_shape const& s, box& b) {
  std::string const w = r.word();
  std::int32_t* const corner[] = {&b.z0, &b.z1, &b.y0, &b.y1, &b.x0, &b.x1};
  std::size_t at = 0;
  for (int k = 0; k < 6; ++k) {
    std::size_t const end = k == 5 ? w.size() : w.find(',', at);
    if (at > w.size() || end == std::string::npos) r.bad(quoted(w), "a box z0,z1,y0,y1,x0,x1");
    *corner[k] = r.convert<std::int32_t>(w.substr(at, end - at), "box");
    at = end + 1;
  }
  for (int d = 0; d < 3; ++d)
    if (*corner[2 * d] < 0 || *corner[2 * d] > *corner[2 * d + 1] || *corner[2 * d + 1] > s.size[d])
      r.bad("a box " + w.substr(0, 60), "corners inside the extents " + shape_text(s.size, 3));
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END

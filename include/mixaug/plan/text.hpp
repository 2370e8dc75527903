// SPDX-License-Identifier: MIT
#pragma once
#include <charconv>
#include <cmath>
#include <istream>
#include <mixaug/core/box.hpp>
#include <mixaug/core/error.hpp>
#include <mixaug/plan/columns.hpp>
#include <mixaug/plan/detail/check_plan.hpp>
#if !defined(__cpp_lib_to_chars)
#  include <cfloat>
#  include <iterator>
#  include <locale>
#  include <sstream>
#endif

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

/// Quotes the beginning of a word from an untrusted file, for a message.
inline std::string quoted(std::string const& word) {
  std::string all = word.empty() ? "no word" : "\"" + word.substr(0, 40) + "\"";
  for (char& c : all)
    if (c < ' ' || c > '~') c = '?';
  return all;
}

/// Reads the whole word as a number; returns false if it is not a number, or is outside the range of T.
template <class T>
bool read_number(std::string const& word, T& v) {
  auto const r = std::from_chars(word.data(), word.data() + word.size(), v);
  return !word.empty() && r.ec == std::errc() && r.ptr == word.data() + word.size();
}
#if !defined(__cpp_lib_to_chars)
/// The same for libraries whose std::from_chars reads integers only (libc++): the same bits, by way of the classic
/// locale. The stream reports numbers below FLT_MIN as out of range, but reads them correctly.
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

}  // namespace detail

/// Appends the words of a plan's text; numbers are the shortest decimals that read back to the same bits.
class text_writer {
 public:
  explicit text_writer(std::string& all) : all_(all) {}

  text_writer& word(char const* w) {
    all_ += ' ';
    all_ += w;
    return *this;
  }
  template <class T>
  text_writer& number(T v, char separator = ' ') {
    char buffer[32];
    auto const r = std::to_chars(buffer, buffer + sizeof buffer, v);
    (all_ += separator).append(buffer, r.ptr);
    return *this;
  }
  /// Appends z0,z1,y0,y1,x0,x1.
  text_writer& box(mixaug::box const& b) {
    return number(b.z0).number(b.z1, ',').number(b.y0, ',').number(b.y1, ',').number(b.x0, ',').number(b.x1, ',');
  }
  /// Appends `count` bits as hexadecimal digits, the first bit in the highest place of the first digit.
  template <class Bit>
  text_writer& bits(index_t count, Bit const& bit) {
    all_ += ' ';
    for (index_t k = 0; k < count; k += 4) {
      int digit = 0;
      for (index_t j = k; j < k + 4; ++j) digit = 2 * digit + (j < count && bit(j) ? 1 : 0);
      all_ += "0123456789abcdef"[digit];
    }
    return *this;
  }

 private:
  std::string& all_;
};

/// Reads the lines of a plan's text word by word; errors (invalid_argument) name the line.
class text_reader {
 public:
  explicit text_reader(std::istream& in) : in_(&in) {}
  /// A reader of the words of one line that was read before.
  text_reader() = default;
  void take(std::string line, index_t number) {
    line_ = std::move(line);
    number_ = number;
    at_ = 0;
  }

  void line() {
    ++number_;
    at_ = 0;
    if (number_ == 1 && !in_->good())
      detail::fail("the plan text", "a stream that cannot be read", "an open file, or a text");
    read_line();
    if (in_->bad())
      detail::fail("the plan text", "a stream that cannot be read", "an open file and no folder, or a text");
    if (in_->fail()) bad("the end of the text", "another line (the plan is truncated)");
    bytes_ += line_.size() + 1;
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
    if (std::string const w = word(); w != name) bad(detail::quoted(w), std::string("\"") + name + "\"");
  }
  template <class T>
  T number(char const* name) {
    return convert<T>(word(), name);
  }
  index_t within(char const* name, index_t low, index_t high) {
    index_t const v = number<index_t>(name);
    if (v < low || v > high)
      bad(std::string(name) + " " + detail::text(v),
          "a number in [" + detail::text(low) + ", " + detail::text(high) + "]");
    return v;
  }
  /// Reads the next word and returns its index in `words`.
  int one_word(char const* name, std::initializer_list<char const*> words) {
    std::string const w = word();
    std::string all;
    int at = 0;
    for (char const* known : words) {
      if (w == known) return at;
      all += (at++ == 0 ? "" : " or ") + std::string(known);
    }
    bad(std::string(name) + " " + detail::quoted(w), all);
  }
  float finite(char const* name) {
    float const v = number<float>(name);
    if (!detail::finite(v)) bad(std::string(name) + " " + detail::text(static_cast<double>(v)), "a finite number");
    return v;
  }
  /// Reads `count` numbers of one word, separated by commas.
  void list(char const* name, index_t* out, int count, index_t low, index_t high) {
    std::string const w = word();
    std::size_t at = 0;
    for (int k = 0; k < count; ++k) {
      std::size_t const end = k == count - 1 ? w.size() : w.find(',', at);
      if (at > w.size() || end == std::string::npos)
        bad(detail::quoted(w), detail::text(index_t{count}) + " numbers (" + name + ")");
      out[k] = convert<index_t>(w.substr(at, end - at), name);
      if (out[k] < low || out[k] > high)
        bad(std::string(name) + " " + detail::text(out[k]),
            "a number in [" + detail::text(low) + ", " + detail::text(high) + "]");
      at = end + 1;
    }
  }
  /// Reads z0,z1,y0,y1,x0,x1, inside the extents of `s`.
  mixaug::box box(plan_shape const& s) {
    mixaug::box b;
    std::string const w = word();
    std::int32_t* const corner[] = {&b.z0, &b.z1, &b.y0, &b.y1, &b.x0, &b.x1};
    std::size_t at = 0;
    for (int k = 0; k < 6; ++k) {
      std::size_t const end = k == 5 ? w.size() : w.find(',', at);
      if (at > w.size() || end == std::string::npos) bad(detail::quoted(w), "a box z0,z1,y0,y1,x0,x1");
      *corner[k] = convert<std::int32_t>(w.substr(at, end - at), "box");
      at = end + 1;
    }
    for (int d = 0; d < 3; ++d)
      if (*corner[2 * d] < 0 || *corner[2 * d] > *corner[2 * d + 1] || *corner[2 * d + 1] > s.size[d])
        bad("a box " + w.substr(0, 60), "corners inside the extents " + detail::shape_text(s.size, 3));
    return b;
  }
  /// Reads `count` bits, as text_writer writes them; calls set(k, bit).
  template <class Set>
  void bits(char const* name, index_t count, Set const& set) {
    std::string const w = word(), digits = "0123456789abcdef";
    if (static_cast<index_t>(w.size()) != detail::ceil_div(count, 4))
      bad(std::string(name) + " " + detail::quoted(w),
          detail::text(detail::ceil_div(count, 4)) + " hexadecimal digits");
    for (index_t k = 0; k < 4 * static_cast<index_t>(w.size()); ++k) {
      std::size_t const digit = digits.find(w[static_cast<std::size_t>(k / 4)]);
      if (digit == std::string::npos) bad(std::string(name) + " " + detail::quoted(w), "hexadecimal digits 0-9, a-f");
      bool const bit = (digit >> (3 - k % 4) & 1) != 0;
      if (k < count)
        set(k, bit);
      else if (bit)
        bad(std::string(name) + " " + detail::quoted(w), "zeros after the last bit");
    }
  }
  /// The part of the line that was not read, and the line's number.
  std::string rest() const { return at_ < line_.size() ? line_.substr(at_) : std::string(); }
  index_t line_number() const noexcept { return number_; }
  /// Number of bytes of the lines read so far.
  std::size_t bytes() const noexcept { return bytes_; }
  void finish() {
    if (more()) bad(detail::quoted(line_.substr(at_)) + " after the last word", "the end of the line");
  }
  template <class T>
  T convert(std::string const& w, char const* name) {
    T v{};
    if (!detail::read_number(w, v)) bad(detail::quoted(w), std::string("a number (") + name + ")");
    return v;
  }
  [[noreturn]] void bad(std::string const& got, std::string const& expected) const {
    detail::fail("line " + detail::text(number_) + " of the plan text", got, expected);
  }

 private:
  /// Streams keep exceptions thrown while they read; running out of memory is rethrown.
  void read_line() {
    std::ios_base::iostate const asked = in_->exceptions();
    bool no_memory = false;
    try {
      in_->exceptions(std::ios_base::badbit);
      std::getline(*in_, line_);
    } catch (std::bad_alloc const&) {
      no_memory = true;
    } catch (std::ios_base::failure const&) {
    }
    if (no_memory) {
      in_->exceptions(std::ios_base::goodbit);
      throw std::bad_alloc();
    }
    in_->exceptions(asked);
  }

  std::istream* in_ = nullptr;
  std::string line_;
  std::size_t at_ = 0, bytes_ = 0;
  index_t number_ = 0;
};

namespace detail {

/// Reads a line `key seed step first global block`.
inline key read_key(text_reader& r) {
  key k;
  r.line();
  r.expect("key");
  k.seed = r.number<std::uint64_t>("seed");
  k.step = static_cast<std::uint64_t>(r.within("step", 0, most_rows + 1));
  k.first = r.within("first", 0, most_rows);
  k.global = r.within("global", 0, most_rows);
  k.block = r.within("block", 0, most_rows);
  r.finish();
  return k;
}

}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END

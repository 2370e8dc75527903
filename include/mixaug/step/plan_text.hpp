// SPDX-License-Identifier: MIT
#pragma once
#include <charconv>
#include <istream>
#include <mixaug/step/any_plan.hpp>
#include <ostream>

/// Plans as text, to log a run and to replay it. One item a line, words separated by one space; numbers are
/// the shortest decimals that read back to the same bits:
///
///   mixaug-plan 1
///   rows ROWS samples SAMPLES source_rows N own_source 0|1 first ROW
///   size [D] [H] W                           the spatial extents; none for features
///   key SEED STEP FIRST GLOBAL BLOCK
///   boxes K                                  boxes a sample
///   choice K whole|boxes mix|erase [FILL...] one line a method (several for one_of)
///   columns choice self partner ratio share_self share_partner weight_self weight_partner boxes
///   ...                                      ROWS lines; a box is z0,z1,y0,y1,x0,x1; rows of kind whole have none
///   end ROWS
namespace mixaug {
namespace detail {

template <class T> void put(std::string& line, T v) {
  char buffer[32];
  auto const r = std::to_chars(buffer, buffer + sizeof buffer, v);
  if (!line.empty()) line += ' ';
  line.append(buffer, r.ptr);
}

/// The lines of a plan, read word by word; errors name the line.
class plan_reader {
 public:
  explicit plan_reader(std::istream& in) : in_(in) {}

  void line() {
    ++number_;
    at_ = 0;
    if (!std::getline(in_, line_)) bad("the end of the text", "another line (the plan is truncated)");
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
    if (std::string const w = word(); w != name) bad("\"" + w.substr(0, 40) + "\"", std::string("\"") + name + "\"");
  }
  template <class T> T number(char const* name) { return convert<T>(word(), name); }
  index_t within(char const* name, index_t low, index_t high) {
    index_t const v = number<index_t>(name);
    if (v < low || v > high) bad(std::string(name) + " " + text(v), "a number in [" + text(low) + ", " + text(high) + "]");
    return v;
  }
  float share(char const* name, float high) {
    float const v = number<float>(name);
    if (!(v >= -high && v <= high)) bad(std::string(name) + " " + text(double{v}), "a finite number up to " + text(double{high}));
    return v;
  }
  void finish() {
    if (more()) bad("\"" + line_.substr(at_, 40) + "\" after the last word", "the end of the line");
  }
  template <class T> T convert(std::string const& w, char const* name) {
    T v{};
    auto const r = std::from_chars(w.data(), w.data() + w.size(), v);
    if (w.empty() || r.ec != std::errc() || r.ptr != w.data() + w.size()) bad("\"" + w.substr(0, 40) + "\"", std::string("a number (") + name + ")");
    return v;
  }
  [[noreturn]] void bad(std::string const& got, std::string const& expected) const {
    fail("line " + text(number_) + " of the plan text", got, expected);
  }

 private:
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
    if (at > w.size() || end == std::string::npos) r.bad("\"" + w.substr(0, 40) + "\"", "a box z0,z1,y0,y1,x0,x1");
    *corner[k] = r.convert<std::int32_t>(w.substr(at, end - at), "box");
    at = end + 1;
  }
  for (int d = 0; d < 3; ++d)
    if (*corner[2 * d] < 0 || *corner[2 * d] > *corner[2 * d + 1] || *corner[2 * d + 1] > s.size[d])
      r.bad("a box " + w.substr(0, 60), "corners inside the extents " + shape_text(s.size, 3));
}

}  // namespace detail

/// Writes a plan in the format above.
template <class R, class B> void write_plan(std::ostream& out, plan<R, B> const& p) {
  any_plan const q = to_any(p);
  plan_shape const& s = q.shape;
  out << "mixaug-plan 1\nrows " << s.rows << " samples " << s.samples << " source_rows " << s.source_rows << " own_source " << int{s.own_source}
      << " first " << s.first << "\nsize";
  for (int d = 3 - s.spatial; d < 3; ++d) out << ' ' << s.size[d];
  key const& k = q.drawn_with;
  out << "\nkey " << k.seed << ' ' << k.step << ' ' << k.first << ' ' << k.global << ' ' << k.block << "\nboxes " << s.boxes << '\n';
  int choices = 1;
  for (index_t i = 0; i < s.rows; ++i) choices = choices > q.choice[i] ? choices : q.choice[i] + 1;
  for (int c = 0; c < choices; ++c) {
    out << "choice " << c << (q.region.kind_of[c] != 0 ? " boxes" : " whole") << (q.blend.erases[c] ? " erase" : " mix");
    std::string fill;
    for (int j = 0; q.blend.erases[c] && j < q.blend.fill[c].count; ++j) detail::put(fill, q.blend.fill[c].value[j]);
    out << (fill.empty() ? "" : " ") << fill << '\n';
  }
  out << "columns choice self partner ratio share_self share_partner weight_self weight_partner boxes\n";
  for (index_t i = 0; i < s.rows; ++i) {
    std::string line;
    detail::put(line, int{q.choice[i]}), detail::put(line, q.self[i]), detail::put(line, q.partner[i]), detail::put(line, q.ratio[i]);
    detail::put(line, q.share_self[i]), detail::put(line, q.share_partner[i]);
    detail::put(line, q.weight_self[i]), detail::put(line, q.weight_partner[i]);
    for (index_t j = 0; q.region.kind_of[q.choice[i]] != 0 && j < s.boxes; ++j) {
      box const b = q.region.box(i, j);
      char const* separator = " ";
      for (std::int32_t c : {b.z0, b.z1, b.y0, b.y1, b.x0, b.x1}) line += separator + std::to_string(c), separator = ",";
    }
    out << line << '\n';
  }
  out << "end " << s.rows << '\n';
}

/// Reads a plan back. Errors: invalid_argument with the line, what it got and what it expected: a foreign or
/// truncated text, another version, a number outside its range, a wrong row count.
inline any_plan read_plan(std::istream& in) {
  constexpr index_t most = (index_t{1} << 40) - 2;
  detail::plan_reader r(in);
  r.line(), r.expect("mixaug-plan");
  if (std::string const v = r.word(); v != "1") r.bad("version \"" + v.substr(0, 40) + "\"", "version 1");
  r.finish();
  plan_shape s;
  r.line();
  r.expect("rows"), s.rows = r.within("rows", 1, most);
  r.expect("samples"), s.samples = r.within("samples", 1, most);
  r.expect("source_rows"), s.source_rows = r.within("source_rows", 1, most);
  r.expect("own_source"), s.own_source = r.within("own_source", 0, 1) != 0;
  r.expect("first"), s.first = r.within("first", 0, most);
  r.finish(), r.line(), r.expect("size");
  index_t size[3];
  while (r.more() && s.spatial < 3) size[s.spatial++] = r.within("size", 1, INT32_MAX);
  for (int d = 0; d < s.spatial; ++d) s.size[3 - s.spatial + d] = size[d];
  key k;
  r.finish(), r.line(), r.expect("key");
  k.seed = r.number<std::uint64_t>("seed"), k.step = r.number<std::uint64_t>("step");
  k.first = r.within("first", 0, most), k.global = r.within("global", 0, most), k.block = r.within("block", 0, most);
  r.finish(), r.line(), r.expect("boxes"), s.boxes = r.within("boxes", 1, 64), r.finish();

  any_plan p;
  std::uint8_t kinds[8] = {};
  int choices = 0;
  for (r.line();; r.line()) {
    std::string const head = r.word();
    if (head == "columns") break;
    if (head != "choice") r.bad("\"" + head.substr(0, 40) + "\"", "\"choice\" or \"columns\"");
    if (choices == 8) r.bad("a ninth choice", "at most 8");
    r.within("choice", choices, choices);
    std::string const region = r.word(), blend = r.word();
    if (region != "whole" && region != "boxes") r.bad("region \"" + region.substr(0, 40) + "\"", "whole or boxes");
    if (blend != "mix" && blend != "erase") r.bad("blend \"" + blend.substr(0, 40) + "\"", "mix or erase");
    kinds[choices] = region == "boxes" ? 1 : 0;
    fill_value& fill = p.blend.fill[choices];
    p.blend.erases[choices++] = blend == "erase";
    for (fill.count = 0; r.more() && fill.count < 4;) fill.value[fill.count++] = r.share("fill", 3.4e38f);
    if ((blend == "erase") != (fill.count > 0)) r.bad("a fill of " + detail::text(index_t{fill.count}) + " values", "1 to 4 for erase, none for mix");
    if (fill.count == 0) fill.count = 1;
    r.finish();
  }
  if (choices == 0) r.bad("no choice", "at least one");
  // Rows are read before room for them is made: a wrong count must not ask for memory.
  struct row_of { std::uint8_t choice; index_t self, partner; float value[5]; };
  std::string block;
  std::string boxes_block;
  for (index_t i = 0; i < s.rows; ++i) {
    r.line();
    row_of row{};
    row.choice = static_cast<std::uint8_t>(r.within("choice", 0, choices - 1));
    row.self = r.within("self", 0, s.samples - 1);
    row.partner = r.within("partner", -1, s.source_rows - 1);
    row.value[0] = static_cast<float>(r.share("ratio", 1.0f));
    if (row.value[0] < 0.0f) r.bad("a negative ratio", "a ratio in [0, 1]");
    char const* const names[] = {"share_self", "share_partner", "weight_self", "weight_partner"};
    for (int c = 0; c < 4; ++c) row.value[c + 1] = r.share(names[c], 3.4e38f);
    block.append(reinterpret_cast<char const*>(&row), sizeof row);
    for (index_t j = 0; j < s.boxes; ++j) {
      box b = no_box;
      if (kinds[row.choice] != 0) detail::read_box(r, s, b);
      boxes_block.append(reinterpret_cast<char const*>(&b), sizeof b);
    }
    r.finish();
  }
  r.line(), r.expect("end"), r.within("the row count", s.rows, s.rows), r.finish();

  p.fit(s);
  p.drawn_with = k;
  for (int c = 0; c < 8; ++c) p.region.kind_of[c] = kinds[c];
  for (index_t i = 0; i < s.rows; ++i) {
    row_of row;
    std::memcpy(&row, block.data() + static_cast<std::size_t>(i) * sizeof row, sizeof row);
    p.choice[i] = row.choice, p.self[i] = row.self, p.partner[i] = row.partner, p.ratio[i] = row.value[0];
    p.share_self[i] = row.value[1], p.share_partner[i] = row.value[2], p.weight_self[i] = row.value[3], p.weight_partner[i] = row.value[4];
    for (index_t j = 0; j < s.boxes; ++j)
      std::memcpy(&p.region.box(i, j), boxes_block.data() + static_cast<std::size_t>(i * s.boxes + j) * sizeof(box), sizeof(box));
  }
  detail::complete(p);
  return p;
}

/// A table for people: a row a line, with the drawn ratio, the label shares, the true share and the boxes.
template <class R, class B> std::ostream& operator<<(std::ostream& out, plan<R, B> const& p) {
  any_plan const q = to_any(p);
  out << "plan of " << q.rows() << " rows, seed " << q.drawn_with.seed << ", step " << q.drawn_with.step << "\n row  self partner  ratio  share_self share_partner  pixels  region\n";
  for (index_t i = 0; i < q.rows(); ++i) {
    char line[128];
    std::snprintf(line, sizeof line, "%4lld %5lld %7lld %6.3f %11.3f %13.3f %7.3f  ", static_cast<long long>(i), static_cast<long long>(q.self[i]),
                  static_cast<long long>(q.partner[i]), double{q.ratio[i]}, double{q.share_self[i]}, double{q.share_partner[i]}, q.state(i).mean(q.shape));
    out << line << (q.region.kind_of[q.choice[i]] == 0 ? "whole" : q.blend.erases[q.choice[i]] ? "erase" : "boxes");
    for (index_t j = 0; q.region.kind_of[q.choice[i]] != 0 && j < q.shape.boxes; ++j) {
      box const b = q.region.box(i, j);
      if (b.empty()) continue;
      if (q.shape.spatial == 3) out << " z " << b.z0 << ".." << b.z1;
      if (q.shape.spatial >= 2) out << " y " << b.y0 << ".." << b.y1;
      out << " x " << b.x0 << ".." << b.x1;
    }
    out << '\n';
  }
  return out;
}

}  // namespace mixaug

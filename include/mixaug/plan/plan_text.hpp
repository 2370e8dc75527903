// SPDX-License-Identifier: MIT
#pragma once
#include <charconv>
#include <mixaug/plan/any_plan.hpp>
#include <mixaug/plan/detail/plan_reader.hpp>
#include <ostream>

MIXAUG_EXACT_BEGIN

/// Plans as text, to log a run and to replay it. One item a line, words separated by one space; numbers are
/// the shortest decimals that read back to the same bits:
///
///   mixaug-plan 2
///   rows ROWS samples SAMPLES source_rows N own_source 0|1 first ROW
///   size [D] [H] W                           the spatial extents; none for features
///   key SEED STEP FIRST GLOBAL BLOCK
///   boxes K                                  boxes a sample; 1 where no choice has boxes
///   blends 0|1 moves 0|1 local 0|1           what the method may do at any step: draw m between 0 and 1, paste at
///                                            another place than it reads; whether partners are rows of the call
///   choice K whole|boxes|box_pair mix|erase [FILL...]   one line a method (several for one_of)
///   columns choice self partner ratio share_self share_partner weight_self weight_partner boxes
///   ...                                      ROWS lines; a box is z0,z1,y0,y1,x0,x1; rows of kind whole have none,
///                                            of box_pair the output's and the source's
///   end ROWS
namespace mixaug {
namespace detail {

template <class T>
void put(std::string& all, T v, char separator = ' ') {
  char buffer[32];
  auto const r = std::to_chars(buffer, buffer + sizeof buffer, v);
  (all += separator).append(buffer, r.ptr);
}

inline void put_box(std::string& all, box const& b) {
  put(all, b.z0), put(all, b.z1, ','), put(all, b.y0, ','), put(all, b.y1, ','), put(all, b.x0, ','),
      put(all, b.x1, ',');
}
inline void show_box(std::ostream& out, box const& b, int spatial) {
  if (b.empty()) return;
  if (spatial == 3) out << " z " << b.z0 << ".." << b.z1;
  if (spatial >= 2) out << " y " << b.y0 << ".." << b.y1;
  out << " x " << b.x0 << ".." << b.x1;
}
inline constexpr char const* kind_names[] = {"whole", "boxes", "box_pair"};
inline bool any_boxes(std::uint8_t const* kinds, int choices) noexcept {
  bool some = false;
  for (int c = 0; c < choices; ++c) some = some || kinds[c] == 1;
  return some;
}

}  // namespace detail

/// Writes a plan in the format above, whatever the stream's flags and locale.
template <class R, class B>
void write_plan(std::ostream& out, plan<R, B> const& p) {
  using detail::put;
  detail::check_made(p.shape);
  any_plan const q = to_any(p);
  plan_shape const& s = q.shape;
  std::string all = "mixaug-plan 2\nrows";
  put(all, s.rows), put(all += " samples", s.samples), put(all += " source_rows", s.source_rows);
  put(all += " own_source", int{s.own_source}), put(all += " first", s.first);
  all += "\nsize";
  for (int d = 3 - s.spatial; d < 3; ++d) put(all, s.size[d]);
  key const& k = q.drawn_with;
  put(all += "\nkey", k.seed), put(all, k.step), put(all, k.first), put(all, k.global), put(all, k.block);
  bool const listed = detail::any_boxes(q.layout.kind_of, q.layout.choices);
  put(all += "\nboxes", listed ? q.layout.boxes : 1);
  put(all += "\nblends", int{q.blends}), put(all += " moves", int{q.moved}), put(all += " local", int{q.local});
  for (int c = 0; c < q.layout.choices; ++c) {
    put(all += "\nchoice", c);
    all += ' ', all += detail::kind_names[q.layout.kind_of[c]];
    all += q.blend.erases[c] ? " erase" : " mix";
    for (int j = 0; q.blend.erases[c] && j < q.blend.fill[c].count; ++j) put(all, q.blend.fill[c].value[j]);
  }
  all += "\ncolumns choice self partner ratio share_self share_partner weight_self weight_partner boxes";
  for (index_t i = 0; i < s.rows; ++i) {
    put(all, int{q.choice[i]}, '\n'), put(all, q.self[i]), put(all, q.partner[i]), put(all, q.ratio[i]);
    put(all, q.share_self[i]), put(all, q.share_partner[i]), put(all, q.weight_self[i]), put(all, q.weight_partner[i]);
    int const kind = q.layout.kind_of[q.choice[i]];
    for (index_t j = 0; kind == 1 && j < q.layout.boxes; ++j) detail::put_box(all, q.region.box(i, j));
    if (kind == 2) detail::put_box(all, q.region.pair().to[i]), detail::put_box(all, q.region.pair().from[i]);
  }
  put(all += "\nend", s.rows);
  all += '\n';
  out.write(all.data(), static_cast<std::streamsize>(all.size()));
}

/// Reads a plan back. Errors: invalid_argument with the line, what it got and what it expected: a foreign or
/// truncated text, another version, a number outside its range, a wrong row count. Memory follows the text that was
/// read, not the numbers in it: at most 20 bytes for each byte of text; up to 120 where a choice has 64 boxes and the
/// rows are of another one.
inline any_plan read_plan(std::istream& in) {
  constexpr index_t most = (index_t{1} << 40) - 2;
  detail::plan_reader r(in);
  r.line(), r.expect("mixaug-plan");
  if (std::string const v = r.word(); v != "2") r.bad("version " + detail::quoted(v), "version 2");
  r.finish();
  plan_shape s;
  r.line();
  r.expect("rows"), s.rows = r.within("rows", 1, most);
  r.expect("samples"), s.samples = r.within("samples", 1, most);
  r.expect("source_rows"), s.source_rows = r.within("source_rows", 1, most);
  r.expect("own_source"), s.own_source = r.within("own_source", 0, 1) != 0;
  r.expect("first"), s.first = r.within("first", 0, most - s.samples);
  if (s.own_source && s.first + s.samples > s.source_rows)
    r.bad("first " + detail::text(s.first) + " and samples " + detail::text(s.samples),
          "rows of the global batch of " + detail::text(s.source_rows) + " rows (source_rows)");
  r.finish(), r.line(), r.expect("size");
  index_t size[3];
  while (r.more() && s.spatial < 3) size[s.spatial++] = r.within("size", 1, INT32_MAX);
  for (int d = 0; d < s.spatial; ++d) s.size[3 - s.spatial + d] = size[d];
  if (s.pixels() == INT64_MAX) r.bad("size " + detail::shape_text(s.size, 3), "fewer than 2^63 pixels");
  key k;
  kind::any_kind::layout layout;
  r.finish(), r.line(), r.expect("key");
  k.seed = r.number<std::uint64_t>("seed"), k.step = static_cast<std::uint64_t>(r.within("step", 0, most + 1));
  k.first = r.within("first", 0, most), k.global = r.within("global", 0, most), k.block = r.within("block", 0, most);
  r.finish(), r.line(), r.expect("boxes"), layout.boxes = r.within("boxes", 1, 64), r.finish();

  any_plan p;
  r.line();
  r.expect("blends"), p.blends = r.within("blends", 0, 1) != 0;
  r.expect("moves"), p.moved = r.within("moves", 0, 1) != 0;
  r.expect("local"), p.local = r.within("local", 0, s.own_source ? 1 : 0) != 0;
  r.finish();
  std::uint8_t kinds[8] = {};
  int choices = 0;
  for (r.line();; r.line()) {
    std::string const head = r.word();
    if (head == "columns") break;
    if (head != "choice") r.bad(detail::quoted(head), "\"choice\" or \"columns\"");
    if (choices == 8) r.bad("a ninth choice", "at most 8");
    r.within("choice", choices, choices);
    std::string const region = r.word(), blend = r.word();
    std::uint8_t kind = 0;
    while (kind < 3 && region != detail::kind_names[kind]) ++kind;
    if (kind == 3) r.bad("region " + detail::quoted(region), "whole, boxes or box_pair");
    if (blend != "mix" && blend != "erase") r.bad("blend " + detail::quoted(blend), "mix or erase");
    kinds[choices] = kind;
    fill_value& fill = p.blend.fill[choices];
    p.blend.erases[choices++] = blend == "erase";
    for (fill.count = 0; r.more() && fill.count < 4;) fill.value[fill.count++] = r.finite("fill");
    if ((blend == "erase") != (fill.count > 0))
      r.bad("a fill of " + detail::text(index_t{fill.count}) + " values", "1 to 4 for erase, none for mix");
    if (fill.count == 0) fill.count = 1;
    r.finish();
  }
  if (choices == 0) r.bad("no choice", "at least one");
  if (layout.boxes > 1 && !detail::any_boxes(kinds, choices))
    r.bad("no choice of boxes, and " + detail::text(layout.boxes) + " boxes a sample",
          "\"boxes 1\", or a choice of boxes");
  // Rows are read before room for them is made: a wrong count must not ask for memory.
  struct row_of {
    std::uint8_t choice;
    index_t self, partner;
    float value[5];
  };
  std::string block, boxes;  // boxes of the rows that list some
  for (index_t i = 0; i < s.rows; ++i) {
    r.line();
    row_of row{};
    row.choice = static_cast<std::uint8_t>(r.within("choice", 0, choices - 1));
    row.self = r.within("self", 0, s.samples - 1);
    row.partner = r.within("partner", -1, s.source_rows - 1);
    row.value[0] = r.finite("ratio");
    if (p.local && row.partner >= 0 && (row.partner < s.first || row.partner >= s.first + s.samples))
      r.bad("partner " + detail::text(row.partner), "a row in [" + detail::text(s.first) + ", " +
                                                        detail::text(s.first + s.samples) +
                                                        "), for the plan says local 1");
    if (row.value[0] < 0.0f || row.value[0] > 1.0f)
      r.bad("ratio " + detail::text(static_cast<double>(row.value[0])), "a ratio in [0, 1]");
    if (!p.blends && kinds[row.choice] == 0 && row.value[0] > 0.0f && row.value[0] < 1.0f)
      r.bad("ratio " + detail::text(static_cast<double>(row.value[0])), "0 or 1, for the plan says blends 0");
    char const* const names[] = {"share_self", "share_partner", "weight_self", "weight_partner"};
    for (int c = 0; c < 4; ++c) row.value[c + 1] = r.finite(names[c]);
    block.append(reinterpret_cast<char const*>(&row), sizeof row);
    box b[2] = {no_box, no_box};
    int const kind = kinds[row.choice];
    for (index_t j = 0; j < (kind == 1 ? layout.boxes : kind == 2 ? 2 : 0); ++j) {
      box& next = b[kind == 2 ? j : 0];
      detail::read_box(r, s, next);
      boxes.append(reinterpret_cast<char const*>(&next), sizeof next);
    }
    if (kind == 2 && !(detail::sized(b[0], 0, 0, 0) == detail::sized(b[1], 0, 0, 0)))
      r.bad("a pair of boxes of two sizes", "two boxes of one size");
    if (kind == 2 && !p.moved && !(b[0] == b[1]))
      r.bad("a box read at another place", "one place, for the plan says moves 0");
    r.finish();
  }
  r.line(), r.expect("end"), r.within("the row count", s.rows, s.rows), r.finish();

  for (int c = 0; c < 8; ++c) layout.kind_of[c] = kinds[c];
  layout.choices = choices;
  p.fit(s, layout);
  p.drawn_with = k;
  auto const v = detail::plan_writer::columns(p);
  char const* next = boxes.data();
  auto const take = [&next](box& to) {
    std::memcpy(&to, next, sizeof to);
    next += sizeof to;
  };
  for (index_t i = 0; i < s.rows; ++i) {
    row_of row;
    std::memcpy(&row, block.data() + static_cast<std::size_t>(i) * sizeof row, sizeof row);
    v.choice[i] = row.choice;
    v.self[i] = row.self;
    v.partner[i] = row.partner;
    v.ratio[i] = row.value[0];
    v.share_self[i] = row.value[1];
    v.share_partner[i] = row.value[2];
    v.weight_self[i] = row.value[3];
    v.weight_partner[i] = row.value[4];
    v.region.clear(i);
    for (index_t j = 0; kinds[row.choice] == 1 && j < layout.boxes; ++j) take(v.region.box(i, j));
    if (kinds[row.choice] == 2) {
      take(v.region.pair().to[i]);
      take(v.region.pair().from[i]);
    }
  }
  detail::complete(p);
  return p;
}

/// A table for people: a row a line, with the drawn ratio, the label shares, the true share and the boxes.
template <class R, class B>
std::ostream& operator<<(std::ostream& out, plan<R, B> const& p) {
  any_plan const q = to_any(p);
  out << "plan of " << q.rows() << " rows, seed " << q.drawn_with.seed << ", step " << q.drawn_with.step
      << "\n row  self partner  ratio  share_self share_partner  pixels  region\n";
  for (index_t i = 0; i < q.rows(); ++i) {
    char line[128];
    std::snprintf(line, sizeof line, "%4lld %5lld %7lld %6.3f %11.3f %13.3f %7.3f  ", static_cast<long long>(i),
                  static_cast<long long>(q.self[i]), static_cast<long long>(q.partner[i]),
                  static_cast<double>(q.ratio[i]), static_cast<double>(q.share_self[i]),
                  static_cast<double>(q.share_partner[i]), q.state(i).mean(q.shape));
    int const kind = q.layout.kind_of[q.choice[i]];
    out << line << (kind != 0 && q.blend.erases[q.choice[i]] ? "erase" : detail::kind_names[kind]);
    for (index_t j = 0; kind == 1 && j < q.layout.boxes; ++j)
      detail::show_box(out, q.region.box(i, j), q.shape.spatial);
    if (kind == 2) {
      detail::show_box(out, q.region.pair().to[i], q.shape.spatial);
      if (!(q.state(i).tile_at(0).source == offset{}))
        detail::show_box(out << " from", q.region.pair().from[i], q.shape.spatial);
    }
    out << '\n';
  }
  return out;
}

}  // namespace mixaug

MIXAUG_EXACT_END

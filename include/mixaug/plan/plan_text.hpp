// SPDX-License-Identifier: MIT
#pragma once
#include <cstdio>
#include <mixaug/plan/any_plan.hpp>
#include <mixaug/plan/text.hpp>
#include <ostream>
#include <vector>

MIXAUG_EXACT_BEGIN

/// Plans as text, to log a run and to replay it. Each line holds words separated by one space; numbers are the shortest
/// decimals that read back to the same bits:
///
///   mixaug-plan 3
///   rows ROWS samples SAMPLES source_rows N own_source 0|1 first ROW [source_first ROW]
///   size [D] [H] W                           the spatial extents; none for features
///   key SEED STEP FIRST GLOBAL BLOCK
///   blends 0|1 moves 0|1 local 0|1           permitted at any step: m strictly between 0 and 1, reading at
///                                            another place than is written; local: all partners are rows of the call
///   choice K KIND [LAYOUT...] mix|erase [FILL...]   one line for each method (several for one_of)
///   columns choice self partner ratio share_self share_partner weight_self weight_partner field
///   ...                                      ROWS lines; the row's kind defines the words of the field
///   end ROWS
///
/// Kinds, their layouts and their fields:
///   whole               no field: m is the ratio
///   boxes COUNT         COUNT boxes z0,z1,y0,y1,x0,x1
///   box_pair            the box of the output, and that of the source
///   cells COUNT         the number of cells along each axis, z,y,x, at most COUNT in all, and a bit for each cell, 1 =
///                       the sample's, row by row as hexadecimal digits
///   mask COUNT          numbers along each axis, z,y,x, at most COUNT in all, and the numbers, row by row
///   pixel_mask WORDS NUMBERS   bits or numbers along each axis, z,y,x; then either the word bits and a bit for each, 1
///                       = the sample's, line by line as hexadecimal digits, or the word numbers and the numbers. Lines
///                       of bits begin at words of 32 bits, of which there are WORDS, or NUMBERS numbers, at most
///   moved_cells COUNT   the number of cells along height and width, the label of m = 0, and 1 if cells move, else 0;
///                       the label of each cell, row by row; if cells move the cell of the sample that each shows, and
///                       that of the source
///   resized_box         nearest|linear|linear_corners, the box of the output, and that of the source, which is resized
namespace mixaug {
namespace detail {

/// One row of a plan's text, before its columns are allocated.
struct text_row {
  std::uint8_t choice;
  index_t self, partner;
  float value[5];  ///< ratio, share_self, share_partner, weight_self, weight_partner
};
inline constexpr char const* value_names[] = {"ratio", "share_self", "share_partner", "weight_self", "weight_partner"};

inline plan_shape read_shape(text_reader& r) {
  constexpr index_t most = most_rows;
  plan_shape s;
  r.line();
  r.expect("rows");
  s.rows = r.within("rows", 0, most);
  r.expect("samples");
  s.samples = r.within("samples", s.rows == 0 ? 0 : 1, s.rows == 0 ? 0 : most);
  r.expect("source_rows");
  s.source_rows = r.within("source_rows", 0, most);
  r.expect("own_source");
  s.own_source = r.within("own_source", 0, 1) != 0;
  r.expect("first");
  s.first = r.within("first", 0, most - s.samples);
  if (!s.own_source && r.more()) {
    r.expect("source_first");
    s.source_first = r.within("source_first", 0, most - s.source_rows);
  }
  if (s.own_source && s.first + s.samples > s.source_rows)
    r.bad("first " + text(s.first) + " and samples " + text(s.samples),
          "rows of the global batch of " + text(s.source_rows) + " rows (source_rows)");
  if (s.own_source && s.source_rows == 0) r.bad("source_rows 0 and own_source 1", "a global batch of at least one row");
  r.finish();
  r.line();
  r.expect("size");
  index_t size[3];
  while (r.more() && s.spatial < 3) size[s.spatial++] = r.within("size", 1, INT32_MAX);
  for (int d = 0; d < s.spatial; ++d) s.size[3 - s.spatial + d] = size[d];
  if (s.pixels() == INT64_MAX) r.bad("size " + shape_text(s.size, 3), "fewer than 2^63 pixels");
  r.finish();
  return s;
}
inline plan_flags read_flags(text_reader& r, plan_shape const& s) {
  plan_flags flags;
  r.line();
  r.expect("blends");
  flags.blends = r.within("blends", 0, 1) != 0;
  r.expect("moves");
  flags.moved = r.within("moves", 0, 1) != 0;
  r.expect("local");
  flags.local = r.within("local", 0, s.own_source ? 1 : 0) != 0;
  r.finish();
  return flags;
}

/// Calls act(kind, member<K>) for K = which, the index of a kind.
template <int K, class First, class... Rest, class Act>
void at_kind(int which, Act const& act) {
  if (which == 0) return act(static_cast<First*>(nullptr), std::integral_constant<int, K>{});
  if constexpr (sizeof...(Rest) > 0) at_kind<K + 1, Rest...>(which - 1, act);
}

/// Reads the line of one choice, after its number: KIND [LAYOUT...] mix|erase [FILL...].
template <class... Kinds>
void read_choice(text_reader& r, int choice, typename kind::any_of<Kinds...>::layout& layout, blend::any_blend& blend) {
  using any = kind::any_of<Kinds...>;
  std::string const region = r.word();
  int which = 0;
  while (which < static_cast<int>(sizeof...(Kinds)) && region != any::names[which]) ++which;
  if (which == static_cast<int>(sizeof...(Kinds))) {
    std::string known;
    for (char const* name : any::names) known += (known.empty() ? "" : ", ") + std::string(name);
    r.bad("region " + quoted(region), "one of " + known + " (a kind of your own: read_plan<my_kind>(stream))");
  }
  layout.kind_of[choice] = static_cast<std::uint8_t>(which);
  at_kind<0, Kinds...>(which, [&](auto* tag, auto k) {
    using own = std::remove_pointer_t<decltype(tag)>;
    auto& all = layout_of<decltype(k)::value>(layout.of_kind);
    auto const read = own::read_layout(r);
    bool first = true;
    for (int c = 0; c < choice; ++c) first = first && layout.kind_of[c] != which;
    all = first ? read : own::merged(all, read);
  });
  std::string const rule = r.word();
  if (rule != "mix" && rule != "erase") r.bad("blend " + quoted(rule), "mix or erase");
  fill_value& fill = blend.fill[choice];
  blend.erases[choice] = rule == "erase";
  for (fill.count = 0; r.more() && fill.count < 4;) fill.value[fill.count++] = r.finite("fill");
  if (blend.erases[choice] != (fill.count > 0))
    r.bad("a fill of " + text(index_t{fill.count}) + " values", "1 to 4 for erase, none for mix");
  if (fill.count == 0) fill.count = 1;
  r.finish();
}

/// Reads the lines of all choices, and the line after them, which names the columns.
template <class... Kinds>
auto read_choices(text_reader& r, blend::any_blend& blend) {
  typename kind::any_of<Kinds...>::layout layout;
  layout.choices = 0;
  for (r.line();; r.line()) {
    std::string const head = r.word();
    if (head == "columns") break;
    if (head != "choice") r.bad(quoted(head), "\"choice\" or \"columns\"");
    if (layout.choices == 8) r.bad("a ninth choice", "at most 8");
    r.within("choice", layout.choices, layout.choices);
    read_choice<Kinds...>(r, layout.choices, layout, blend);
    ++layout.choices;
  }
  if (layout.choices == 0) r.bad("no choice", "at least one");
  return layout;
}

/// Reads the decisions of one row, up to its field, whose words are left unread.
inline text_row read_row(text_reader& r, plan_shape const& s, int choices, bool local) {
  text_row row{};
  row.choice = static_cast<std::uint8_t>(r.within("choice", 0, choices - 1));
  row.self = r.within("self", 0, s.samples - 1);
  row.partner = r.within("partner", -1, s.source_first + s.source_rows - 1);
  if (!s.has_partner(row.partner))
    r.bad("partner " + text(row.partner),
          "a row of the source, from row " + text(s.source_first) + " on (source_first)");
  row.value[0] = r.finite("ratio");
  if (local && row.partner >= 0 && (row.partner < s.first || row.partner >= s.first + s.samples))
    r.bad("partner " + text(row.partner),
          "a row in [" + text(s.first) + ", " + text(s.first + s.samples) + "), for the plan says local 1");
  if (row.value[0] < 0.0f || row.value[0] > 1.0f)
    r.bad("ratio " + text(static_cast<double>(row.value[0])), "a ratio in [0, 1]");
  for (int c = 1; c < 5; ++c) row.value[c] = r.finite(value_names[c]);
  return row;
}

/// Reads the field of row i, by its kind, and checks that the plan permits it.
template <class... Kinds, class Plan, class View>
void read_field(text_reader& r, Plan const& p, View const& v, index_t i) {
  v.region.clear(i);
  at_kind<0, Kinds...>(p.layout.kind_of[v.choice[i]],
                       [&](auto*, auto k) { v.region.template of<decltype(k)::value>().read(r, v.shape, i); });
  r.finish();
  field_facts const f = facts_of<typename Plan::region_kind>(v.shape, v.state(i), i);
  if (f.fractional && !p.flags().blends)
    r.bad("a field that blends (ratio " + text(static_cast<double>(v.ratio[i])) + ")",
          "m of 0 or 1, for the plan says blends 0");
  if (f.moved && !p.flags().moved) r.bad("a box read at another place", "one place, for the plan says moves 0");
}

inline void show_box(std::ostream& out, box const& b, int spatial) {
  if (b.empty()) return;
  if (spatial == 3) out << " z " << b.z0 << ".." << b.z1;
  if (spatial >= 2) out << " y " << b.y0 << ".." << b.y1;
  out << " x " << b.x0 << ".." << b.x1;
}

template <class... Kinds, class Plan>
void write(std::ostream& out, Plan const& q) {
  plan_shape const& s = q.shape;
  std::string all = "mixaug-plan 3\nrows";
  text_writer w(all);
  w.number(s.rows).word("samples").number(s.samples).word("source_rows").number(s.source_rows);
  w.word("own_source").number(int{s.own_source}).word("first").number(s.first);
  if (s.source_first != 0) w.word("source_first").number(s.source_first);
  all += "\nsize";
  for (int d = 3 - s.spatial; d < 3; ++d) w.number(s.size[d]);
  key const& k = q.drawn_with;
  all += "\nkey";
  w.number(k.seed).number(k.step).number(k.first).number(k.global).number(k.block);
  all += "\nblends";
  w.number(int{q.flags().blends}).word("moves").number(int{q.flags().moved}).word("local").number(int{q.flags().local});
  for (int c = 0; c < q.layout.choices; ++c) {
    all += "\nchoice";
    w.number(c);
    at_kind<0, Kinds...>(q.layout.kind_of[c], [&](auto* tag, auto which) {
      using own = std::remove_pointer_t<decltype(tag)>;
      w.word(own::name);
      own::write(w, layout_of<decltype(which)::value>(q.layout.of_kind));
    });
    w.word(q.blend.erases[c] ? "erase" : "mix");
    for (int j = 0; q.blend.erases[c] && j < q.blend.fill[c].count; ++j) w.number(q.blend.fill[c].value[j]);
  }
  all += "\ncolumns choice self partner ratio share_self share_partner weight_self weight_partner field";
  for (index_t i = 0; i < s.rows; ++i) {
    w.number(int{q.choice[i]}, '\n').number(q.self[i]).number(q.partner[i]).number(q.ratio[i]);
    w.number(q.share_self[i]).number(q.share_partner[i]).number(q.weight_self[i]).number(q.weight_partner[i]);
    at_kind<0, Kinds...>(q.layout.kind_of[q.choice[i]],
                         [&](auto*, auto which) { q.region.template of<decltype(which)::value>().write(w, i); });
  }
  all += "\nend";
  w.number(s.rows);
  all += '\n';
  out.write(all.data(), static_cast<std::streamsize>(all.size()));
}
template <class... Kinds>
void write_any(std::ostream& out, any_plan_of<Kinds...> const& q) {
  write<Kinds...>(out, q);
}

template <class... Kinds>
void read(std::istream& in, any_plan_of<Kinds...>& p) {
  text_reader r(in);
  r.line();
  r.expect("mixaug-plan");
  if (std::string const v = r.word(); v != "3") r.bad("version " + quoted(v), "version 3");
  r.finish();
  plan_shape const s = read_shape(r);
  p.drawn_with = read_key(r);
  key const k = p.drawn_with;
  plan_flags& flags = plan_writer::flags(p);
  flags = read_flags(r, s);
  auto const layout = read_choices<Kinds...>(r, p.blend);
  // Rows are read before their columns are allocated, so that a wrong count cannot request memory. Until then, their
  // fields are kept as text.
  std::vector<text_row> rows;
  std::string fields;
  index_t const before = r.line_number();
  for (index_t i = 0; i < s.rows; ++i) {
    r.line();
    rows.push_back(read_row(r, s, layout.choices, flags.local));
    fields += r.rest();
    fields += '\n';
  }
  r.line();
  r.expect("end");
  r.within("the row count", s.rows, s.rows);
  r.finish();

  column_layout measure;
  plan_view<kind::any_of<Kinds...>, space::host>().place(measure, s, layout);
  if (measure.used / 128 > r.bytes() + (std::size_t{1} << 17))
    r.bad("choices that ask for " + text(static_cast<index_t>(measure.used)) + " bytes",
          "at most 16 MiB and 128 bytes for each byte of the text");
  p.fit(s, layout);
  p.drawn_with = k;
  auto const v = plan_writer::columns(p);
  text_reader field;
  std::size_t at = 0;
  for (index_t i = 0; i < s.rows; ++i) {
    text_row const& row = rows[static_cast<std::size_t>(i)];
    v.choice[i] = row.choice;
    v.self[i] = row.self;
    v.partner[i] = row.partner;
    v.ratio[i] = row.value[0];
    v.share_self[i] = row.value[1];
    v.share_partner[i] = row.value[2];
    v.weight_self[i] = row.value[3];
    v.weight_partner[i] = row.value[4];
    std::size_t const end = fields.find('\n', at);
    field.take(fields.substr(at, end - at), before + 1 + i);
    at = end + 1;
    read_field<Kinds...>(field, p, v, i);
  }
  flags.in_order = rows_in_order(v);
  index_plan(v, p.blend, flags.local, p.scratch());
}

}  // namespace detail

/// Writes a plan in the format above, independently of the stream's flags and locale.
template <class R, class B>
void write_plan(std::ostream& out, plan<R, B> const& p) {
  detail::check_made(p.shape);
  detail::write_any(out, to_any(p));
}
/// The same for a plan that may have user-defined kinds.
template <class Own, class... More, class R, class B>
void write_plan_of(std::ostream& out, plan<R, B> const& p) {
  detail::check_made(p.shape);
  plan<kind::any_kind_and<Own, More...>, blend::any_blend> q;
  detail::convert(p, q);
  detail::write_any(out, q);
}

/// Reads a plan back. Errors: invalid_argument with the line, the word found and what was expected, for a foreign or
/// truncated text, another version, a number outside its range, or a wrong row count. Memory is bounded by the text
/// that was read, not by the numbers in it: at most 20 bytes for each byte of text; up to 120 if a choice has 64 boxes
/// and the rows are of another choice.
inline any_plan read_plan(std::istream& in) {
  any_plan p;
  detail::read(in, p);
  return p;
}
/// The same with user-defined kinds.
template <class Own, class... More>
auto read_plan(std::istream& in) {
  plan<kind::any_kind_and<Own, More...>, blend::any_blend> p;
  detail::read(in, p);
  return p;
}

/// Prints a table for people: one line for each row, with the drawn ratio, the label shares, the
/// true share and the boxes.
template <class R, class B>
std::ostream& operator<<(std::ostream& out, plan<R, B> const& p) {
  any_plan const q = to_any(p);
  out << "plan of " << q.rows() << " rows, seed " << q.drawn_with.seed << ", step " << q.drawn_with.step
      << "\n row  self partner  ratio  share_self share_partner  pixels  region\n";
  for (index_t i = 0; i < q.rows(); ++i) {
    char line[128];
    auto const state = q.state(i);
    std::snprintf(line, sizeof line, "%4lld %5lld %7lld %6.3f %11.3f %13.3f %7.3f  ", static_cast<long long>(i),
                  static_cast<long long>(q.self[i]), static_cast<long long>(q.partner[i]),
                  static_cast<double>(q.ratio[i]), static_cast<double>(q.share_self[i]),
                  static_cast<double>(q.share_partner[i]), state.mean(q.shape));
    int const kind = q.layout.kind_of[q.choice[i]];
    out << line << (kind != 0 && q.blend.erases[q.choice[i]] ? "erase" : kind::any_kind::names[kind]);
    if (state.tiles() > 8) out << ' ' << state.tiles() << " tiles";
    for (index_t j = 0; kind != 0 && state.tiles() <= 8 && j < state.tiles(); ++j) {
      tile const t = state.tile_at(j);
      detail::show_box(out, t.where, q.shape.spatial);
      box const b = t.where;
      offset const by = t.source.by;
      if (!b.empty() && t.source.elsewhere())
        detail::show_box(out << (t.source.resized ? " resized from" : " from"),
                         t.source.resized
                             ? t.source.from
                             : box{b.z0 + by.z, b.z1 + by.z, b.y0 + by.y, b.y1 + by.y, b.x0 + by.x, b.x1 + by.x},
                         q.shape.spatial);
    }
    out << '\n';
  }
  return out;
}

}  // namespace mixaug

MIXAUG_EXACT_END

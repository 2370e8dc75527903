// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/distributed/detail/remote_rows.hpp>
#include <mixaug/pairing/derangement.hpp>
#include <mixaug/pairing/reverse.hpp>
#include <mixaug/pairing/roll.hpp>
#include <mixaug/pairing/shuffle.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace mpi {

/// True for pairing rules whose partners follow from the key and the number of rows alone. A rule of your own may say
/// so by a specialisation.
template <class Pairing>
inline constexpr bool drawn_from_key =
    std::is_same_v<Pairing, pairing::shuffle> || std::is_same_v<Pairing, pairing::reverse> ||
    std::is_same_v<Pairing, pairing::roll> || std::is_same_v<Pairing, pairing::derangement>;

/// Options of fetch and mix.
struct fetch_options {
  /// Only the pixels that the plan reads of a partner travel, the smallest box around them; the rest of its row in the
  /// place for fetched rows is left as it is, and rows of which nothing is read are not fetched.
  bool boxes_only = false;
};

}  // namespace mpi
namespace detail {

/// What the rows of a plan read of the source: whole rows, or boxes of them.
struct wanted_rows {
  std::vector<index_t> row;  ///< -1: none
  std::vector<box> where;
  index_t count = 0;  ///< rows that are wanted
  bool boxed = false;
  int spatial = 0;  ///< dimensions that the boxes limit

  std::vector<box> const* boxes() const noexcept { return boxed ? &where : nullptr; }
  box box_of(index_t i) const noexcept { return boxed ? where[static_cast<std::size_t>(i)] : no_box; }
};
/// `v`: the view whose rows are read.
template <class Plan, class View>
wanted_rows wanted_by(Plan const& p, View const& v, char const* name, bool boxes_only) {
  wanted_rows w;
  w.boxed = boxes_only && !Plan::region_kind::constant_field;  // a constant field reads whole rows, of any size
  for (index_t i = 0; i < p.rows(); ++i) {
    box const b = boxes_only ? read_box(p, i) : no_box;
    bool const read = p.partner[i] >= 0 && (!boxes_only || !b.empty());
    w.row.push_back(read ? p.partner[i] : -1);
    if (w.boxed) w.where.push_back(b);
    w.count += read;
  }
  if (!w.boxed) return w;
  if constexpr (View::rank > 1) {
    layout5 const f = to_layout5(v, p.shape.spatial, false, name);
    for (int d = 0; d < 3 && v.extent[0] > 0; ++d)
      if (f.extent[2 + d] != p.shape.size[d])
        fail(name, "of spatial extents " + shape_text(f.extent + 5 - p.shape.spatial, p.shape.spatial),
             shape_text(p.shape.size + 3 - p.shape.spatial, p.shape.spatial) + ", for which the plan was made");
  } else {
    fail(name, "of one dimension", "rows of pixels where boxes_only is asked for");
  }
  w.spatial = p.shape.spatial;
  return w;
}

/// Refuses a place for n rows that does not fit the rows of x.
template <class X, class Rows>
void check_place(X const& x, Rows const& rows, index_t n) {
  constexpr char const* place = "the place for fetched rows";
  static_assert(!std::is_const_v<typename Rows::element>,
                "mixaug: the place for fetched rows is a view of const elements");
  static_assert(
      X::rank == Rows::rank && std::is_same_v<std::remove_const_t<typename X::element>, typename Rows::element>,
      "mixaug: fetched rows have the rank and the element type of x");
  check_batch(x, "x");
  same_rows(place, rows.extent[0], n);
  check_batch(rows, place);
  if (n == 0) return;
  written_memory<Rows> const written(place, rows, any_layout(rows));
  if (x.extent[0] == 0) return;
  for (int d = 1; d < X::rank; ++d)
    if (x.extent[d] != rows.extent[d])
      fail(place, "of shape " + shape_text(rows.extent, X::rank),
           "rows of the extents of x, " + shape_text(x.extent + 1, X::rank - 1));
  written.check_apart("x", x, any_layout(x), "");
}

/// The source of a plan: the batch, of which each rank holds its part, or a second source, whose slices are in the
/// order of the ranks.
template <class Plan, class X>
void check_source_rows(Plan const& p, X const& x, bool batch) {
  check_made(p.shape);
  if (batch != p.shape.own_source)
    fail(batch ? "the plan pairs with a second source; give this rank's slice of it"
               : "the plan pairs rows of the batch; no second source is read");
  if (batch) same_rows("x", x.extent[0], p.shape.samples);
}

/// Agrees on the call with all ranks, and returns what they hold.
template <class T, class Plan>
std::vector<held_rows> agree_on_rows(communicator const& c, std::exception_ptr const& refused, Plan const& p,
                                     held_rows const& mine, int rank, bool boxed) {
  return agree(c, refused,
               {{"the size of an element", sizeof(T)},
                {"the rank of the batch", static_cast<std::uint64_t>(rank)},
                {"the key's seed of the plan", p.drawn_with.seed},
                {"the key's step of the plan", p.drawn_with.step},
                {"the number of rows that the plan's partners index", static_cast<std::uint64_t>(p.shape.source_rows)},
                {"the first row that the plan's partners index", static_cast<std::uint64_t>(p.shape.source_first)},
                {"boxes_only", boxed ? 1u : 0u}},
               mine);
}

/// The partners of all rows of the global batch, by a rule that draws them from the key alone.
template <class Pairing>
std::vector<index_t> drawn_partners(Pairing const& rule, plan_shape const& s, key k) {
  plan_shape whole = s;
  whole.rows = whole.samples = k.global;
  whole.first = k.first = 0;
  input_set<space::host> const in(whole);
  workspace<space::host> scratch;
  std::vector<index_t> partner(static_cast<std::size_t>(k.global), -1);
  std::vector<std::uint8_t> const choice(partner.size(), 0);
  index_t const block = k.block == 0 || k.block > k.global ? k.global : k.block;
  if (whole.source_rows > 0)
    rule(pairing_task<space::host>{in, k, k.global, block, partner.data(), choice.data(), -1, scratch});
  return partner;
}

/// Brings the wanted rows to `rows`, after all ranks have agreed. `known`: what all rows of the global batch want,
/// where that is known, and `batch` the rows of each rank.
template <class X, class Rows>
void bring_rows(communicator const& c, row_owners const& owners, std::vector<held_rows> const& all,
                wanted_rows const& w, X const& x, Rows const& rows, std::vector<index_t> const* known = nullptr,
                row_owners const& batch = {}) {
  using T = typename Rows::element;
  using row_shape = travelling_row<T, X::rank>;
  bool const last = channels_last(all);
  auto const bring = [&](auto const& like) {
    index_t const size = row_size(all, X::rank);
    using moving_rows = remote_rows<T, X::rank>;
    moving_rows remote = known != nullptr ? moving_rows(c, owners, x, like, last, size, *known, batch)
                                          : moving_rows(c, owners, x, like, last, size, w.row, w.boxes(), w.spatial);
    row_shape const from(x, last), to(rows, last);
    std::vector<T> between(static_cast<std::size_t>(remote.dense().size()));
    for (index_t i = 0; i < rows.extent[0]; ++i) {  // rows of this rank, while the others travel
      index_t const row = w.row[static_cast<std::size_t>(i)];
      if (row < 0 || remote.slot(i) >= 0) continue;
      auto const part = remote.part_of_box(w.box_of(i));
      from.pack(row_pointer(x, row - owners.first(c.rank())), part, between.data());
      to.unpack(row_pointer(rows, i), part, between.data());
    }
    remote.wait();
    for (index_t i = 0; i < rows.extent[0]; ++i)
      if (remote.slot(i) >= 0) remote.unpack(i, row_pointer(rows, i), to);
  };
  if (x.extent[0] > 0)
    bring(x);
  else
    bring(rows);
}

}  // namespace detail

namespace mpi {

/// Brings the partners' rows of a plan from the ranks that hold them: row i of `rows` becomes the row that row i of the
/// plan reads, so that gathered(rows) is the source of apply, labels and losses. x is this rank's part of the batch or,
/// for a plan with a second source, its slice of that; slices are in the order of the ranks, of any sizes, also 0 rows
/// (then the pointer may be null). Works for pixels, ids, labels, weights, features: views of one to five dimensions,
/// any strides, elements that are plain memory, samples in allocations of their own (rows_of). Rows of `rows` without a
/// partner are left as they are. Two all-to-alls bring numbers of requests and requests, a third the rows; a row that
/// several rows of a rank read travels to it once, unless only boxes travel.
/// Collective. Errors, on all ranks and before any row travels: x or `rows` of other extents than on another rank,
/// ranks whose rows do not follow each other, memory that overlaps, plans of other keys.
template <class R, class B, class X, class Rows>
void fetch(world const& w, plan<R, B> const& p, X const& x, Rows const& rows, fetch_options const& o = {}) {
  using T = typename Rows::element;
  detail::wanted_rows wanted;
  detail::held_rows mine{};
  auto const refused = detail::caught([&] {
    detail::check_made(p.shape);
    if (p.shape.own_source) detail::same_rows("x", x.extent[0], p.shape.samples);
    detail::check_place(x, rows, p.rows());
    wanted = detail::wanted_by(p, rows, "the place for fetched rows", o.boxes_only);
    mine = detail::held(x, rows, p.shape.first, wanted.count);
  });
  auto const& c = *w.shared();
  auto const all = detail::agree_on_rows<T>(c, refused, p, mine, X::rank, o.boxes_only);
  auto const owners = detail::owners_of(all, X::rank, p.shape.own_source, p.shape.source_first, p.shape.source_rows);
  detail::bring_rows(c, owners, all, wanted, x, rows);
}

/// The same for a plan whose partners a rule draws from the key alone (pairing::shuffle, reverse, roll, derangement):
/// each rank draws those of all rows, and no request is sent; O(global) work, as the permutation itself, beside the two
/// all-to-alls that it saves. Errors: a plan whose partners are not those of the rule, too.
template <class R, class B, class Pairing, class X, class Rows>
requires drawn_from_key<Pairing>
void fetch(world const& w, plan<R, B> const& p, Pairing const& rule, X const& x, Rows const& rows) {
  using T = typename Rows::element;
  detail::wanted_rows wanted;
  detail::held_rows mine{};
  std::vector<index_t> all_wanted;
  auto const refused = detail::caught([&] {
    detail::check_made(p.shape);
    if (p.shape.own_source) detail::same_rows("x", x.extent[0], p.shape.samples);
    detail::check_place(x, rows, p.rows());
    all_wanted = detail::drawn_partners(rule, p.shape, p.drawn_with);
    for (index_t i = 0; i < p.rows(); ++i)
      if (p.rows() != p.shape.samples || p.partner[i] != all_wanted[static_cast<std::size_t>(p.shape.first + i)])
        detail::fail(
            "the plan's partners are not those of the rule that is given; fetch(world, plan, x, rows) asks for "
            "them");
    wanted = detail::wanted_by(p, rows, "the place for fetched rows", false);
    mine = detail::held(x, rows, p.shape.first, wanted.count);
  });
  auto const& c = *w.shared();
  auto const all = detail::agree_on_rows<T>(c, refused, p, mine, X::rank, false);
  auto const owners = detail::owners_of(all, X::rank, p.shape.own_source, p.shape.source_first, p.shape.source_rows);
  std::vector<index_t> firsts;
  for (detail::held_rows const& h : all) firsts.push_back(h.first);
  firsts.push_back(p.drawn_with.global);
  detail::bring_rows(c, owners, all, wanted, x, rows, &all_wanted, detail::row_owners(std::move(firsts)));
}

/// The same for given rows of a sharded set, whose slices are in the order of the ranks: row i of `rows` becomes row
/// wanted(i) of the whole, counted from the first row of rank 0; -1: left as it is. Errors: a row outside the set, too.
template <class X, class Rows>
void fetch(world const& w, tensor_view<std::int64_t const, 1> const& wanted, X const& x, Rows const& rows) {
  using T = typename Rows::element;
  detail::wanted_rows list;
  detail::held_rows mine{};
  auto const refused = detail::caught([&] {
    detail::check_place(x, rows, wanted.extent[0]);
    if (wanted.data == nullptr && wanted.extent[0] > 0)
      detail::fail("the list of rows", "a null pointer", detail::text(wanted.extent[0]) + " rows");
    for (index_t i = 0; i < wanted.extent[0]; ++i) {
      list.row.push_back(wanted(i));
      list.count += wanted(i) >= 0;
    }
    mine = detail::held(x, rows, 0, list.count);
  });
  auto const& c = *w.shared();
  auto const all = detail::agree(
      c, refused,
      {{"the size of an element", sizeof(T)}, {"the rank of the batch", static_cast<std::uint64_t>(X::rank)}}, mine);
  auto const owners = detail::owners_of(all, X::rank, false, 0, -1);
  w.agree(detail::caught([&] {
    for (index_t i = 0; i < wanted.extent[0]; ++i)
      if (wanted(i) < -1 || wanted(i) >= owners.end())
        detail::fail("row " + detail::text(i) + " of the list", detail::text(wanted(i)),
                     "a row in [0, " + detail::text(owners.end()) + "), or -1 for none");
  }));
  detail::bring_rows(c, owners, all, list, x, rows);
}

}  // namespace mpi
}  // namespace mixaug

MIXAUG_EXACT_END

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

/// Stands for the rule of a call that is given none, and sends its requests.
struct no_rule {};

/// What the rows of a plan want of the source. `v`: the view whose rows are read. `known`: other ranks compute which
/// rows this one requests, so that those of which nothing is read are among them.
template <class Plan, class View>
void want(wanted_rows& w, Plan const& p, View const& v, char const* name, bool boxes_only, bool known) {
  w.boxed = boxes_only && !Plan::region_kind::constant_field;  // a constant field reads whole rows, of any size
  w.row.reserve(static_cast<std::size_t>(p.rows()));
  if (w.boxed) w.where.reserve(static_cast<std::size_t>(p.rows()));
  for (index_t i = 0; i < p.rows(); ++i) {
    box const b = boxes_only ? read_box(p, i) : no_box;
    bool const read = p.partner[i] >= 0 && (known || !boxes_only || !b.empty());
    w.row.push_back(read ? p.partner[i] : -1);
    if (w.boxed) w.where.push_back(b);
    w.count += read;
  }
  if (!w.boxed) return;
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
template <class T, class Plan, class Rule>
kept_list<held_rows> agree_on_rows(communicator const& c, std::exception_ptr const& refused, Plan const& p,
                                   Rule const& rule, held_rows const& mine, int rank, bool boxed) {
  option_digest d;
  d.option(rule);
  return agree(c, refused,
               {{"the size of an element", sizeof(T)},
                {"the rank of the batch", static_cast<std::uint64_t>(rank)},
                {"the key's seed of the plan", p.drawn_with.seed},
                {"the key's step of the plan", p.drawn_with.step},
                {"the number of rows that the plan's partners index", static_cast<std::uint64_t>(p.shape.source_rows)},
                {"the first row that the plan's partners index", static_cast<std::uint64_t>(p.shape.source_first)},
                {"boxes_only", boxed ? 1u : 0u},
                {"the pairing rule that the call is given", d.value, false}},
               mine);
}

/// What the rows of all ranks want of a plan's source: computed where a rule is given that draws the partners from the
/// key alone.
template <class Rule>
class computed_requests {
 public:
  static constexpr bool known = mpi::drawn_from_key<Rule>;

  explicit computed_requests(communicator const& c)
      : comm_(c), rows_{c.list<index_t>(), row_owners(c.list<index_t>()), 0} {}

  /// Draws the partners of the global batch; refuses a plan that has others.
  template <class Plan>
  void draw(Rule const& rule, Plan const& p) {
    if constexpr (known) {
      plan_shape const& s = p.shape;
      index_t const global = p.drawn_with.global;  // a plan that was read may say anything
      bool const fits = s.rows == s.samples && s.first + s.rows <= global && (!s.own_source || s.source_rows == global);
      if (fits) draw_all(rule, s, p.drawn_with);
      if (!fits || !std::equal(p.partner.data, p.partner.data + s.rows, rows_.row.begin() + s.first))
        fail("the plan's partners are not those of the rule that is given; the same call without a rule asks for them");
    }
  }
  /// What all ranks want, after they have agreed; null where requests are sent.
  known_rows const* of_ranks(kept_list<held_rows> const& all, key const& k) {
    if (!known) return nullptr;
    auto first = comm_.list<index_t>(1);
    for (std::size_t r = 0; r < all.size(); ++r) {
      if (all[r].first != first.back())
        fail("the first row of the plan of rank " + std::to_string(r), text(all[r].first),
             text(first.back()) + ", the row after those of the ranks before (mpi::world's key_of gives the key)");
      first.push_back(first.back() + all[r].planned);
      rows_.most = greater(rows_.most, all[r].planned);
    }
    if (first.back() != k.global)
      fail("the rows of all ranks' plans", text(first.back()), text(k.global) + ", the rows of the global batch");
    rows_.batch = row_owners(std::move(first));
    return &rows_;
  }

 private:
  void draw_all(Rule const& rule, plan_shape whole, key k) {
    whole.rows = whole.samples = k.global;
    whole.first = k.first = 0;
    input_set<space::host> const in(whole);
    auto const choice = comm_.list<std::uint8_t>(k.global);
    rows_.row.assign(static_cast<std::size_t>(k.global), -1);
    index_t const block = k.block == 0 || k.block > k.global ? k.global : k.block;
    if (whole.source_rows > 0)
      rule(pairing_task<space::host>{in, k, k.global, block, rows_.row.data(), choice.data(), -1, comm_.scratch(3)});
  }

  communicator const& comm_;
  known_rows rows_;
};

/// Brings the wanted rows to `rows`, after all ranks have agreed. `known`: what all ranks want, or null.
template <class X, class Rows>
void bring_rows(communicator const& c, row_owners const& owners, kept_list<held_rows> const& all, wanted_rows const& w,
                X const& x, Rows const& rows, known_rows const* known) {
  using T = typename Rows::element;
  using row_shape = travelling_row<T, X::rank>;
  bool const last = channels_last(all);
  auto const bring = [&](auto const& like) {
    remote_rows<T, X::rank> remote(c, owners, x, like, last, row_size(all, X::rank), w, known);
    row_shape const from(x, last), to(rows, last);
    auto between = c.list<T>(remote.dense().size());
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

/// fetch, with a rule or without.
template <class R, class B, class Rule, class X, class Rows>
void fetch_rows(communicator const& c, plan<R, B> const& p, Rule const& rule, X const& x, Rows const& rows,
                mpi::fetch_options const& o) {
  using T = typename Rows::element;
  computed_requests<Rule> requests(c);
  wanted_rows wanted(c);
  held_rows mine{};
  auto const refused = caught([&] {
    check_made(p.shape);
    if (p.shape.own_source) same_rows("x", x.extent[0], p.shape.samples);
    check_place(x, rows, p.rows());
    requests.draw(rule, p);
    want(wanted, p, rows, "the place for fetched rows", o.boxes_only, requests.known);
    mine = held(x, rows, p.shape.first, p.rows(), wanted.count);
  });
  auto const all = agree_on_rows<T>(c, refused, p, rule, mine, X::rank, o.boxes_only);
  auto const owners = owners_of(all, X::rank, p.shape.own_source, p.shape.source_first, p.shape.source_rows);
  bring_rows(c, owners, all, wanted, x, rows, requests.of_ranks(all, p.drawn_with));
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
requires(!drawn_from_key<X>) void fetch(world const& w, plan<R, B> const& p, X const& x, Rows const& rows,
                                        fetch_options const& o = {}) {
  detail::fetch_rows(*w.shared(), p, detail::no_rule{}, x, rows, o);
}
/// The same for a plan whose partners a rule draws from the key alone (pairing::shuffle, reverse, roll, derangement):
/// each rank draws those of all rows, so that requests are computed and not sent, but for their boxes where only boxes
/// travel: O(global) work, as the permutation itself, for the two all-to-alls that it saves, or one. Of plans whose m
/// is one number a row, all partners travel, also those of which nothing is read. Errors: a plan whose partners are not
/// those of the rule, or that has more rows than samples, too; another rule than on rank 0.
template <class R, class B, class Rule, class X, class Rows>
requires drawn_from_key<Rule>
void fetch(world const& w, plan<R, B> const& p, Rule const& rule, X const& x, Rows const& rows,
           fetch_options const& o = {}) {
  detail::fetch_rows(*w.shared(), p, rule, x, rows, o);
}

/// The same for given rows of a sharded set, whose slices are in the order of the ranks: row i of `rows` becomes row
/// wanted(i) of the whole, counted from the first row of rank 0; -1: left as it is. Errors: a row outside the set, too.
template <class X, class Rows>
void fetch(world const& w, tensor_view<std::int64_t const, 1> const& wanted, X const& x, Rows const& rows) {
  using T = typename Rows::element;
  detail::communicator const& c = *w.shared();
  detail::wanted_rows list(c);
  detail::held_rows mine{};
  auto const refused = detail::caught([&] {
    detail::check_place(x, rows, wanted.extent[0]);
    if (wanted.data == nullptr && wanted.extent[0] > 0)
      detail::fail("the list of rows", "a null pointer", detail::text(wanted.extent[0]) + " rows");
    for (index_t i = 0; i < wanted.extent[0]; ++i) {
      list.row.push_back(wanted(i));
      list.count += wanted(i) >= 0;
    }
    mine = detail::held(x, rows, 0, wanted.extent[0], list.count);
  });
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
  detail::bring_rows(c, owners, all, list, x, rows, nullptr);
}

}  // namespace mpi
}  // namespace mixaug

MIXAUG_EXACT_END

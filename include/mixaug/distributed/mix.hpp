// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/labels.hpp>
#include <mixaug/backend/serial.hpp>
#include <mixaug/distributed/fetch.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

/// A host backend that runs nothing: what it is given to is checked.
struct checks_only {
  using mixaug_backend = void;
  static constexpr space memory = space::host;
  index_t lanes() const noexcept { return 1; }
  template <class Items>
  void items(index_t, Items const&) const noexcept {}
};

/// Runs only the items of some of the `rows` rows that are mixed; each row has as many items.
template <class Backend>
struct some_rows {
  using mixaug_backend = void;
  static constexpr space memory = space::host;
  Backend const& be;
  index_t const* row;  ///< the rows
  index_t count, rows;

  index_t lanes() const noexcept { return be.lanes(); }
  template <class Items>
  struct chosen {
    Items const& job;
    index_t const* row;
    index_t each;
    void operator()(index_t k) const noexcept { job(row[k / each] * each + k % each); }
  };
  template <class Items>
  void items(index_t all, Items const& job) const noexcept {
    index_t const each = all / rows;
    be.items(count * each, chosen<Items>{job, row, each});
  }
};

/// Rows at addresses of their own, with the extents and strides of a view.
template <class T, class View>
tensor_rows<T const, View::rank> rows_at(kept_list<T const*> const& pointers, View const& like) {
  tensor_rows<T const, View::rank> v;
  v.table = v.host_table = pointers.data();
  v.extent[0] = static_cast<index_t>(pointers.size());
  for (int d = 1; d < View::rank; ++d) {
    v.extent[d] = like.extent[d];
    v.stride[d] = like.stride[d];
  }
  v.order = like.order;
  return v;
}

/// Mixes the rows of this rank, those whose partners are here while the others travel.
template <class Backend, class R, class B, class Rule, class X, class Source, class Out>
void mix_ranks(mpi::world const& w, Backend const& be, plan<R, B> const& p, Rule const& rule, X const& x,
               Source const& source, Out const& out, bool batch, bool boxes_only) {
  using T = std::remove_const_t<typename X::element>;
  static_assert(host_backend<Backend>, "mixaug: mpi::mix runs on the host; mix device rows with gathered(rows) there");
  static_assert(same_element<X, Source, Out> && X::rank == Source::rank && X::rank == Out::rank,
                "mixaug: x, the source and the output have one element type and rank");
  communicator const& c = *w.shared();
  computed_requests<Rule> requests(c);
  wanted_rows wanted(c);
  held_rows mine{};
  auto from = c.list<T const*>();
  auto const refused = caught([&] {
    check_source_rows(p, source, batch);
    same_rows("x", x.extent[0], p.shape.samples);
    check_batch(source, "the source");
    for (index_t i = 0; i < p.rows(); ++i) from.push_back(row_pointer(x, p.self[i]));
    mixaug::apply(checks_only{}, p, x, gathered(rows_at(from, x)), out);
    if (p.rows() > 0 && source.extent[0] > 0) {
      if (!batch)
        written_memory<Out>("the output", out, any_layout(out))
            .check_apart("the source", source, any_layout(source), "");
      for (int d = 1; d < X::rank; ++d)
        if (source.extent[d] != x.extent[d])
          fail("the source", "of shape " + shape_text(source.extent, X::rank),
               "rows of the extents of x, " + shape_text(x.extent + 1, X::rank - 1));
    }
    requests.draw(rule, p);
    want(wanted, p, x, "x", boxes_only, requests.known);
    mine = held(source, x, p.shape.first, p.rows(), wanted.count);
  });
  auto const all = agree_on_rows<T>(c, refused, p, rule, mine, X::rank, boxes_only);
  auto const owners = owners_of(all, X::rank, p.shape.own_source, p.shape.source_first, p.shape.source_rows);
  bool const last = channels_last(all);
  auto const run = [&](auto const& like) {
    remote_rows<T, X::rank> remote(c, owners, source, like, last, row_size(all, X::rank), wanted,
                                   requests.of_ranks(all, p.drawn_with));
    auto here = c.list<index_t>(), away = here;
    for (index_t i = 0; i < p.rows(); ++i) {
      index_t const row = wanted.row[static_cast<std::size_t>(i)];
      (remote.slot(i) >= 0 ? away : here).push_back(i);
      index_t const read = row >= 0 && remote.slot(i) < 0 ? row - owners.first(c.rank()) : 0;  // 0: any, not read
      if (source.extent[0] > 0) from[static_cast<std::size_t>(i)] = row_pointer(source, read);
    }
    index_t const step = greater(1, ceil_div(static_cast<index_t>(here.size()), 16));
    for (index_t at = 0; at < static_cast<index_t>(here.size()); at += step) {
      index_t const count = lesser(step, static_cast<index_t>(here.size()) - at);
      mixaug::apply(some_rows<Backend>{be, here.data() + at, count, p.rows()}, p, x, gathered(rows_at(from, like)),
                    out);
      remote.progress();
    }
    remote.wait();
    if (away.empty()) return;
    for (index_t i = 0; i < p.rows(); ++i)
      from[static_cast<std::size_t>(i)] = remote.row(greater(0, remote.slot(i)));  // others are not mixed now
    auto dense = rows_at(from, like);
    remote.dense().set_strides(dense);
    mixaug::apply(some_rows<Backend>{be, away.data(), static_cast<index_t>(away.size()), p.rows()}, p, x,
                  gathered(dense), out);
  };
  if (source.extent[0] > 0)
    run(source);
  else
    run(x);
}

/// Labels of this rank's rows: those of the partners are fetched into memory that is kept.
template <class Backend, class R, class B, class Rule, class Y, class Source, class Out>
void labels_of_ranks(mpi::world const& w, Backend const& be, plan<R, B> const& p, Rule const& rule, Y const& y,
                     Source const& source, Out const& out, soft_label_options const& o, bool batch) {
  using T = std::remove_const_t<typename Source::element>;
  constexpr int rank = Source::rank;
  static_assert(host_backend<Backend>, "mixaug: labels of other ranks are mixed on the host");
  auto rows = w.shared()->template list<T>();
  tensor_view<T, rank> place;
  w.agree(caught([&] {
    check_source_rows(p, source, batch);
    index_t const width = rank == 2 && Out::rank == 2 ? out.extent[Out::rank - 1] : 1;
    rows.resize(static_cast<std::size_t>(p.rows() * greater(1, width)));
    place.data = rows.data();
    for (int d = 0; d < rank; ++d) {
      place.extent[d] = d == 0 ? p.rows() : width;
      place.stride[d] = d == 0 && rank == 2 ? width : 1;
    }
    labels_from(checks_only{}, p, y, place, out, o, false, true);
    using target = std::remove_const_t<typename Out::element>;
    index_t const classes = Out::rank == 2 ? out.extent[Out::rank - 1] : 1;
    if (source.extent[0] > 0 && p.rows() > 0)
      label_side<target>(source, classes, o, o.smooth != smooth::self, "the source's labels");
  }));
  fetch_rows(*w.shared(), p, rule, source, place, {});
  labels_from(be, p, y, place, out, o, false, true);
}

}  // namespace detail

namespace mpi {

/// Mixes this rank's rows of a global batch with partners on any rank, bit for bit as one process mixes the whole
/// batch:
///   mix(w, plan, x, out)           partners are rows of the global batch, of which x is this rank's part
///   mix(w, plan, x, source, out)   partners are rows of a second source, of which `source` is this rank's slice
///   (fetch)
/// a host backend may stand behind w. Rows whose partners are here are mixed while the others travel: by default only
/// the boxes that are read, at most the partner rows of this rank's plan. Takes what apply takes, but for device
/// memory. Collective. Errors, on all ranks, and before any row travels or is written: what apply refuses (out that
/// shares memory with x, too: several ranks cannot mix in place), and what fetch refuses.
template <backend Backend, class R, class B, class X, class Out>
requires(is_batch<X>&& is_batch<Out>) void mix(world const& w, Backend const& be, plan<R, B> const& p, X const& x,
                                               Out const& out, fetch_options const& o = {.boxes_only = true}) {
  detail::mix_ranks(w, be, p, detail::no_rule{}, x, x, out, true, o.boxes_only);
}
template <backend Backend, class R, class B, class X, class Src, class Out>
requires(is_batch<X>&& is_batch<Src>&& is_batch<Out>) void mix(world const& w, Backend const& be, plan<R, B> const& p,
                                                               X const& x, Src const& source, Out const& out,
                                                               fetch_options const& o = {.boxes_only = true}) {
  detail::mix_ranks(w, be, p, detail::no_rule{}, x, source, out, false, o.boxes_only);
}
/// The same for a plan whose partners a rule draws from the key alone: mix(w, plan, pairing::shuffle{}, x, out).
/// Requests are computed, not sent; where only boxes travel, the boxes are. Errors: as fetch with a rule.
template <backend Backend, class R, class B, class Rule, class X, class Out>
requires(drawn_from_key<Rule>&& is_batch<X>&& is_batch<Out>) void mix(world const& w, Backend const& be,
                                                                      plan<R, B> const& p, Rule const& rule, X const& x,
                                                                      Out const& out,
                                                                      fetch_options const& o = {.boxes_only = true}) {
  detail::mix_ranks(w, be, p, rule, x, x, out, true, o.boxes_only);
}
template <backend Backend, class R, class B, class Rule, class X, class Src, class Out>
requires(drawn_from_key<Rule>&& is_batch<X>&& is_batch<Src>&& is_batch<Out>) void mix(
    world const& w, Backend const& be, plan<R, B> const& p, Rule const& rule, X const& x, Src const& source,
    Out const& out, fetch_options const& o = {.boxes_only = true}) {
  detail::mix_ranks(w, be, p, rule, x, source, out, false, o.boxes_only);
}
/// The same in this thread, without a backend.
template <class R, class B, class X, class... More>
requires(is_batch<X> || drawn_from_key<X>) void mix(world const& w, plan<R, B> const& p, X const& x_or_rule,
                                                    More const&... more) {
  mpi::mix(w, serial{}, p, x_or_rule, more...);
}

/// soft_labels of this rank's rows, with the labels of partners on any rank; y, and `source` (this rank's slice), as in
/// mix. mix_targets (labels that are regression targets or soft already) likewise. Collective. Errors, on all ranks:
/// those of mixaug::soft_labels and of fetch.
template <class R, class B, class Y, class Out>
requires(is_tensor_view<Y>&& is_tensor_view<Out>) void soft_labels(world const& w, plan<R, B> const& p, Y const& y,
                                                                   Out const& out, soft_label_options const& o = {}) {
  detail::labels_of_ranks(w, serial{}, p, detail::no_rule{}, y, y, out, o, true);
}
template <class R, class B, class Y, class Src, class Out>
requires(is_tensor_view<Y>&& is_tensor_view<Src>&& is_tensor_view<Out>) void soft_labels(
    world const& w, plan<R, B> const& p, Y const& y, Src const& source, Out const& out,
    soft_label_options const& o = {}) {
  detail::labels_of_ranks(w, serial{}, p, detail::no_rule{}, y, source, out, o, false);
}
/// The same for a plan whose partners a rule draws from the key alone, as in mix; no request is sent.
template <class R, class B, class Rule, class Y, class Out>
requires(drawn_from_key<Rule>&& is_tensor_view<Y>&& is_tensor_view<Out>) void soft_labels(
    world const& w, plan<R, B> const& p, Rule const& rule, Y const& y, Out const& out,
    soft_label_options const& o = {}) {
  detail::labels_of_ranks(w, serial{}, p, rule, y, y, out, o, true);
}
template <class R, class B, class Rule, class Y, class Src, class Out>
requires(drawn_from_key<Rule>&& is_tensor_view<Y>&& is_tensor_view<Src>&& is_tensor_view<Out>) void soft_labels(
    world const& w, plan<R, B> const& p, Rule const& rule, Y const& y, Src const& source, Out const& out,
    soft_label_options const& o = {}) {
  detail::labels_of_ranks(w, serial{}, p, rule, y, source, out, o, false);
}
/// Mixed targets of this rank's rows.
template <class R, class B, class Y, class... More>
requires is_tensor_view<Y>
void mix_targets(world const& w, plan<R, B> const& p, Y const& y, More const&... more) {
  static_assert(!std::is_integral_v<typename Y::element>, "mixaug: targets are float or double; ids go to soft_labels");
  mpi::soft_labels(w, p, y, more...);
}
template <class R, class B, class Rule, class Y, class... More>
requires(drawn_from_key<Rule>&& is_tensor_view<Y>) void mix_targets(world const& w, plan<R, B> const& p,
                                                                    Rule const& rule, Y const& y, More const&... more) {
  static_assert(!std::is_integral_v<typename Y::element>, "mixaug: targets are float or double; ids go to soft_labels");
  mpi::soft_labels(w, p, rule, y, more...);
}

}  // namespace mpi
}  // namespace mixaug

MIXAUG_EXACT_END

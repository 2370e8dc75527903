// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/detail/sums.hpp>
#include <mixaug/backend/serial.hpp>
#include <mixaug/distributed/fetch.hpp>
#include <mixaug/metric/pair_accuracy.hpp>
#include <mixaug/pairing/prototypes.hpp>
#include <mixaug/weight/cvar.hpp>
#include <mixaug/weight/group_dro.hpp>

MIXAUG_EXACT_BEGIN

/// Statistics of the global batch, of which each rank has a part: equal for every number of ranks. One number a sample
/// is gathered, 4 to 8 bytes, so that the sums of one process are made, in its order.
namespace mixaug {
namespace detail {

/// The values (n) of all ranks, and the place of this rank's among them.
template <class T>
struct gathered_values {
  kept_list<T> all;
  index_t first = 0, rows = 0;
  tensor_view<T const, 1> view() const noexcept {
    return row_major(static_cast<T const*>(all.data()), extents<1>{static_cast<index_t>(all.size())});
  }
};
template <class T>
kept_list<T> dense_values(communicator const& c, tensor_view<T const, 1> const& v, char const* name) {
  auto dense = c.list<T>();
  if (v.data == nullptr && v.extent[0] > 0) fail(name, "a null pointer", text(v.extent[0]) + " numbers");
  for (index_t i = 0; i < v.extent[0]; ++i) dense.push_back(v(i));
  return dense;
}
template <class T>
gathered_values<T> values_of_ranks(communicator const& c, kept_list<T> const& mine, kept_list<index_t> const& rows) {
  gathered_values<T> g;
  g.all = all_gather(c, mine.data(), rows);
  g.first = starts_of(rows)[static_cast<std::size_t>(c.rank())];
  g.rows = static_cast<index_t>(mine.size());
  return g;
}
/// Copies this rank's part of n results to `out`.
template <class V, class T, class Out>
void part_of_results(gathered_values<V> const& g, kept_list<T> const& all, Out const& out) {
  for (index_t i = 0; i < g.rows; ++i)
    out(i) = static_cast<typename Out::element>(all[static_cast<std::size_t>(g.first + i)]);
}

/// A value as the term of a sum over rows.
template <class T>
struct value_term {
  T const* value;
  T operator()(index_t i) const noexcept { return value[i]; }
};

/// pair_accuracy over all ranks; the ids of partners are fetched.
template <class R, class B, class P, class Y, class Source>
double pair_accuracy_of_ranks(communicator const& c, plan<R, B> const& p, P const& predicted, Y const& class_ids,
                              Source const& source, bool batch, accuracy_options const& o) {
  using id = std::remove_const_t<typename Source::element>;
  static_assert(std::is_integral_v<id> && Source::rank == 1, "mixaug: class ids are (n), integers");
  auto partner = c.list<id>();
  tensor_view<id, 1> place;
  id_list const told(predicted), own(class_ids);
  auto const refused = caught([&] {
    check_source_rows(p, source, batch);
    partner.resize(static_cast<std::size_t>(p.rows()));
    place = row_major(partner.data(), extents<1>{p.rows()});
    check_predictions(p, told, own, id_list(place), false, true);
  });
  auto const rows = agree(c, refused,
                          {{"the ignore_index", static_cast<std::uint64_t>(o.ignore_index.value_or(0))},
                           {"whether there is an ignore_index", o.ignore_index.has_value() ? 1u : 0u}},
                          p.rows());
  fetch_rows(c, p, no_rule{}, source, place, {});
  auto mine = c.list<pair_hits>();
  for (index_t i = 0; i < p.rows(); ++i)
    mine.push_back(hits_of(p, i, told[i], own[p.self[i]], static_cast<index_t>(place(i)), o));
  pair_hit_sums sums;
  for (pair_hits const& row : all_gather(c, mine.data(), rows)) sums.add(row);
  return sums.accuracy();
}

}  // namespace detail

namespace mpi {

/// The mean of the values (n) of all ranks, such as the losses of a step, n of any number, also 0: the number that
/// pair_loss(..., reduction::mean) has in one process, bit for bit. Collective. Errors, on all ranks: a null pointer,
/// no value on any rank, of which there is no mean.
template <backend Backend, class T>
std::remove_const_t<T> mean(world const& w, Backend const& be, tensor_view<T, 1> const& values) {
  using number = std::remove_const_t<T>;
  static_assert(std::is_same_v<number, float> || std::is_same_v<number, double>,
                "mixaug: losses are views (n) of float, or of double");
  detail::communicator const& c = *w.shared();
  auto mine = c.list<number>();
  auto const refused =
      detail::caught([&] { mine = detail::dense_values(c, tensor_view<number const, 1>(values), "the values"); });
  auto const rows = detail::agree(c, refused, {{"the size of a value", sizeof(number)}}, values.extent[0]);
  auto const all = detail::values_of_ranks(c, mine, rows);
  index_t const n = static_cast<index_t>(all.all.size());
  if (n == 0) detail::fail("the mean is of 0 values on all ranks, and has no value; give at least one on some rank");
  number result{};
  detail::sum_rows(be, detail::value_term<number>{all.all.data()}, n, static_cast<double>(n), &result);
  return result;
}
/// The same in this thread, without a backend.
template <class T>
std::remove_const_t<T> mean(world const& w, tensor_view<T, 1> const& values) {
  return mpi::mean(w, serial{}, values);
}

/// pair_accuracy of the rows of all ranks, with partners on any rank: that of one process, bit for bit. `predicted` has
/// the rows of this rank's plan, class_ids its samples, `source` (for a plan with a second source) its slice of the
/// source's ids; ids of partners are fetched. Collective. Errors, on all ranks: those of pair_accuracy and fetch.
template <class R, class B, class P, class Y>
double pair_accuracy(world const& w, plan<R, B> const& p, P const& predicted, Y const& class_ids,
                     accuracy_options const& o = {}) {
  return detail::pair_accuracy_of_ranks(*w.shared(), p, predicted, class_ids, class_ids, true, o);
}
template <class R, class B, class P, class Y, class S>
requires is_tensor_view<S>
double pair_accuracy(world const& w, plan<R, B> const& p, P const& predicted, Y const& class_ids, S const& source,
                     accuracy_options const& o = {}) {
  return detail::pair_accuracy_of_ranks(*w.shared(), p, predicted, class_ids, source, false, o);
}

/// One step of group DRO by the losses (n) and groups (n) of all ranks, n of any number, also 0; `out` (n): the weights
/// of this rank's samples, or left out. Every rank has the same state before and after. Collective. Errors, on all
/// ranks: those of group_dro::update.
template <backend Backend, class L, class G, class Out>
void update(world const& w, Backend const& be, weight::group_dro& dro, tensor_view<L, 1> const& losses,
            tensor_view<G, 1> const& groups, Out const& out) {
  using loss = std::remove_const_t<L>;
  detail::communicator const& c = *w.shared();
  auto mine = c.list<loss>();
  auto ids = c.list<std::int64_t>();
  auto const refused = detail::caught([&] {
    mine = detail::dense_values(c, tensor_view<loss const, 1>(losses), "losses");
    detail::same_rows("groups", groups.extent[0], losses.extent[0]);
    detail::same_rows("the output", out.extent[0], losses.extent[0]);
    if (groups.data == nullptr && groups.extent[0] > 0) detail::fail("groups", "a null pointer", "integers");
    for (index_t i = 0; i < groups.extent[0]; ++i) {
      index_t const g = static_cast<index_t>(groups(i));
      double const l = static_cast<double>(losses(i));
      if (g < 0 || g >= dro.groups())
        detail::fail("groups(" + detail::text(i) + ")", detail::text(g),
                     "a group in [0, " + detail::text(dro.groups()) + ")");
      if (!detail::finite(l)) detail::fail("losses(" + detail::text(i) + ")", detail::text(l), "a finite loss");
      ids.push_back(g);
    }
  });
  auto const rows = detail::agree(
      c, refused,
      {{"the number of groups", static_cast<std::uint64_t>(dro.groups())}, {"the size of a loss", sizeof(loss)}},
      losses.extent[0]);
  auto const all = detail::values_of_ranks(c, mine, rows);
  auto const of = detail::values_of_ranks(c, ids, rows);
  auto weights = c.list<double>(static_cast<index_t>(all.all.size()));
  dro.update(be, all.view(), of.view(), row_major(weights.data(), extents<1>{static_cast<index_t>(weights.size())}));
  detail::part_of_results(all, weights, out);
}

/// cvar's weights of this rank's losses (n), n of any number, also 0, by the threshold of the global batch, to out (n).
/// Collective. Errors, on all ranks: those of cvar::weights.
template <backend Backend, class L, class Out>
void weights(world const& w, Backend const& be, weight::cvar& rule, tensor_view<L, 1> const& losses, Out const& out) {
  using loss = std::remove_const_t<L>;
  detail::communicator const& c = *w.shared();
  auto mine = c.list<loss>();
  auto const refused = detail::caught([&] {
    mine = detail::dense_values(c, tensor_view<loss const, 1>(losses), "losses");
    detail::same_rows("the output", out.extent[0], losses.extent[0]);
    for (std::size_t i = 0; i < mine.size(); ++i)
      if (!detail::finite(mine[i]))
        detail::fail("losses(" + std::to_string(i) + ")", detail::text(static_cast<double>(mine[i])), "a finite loss");
  });
  auto const rows = detail::agree(c, refused, {{"the size of a loss", sizeof(loss)}}, losses.extent[0]);
  auto const all = detail::values_of_ranks(c, mine, rows);
  auto result = c.list<double>(static_cast<index_t>(all.all.size()));
  rule.weights(be, all.view(), row_major(result.data(), extents<1>{static_cast<index_t>(result.size())}));
  detail::part_of_results(all, result, out);
}

/// Counts the class ids (n) of all ranks: counts (K). Collective. Errors, on all ranks: an id outside [0, K), another
/// K.
template <class Id>
void class_counts(world const& w, tensor_view<Id, 1> const& class_ids, tensor_view<std::int64_t, 1> const& counts) {
  detail::communicator const& c = *w.shared();
  index_t const classes = counts.extent[0];
  auto mine = c.list<index_t>(), all = mine;
  auto const refused = detail::caught([&] {
    if (classes < 1 || classes > (index_t{1} << 30) || counts.data == nullptr)
      detail::fail("counts", "of " + detail::text(classes) + " elements", "memory for a number of each class");
    if (class_ids.data == nullptr && class_ids.extent[0] > 0) detail::fail("class_ids", "a null pointer", "integers");
    mine.assign(static_cast<std::size_t>(classes), 0);
    for (index_t i = 0; i < class_ids.extent[0]; ++i) {
      index_t const id = static_cast<index_t>(class_ids(i));
      if (id < 0 || id >= classes)
        detail::fail("class_ids(" + detail::text(i) + ")", detail::text(id),
                     "a class in [0, " + detail::text(classes) + "), as counts has");
      ++mine[static_cast<std::size_t>(id)];
    }
  });
  detail::agree(c, refused, {{"the number of classes", static_cast<std::uint64_t>(classes)}}, detail::no_numbers{});
  all.resize(mine.size());
  c.check(MPI_Allreduce(mine.data(), all.data(), static_cast<int>(classes), MPI_INT64_T, MPI_SUM, c.get()),
          "MPI_Allreduce");
  for (index_t k = 0; k < classes; ++k) counts(k) = all[static_cast<std::size_t>(k)];
}

/// class_prototypes of the samples of all ranks, those of rank 0 first: `features` (n, d) and `class_ids` (n) are this
/// rank's, n of any number, also 0; prototypes (K, d) and counts (K) are written on all ranks. The running sums, K d
/// doubles, go from rank to rank, so that samples are added in their order and none is gathered. Collective. Errors, on
/// all ranks: those of class_prototypes, another d or K.
template <class T, class Id, class P>
void class_prototypes(world const& w, tensor_view<T, 2> const& features, tensor_view<Id, 1> const& class_ids,
                      tensor_view<P, 2> const& prototypes, tensor_view<std::int64_t, 1> const& counts,
                      empty_class empty = empty_class::refused) {
  detail::communicator const& c = *w.shared();
  index_t const classes = prototypes.extent[0], d = prototypes.extent[1], n = features.extent[0];
  auto const refused = detail::caught([&] {
    if (n > 0) return detail::check_prototypes(features, class_ids, prototypes, counts);
    detail::check_matrix("prototypes", prototypes, -1, -1);
    detail::same_rows("counts", counts.extent[0], classes);
    if (counts.data == nullptr) detail::fail("counts", "a null pointer", detail::text(classes) + " integers");
  });
  detail::agree(c, refused,
                {{"the number of classes", static_cast<std::uint64_t>(classes)},
                 {"the width of prototypes", static_cast<std::uint64_t>(d)}},
                detail::no_numbers{});
  detail::prototype_sums sums(classes, d);
  detail::unit_type const row(c, d * static_cast<index_t>(sizeof(double)));
  int const next = c.rank() + 1 < c.size() ? c.rank() + 1 : MPI_PROC_NULL;
  int const before = c.rank() > 0 ? c.rank() - 1 : MPI_PROC_NULL, last = c.size() - 1;
  int const rows = static_cast<int>(classes);
  c.check(MPI_Recv(sums.sum.data, rows, row.get(), before, 0, c.get(), MPI_STATUS_IGNORE), "MPI_Recv");
  c.check(MPI_Recv(sums.members.data, rows, MPI_INT64_T, before, 1, c.get(), MPI_STATUS_IGNORE), "MPI_Recv");
  if (n > 0) sums.add(features, detail::id_list(class_ids));
  c.check(MPI_Send(sums.sum.data, rows, row.get(), next, 0, c.get()), "MPI_Send");
  c.check(MPI_Send(sums.members.data, rows, MPI_INT64_T, next, 1, c.get()), "MPI_Send");
  c.check(MPI_Bcast(sums.sum.data, rows, row.get(), last, c.get()), "MPI_Bcast");
  c.check(MPI_Bcast(sums.members.data, rows, MPI_INT64_T, last, c.get()), "MPI_Bcast");
  w.agree(detail::caught([&] { sums.finish(features, prototypes, counts, empty); }));
}

}  // namespace mpi
}  // namespace mixaug

MIXAUG_EXACT_END

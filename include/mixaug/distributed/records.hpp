// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/distributed/world.hpp>
#include <mixaug/kernel/detail/table_array.hpp>
#include <mixaug/metric/group_accuracy.hpp>
#include <mixaug/weight/uncertainty.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace mpi {

/// What a sample counts that several ranks have recorded.
enum class repeats : unsigned char {
  added,        ///< each visit counts, as in uncertainty::merge
  counted_once  ///< the visits of the lowest rank that counted any: for samplers that repeat rows to fill up an epoch
};

}  // namespace mpi
namespace detail {

/// The parts of a record's counters, one a rank: what a rank sums up and then gives to all.
template <class Counter>
void merge_counters(communicator const& c, typename Counter::word* own, index_t rows, mpi::repeats how) {
  using word = typename Counter::word;
  rank_groups<word> out{kept_list<word>(own, own + rows), {}};
  for (int r = 0; r < c.size(); ++r) {
    part_range const part(rows, c.size(), r);
    out.count.push_back(part.end - part.begin);
  }
  auto const in = all_to_all(c, out);
  index_t const n = out.count[static_cast<std::size_t>(c.rank())];
  std::vector<word> sum(static_cast<std::size_t>(n), word{0});
  for (int r = 0; r < c.size(); ++r)
    for (index_t i = 0; i < n; ++i) {
      word const more = in.value[static_cast<std::size_t>(r * n + i)];
      word& all = sum[static_cast<std::size_t>(i)];
      if (how == mpi::repeats::added)
        all = Counter::sum(all, more);
      else if (all == word{0})
        all = more;
    }
  auto const merged = all_gather(c, sum.data(), out.count);
  std::memcpy(static_cast<void*>(own), merged.data(), sizeof(word) * static_cast<std::size_t>(rows));
}

}  // namespace detail

namespace mpi {

/// Makes a record that each rank has filled with its own samples that of all ranks, on all of them: counters are summed
/// as integers, part by part (each rank sums a part and gives it to all), and epochs united. The result depends neither
/// on the ranks nor on who recorded what. Merge what is new, and add it to what was: record an epoch into a record of
/// its own, mpi::merge(w, epoch), then record.merge(epoch) on every rank; two merges of one record would count twice.
/// repeats::counted_once takes a record of one epoch; a sample counts as the lowest rank has counted it (with
/// unvisited::as_wrong the lowest that was right). Collective. Errors, on all ranks: records of other rows or options,
/// impossible counters, counted_once of several epochs.
inline void merge(world const& w, weight::uncertainty& record, repeats how = repeats::added) {
  detail::communicator const& c = *w.shared();
  auto const refused = detail::caught([&] {
    if (record.rows() == 0) detail::fail("the record", "empty (default-constructed, or moved from)", "one with rows");
    if (index_t const i = record.impossible_row(); i >= 0)
      detail::fail("row " + detail::text(i) + " of the record", "of more wrong visits than visits",
                   "counters that record(backend, epoch, ...) wrote");
  });
  auto const& o = record.options();
  detail::option_digest d;
  d.option(o.eta);
  d.option(o.c);
  d.option(o.unvisited);
  d.option(o.normalise);
  detail::agree(c, refused,
                {{"the number of the record's rows", static_cast<std::uint64_t>(record.rows())},
                 {"the record's first_epoch", static_cast<std::uint64_t>(o.first_epoch)},
                 {"the record's epochs", static_cast<std::uint64_t>(o.epochs)},
                 {"eta, c, unvisited or normalise of the record", d.value, false}},
                detail::no_numbers{});
  detail::kept_list<index_t> const words(static_cast<std::size_t>(c.size()), record.mark_words());
  auto const all = detail::all_gather(c, record.marks(), words);
  std::vector<std::uint64_t> marks(static_cast<std::size_t>(record.mark_words()), 0);
  for (std::size_t k = 0; k < all.size(); ++k) marks[k % marks.size()] |= all[k];
  index_t epochs = 0;
  for (std::uint64_t word : marks)
    for (; word != 0; word &= word - 1) ++epochs;
  if (how == repeats::counted_once && epochs > 1)
    detail::fail("the record that is merged with repeats::counted_once", "of " + detail::text(epochs) + " epochs",
                 "a record of one epoch, in which a sample that two ranks have was repeated");
  detail::with_counter(o.epochs, o.unvisited, [&]<class Counter>(Counter) {
    detail::merge_counters<Counter>(c, reinterpret_cast<typename Counter::word*>(record.counters().data()),
                                    record.rows(), how);
  });
  record.set_marks(marks.data());
}

/// Makes the counts of each rank's samples those of all ranks, on all of them: merge what was counted since the last
/// merge. Collective. Errors: another number of groups than on rank 0.
inline void merge(world const& w, group_accuracy& counted) {
  detail::communicator const& c = *w.shared();
  detail::agree(c, nullptr, {{"the number of groups", static_cast<std::uint64_t>(counted.groups())}},
                detail::no_numbers{});
  std::vector<index_t> mine, all;
  for (index_t g = 0; g < counted.groups(); ++g) mine.push_back(counted.count(g)), mine.push_back(counted.correct(g));
  all.resize(mine.size());
  c.check(MPI_Allreduce(mine.data(), all.data(), static_cast<int>(mine.size()), MPI_INT64_T, MPI_SUM, c.get()),
          "MPI_Allreduce");
  counted.reset();
  for (index_t g = 0; g < counted.groups(); ++g)
    counted.add_counts(g, all[static_cast<std::size_t>(2 * g)], all[static_cast<std::size_t>(2 * g + 1)]);
}

}  // namespace mpi
}  // namespace mixaug

MIXAUG_EXACT_END

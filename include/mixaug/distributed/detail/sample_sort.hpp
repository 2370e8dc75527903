// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/distributed/detail/exchange.hpp>
#include <mixaug/distributed/detail/shard_elements.hpp>
#include <mixaug/kernel/detail/line/sort.hpp>
#include <mixaug/kernel/detail/table.hpp>

MIXAUG_EXACT_BEGIN

/// Sorting of labels over ranks: each sorts its own; regular samples choose splitters; one exchange; runs are merged
/// (sample sort by regular sampling, Shi and Schaeffer 1992).
namespace mixaug::detail {

/// Samples of a rank that holds its fair part of the labels. A rank then receives at most 1 + ranks / samples of that.
inline index_t sort_samples(int ranks) noexcept { return lesser(2048, greater(64, index_t{16} * ranks)); }

/// Sorts this rank's labels; their rows of the whole are first, first + 1, ... Equal labels stay in the order of rows.
template <class T>
kept_list<packed_element<T>> sorted_labels(T const* labels, index_t stride, index_t n, index_t first) {
  kept_list<packed_element<T>> out;
  if (n == 0) return out;
  one_thread const be;
  table_builder<one_thread> const kit(be, n);
  auto pairs = kit.template make_pairs<T>(n);
  kit.items(n, kernel_gather<T, decltype(pairs.view())>{labels, stride, pairs.view()});
  kit.sort(pairs);
  pairs.spare = {};
  auto const sorted = pairs.view();
  out.resize(static_cast<std::size_t>(n));
  for (index_t i = 0; i < n; ++i)
    out[static_cast<std::size_t>(i)] = {sorted.key(i), first + static_cast<index_t>(sorted.row(i))};
  return out;
}

/// Merges sorted runs, of the given lengths, one after the other; of equal labels those of the earlier run come first.
template <class T>
void merge_runs(kept_list<packed_element<T>>& all, kept_list<index_t> const& lengths) {
  auto begins = starts_of(lengths);
  kept_list<packed_element<T>> spare;
  auto const before = [](packed_element<T> const& a, packed_element<T> const& b) { return a.key < b.key; };
  while (begins.size() > 2) {
    spare.resize(all.size());
    auto merged = list_beside<index_t>(begins);
    for (std::size_t r = 0; r + 1 < begins.size(); r += 2) {
      std::size_t const last = r + 2 < begins.size() ? r + 2 : r + 1;
      auto const at = [&](std::size_t k) { return all.begin() + begins[k]; };
      std::merge(at(r), at(r + 1), at(r + 1), at(last), spare.begin() + begins[r], before);
      merged.push_back(begins[r]);
    }
    merged.push_back(begins.back());
    begins = std::move(merged);
    all.swap(spare);
  }
}

/// Sorts the labels of all ranks by label, then row: rank 0 gets the first part, rank 1 the next, ... `mine`: this
/// rank's sorted labels; `total`: labels of all ranks.
template <class T>
kept_list<packed_element<T>> sample_sort(communicator const& c, kept_list<packed_element<T>> mine, index_t total) {
  using element = packed_element<T>;
  auto const before = [](element const& a, element const& b) { return comes_before(a.key, a.row(), b.key, b.row()); };
  index_t const n = static_cast<index_t>(mine.size()), p = c.size();
  if (p == 1) return mine;
  // Every step-th label of each rank, so that a sample stands for as many labels everywhere.
  index_t const step = greater(1, total / (p * sort_samples(c.size())));
  kept_list<element> samples;
  for (index_t i = step / 2; i < n; i += step) samples.push_back(mine[static_cast<std::size_t>(i)]);
  samples = all_gather(c, samples.data(), all_gather(c, static_cast<index_t>(samples.size())));
  std::sort(samples.begin(), samples.end(), before);
  rank_groups<element> out{std::move(mine), {}};
  auto from = out.value.begin();
  for (index_t r = 1; r <= p; ++r) {
    auto to = out.value.end();
    if (r < p && !samples.empty()) {
      std::size_t const at = samples.size() * static_cast<std::size_t>(r) / static_cast<std::size_t>(p);
      to = std::lower_bound(from, out.value.end(), samples[at], before);
    }
    out.count.push_back(to - from);
    from = to;
  }
  auto in = all_to_all(c, out);
  kept_list<element>().swap(out.value);
  merge_runs(in.value, in.count);
  return std::move(in.value);
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END

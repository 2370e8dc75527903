// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/distributed/detail/agreement.hpp>
#include <mixaug/distributed/detail/sample_sort.hpp>
#include <mixaug/distributed/world.hpp>
#include <mixaug/kernel/detail/line/build.hpp>
#include <mixaug/kernel/detail/line/table.hpp>

MIXAUG_EXACT_BEGIN

/// The table of one-dimensional labels (kernel/detail/line) over several ranks: each has a part of the sorted labels,
/// the cells in which the labels of its part lie, and a halo of the cells before and after them. Numbers of cells are
/// local; positions, rows and windows are those of the whole, so that cells, alias tables and draws have the bits of
/// one process.
namespace mixaug::detail {

/// Cells of a halo on each side: those of the widest window, and those by which a distant query proposes.
inline constexpr index_t shard_halo = 4 * kernel_window_most + 2;

template <class T>
class sharded_table {
 public:
  using element = packed_element<T>;
  using view_type = kernel_line_view<T, shard_elements<T>, std::int64_t>;
  using cell = typename view_type::cell_type;

  sharded_table(std::shared_ptr<communicator const> c, tensor_view<T const, 1> const& labels,
                pairing::kernel_options const& o, kernel_line_tuning const& tuning = {})
      : comm_(std::move(c)) {
    agree_on(labels, o);
    label_.reserve(static_cast<std::size_t>(labels.extent[0]));
    for (index_t i = 0; i < labels.extent[0]; ++i) label_.push_back(labels(i) + T(0));  // -0 becomes 0
    auto sorted =
        sample_sort(*comm_, sorted_labels(labels.data, labels.stride[0], labels.extent[0], first_row()), view_.rows);
    share_ends(sorted);
    place_elements(std::move(sorted));
    view_.set_scale(o.bandwidth, most_);
    view_.set_reach(tuning.reach);
    index_t const entries = cut(tuning.width > 0.0 ? 1.0 / tuning.width : 4.0, tuning);
    if (!(tuning.width > 0.0) && 8 * entries > 24 * view_.rows) cut(2.0, tuning);
    build_aliases();
  }
  sharded_table(sharded_table const&) = delete;
  sharded_table& operator=(sharded_table const&) = delete;

  communicator const& comm() const noexcept { return *comm_; }
  /// The part of the table that is here; its elements must be told who reads them.
  view_type const& view() const noexcept { return view_; }
  index_t rows() const noexcept { return view_.rows; }
  /// Rows whose labels this rank has given, from first_row() on, and sorted labels that it holds.
  index_t first_row() const noexcept { return rows_[static_cast<std::size_t>(comm_->rank())]; }
  T label(index_t row) const noexcept { return label_[static_cast<std::size_t>(row - first_row())]; }
  index_t held() const noexcept { return ends().end - ends().begin; }
  index_t entries() const noexcept { return static_cast<index_t>(alias_.size()); }
  /// The element at a position that this rank holds.
  element at(index_t position) const noexcept { return own()[position - ends().begin]; }
  std::size_t bytes() const noexcept {
    return element_.capacity() * sizeof(element) + label_.capacity() * sizeof(T) + cell_.capacity() * sizeof(cell) +
           alias_.capacity() * sizeof(std::uint64_t);
  }
  /// The rank that was given the label of a row.
  int giver_of(index_t row) const noexcept {
    return static_cast<int>(std::upper_bound(rows_.begin(), rows_.end(), row) - rows_.begin()) - 1;
  }
  /// The rank that holds a sorted position.
  int holder_of(index_t position) const noexcept {
    int r = 0;
    while (position >= ranks_[static_cast<std::size_t>(r)].end) ++r;
    return r;
  }
  index_t end_of(int rank) const noexcept { return ranks_[static_cast<std::size_t>(rank)].end; }
  index_t begin_of(int rank) const noexcept { return ranks_[static_cast<std::size_t>(rank)].begin; }
  /// The rank that holds the label y of a row, so that equal labels do not meet on one rank.
  int owner_of(T y, index_t row) const noexcept {
    int found = -1;
    for (std::size_t r = 0; r < ranks_.size(); ++r) {
      shard_ends<T> const& e = ranks_[r];
      if (e.empty()) continue;
      if (found < 0 || !comes_before(y, row, e.first.key, e.first.row())) found = static_cast<int>(r);
    }
    return found;
  }
  /// The rank that holds the first label >= y, and so has the cell of y among its own; the last rank if there is none.
  int owner_of(T y) const noexcept {
    int last = 0;
    for (std::size_t r = 0; r < ranks_.size(); ++r) {
      if (ranks_[r].empty()) continue;
      last = static_cast<int>(r);
      if (ranks_[r].last.key >= y) break;
    }
    return last;
  }

 private:
  element const* own() const noexcept { return element_.data() + before_; }
  shard_ends<T> const& ends() const noexcept { return ranks_[static_cast<std::size_t>(comm_->rank())]; }

  /// Agrees on options and labels: how many rows each rank has, the largest |label|, and that all are finite.
  void agree_on(tensor_view<T const, 1> const& labels, pairing::kernel_options const& o) {
    std::uint64_t bandwidth = 0;
    std::memcpy(&bandwidth, &o.bandwidth, sizeof bandwidth);
    index_t const n = labels.extent[0];
    auto const refused = caught([&] {
      check_kernel(o);
      if (n < 0 || n >= index_t{0xFFFFFFFF}) fail("the number of this rank's labels", text(n), "0 to 4294967294");
      if (labels.data == nullptr && n > 0) fail("the labels", "a null pointer", text(n) + " numbers");
    });
    auto const rows = agree(*comm_, refused,
                            {{"the kernel's bandwidth", bandwidth, false},
                             {"the kernel", static_cast<std::uint64_t>(o.kernel), false},
                             {"with_self", o.with_self ? 1u : 0u},
                             {"the size of a label", sizeof(T)}},
                            n);
    rows_ = starts_of(rows);
    if (rows_.back() < 1 || rows_.back() >= index_t{1} << 40)
      fail("the number of labels of all ranks", text(rows_.back()), "1 to 2^40 - 1");
    double most = 0.0;
    auto const not_finite = caught([&] {
      for (index_t i = 0; i < n; ++i) {
        double const v = static_cast<double>(labels(i));
        if (!finite(v)) fail("label " + text(first_row() + i), text(v), "a finite number");
        most = std::fabs(v) > most ? std::fabs(v) : most;
      }
    });
    for (double of_rank :
         agree(*comm_, not_finite, {{"the number of labels", static_cast<std::uint64_t>(rows_.back())}}, most))
      most_ = of_rank > most_ ? of_rank : most_;
    view_.rows = rows_.back();
    view_.kind = o.kernel;
    view_.with_self = o.with_self;
  }
  /// Tells all ranks where each one's part begins and ends.
  void share_ends(kept_list<element> const& sorted) {
    shard_ends<T> mine;
    mine.end = static_cast<index_t>(sorted.size());
    if (mine.end > 0) mine.first = sorted.front(), mine.last = sorted.back();
    ranks_ = all_gather(*comm_, mine);
    index_t at = 0;
    for (shard_ends<T>& e : ranks_) {
      e.begin = at;
      at += e.end;
      e.end = at;
    }
  }
  /// The last `most` values that ranks below this one have, or the first of those above it: `mine` are the ends of this
  /// rank's list, of at most `most` values each, and all of it where it is shorter.
  template <class V>
  std::vector<V> beside(std::vector<V> const& mine, index_t most, bool below) const {
    auto const counts = all_gather(*comm_, static_cast<index_t>(mine.size()));
    auto const all = all_gather(*comm_, mine.data(), counts);
    auto const at = starts_of(counts);
    std::size_t const rank = static_cast<std::size_t>(comm_->rank());
    // Ranks of shorter lists have given all of theirs, so that there is no gap before `most` are found.
    if (below) return {all.begin() + greater(0, at[rank] - most), all.begin() + at[rank]};
    return {all.begin() + at[rank + 1], all.begin() + lesser(at.back(), at[rank + 1] + most)};
  }
  template <class V>
  static std::vector<V> first_of(V const* v, index_t n, index_t most) {
    return {v, v + lesser(n, most)};
  }
  template <class V>
  static std::vector<V> last_of(V const* v, index_t n, index_t most) {
    return {v + n - lesser(n, most), v + n};
  }
  /// Stores this rank's elements, with the last ones of the ranks before it and the first ones of the ranks after it
  /// around them, which a scanned window may reach.
  void place_elements(kept_list<element> sorted) {
    index_t const n = static_cast<index_t>(sorted.size());
    auto const left = beside(last_of(sorted.data(), n, kernel_scan_most), kernel_scan_most, true);
    auto const right = beside(first_of(sorted.data(), n, kernel_scan_most), kernel_scan_most, false);
    before_ = static_cast<index_t>(left.size());
    element_.reserve(left.size() + sorted.size() + right.size() + kernel_lanes);
    element_.insert(element_.end(), left.begin(), left.end());
    element_.insert(element_.end(), sorted.begin(), sorted.end());
    element_.insert(element_.end(), right.begin(), right.end());
    index_t const begin = ends().begin - before_, end = begin + static_cast<index_t>(element_.size());
    element_.resize(element_.size() + kernel_lanes, element(T(0), -1));  // scans read whole lanes
    view_.element = shard_elements<T>(element_.data(), begin, end, &ranks_);
  }

  /// What the ranks tell each other of the cells that begin in their parts.
  struct cell_ends {
    index_t begun;
    bool inside;  ///< the part begins inside a cell
    T before;     ///< the last label before the first cell that begins in it
  };
  /// The last label of the ranks below `rank`.
  T last_before(int rank) const noexcept {
    while (ranks_[static_cast<std::size_t>(--rank)].empty()) {
    }
    return ranks_[static_cast<std::size_t>(rank)].last.key;
  }
  /// Makes the cells, and the windows of this rank's; returns the alias entries of all ranks.
  index_t cut(double per_bandwidth, kernel_line_tuning const& tuning) {
    kernel_cut<T> const ids{nullptr, 0, 0, view_.scale, per_bandwidth, nullptr, nullptr, nullptr};
    index_t const n = held();
    std::vector<cell> begun;
    cell_ends mine{0, false, T(0)};
    for (int pass = 0; pass < 2; ++pass) {  // counts, then writes
      T last = ends().begin > 0 && n > 0 ? last_before(comm_->rank()) : T(0);
      double before = ids.id(last);
      index_t found = 0;
      for (index_t i = 0; i < n; ++i) {
        T const y = own()[i].key;
        double const at = ids.id(y);
        bool const first = ends().begin + i == 0 || kernel_cut<T>::begins_cell(at, before, y != last);
        if (first && pass == 1) {
          if (found > 0) begun[static_cast<std::size_t>(found - 1)].high = last;
          cell c{};
          c.low = y;
          c.start = ends().begin + i;
          begun.push_back(c);
        }
        if (first && found == 0) mine = {0, i > 0, last};
        found += first;
        before = at;
        last = y;
      }
      if (found == 0) mine = {0, n > 0, T(0)};
      mine.begun = found;
      if (pass == 0) begun.reserve(static_cast<std::size_t>(found));
    }
    auto const all = all_gather(*comm_, mine);
    if (!begun.empty()) begun.back().high = end_of_last(all);
    place_cells(begun, mine.inside);
    return measure(tuning);
  }
  /// The last label of the last cell that begins on this rank; it may lie on another.
  T end_of_last(kept_list<cell_ends> const& all) const noexcept {
    for (int r = comm_->rank() + 1; r < comm_->size(); ++r) {
      cell_ends const& next = all[static_cast<std::size_t>(r)];
      if (next.begun > 0) return next.inside ? next.before : last_before(r);
    }
    return last_before(comm_->size());
  }
  /// Places the cells between those of the halo.
  void place_cells(std::vector<cell> const& begun, bool inside) {
    index_t const n = static_cast<index_t>(begun.size());
    auto const left = beside(last_of(begun.data(), n, shard_halo), shard_halo, true);
    auto const right = beside(first_of(begun.data(), n, shard_halo + 1), shard_halo + 1, false);
    index_t const kept = lesser(shard_halo, static_cast<index_t>(right.size()));
    std::vector<cell>().swap(cell_);
    cell_.reserve(left.size() + begun.size() + static_cast<std::size_t>(kept) + 1);
    cell_.insert(cell_.end(), left.begin(), left.end());
    cell_.insert(cell_.end(), begun.begin(), begun.end());
    cell_.insert(cell_.end(), right.begin(), right.begin() + kept);
    cell end{};
    end.start = kept < static_cast<index_t>(right.size()) ? right.back().start : view_.rows;
    cell_.push_back(end);
    view_.cell = cell_.data();
    view_.cells = static_cast<index_t>(cell_.size()) - 1;
    first_begun_ = static_cast<index_t>(left.size());
    first_own_ = first_begun_ - (inside ? 1 : 0);
    end_own_ = first_begun_ + n;
  }
  /// Computes the windows of the cells that this rank answers for; returns the alias entries of all ranks.
  index_t measure(kernel_line_tuning const& tuning) {
    kernel_windows<T, typename view_type::arrays> const windows{view_, cell_.data(), 1, tuning.scan_most, nullptr};
    index_t total = 0, counted = 0, all = 0;
    for (index_t q = first_own_; q < end_own_; ++q) {
      index_t const slots = windows.measure(q);
      if (slots > 0) cell_[static_cast<std::size_t>(q)].set_table(total);
      total += slots;
      if (q >= first_begun_) counted += slots;  // one that begins on another rank is counted there
    }
    slots_ = total;
    comm_->check(MPI_Allreduce(&counted, &all, 1, MPI_INT64_T, MPI_SUM, comm_->get()), "MPI_Allreduce");
    return all;
  }
  void build_aliases() {
    alias_.resize(static_cast<std::size_t>(slots_));
    view_.alias = alias_.data();
    kernel_aliases<T, typename view_type::arrays> const aliases{view_, cell_.data(), alias_.data(), 1, nullptr};
    for (index_t q = first_own_; q < end_own_; ++q) {
      cell const& c = cell_[static_cast<std::size_t>(q)];
      if (c.table() != cell::scan) aliases.build(c, q);
    }
  }

  std::shared_ptr<communicator const> comm_;
  kept_list<index_t> rows_;       ///< the first row that each rank has given, and the number of all
  std::vector<T> label_;          ///< those of this rank's rows
  std::vector<element> element_;  ///< this rank's part of the sorted labels, and its neighbours' nearest
  kept_list<shard_ends<T>> ranks_;
  std::vector<cell> cell_;
  std::vector<std::uint64_t> alias_;
  double most_ = 0.0;
  index_t before_ = 0;  ///< elements before this rank's
  index_t first_own_ = 0, first_begun_ = 0, end_own_ = 0, slots_ = 0;
  view_type view_;
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END

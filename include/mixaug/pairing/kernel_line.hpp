// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/pairing/kernel_line_build.hpp>
#include <mixaug/pairing/kernel_line_view.hpp>
#include <mixaug/ratio/elementary.hpp>

namespace mixaug::detail {

/// For tests, which set what a large table would need to reach every path; 0 = as computed.
struct kernel_line_tuning {
  double width = 0.0;  ///< of a cell, in bandwidths, >= 1/16
  double reach = 0.0;  ///< of a window
  index_t scan_most = kernel_scan_most;
};

/// An exact kernel table of one-dimensional labels: 16 bytes a float label, 20 a cell, 8 an alias entry (a double: 32,
/// 32, 8). O(N log N) time; a draw takes expected O(1).
template <class T>
class kernel_line {
  static_assert(is_real<T> && sizeof(T) >= 4, "mixaug: a kernel table has labels of float or double");

 public:
  template <class Backend>
  kernel_line(tensor_view<T const, 1> labels, pairing::kernel_options const& o, Backend const& be,
              kernel_line_tuning const& tuning = {}) {
    check_kernel(o);
    index_t const n = labels.extent[0];
    if (n <= 0 || n >= index_t{0xFFFFFFFF}) fail("the number of labels", text(n), "1 to 4294967294");
    table_.rows = n;
    table_.kind = o.kernel, table_.with_self = o.with_self;
    runs_ = n < 32768 ? 1 : be.lanes();
    parts_ = runs_ == 1 ? 1 : 32 * runs_;
    sort(labels, o, be);
    reach(tuning);
    index_t entries = cut(be, tuning.width > 0.0 ? 1.0 / tuning.width : 4.0, tuning);
    if (!(tuning.width > 0.0) && 8 * entries > 24 * n) entries = cut(be, 2.0, tuning);
    alias_.reset(new std::uint64_t[static_cast<std::size_t>(entries)]);
    run(be, kernel_aliases<T>{table_, cell_.get(), alias_.get(), parts_, entries_.data()});
    run(be, kernel_queries<T>{table_, query_.get(), parts_});
    table_.alias = alias_.get(), table_.query = query_.get();
    bytes_ = sizeof(kernel_element<T>) * size(n + kernel_lanes) + sizeof(kernel_query<T>) * size(n) +
             sizeof(kernel_cell<T>) * size(table_.cells + 1) + sizeof(std::uint64_t) * size(entries);
    entries_ = {};
  }

  /// Valid as long as the table, also after it has been moved.
  kernel_line_view<T> view() const noexcept { return {table_}; }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  template <class Backend, class Job>
  void run(Backend const& be, Job const& job) const {
    run_parts(be, parts_, job);
  }
  static std::size_t size(index_t n) noexcept { return static_cast<std::size_t>(n); }
  template <class Backend>
  void sort(tensor_view<T const, 1> const& labels, pairing::kernel_options const& o, Backend const& be) {
    index_t const n = table_.rows;
    element_.reset(new kernel_element<T>[size(n + kernel_lanes)]);
    std::vector<index_t> bad(size(parts_));
    std::vector<double> largest(size(parts_));
    run(be, kernel_gather<T>{labels, parts_, element_.get(), bad.data(), largest.data()});
    double most = 0.0;
    for (std::size_t p = 0; p < bad.size(); ++p) {
      if (bad[p] >= 0) fail("label " + text(bad[p]), text(static_cast<double>(labels(bad[p]))), "a finite number");
      most = largest[p] > most ? largest[p] : most;
    }
    table_.scale = kernel_scale::of(o.bandwidth, most);
    table_.quick = quick(most);
    std::unique_ptr<kernel_element<T>[]> other(new kernel_element<T>[size(n + kernel_lanes)]);
    sort_elements(be, element_, other, n, runs_);
    for (index_t i = 0; i < kernel_lanes; ++i) element_[size(n + i)] = {T(0), 0xFFFFFFFFu};
    table_.element = element_.get();
    query_.reset(new kernel_query<T>[size(n)]);
  }
  bool quick(double most) const noexcept {
    kernel_scale const& s = table_.scale;
    if (s.pre != 1.0 || s.post != 1.0) return false;
    return sizeof(T) == sizeof(double) || (most < 1e37 && s.inverse > 1e-30 && s.inverse < 1e30);
  }
  void reach(kernel_line_tuning const& tuning) noexcept {
    // All that is outside adds at most 1/32 of the row's own weight to the proposals.
    table_.reach = std::sqrt(2.0 * fixed_log(32.0 * static_cast<double>(table_.rows)));
    if (tuning.reach > 0.0) table_.reach = tuning.reach;
    table_.outside = fixed_falling_exp(-0.5 * table_.reach * table_.reach);
  }
  /// Cells and windows; the number of alias entries.
  template <class Backend>
  index_t cut(Backend const& be, double per_bandwidth, kernel_line_tuning const& tuning) {
    entries_.assign(size(parts_), 0);
    kernel_cut<T> job{element_.get(), table_.rows, parts_, table_.scale, per_bandwidth, entries_.data(), nullptr};
    run(be, job);
    table_.cells = sum_before(entries_);
    cell_.reset();
    cell_.reset(new kernel_cell<T>[size(table_.cells + 1)]);
    cell_[size(table_.cells)] = {};
    job.cell = cell_.get();
    run(be, job);
    cell_[size(table_.cells)].start = static_cast<std::uint32_t>(table_.rows);
    table_.cell = cell_.get();
    run(be, kernel_hulls<T>{table_.element, cell_.get(), table_.cells, parts_});
    run(be, kernel_windows<T>{table_, cell_.get(), parts_, tuning.scan_most, entries_.data()});
    return sum_before(entries_);
  }
  /// Each number becomes the sum of those before it; the sum of all.
  static index_t sum_before(std::vector<index_t>& v) noexcept {
    index_t all = 0;
    for (index_t& x : v) {
      index_t const here = x;
      x = all;
      all += here;
    }
    return all;
  }

  kernel_arrays<T> table_;
  index_t runs_ = 1, parts_ = 1;  ///< of the sort; of all else
  std::unique_ptr<kernel_element<T>[]> element_;
  std::unique_ptr<kernel_query<T>[]> query_;
  std::unique_ptr<kernel_cell<T>[]> cell_;
  std::unique_ptr<std::uint64_t[]> alias_;
  std::vector<index_t> entries_;
  std::size_t bytes_ = 0;
};

}  // namespace mixaug::detail

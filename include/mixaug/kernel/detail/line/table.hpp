// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/kernel/detail/line/build.hpp>
#include <mixaug/kernel/detail/line/view.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Parameters with which tests reach every path without a large table; 0 = computed.
struct kernel_line_tuning {
  double width = 0.0;  ///< width of a cell, in bandwidths, >= 1/16
  double reach = 0.0;  ///< reach of a window
  index_t scan_most = kernel_scan_most;
};

/// An exact kernel table of one-dimensional labels: 16 bytes for each float label, 20 for each cell, 8 for each alias
/// entry (double: 32, 32, 8). The build takes O(N log N) time, a draw expected O(1). It lies in the memory space of the
/// backend that built it.
template <class T, space Space = space::host>
class sorted_table {
  static_assert(is_real<T> && sizeof(T) >= 4, "mixaug: a kernel table has labels of float or double");

 public:
  template <class Backend>
  sorted_table(tensor_view<T const, 1, Space> const& labels, pairing::kernel_options const& o, Backend const& be,
               kernel_line_tuning const& tuning = {}) {
    check_kernel(o);
    index_t const n = labels.extent[0];
    if (n <= 0 || n >= index_t{0xFFFFFFFF}) fail("the number of labels", text(n), "1 to 4294967294");
    table_.rows = n;
    table_.kind = o.kernel, table_.with_self = o.with_self;
    table_builder<Backend> const kit(be, n);
    static_assert(table_builder<Backend>::memory == Space, "mixaug: a table is built where its labels are");
    auto pairs = kit.template make_pairs<T>(n, kernel_lanes);
    kit.items(n, kernel_gather<T, decltype(pairs.view())>{labels.data, labels.stride[0], pairs.view()});
    kit.sort(pairs);
    kit.join(pairs, element_, query_);
    table_.element = element_.data(), table_.query = query_.data();
    scale(kit, labels, o);
    table_.set_reach(tuning.reach);
    kernel_element<T> spare[kernel_lanes];
    for (auto& e : spare) e = {T(0), 0xFFFFFFFFu};
    kit.write(spare, kernel_lanes, element_.data() + n);
    cut(kit, tuning.width > 0.0 ? 1.0 / tuning.width : 4.0, tuning);
    if (!(tuning.width > 0.0) && 8 * entries_ > 24 * n) cut(kit, 2.0, tuning);
    alias_ = kit.template make<std::uint64_t>(entries_);
    table_.alias = alias_.data();
    index_t const parts = kit.parts(table_.cells, 1);
    kit.items(parts, kernel_aliases<T>{table_, cell_.data(), alias_.data(), parts, first_.data()});
    first_ = {};
  }
  /// Copies a table to other memory; `be` is the backend on the device.
  template <class Backend, space Other>
  sorted_table(sorted_table<T, Other> const& from, Backend const& be) : table_(from.view()), entries_(from.entries_) {
    table_builder<Backend> const kit(be, table_.rows);
    copy(kit, from.element_, element_), copy(kit, from.query_, query_);
    copy(kit, from.cell_, cell_), copy(kit, from.alias_, alias_);
    point();
  }

  /// Returns a view, valid while the table exists, also after the table has been moved.
  kernel_line_view<T> view() const noexcept { return {table_}; }
  index_t entries() const noexcept { return entries_; }
  std::size_t bytes() const noexcept { return element_.bytes() + query_.bytes() + cell_.bytes() + alias_.bytes(); }

 private:
  template <class, space>
  friend class sorted_table;
  friend struct table_parts;
  sorted_table() = default;
  template <class Parts>
  void each_part(Parts& parts) {
    parts.value(table_), parts.value(entries_);
    parts.array(element_), parts.array(query_), parts.array(cell_), parts.array(alias_);
    point();
  }
  void point() noexcept {
    table_.element = element_.data(), table_.query = query_.data();
    table_.cell = cell_.data(), table_.alias = alias_.data();
  }
  template <class Kit, class E, space Other>
  static void copy(Kit const& kit, table_array<E, Other> const& from, table_array<E, Space>& to) {
    static_assert(Kit::memory == (Space == space::host ? Other : Space));
    if constexpr (Space == space::host) {
      to = host_array<E>(from.size());
      kit.read(from.data(), from.size(), to.data());
    } else {
      to = kit.template make<E>(from.size());
      kit.write(from.data(), from.size(), to.data());
    }
  }
  template <class Kit>
  void scale(Kit const& kit, tensor_view<T const, 1, Space> const& labels, pairing::kernel_options const& o) {
    kernel_element<T> end[2];
    kit.read(table_.element, 1, end), kit.read(table_.element + table_.rows - 1, 1, end + 1);
    double const least = static_cast<double>(end[0].key), last = static_cast<double>(end[1].key);
    double const most = std::fabs(least) > std::fabs(last) ? std::fabs(least) : std::fabs(last);
    check_finite(kit, labels.data, labels.stride[0], table_.rows, end);
    table_.set_scale(o.bandwidth, most);
  }
  /// Makes cells, queries and windows; counts the alias entries.
  template <class Kit>
  void cut(Kit const& kit, double per_bandwidth, kernel_line_tuning const& tuning) {
    index_t const parts = kit.parts(table_.rows, 16);
    auto const counted = kit.template make<index_t>(parts + 1);
    kernel_cut<T> job{table_.element, table_.rows,    parts,   table_.scale,
                      per_bandwidth,  counted.data(), nullptr, query_.data()};
    kit.items(parts, job);
    table_.cells = kit.sum(counted.data(), parts);
    cell_ = {};
    cell_ = kit.template make<kernel_cell<T>>(table_.cells + 1);
    table_.cell = job.cell = cell_.data();
    kit.items(parts, job);
    index_t const groups = kit.parts(table_.cells, 1);
    first_ = kit.template make<index_t>(groups + 1);
    kit.items(groups, kernel_windows<T>{table_, cell_.data(), groups, tuning.scan_most, first_.data()});
    entries_ = kit.sum(first_.data(), groups);
  }

  kernel_arrays<T> table_;
  table_array<kernel_element<T>, Space> element_;
  table_array<kernel_query<T>, Space> query_;
  table_array<kernel_cell<T>, Space> cell_;
  table_array<std::uint64_t, Space> alias_;
  table_array<index_t, Space> first_;  ///< first alias entry of each part
  index_t entries_ = 0;
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END

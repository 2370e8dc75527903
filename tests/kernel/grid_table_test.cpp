#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <mixaug/backend/serial.hpp>
#include <mixaug/kernel/detail/grid/build.hpp>
#include <numeric>

#include "support/kernel_space.hpp"

namespace grid_table_test {

using namespace kernel_space;

namespace {

/// A table's arrays against what they say they are, from a sort and sums of our own.
template <int D>
struct written_out {
  std::vector<float> y;
  double h;
  ma::detail::grid_table<float, D> table;
  ma::detail::kernel_grid_view<float, D> const& v;
  std::size_t n;
  std::vector<std::size_t> order;
  std::vector<std::size_t> start;  ///< of cells

  written_out(std::vector<float> labels, double bandwidth, index_t scan)
      : y(std::move(labels)),
        h(bandwidth),
        table(ma::labels<float const>(y.data(), {y.size() / D, std::size_t{D}}), {h}, ma::serial{}, scan),
        v(table.view()),
        n(y.size() / D),
        order(n) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return cell_of(a) < cell_of(b); });
    for (std::size_t i = 0; i < n; ++i)
      if (i == 0 || cell_of(order[i]) != cell_of(order[i - 1])) start.push_back(i);
    start.push_back(n);
  }
  double at(std::size_t row, int k) const { return static_cast<double>(y[row * D + static_cast<std::size_t>(k)]); }
  std::vector<double> cell_of(std::size_t row) const {
    std::vector<double> cell(D);
    for (int k = 0; k < D; ++k)
      cell[static_cast<std::size_t>(k)] = std::floor((at(row, k) * v.unit - v.origin[k]) / v.width);
    return cell;
  }
  void check_rows() const {
    for (std::size_t i = 0; i < n; ++i) {
      REQUIRE(v.order[i] == order[i]);
      for (int k = 0; k < D; ++k) REQUIRE(static_cast<double>(v.rows[k][i]) == at(order[i], k));
      for (int k = 0; k < D; ++k)
        REQUIRE(static_cast<double>(table.values()[i * D + static_cast<std::size_t>(k)]) == at(i, k));
    }
    for (int k = 0; k < D; ++k)
      for (std::size_t i = n; i < n + 16; ++i) REQUIRE(v.rows[k][i] == 0.0f);
  }
  /// Every path through the levels is a cell, in order.
  void check_nodes() const {
    REQUIRE(v.level[D - 1].count + 1 == start.size());
    std::size_t cell = 0;
    for (std::uint32_t a = 0; a < v.level[0].count; ++a)
      path({static_cast<double>(v.level[0].key[a])}, v.level[0].child[a], v.level[0].child[a + 1], cell);
    CHECK(cell + 1 == start.size());
  }
  void path(std::vector<double> keys, std::uint32_t a, std::uint32_t b, std::size_t& cell) const {
    REQUIRE(a < b);
    if (keys.size() == D) {
      REQUIRE((start[cell] == a && start[cell + 1] == b && cell_of(order[a]) == keys));
      ++cell;
      return;
    }
    auto const& l = v.level[keys.size()];
    keys.push_back(0);
    for (; a < b; ++a) {
      keys.back() = static_cast<double>(l.key[a]);
      path(keys, l.child[a], l.child[a + 1], cell);
    }
  }
  void check_boxes() const {
    for (std::size_t c = 0; c + 1 < start.size(); ++c)
      for (int k = 0; k < D; ++k) {
        double low = HUGE_VAL, high = -HUGE_VAL;
        for (std::size_t i = start[c]; i < start[c + 1]; ++i)
          low = std::min(low, at(order[i], k) * v.unit), high = std::max(high, at(order[i], k) * v.unit);
        REQUIRE((v.cells[c].low[k] == low && v.cells[c].high[k] == high));
      }
  }
  /// A table's slots give every cell of the window its rows times the kernel of the boxes' least distance, and one slot
  /// the rows outside.
  std::size_t check_tables() const {
    std::size_t slots = 0;
    for (std::size_t c = 0; c + 1 < start.size(); ++c) {
      auto const& cell = v.cells[c];
      REQUIRE(cell.table == slots);
      slots += cell.entries;
      if (cell.entries == 0) continue;
      std::map<std::uint32_t, double> found, expected;
      for (std::uint64_t e = cell.table; e < slots; ++e) {
        found[v.entries[e].cell] += v.entries[e].threshold, found[v.entries[e].alias] += 1 - v.entries[e].threshold;
        expected[v.entries[e].cell] = 0;
      }
      CHECK(expected.size() == cell.entries);
      double total = 0;
      std::size_t inside = 0;
      for (auto& [k, w] : expected) {
        double d2 = k == 0xFFFFFFFFu ? cell.reach : 0,
               rows = k == 0xFFFFFFFFu ? static_cast<double>(n) : static_cast<double>(start[k + 1] - start[k]);
        for (int j = 0; j < D && k != 0xFFFFFFFFu; ++j)
          d2 += std::pow(std::max({v.cells[k].low[j] - cell.high[j], cell.low[j] - v.cells[k].high[j], 0.0}), 2);
        if (k != 0xFFFFFFFFu) inside += start[k + 1] - start[k];
        total += w = rows * std::exp(-d2 / (2 * h * h * v.unit * v.unit));
      }
      for (auto const& [k, w] : expected) REQUIRE(std::fabs(found[k] / cell.entries - w / total) < 1e-9);
      for (std::size_t i = 0; i < n && inside < n; ++i) {  // what has no slot is out of reach
        std::size_t const k =
            static_cast<std::size_t>(std::upper_bound(start.begin(), start.end(), i) - start.begin()) - 1;
        double d2 = 0;
        for (int j = 0; j < D; ++j)
          d2 += std::pow(std::max({v.cells[k].low[j] - cell.high[j], cell.low[j] - v.cells[k].high[j], 0.0}), 2);
        if (expected.count(static_cast<std::uint32_t>(k)) == 0) REQUIRE(d2 >= cell.reach);
      }
    }
    return slots;
  }
};
template <int D>
std::size_t check(int law, std::size_t n, double h, index_t scan) {
  INFO("law ", law, ", n ", n, ", columns ", D, ", h ", h);
  written_out<D> const w(labels_of<float>(law, n, D, 77), h, scan);
  w.check_rows(), w.check_nodes(), w.check_boxes();
  return w.check_tables();
}

}  // namespace

TEST_CASE("a grid's arrays: rows in the order of their cells, nodes, boxes, chances of slots") {
  std::size_t slots = 0;
  for (int law = 0; law <= reference::laws; ++law)
    for (std::size_t n : {1u, 3u, 700u})
      for (double h : {1e-30, 0.05, 0.4, 20.0}) slots += check<2>(law, n, h, 4) + check<3>(law, n, h, 30);
  CHECK(slots > 10000);
  check<3>(0, 2000, 1e-13, 4);  // cells' keys of more than 64 bits
  check<2>(0, 34000, 0.003, 1 << 30);
}

TEST_CASE("a grid's windows at their bound: where boxes fill their cells, what has no slot is out of reach") {
  // Rows at both ends of every cell: boxes are as near to each other as cells can be. Their least distances are whole
  // numbers of cells, so that a window that is short by one leaves out a box within reach.
  std::size_t slots = 0;
  for (int side : {20, 21, 22})
    for (double h : {1.9, 2.0, 2.1}) {
      std::vector<float> y;
      for (int a = 0; a < side; ++a)
        for (int b = 0; b < side; ++b)
          for (int r = 0; r < 10; ++r) {
            float const f = r % 2 == 0 ? 0.0f : 0.999f;
            y.push_back(static_cast<float>(a) + f), y.push_back(static_cast<float>(b) + f);
          }
      INFO("side ", side, ", h ", h);
      written_out<2> const w(y, h, 4);
      slots += w.check_tables();
    }
  CHECK(slots > 10000);
}

}  // namespace grid_table_test

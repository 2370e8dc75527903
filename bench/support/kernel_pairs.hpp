// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <memory>
#include <mixaug/kernel/detail/line/draws.hpp>
#include <mixaug/kernel/detail/line/table.hpp>
#include <support/contest.hpp>
#include <support/images.hpp>
#include <utility>
#include <vector>

namespace bench {

using label_list = std::shared_ptr<std::vector<float>>;
enum class label_law { uniform, grid, lognormal };

/// n labels: uniform on [0, 1), a grid of 1000 values in it, or exp(3 z), z normal.
inline label_list labels_of(label_law law, std::size_t n) {
  auto y = std::make_shared<std::vector<float>>(n);
  std::uint64_t r = 1;
  double u[2] = {};
  for (float& v : *y) {
    for (double& x : u) r = r * 6364136223846793005u + 1442695040888963407u, x = (double(r >> 32) + 0.5) * 0x1p-32;
    double const z = law == label_law::lognormal ? std::sqrt(-2 * std::log(u[0])) * std::cos(6.283185307 * u[1]) : 0;
    double const other = law == label_law::grid ? std::floor(u[0] * 1000) / 1000 : std::exp(3 * z);
    v = float(law == label_law::uniform ? u[0] : other);
  }
  return y;
}

template <class Backend>
ma::detail::sorted_table<float> kernel_table(label_list const& y, double h, Backend const& be) {
  return {ma::labels<float const>(y->data(), {y->size()}), {.bandwidth = h}, be};
}

/// A table of labels, and as many draws for random rows of it.
struct kernel_pairs {
  static constexpr ma::index_t queries = 1 << 18;
  label_list y;
  ma::detail::sorted_table<float> table;
  std::vector<ma::index_t> rows, out;

  kernel_pairs(label_list const& v, ma::detail::sorted_table<float> built)
      : y(v), table(std::move(built)), rows(queries), out(queries) {
    for (std::uint64_t r = 1; auto& row : rows) {
      r = r * 6364136223846793005u + 1442695040888963407u;
      row = ma::index_t((r >> 32) % y->size());
    }
  }
  template <class Backend>
  void draw(Backend const& be) {
    auto const asked = ma::indices<ma::index_t const>(rows.data(), {queries});
    auto const partners = ma::row_major(out.data(), ma::extents<2>{queries, 1});
    ma::detail::kernel_draw_items<float> const job{{table.view(), {.seed = 1}, asked, {}, partners}};
    be.items(job.count(), job);
    keep(out[0]);
  }
  double bytes() const { return double(table.bytes()); }
  double bytes_a_label() const { return bytes() / double(y->size()); }
};

}  // namespace bench

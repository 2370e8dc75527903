// The minimum of an energy of labels, against every labelling of small grids, and on every size against other
// algorithms for maximum flow.
#include <doctest/doctest.h>

#include <cstring>
#include <mixaug/region/detail/puzzle/least_labels.hpp>
#include <mixaug/region/detail/puzzle/swap_labels.hpp>
#include <utility>
#include <vector>

#include "reference/layered_flow.hpp"
#if __has_include(<boost/graph/boykov_kolmogorov_max_flow.hpp>)
#  include "reference/boost_labels.hpp"
#endif
#include "support/unoptimised.hpp"
#include "support/values.hpp"

namespace label_energy_test {

namespace ma = mixaug;
using ma::detail::label_energy;

namespace {

/// A random energy: small numbers, so that many labellings are equally good; `bent`: unary terms that are not convex.
label_energy random_energy(test::stream& draw, int height, int width, int labels, bool bent) {
  label_energy e{};
  e.height = height;
  e.width = width;
  e.labels = labels;
  auto const below = [&](std::int64_t n) { return static_cast<std::int32_t>(draw.below(n)); };
  std::int32_t const slope = 1 << below(10), weight = 1 << below(8), bend = 1 << below(8);
  e.each_cell([&](int i) {
    std::int32_t step = below(2 * slope + 1) - slope, value = 0;
    for (int l = 0; l < labels; ++l) {
      e.unary[l][i] = value;
      value += step;
      step += bent ? below(2 * bend + 1) - bend : below(bend);
    }
    if (i % 16 + 1 < width) e.right[i] = below(4) == 0 ? 0 : below(weight + 1);
    if (i / 16 + 1 < height) e.down[i] = below(4) == 0 ? 0 : below(weight + 1);
  });
  return e;
}

struct solved {
  std::uint8_t label[label_energy::cells];
};
solved least(label_energy const& e, bool layered = false) {
  std::vector<std::byte> scratch(ma::detail::least_labels_bytes(e.labels) + 64, std::byte{0xEE});
  solved s;
  auto const at = (reinterpret_cast<std::uintptr_t>(scratch.data()) + 63) / 64 * 64 -
                  reinterpret_cast<std::uintptr_t>(scratch.data());
  ma::detail::least_labels(e, s.label, scratch.data() + at, layered);
  return s;
}
solved layered(label_energy const& e) { return least(e, true); }

/// The pointwise smallest of all optima, by trying every labelling; also counts the optima.
solved enumerated(label_energy const& e, int& optima) {
  std::vector<int> cell;
  e.each_cell([&](int i) { cell.push_back(i); });
  std::vector<std::vector<std::uint8_t>> best;
  std::int64_t lowest = 0;
  std::vector<std::uint8_t> label(label_energy::cells);
  for (;;) {
    std::int64_t const value = e.of(label.data());
    if (best.empty() || value < lowest) {
      lowest = value;
      best.clear();
    }
    if (value == lowest) best.push_back(label);
    std::size_t k = 0;
    for (; k < cell.size(); ++k) {
      auto& l = label[static_cast<std::size_t>(cell[k])];
      if (++l < e.labels) break;
      l = 0;
    }
    if (k == cell.size()) break;
  }
  optima = static_cast<int>(best.size());
  solved s;
  for (int i = 0; i < label_energy::cells; ++i) {
    s.label[i] = best[0][static_cast<std::size_t>(i)];
    for (auto const& b : best) s.label[i] = std::min(s.label[i], b[static_cast<std::size_t>(i)]);
  }
  return s;
}
bool same(label_energy const& e, solved const& a, solved const& b) {
  bool all = true;
  e.each_cell([&](int i) { all = all && a.label[i] == b.label[i]; });
  return all;
}

}  // namespace

TEST_CASE("the labels are the pointwise smallest of all optima, on every grid that can be enumerated") {
  test::stream draw(1);
  int several = 0;
  struct size {
    int height, width, labels, count;
  };
  for (auto const& [height, width, labels, count] :
       {size{3, 3, 3, 12}, {4, 4, 2, 8}, {2, 3, 4, 60}, {1, 5, 3, 60}, {5, 1, 4, 40}, {2, 2, 5, 60}, {1, 1, 8, 40}})
    for (int k = 0; k < count * (test::long_statistics() ? 4 : 1); ++k) {
      label_energy const e = random_energy(draw, height, width, labels, k % 3 == 0);
      int optima = 0;
      solved const want = enumerated(e, optima);
      several += optima > 1 ? 1 : 0;
      CAPTURE(k);
      CAPTURE(height);
      CAPTURE(labels);
      REQUIRE(e.bounded());
      REQUIRE(same(e, least(e), want));
      REQUIRE(same(e, layered(e), want));
    }
  CHECK(several > 20);
}

TEST_CASE("both solvers find the reference's labels on every size, and no single label can be changed for the better") {
  test::stream draw(2);
  int convex = 0, raised = 0;
  for (int k = 0; k < (test::long_statistics() ? 1000 : 300); ++k) {
    int const height = 1 + static_cast<int>(draw.below(16)), width = 1 + static_cast<int>(draw.below(16));
    int const labels = 2 + static_cast<int>(draw.below(4));
    label_energy const e = random_energy(draw, height, width, labels, k % 4 == 0);
    convex += e.convex() ? 1 : 0;
    solved s = least(e);
    REQUIRE(same(e, s, layered(e)));
    solved want;
    reference::layered_flow{e}(want.label);
    REQUIRE(same(e, s, want));
#if __has_include(<boost/graph/boykov_kolmogorov_max_flow.hpp>)
    if (k % 4 == 0) {
      reference::boost_labels graph(e);
      graph.flow();
      graph.labels(want.label);
      REQUIRE(same(e, s, want));
    }
#endif
    std::int64_t const value = e.of(s.label);
    e.each_cell([&](int i) {
      raised += s.label[i];
      for (int l = 0; l < labels; ++l) {
        std::uint8_t const kept = std::exchange(s.label[i], static_cast<std::uint8_t>(l));
        CHECK(e.of(s.label) >= value);
        s.label[i] = kept;
      }
    });
  }
  CHECK(convex > 100);
  CHECK(raised > 1000);
}

TEST_CASE("the published swap is a minimum of its moves, never below the exact one, and sometimes above") {
  test::stream draw(7);
  int worse = 0, all = 0;
  for (int k = 0; k < 400; ++k) {
    int const side = k < 200 ? 3 : 2 + static_cast<int>(draw.below(15)), labels = 2 + k % 3;
    label_energy const e = random_energy(draw, side, side, labels, false);
    std::vector<std::uint64_t> scratch(ma::detail::swap_labels_bytes() / 8 + 16);
    auto* const at = reinterpret_cast<std::byte*>((reinterpret_cast<std::uintptr_t>(scratch.data()) + 63) / 64 * 64);
    solved s;
    ma::detail::swap_labels(e, at)(s.label);
    std::int64_t const value = e.of(s.label), exact = e.of(least(e).label);
    REQUIRE(value >= exact);
    if (labels == 2) REQUIRE(same(e, s, least(e)));
    worse += value > exact ? 1 : 0;
    ++all;
    if (side != 3) continue;
    for (int low = 0; low < labels; ++low)
      for (int high = low + 1; high < labels; ++high)
        for (int move = 0; move < 512; ++move) {  // every relabelling of the cells of two labels
          solved other = s;
          for (int b = 0; b < 9; ++b) {
            auto& l = other.label[b / 3 * 16 + b % 3];
            if (l == low || l == high) l = static_cast<std::uint8_t>((move >> b & 1) != 0 ? high : low);
          }
          REQUIRE(e.of(other.label) >= value);
        }
  }
  CHECK(worse > 0);
  CHECK(worse < all / 2);
  MESSAGE(worse, " of ", all, " above the minimum");
}

TEST_CASE("an energy that could leave 32 bits says so") {
  label_energy e{};
  e.height = e.width = 16;
  e.labels = 3;
  CHECK(e.bounded());
  e.unary[1][5] = std::int32_t{1} << 29;
  CHECK(!e.bounded());
  e.unary[1][5] = 0;
  e.right[3] = std::int32_t{1} << 28;
  CHECK(!e.bounded());
}

}  // namespace label_energy_test

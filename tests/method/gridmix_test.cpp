#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <sstream>

#include <mixaug/plan/plan_text.hpp>

#include "reference/mix_reference.hpp"
#include "reference/statistics.hpp"
#include "support/compare_plans.hpp"
#include "support/values.hpp"
#include "support/refusal.hpp"

namespace gridmix_test {

using ma::index_t;
using test::refusal;

namespace {

/// The cells of row i that are the sample's, counted.
template <class Plan>
index_t own_cells(Plan const& p, index_t i) {
  auto const s = p.state(i);
  index_t own = 0;
  for (index_t k = 0; k < s.grid.count(); ++k) own += s.self(k) ? 1 : 0;
  return own;
}

}  // namespace

TEST_CASE("round(lambda n^2) cells are the sample's, and the share is the mean of m over the pixels") {
  struct size {
    index_t h, w, n;
  };
  for (size const& s : {size{18, 23, 4}, {8, 8, 4}, {5, 7, 5}, {64, 3, 3}, {9, 9, 1}, {70, 80, 64}}) {
    index_t const h = s.h, w = s.w, n = s.n;
    CAPTURE(h);
    CAPTURE(n);
    index_t const rows = 12;
    auto const values = test::any_values<float>(rows * h * w, 3);
    std::vector<float> mixed(values.size());
    auto const x = ma::nchw(values.data(), {rows, 1, h, w});
    auto const p = ma::make_plan(ma::gridmix{.n = n}, x, ma::key{.seed = 5});
    ma::apply(p, x, ma::nchw(mixed.data(), {rows, 1, h, w}));
    CHECK(reference::first_wrong(p, values, values, mixed, true) == -1);
    for (index_t i = 0; i < rows; ++i) {
      CHECK(own_cells(p, i) ==
            static_cast<index_t>(std::floor(static_cast<double>(p.ratio[i]) * static_cast<double>(n * n) + 0.5)));
      double own = 0;
      for (index_t k = 0; k < h * w; ++k) own += static_cast<double>(reference::weight(p, i, k));
      CHECK(ma::pixel_share(p, i) == own / static_cast<double>(h * w));
      CHECK(p.share_self[i] == static_cast<float>(ma::pixel_share(p, i)));
      CHECK(p.share_partner[i] == 1.0f - p.share_self[i]);
    }
  }
}

TEST_CASE("every choice of cells is equally likely, whatever the row, and grids of two rows are independent") {
  int const n = reference::draws(48000);
  auto const p = ma::make_plan(with(ma::gridmix{.n = 2}, ma::ratio::constant{0.5f}),
                               ma::nchw<float>(nullptr, {n, 1, 4, 4}), ma::key{.seed = 11});
  std::map<std::uint32_t, double> seen;
  std::vector<double> pairs(36);
  std::map<std::uint32_t, std::size_t> place;
  for (index_t i = 0; i < n; ++i) {
    std::uint32_t const bits = p.region.bits[i * p.region.stride];
    ++seen[bits];
    place.try_emplace(bits, place.size());
  }
  CHECK(seen.size() == 6);  // 4 over 2
  std::vector<double> counts;
  for (auto const& [bits, count] : seen) counts.push_back(count);
  CHECK(reference::chi_square_p(counts, std::vector<double>(6, n / 6.0)) > reference::level(2));
  for (index_t i = 0; i + 1 < n; i += 2)
    ++pairs[6 * place[p.region.bits[i * p.region.stride]] + place[p.region.bits[(i + 1) * p.region.stride]]];
  CHECK(reference::chi_square_p(pairs, std::vector<double>(36, n / 72.0)) > reference::level(2));
}

TEST_CASE("signals, volumes and axes of one pixel") {
  auto const grid = [](auto const& x) {
    return ma::make_plan(ma::gridmix{.n = 3}, x, ma::key{.seed = 2}).region.grid[0];
  };
  CHECK(grid(ma::signals<float>(nullptr, {2, 3, 40})) == ma::kind::cells::sides{{1, 1, 3}});
  CHECK(grid(ma::volumes<float>(nullptr, {2, 1, 3, 40, 5})) == ma::kind::cells::sides{{3, 3, 3}});
  CHECK(grid(ma::nchw<float>(nullptr, {2, 1, 1, 40})) == ma::kind::cells::sides{{1, 1, 3}});
}

TEST_CASE("one grid a batch; two grids of different sizes in one choice") {
  auto const x = ma::nchw<float>(nullptr, {40, 1, 12, 10});
  auto const batch = ma::make_plan(ma::gridmix{.n = 5, .mode = ma::mode::batch}, x, ma::key{.seed = 3});
  for (index_t i = 1; i < 40; ++i) CHECK(batch.region.bits[i] == batch.region.bits[0]);
  auto const some =
      ma::make_plan(ma::one_of(ma::gridmix{.n = 3}, ma::mixup{}, ma::gridmix{.n = 9}), x, ma::key{.seed = 3});
  int small = 0, large = 0;
  for (index_t i = 0; i < 40; ++i) {
    small += some.choice[i] == 0 && some.region.head.grid[i].n[2] == 3 ? 1 : 0;
    large += some.choice[i] == 2 && some.region.rest.rest.grid[i].n[1] == 9 ? 1 : 0;
  }
  CHECK((small > 3 && large > 3));
  CHECK(small + large + std::count(some.choice.data, some.choice.data + 40, std::uint8_t{1}) == 40);
  std::ostringstream out;
  ma::write_plan(out, some);
  CHECK(out.str().find("\nchoice 0 cells 81 mix\nchoice 1 whole mix\nchoice 2 cells 81 mix\n") != std::string::npos);
  std::istringstream in(out.str());
  auto const read = ma::read_plan(in);
  for (index_t i = 0; i < 40; ++i) CHECK(ma::pixel_share(read, i) == ma::pixel_share(some, i));
}

TEST_CASE("at another resolution the grid is the same, and its borders follow") {
  auto const x = ma::nchw<float>(nullptr, {9, 1, 20, 30});
  auto const p = ma::make_plan(ma::gridmix{}, x, ma::key{.seed = 6});
  auto const q = ma::rescaled(p, {7, 5}), labels = ma::rescaled(p, {4, 4}, ma::shares::derived);
  for (index_t i = 0; i < 9; ++i) {
    CHECK(own_cells(q, i) == own_cells(p, i));
    CHECK(q.share_self[i] == p.share_self[i]);
    CHECK(labels.share_self[i] == static_cast<float>(own_cells(p, i)) / 16);
  }
}

TEST_CASE("what gridmix refuses") {
  auto const x = ma::nchw<float>(nullptr, {2, 1, 6, 100});
  auto const plan = [&](ma::gridmix const& m, auto const& in) {
    return refusal([&] { ma::make_plan(m, in, ma::key{}); });
  };
  CHECK(plan({.n = 0}, x).find("region::grid_cells's n is 0; expected 1 to 6 cells along an axis of 6 pixels") !=
        std::string::npos);
  CHECK(plan({.n = 7}, x).find("n is 7; expected 1 to 6 cells") != std::string::npos);
  CHECK(plan({.n = 65}, ma::nchw<float>(nullptr, {2, 1, 100, 100})).find("at most 4096 cells in all, not 4225") !=
        std::string::npos);
  CHECK(plan({}, ma::features<float>(nullptr, {2, 9})).find("needs spatial extents") != std::string::npos);
  CHECK(plan({}, ma::nchw<float>(nullptr, {2, 3, 1, 1})).find("one pixel") != std::string::npos);
  CHECK(plan({.alpha = 0}, x).find("ratio::beta's alpha") != std::string::npos);
  CHECK(plan({.prob = 2}, x).find("prob") != std::string::npos);
}

}  // namespace gridmix_test

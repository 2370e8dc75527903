#include <doctest/doctest.h>

#include <mixaug/mixaug.hpp>
#include <set>

#include "reference/statistics.hpp"

namespace prob_mode_test {

namespace ma = mixaug;
using ma::index_t;

namespace {
auto images(index_t n) { return ma::nchw<float>(nullptr, {n, 3, 16, 20}); }

template <class Plan>
bool all_alike(Plan const& p) {
  for (index_t i = 1; i < p.rows(); ++i)
    if (p.ratio[i] != p.ratio[0] || p.share_self[i] != p.share_self[0] || p.choice[i] != p.choice[0]) return false;
  return true;
}
/// Rows whose ratio was left at 1 because prob did not fire.
template <class Plan>
double untouched(Plan const& p) {
  double n = 0;
  for (index_t i = 0; i < p.rows(); ++i)
    n += p.ratio[i] == 1.0f && p.share_self[i] == 1.0f && p.share_partner[i] == 0.0f ? 1 : 0;
  return n;
}
}  // namespace

TEST_CASE("prob is the share of rows that are mixed; the others keep pixels and label, and their partner as drawn") {
  int const n = 20000;
  for (float prob : {0.1f, 0.5f, 0.9f}) {
    CAPTURE(prob);
    double const off = n * (1 - static_cast<double>(prob)), on = n - off;
    auto const mixed =
        ma::make_plan(with(ma::mixup{.prob = prob}, ma::ratio::uniform{0.1f, 0.9f}), images(n), ma::key{.seed = 1});
    CHECK(reference::chi_square_p({untouched(mixed), n - untouched(mixed)}, {off, on}) > reference::level(9));
    auto const every = ma::make_plan(ma::mixup{}, images(n), ma::key{.seed = 1});
    for (index_t i = 0; i < n; ++i) REQUIRE(mixed.partner[i] == every.partner[i]);
    double pasted = 0, erased = 0;
    auto const paste =
        ma::make_plan(with(ma::cutmix{.prob = prob}, ma::ratio::constant{0.5f}), images(n), ma::key{.seed = 2});
    auto const erase = ma::make_plan(ma::cutout{.length = 6, .prob = prob}, images(n), ma::key{.seed = 3});
    for (index_t i = 0; i < n; ++i) {
      pasted += paste.region.box(i).empty() ? 0 : 1, erased += erase.region.box(i).empty() ? 0 : 1;
      REQUIRE((paste.ratio[i] == 1.0f) == paste.region.box(i).empty());
    }
    CHECK(reference::chi_square_p({n - pasted, pasted}, {off, on}) > reference::level(9));
    CHECK(reference::chi_square_p({n - erased, erased}, {off, on}) > reference::level(9));
  }
  CHECK(untouched(ma::make_plan(with(ma::mixup{.prob = 1}, ma::ratio::uniform{0.1f, 0.9f}), images(n), ma::key{})) ==
        0);
  CHECK(untouched(ma::make_plan(ma::mixup{.prob = 0}, images(n), ma::key{})) == n);
}

TEST_CASE("the gate owes nothing to the ratio: rows that fire have the ratios of prob = 1") {
  auto const all = ma::make_plan(ma::mixup{}, images(2000), ma::key{.seed = 5});
  auto const half = ma::make_plan(ma::mixup{.prob = 0.5f}, images(2000), ma::key{.seed = 5});
  double low_fires = 0, low = 0;
  for (index_t i = 0; i < 2000; ++i) {
    bool const fires = half.share_partner[i] > 0.0f;
    if (fires) REQUIRE(half.ratio[i] == all.ratio[i]);
    low += all.ratio[i] < 0.5f ? 1 : 0, low_fires += fires && all.ratio[i] < 0.5f ? 1 : 0;
  }
  CHECK(reference::chi_square_p({low_fires, low - low_fires}, {low / 2, low / 2}) > reference::level(1));
}

TEST_CASE("mode = batch: one lambda, one box and one gate for all rows; another step, another draw") {
  double fired = 0;
  std::set<float> ratios;
  for (std::uint64_t step = 0; step < 400; ++step) {
    ma::key const k{.seed = 6, .step = step};
    auto const p = ma::make_plan(ma::mixup{.prob = 0.5f, .mode = ma::mode::batch}, images(9), k);
    REQUIRE(all_alike(p));
    fired += p.ratio[0] != 1.0f ? 1 : 0;
    ratios.insert(p.ratio[0]);
    auto const c = ma::make_plan(ma::cutmix{.mode = ma::mode::batch, .boxes = 2}, images(9), k);
    REQUIRE(all_alike(c));
    for (index_t i = 1; i < 9; ++i)
      for (index_t j = 0; j < 2; ++j) REQUIRE(c.region.box(i, j) == c.region.box(0, j));
  }
  CHECK(reference::chi_square_p({fired, 400 - fired}, {200, 200}) > reference::level(1));
  CHECK(ratios.size() > 150);
  CHECK_FALSE(all_alike(ma::make_plan(ma::mixup{}, images(9), ma::key{})));
}

TEST_CASE("batch draws are not those of any sample") {
  auto const one = ma::make_plan(ma::mixup{.mode = ma::mode::batch}, images(1), ma::key{.seed = 1});
  auto const many = ma::make_plan(ma::mixup{}, images(5000), ma::key{.seed = 1});
  for (index_t i = 0; i < 5000; ++i) REQUIRE(many.ratio[i] != one.ratio[0]);
}

}  // namespace prob_mode_test

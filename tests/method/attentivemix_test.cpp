#include <doctest/doctest.h>

#include <algorithm>
#include <mixaug/plan/plan_text.hpp>
#include <sstream>

#include "reference/mix_reference.hpp"
#include "support/compare_plans.hpp"
#include "support/refusal.hpp"
#include "support/score_maps.hpp"

namespace attentivemix_test {

using ma::index_t;
using test::refusal;

namespace {

constexpr index_t n = 9, h = 21, w = 30;
constexpr ma::serial one{};

struct batch {
  std::vector<float> maps = test::score_maps(n, 7, 7, 2), values = test::any_values<float>(n * 3 * h * w, 5);
  auto x() const { return ma::nchw(values.data(), {n, 3, h, w}); }
  auto in() const { return ma::inputs(x()).scores(ma::scores(maps.data(), {n, 7, 7})); }
};

}  // namespace

TEST_CASE("six of 49 cells, as published; the ratio is the sample's part; each row has its own in mode batch") {
  batch const b;
  auto const p = ma::make_plan(one, ma::attentivemix{}, b.in(), ma::key{.seed = 1});
  auto const kept =
      ma::make_plan(one, ma::attentivemix{.of = ma::side::target, .mode = ma::mode::batch}, b.in(), ma::key{.seed = 1});
  index_t differ = 0;
  for (index_t i = 0; i < n; ++i) {
    index_t own = 0, stays = 0;
    for (index_t k = 0; k < 49; ++k) {
      own += p.region.bits[i * p.region.stride + k / 32] >> (k % 32) & 1u;
      stays += kept.region.bits[i * kept.region.stride + k / 32] >> (k % 32) & 1u;
    }
    CHECK((own == 43 && stays == 6));
    CHECK((p.ratio[i] == static_cast<float>(1.0 - 6.0 / 49.0) && kept.ratio[i] == static_cast<float>(6.0 / 49.0)));
    differ += kept.region.bits[i * kept.region.stride] != kept.region.bits[0] ? 1 : 0;
  }
  CHECK(differ > 3);
  // Beta(alpha, alpha) where the number follows it: of the mixed rows none has 0 cells.
  ma::attentivemix const plus{.alpha = 0.1f, .grid = 2, .k_from_ratio = true};
  auto const q = ma::make_plan(one, plus, b.in(), ma::key{.seed = 1});
  CHECK(q.ratio[0] != q.ratio[1]);
  for (index_t i = 0; i < n; ++i) CHECK((q.region.bits[i * q.region.stride] & 15u) != 15u);
}

TEST_CASE("pixels, ids in place, gradients, text and another resolution follow the cells") {
  batch const b;
  auto const p = ma::make_plan(one, ma::attentivemix{}, b.in(), ma::key{.seed = 2});
  std::vector<float> out(b.values.size()), back(b.values.size());
  ma::apply(one, p, b.x(), ma::nchw(out.data(), {n, 3, h, w}));
  CHECK(reference::first_wrong(p, b.values, b.values, out, true) == -1);
  auto const g = test::any_values<float>(n * 3 * h * w, 6);
  ma::apply_adjoint(one, p, ma::nchw(g.data(), {n, 3, h, w}), ma::nchw(back.data(), {n, 3, h, w}));
  double forward = 0, backward = 0;
  for (std::size_t k = 0; k < out.size(); ++k)
    forward += double{out[k]} * double{g[k]}, backward += double{b.values[k]} * double{back[k]};
  CHECK(std::fabs(forward - backward) < 1e-3);
  std::vector<std::int32_t> ids(static_cast<std::size_t>(n * h * w)), mixed = ids;
  for (std::size_t k = 0; k < ids.size(); ++k) ids[k] = static_cast<std::int32_t>(k);
  ma::apply(one, p, ma::masks(ids.data(), {n, h, w}), ma::masks(mixed.data(), {n, h, w}));
  CHECK(reference::first_wrong(p, ids, ids, mixed, true) == -1);
  ma::apply_inplace(one, p, ma::masks(ids.data(), {n, h, w}));
  CHECK(ids == mixed);
  std::stringstream text;
  ma::write_plan(text, p);
  auto const read = ma::read_plan(text);
  std::vector<float> again(out.size());
  ma::apply(one, read, b.x(), ma::nchw(again.data(), {n, 3, h, w}));
  CHECK(test::first_difference(again, out) == -1);
  auto const small = ma::rescaled(p, {7, 7}, ma::shares::derived);
  for (index_t i = 0; i < n; ++i) CHECK(small.share_self[i] == static_cast<float>(43.0 / 49.0));
  // Rows that a loader fetched in the order of partners.
  std::vector<float> fetched(out.size());
  for (index_t i = 0; i < n; ++i)
    std::copy_n(b.values.begin() + p.partner[i] * 3 * h * w, 3 * h * w, fetched.begin() + i * 3 * h * w);
  ma::apply(one, p, b.x(), ma::gathered(ma::nchw(fetched.data(), {n, 3, h, w})), ma::nchw(again.data(), {n, 3, h, w}));
  CHECK(test::first_difference(again, out) == -1);
}

TEST_CASE("what attentivemix refuses") {
  batch const b;
  auto const plan = [&](ma::attentivemix const& m, auto const& in) {
    return refusal([&] { ma::make_plan(one, m, in, ma::key{}); });
  };
  auto const has = [](std::string const& text, char const* part) {
    CAPTURE(text);
    CAPTURE(part);
    CHECK(text.find(part) != std::string::npos);
  };
  std::vector<float> const few(n * 6 * 9, 1.0f), full(n * h * w, 1.0f);
  auto const coarse = ma::scores(few.data(), {n, 6, 9});
  has(plan({.top_k = 0}, b.in()), "region::top_cells's top_k is 0; expected 1 to 49 cells");
  has(plan({.top_k = 50}, b.in()), "top_k is 50; expected 1 to 49 cells");
  has(plan({.grid = 0}, b.in()), "region::top_cells's grid is 0; expected 1 to 21 cells along an axis of 21 pixels");
  has(plan({.grid = 22}, b.in()), "grid is 22; expected 1 to 21 cells");
  has(plan({}, ma::inputs(b.x()).scores(coarse)), "scores is 6 x 9 a map; expected at least a number for each of the");
  has(plan({}, b.x()), "saliency::given reads score maps, which were not given");
  has(plan({.alpha = 0, .k_from_ratio = true}, b.in()), "ratio::beta's alpha");
  has(plan({.prob = -1}, b.in()), "prob");
  has(plan({}, ma::features<float>(nullptr, {2, 9})), "region::top_cells needs images (n, c, h, w)");
  has(plan({}, ma::nchw<float>(nullptr, {2, 3, 1, 1})), "one pixel");
  has(plan({.grid = 65}, ma::nchw<float>(nullptr, {2, 3, 99, 99})), "at most 4096 cells in all, not 4225");
  has(plan({}, ma::inputs(b.x())
                   .scores(ma::scores(b.maps.data(), {n, 7, 7}))
                   .source_rows(n)
                   .source_scores(ma::scores(full.data(), {n, h, w}))),
      "source_scores is 21 x 30; expected 7 x 7, as those of the batch");
  std::vector<float> bad = b.maps;
  bad[100] = -1;
  has(plan({}, ma::inputs(b.x()).scores(ma::scores(bad.data(), {n, 7, 7}))), "scores(2, 0, 2) is -1");
}

}  // namespace attentivemix_test

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <sstream>

#include <mixaug/plan/plan_text.hpp>

#include "reference/mix_reference.hpp"
#include "reference/statistics.hpp"
#include "support/compare_plans.hpp"
#include "support/refusal.hpp"
#include "support/values.hpp"

namespace smoothmix_test {

using ma::index_t;
using test::refusal;

namespace {

bool has(std::string const& text, char const* part) { return text.find(part) != std::string::npos; }
std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

/// The Gaussian of a row by its definition, from the draws.
struct bell {
  double sigma;  ///< a part of each side
  index_t size[3], centre[3];
  bell(ma::plan_shape const& s, ma::sigma_range const& r, ma::random const& draw)
      : sigma(static_cast<double>(r.low) +
              (static_cast<double>(r.high) - static_cast<double>(r.low)) * draw.uniform()) {
    for (int d = 0; d < 3; ++d)
      size[d] = s.size[d], centre[d] = draw.below(s.size[d], static_cast<std::uint32_t>(1 + d));
  }
  double operator()(index_t z, index_t y, index_t x) const {
    index_t const place[3] = {z, y, x};
    double sum = 0;
    for (int d = 0; d < 3; ++d) {
      double const t = static_cast<double>(place[d] - centre[d]) / (sigma * static_cast<double>(size[d]));
      sum += t * t;
    }
    return std::exp(-sum / 2);
  }
};

/// The largest |m - (1 - the Gaussian)| over all pixels, and of the share of the partner from the Gaussian's mean.
template <class Plan>
double worst_of(Plan const& p, ma::sigma_range const& r, ma::key const& k) {
  double worst = 0;
  for (index_t i = 0; i < p.rows(); ++i) {
    bell const g(p.shape, r, ma::random(k, static_cast<std::uint64_t>(i), ma::purpose::region));
    double sum = 0, measured = 0;
    for (index_t j = 0; j < p.shape.pixels(); ++j) {
      auto const [z, y, x] = reference::pixel_of(p.shape, j);
      double const m = static_cast<double>(reference::weight(p, i, j));
      worst = std::max(worst, std::fabs(m - (1 - g(z, y, x))));
      sum += g(z, y, x), measured += m;
    }
    double const n = static_cast<double>(p.shape.pixels());
    worst = std::max({worst, std::fabs(static_cast<double>(p.share_partner[i]) - sum / n),
                      1e6 * std::fabs(ma::pixel_share(p, i) - measured / n)});
  }
  return worst;
}

}  // namespace

TEST_CASE("the partner's weight is the Gaussian, and its share the Gaussian's mean, at every rank") {
  ma::key const k{.seed = 12, .step = 9};
  ma::sigma_range const r{};
  CHECK(worst_of(ma::make_plan(ma::smoothmix{}, ma::nchw<float>(nullptr, {6, 1, 12, 20}), k), r, k) < 2e-7);
  CHECK(worst_of(ma::make_plan(ma::smoothmix{}, ma::signals<float>(nullptr, {6, 1, 31}), k), r, k) < 2e-7);
  CHECK(worst_of(ma::make_plan(ma::smoothmix{}, ma::volumes<float>(nullptr, {3, 1, 4, 5, 6}), k), r, k) < 2e-7);
  CHECK(worst_of(ma::make_plan(ma::smoothmix{}, ma::nchw<float>(nullptr, {6, 1, 1, 20}), k), r, k) < 2e-7);
  for (ma::sigma_range const& other : {ma::sigma_range{1e-30f, 1e-20f}, {0.1f, 0.1f}, {3, 1e30f}})
    CHECK(worst_of(ma::make_plan(ma::smoothmix{.sigma = other}, ma::nchw<float>(nullptr, {4, 1, 8, 8}), k), other, k) <
          2e-7);
}

TEST_CASE("the shares that the method is known for: from 0.10 at a corner to 0.73 at the centre") {
  auto const share = [](float sigma, index_t place) {  // among many rows, that whose centre lies there
    auto const p = ma::make_plan(ma::smoothmix{.sigma = {sigma, sigma}}, ma::nchw<float>(nullptr, {1000, 1, 17, 17}),
                                 ma::key{.seed = 1});
    for (index_t i = 0; i < p.rows(); ++i)
      if (reference::weight(p, i, place * 18) == 0.0f) return static_cast<double>(p.share_partner[i]);
    return -1.0;
  };
  CHECK(share(0.25f, 0) == doctest::Approx(0.10).epsilon(0.06));
  CHECK(share(0.25f, 8) == doctest::Approx(0.36).epsilon(0.03));
  CHECK(share(0.5f, 8) == doctest::Approx(0.73).epsilon(0.02));
}

TEST_CASE("centres are uniform over the pixels, widths over their range") {
  index_t const rows = reference::draws(32000);
  auto const p = ma::make_plan(ma::smoothmix{.sigma = {0.2f, 0.6f}}, ma::nchw<float>(nullptr, {rows, 1, 4, 5}),
                               ma::key{.seed = 5});
  std::vector<double> places(20), widths;
  for (index_t i = 0; i < rows; ++i) {
    index_t peak = 0;
    while (peak < 19 && reference::weight(p, i, peak) != 0.0f) ++peak;
    ++places[at(peak)];
    index_t const beside = peak % 5 < 4 ? peak + 1 : peak - 1;
    double const g = 1 - static_cast<double>(reference::weight(p, i, beside));  // exp(-1 / (2 sigma^2 25))
    widths.push_back((std::sqrt(-0.5 / std::log(g)) / 5 - 0.2) / 0.4);
  }
  CHECK(reference::uniform_p(places) > reference::level(2));
  std::sort(widths.begin(), widths.end());
  CHECK(reference::ks_p(widths) > reference::level(2));
  CHECK((widths.front() > -1e-4 && widths.back() < 1 + 1e-4));
}

TEST_CASE("pixels, ids, another resolution and text") {
  index_t const n = 6;
  auto const values = test::any_values<float>(n * 3 * 10 * 14, 3);
  std::vector<float> mixed(values.size());
  auto const x = ma::nchw(values.data(), {n, 3, 10, 14});
  auto const p = ma::make_plan(ma::smoothmix{}, x, ma::key{.seed = 5});
  CHECK(p.flags().blends);
  CHECK(!p.flags().moved);
  ma::apply(p, x, ma::nchw(mixed.data(), {n, 3, 10, 14}));
  CHECK(reference::first_wrong(p, values, values, mixed, test::exact<ma::serial>()) == -1);
  std::vector<std::int32_t> ids(at(n * 140)), out(ids);
  for (float const prob : {0.0f, 1e-6f, 1.0f}) {
    auto const some = ma::make_plan(ma::smoothmix{.prob = prob}, x, ma::key{});
    std::string const said = refusal([&] {
      ma::apply(some, ma::scores(ids.data(), {n, 10, 14}), ma::scores(out.data(), {n, 10, 14}));
    });
    CHECK(said.empty() == (prob == 0.0f));
    if (prob > 0) CHECK(has(said, "ids cannot be blended"));
  }
  auto const small = ma::rescaled(p, {5, 7}, ma::field::average, ma::shares::derived), near = ma::rescaled(p, {5, 7});
  for (index_t i = 0; i < n; ++i) {
    CHECK(std::fabs(small.share_self[i] - p.share_self[i]) < 1e-6f);
    for (index_t j = 0; j < 35; ++j)
      REQUIRE(reference::weight(near, i, j) == reference::weight(p, i, j / 7 * 28 + j % 7 * 2));
  }
  std::ostringstream text;
  ma::write_plan(text, p);
  CHECK(has(text.str(), "choice 0 mask 140 mix"));
  std::istringstream in(text.str());
  std::ostringstream again;
  ma::write_plan(again, ma::read_plan(in));
  CHECK(again.str() == text.str());
  auto const batch = ma::make_plan(ma::smoothmix{.mode = ma::mode::batch}, x, ma::key{.seed = 5});
  for (index_t i = 1; i < n; ++i) CHECK(batch.share_self[i] == batch.share_self[0]);
}

TEST_CASE("what smoothmix refuses leaves a kept plan as it was") {
  auto const x = ma::nchw<float>(nullptr, {2, 1, 6, 10});
  auto kept = ma::make_plan(ma::smoothmix{}, x, ma::key{});
  auto const before = kept;
  auto const plan = [&](ma::smoothmix const& m, auto const& in) {
    return refusal([&] { ma::make_plan(m, in, ma::key{}, kept); });
  };
  float const nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  CHECK(has(plan({.sigma = {0, 0.5f}}, x),
            "region::smooth_mask's sigma is {0, 0.5}; expected 0 < low <= high, finite parts of the sides"));
  CHECK(has(plan({.sigma = {-1, 0.5f}}, x), "sigma is {-1, 0.5}"));
  CHECK(has(plan({.sigma = {0.5f, 0.25f}}, x), "sigma is {0.5, 0.25}"));
  CHECK(has(plan({.sigma = {0.5f, inf}}, x), "sigma is {0.5, inf}"));
  CHECK(has(plan({.sigma = {nan, 0.5f}}, x), "sigma is {nan, 0.5}"));
  CHECK(has(plan({.sigma = {0.5f, nan}}, x), "sigma is {0.5, nan}"));
  CHECK(has(plan({.prob = -1}, x), "prob"));
  CHECK(has(plan({}, ma::features<float>(nullptr, {2, 9})), "needs spatial extents"));
  CHECK(has(plan({}, ma::nchw<float>(nullptr, {2, 3, 1, 1})), "one pixel"));
  CHECK(test::same_plan(kept, before));
}

}  // namespace smoothmix_test

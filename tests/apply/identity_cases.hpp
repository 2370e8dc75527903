#pragma once
#include <doctest/doctest.h>

#include "support/memory.hpp"
#include "support/values.hpp"

namespace test {

/// Values that arithmetic would not leave alone: signalling and quiet NaN with payloads, infinities, the
/// largest numbers, subnormals, both zeros.
inline std::vector<float> hostile_values(index_t n, std::uint64_t seed) {
  std::uint32_t const bits[] = {0x7F800001u, 0xFF8ABCDEu, 0x7FC00123u, 0x7F800000u, 0xFF800000u,
                                0x7F7FFFFFu, 0x00000001u, 0x80000000u, 0x00000000u, 0xFF7FFFFFu};
  stream s(seed);
  std::vector<float> out(static_cast<std::size_t>(n));
  for (float& v : out) std::memcpy(&v, &bits[s.below(10)], sizeof v);
  return out;
}

/// Applies a method to hostile values and says where the output differs from the samples (or, with
/// `of_partner`, from the partners) in a bit.
template <class Backend, class Method>
index_t not_identical(Method const& method, bool of_partner, bool interleaved) {
  Backend const be;
  auto const layout = interleaved ? ma::nhwc<float>(nullptr, {6, 5, 37, 3}) : ma::nchw<float>(nullptr, {6, 3, 5, 37});
  auto const values = hostile_values(layout.size(), 21);
  auto const plan = ma::make_plan(method, layout, ma::key{.seed = 2});
  auto x = place<Backend>(layout, values);
  auto out = room<Backend>(layout);
  ma::apply(be, there(be, plan), x.view(), out.view());
  auto expected = values;
  auto const row = layout.size() / 6;
  for (index_t i = 0; i < 6 && of_partner; ++i)
    for (index_t e = 0; e < row; ++e)
      expected[static_cast<std::size_t>(i * row + e)] = values[static_cast<std::size_t>(plan.partner[i] * row + e)];
  return first_difference(out.read(), expected);
}

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("ratio 1 is the sample and ratio 0 the partner, bit for bit", Backend, identity_ratios) {
  using ma::ratio::constant;
  ma::cutmix const inside{.placement = ma::placement::inside};
  ma::one_of const both(with(ma::mixup{}, constant{0}), with(inside, constant{0}));
  for (bool last : {false, true}) {
    CAPTURE(last);
    CHECK(test::not_identical<Backend>(with(ma::mixup{}, constant{1}), false, last) == -1);
    CHECK(test::not_identical<Backend>(with(ma::mixup{}, constant{0}), true, last) == -1);
    CHECK(test::not_identical<Backend>(with(ma::cutmix{}, constant{1}), false, last) == -1);
    CHECK(test::not_identical<Backend>(with(inside, constant{0}), true, last) == -1);
    CHECK(test::not_identical<Backend>(with(ma::mixup{}, constant{0}, ma::pairing::derangement{}), true, last) == -1);
    CHECK(test::not_identical<Backend>(both, true, last) == -1);
  }
}

TEST_CASE_TEMPLATE_DEFINE("a row without partner, its own partner, or that does not fire stays as it is", Backend,
                          identity_rows) {
  std::int64_t const nobody[] = {-1, -1, -1, -1, -1, -1}, myself[] = {0, 1, 2, 3, 4, 5};
  auto const none = ma::pairing::given{ma::indices(nobody, {6})}, self = ma::pairing::given{ma::indices(myself, {6})};
  for (bool last : {false, true}) {
    CAPTURE(last);
    CHECK(test::not_identical<Backend>(with(ma::mixup{}, none), false, last) == -1);
    CHECK(test::not_identical<Backend>(with(ma::cutmix{}, none), false, last) == -1);
    CHECK(test::not_identical<Backend>(with(ma::mixup{}, self), false, last) == -1);
    CHECK(test::not_identical<Backend>(with(ma::cutmix{}, self), false, last) == -1);
    CHECK(test::not_identical<Backend>(ma::mixup{.prob = 0}, false, last) == -1);
    CHECK(test::not_identical<Backend>(ma::cutmix{.prob = 0}, false, last) == -1);
    CHECK(test::not_identical<Backend>(ma::cutout{.length = 4, .prob = 0}, false, last) == -1);
  }
}

TEST_CASE_TEMPLATE_DEFINE("the pixel share is the share of the pixels that come from the sample", Backend,
                          identity_share) {
  Backend const be;
  auto const layout = ma::nchw<float>(nullptr, {64, 1, 13, 17});
  auto const ones = std::vector<float>(static_cast<std::size_t>(layout.size()), 1.0f);
  auto const zeros = std::vector<float>(ones.size(), 0.0f);
  auto x = test::place<Backend>(layout, ones), source = test::place<Backend>(layout, zeros);
  auto measure = [&](char const* name, auto const& plan, bool by_share) {
    CAPTURE(name);
    auto out = test::room<Backend>(layout);
    ma::apply(be, test::there(be, plan), x.view(), source.view(), out.view());
    auto const pixels = out.read();
    for (ma::index_t i = 0; i < 64; ++i) {
      ma::index_t kept = 0;
      for (ma::index_t e = 0; e < 221; ++e) kept += pixels[static_cast<std::size_t>(i * 221 + e)] == 1.0f ? 1 : 0;
      double const measured = 1.0 - static_cast<double>(221 - kept) / 221.0;
      REQUIRE(ma::pixel_share(plan, i) == measured);
      if (by_share) REQUIRE(plan.share_self[i] == static_cast<float>(measured));
      REQUIRE((plan.share_self[i] == plan.ratio[i] || by_share));
      REQUIRE(plan.share_partner[i] == 1.0f - plan.share_self[i]);
    }
  };
  auto const in = ma::inputs(layout).source_rows(64);  // a second source, so that no row is its own partner
  ma::key const k{.seed = 77};
  for (auto where :
       {ma::placement::clipped, ma::placement::inside, ma::placement::shifted, ma::placement::uniform_pixels})
    for (ma::index_t boxes : {1, 3, 7})
      for (auto mode : {ma::mode::sample, ma::mode::batch}) {
        measure("cutmix",
                ma::make_plan(ma::cutmix{.prob = 0.8f, .mode = mode, .placement = where, .boxes = boxes}, in, k), true);
        measure(
            "by ratio",
            ma::make_plan(ma::cutmix{.mode = mode, .placement = where, .correct_lam = false, .boxes = boxes}, in, k),
            false);
      }
  measure("minmax", ma::make_plan(ma::cutmix{.minmax = {0.2f, 0.9f}, .boxes = 2}, in, k), true);
  auto const mixed = ma::make_plan(ma::mixup{.alpha = 0.7f}, in, k);
  auto out = test::room<Backend>(layout);
  ma::apply(be, test::there(be, mixed), x.view(), source.view(), out.view());
  auto const pixels = out.read();
  for (ma::index_t i = 0; i < 64; ++i) {
    REQUIRE(pixels[static_cast<std::size_t>(i * 221)] == mixed.ratio[i]);  // every pixel is m * 1 + (1 - m) * 0
    REQUIRE(ma::pixel_share(mixed, i) == static_cast<double>(mixed.ratio[i]));
    REQUIRE(mixed.share_self[i] == mixed.ratio[i]);
  }
}

#define TEST_IDENTITY(BACKEND)                         \
  TEST_CASE_TEMPLATE_INVOKE(identity_ratios, BACKEND); \
  TEST_CASE_TEMPLATE_INVOKE(identity_rows, BACKEND);   \
  TEST_CASE_TEMPLATE_INVOKE(identity_share, BACKEND)

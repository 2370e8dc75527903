#pragma once
#include <doctest/doctest.h>

#include <mixaug/augment/mixed.hpp>
#include <mixaug/method/cutmix.hpp>
#include <mixaug/method/mixup.hpp>
#include <mixaug/plan/make_plan.hpp>

#include "augment/augment_cases.hpp"

namespace augment_cases {

/// Both passes on the serial backend: the batch between has the elements of the output.
template <class U, class Plan>
std::vector<U> in_two_passes(Plan const& mix, au::plan const& p, std::vector<std::uint8_t> const& x) {
  au::image_facts const& b = p.out();
  auto const between = test::applied<U>(p, x);
  std::vector<U> out(static_cast<std::size_t>(mix.rows() * b.channels * b.height * b.width));
  ma::apply(ma::serial{}, mix, ma::nchw(between.data(), {p.rows(), b.channels, b.height, b.width}),
            ma::nchw(out.data(), {mix.rows(), b.channels, b.height, b.width}));
  return out;
}
template <class Backend, class Plan>
void one_pass_is_two(Plan const& mix, au::plan const& p, std::vector<std::uint8_t> const& x) {
  auto const &a = p.in(), &b = p.out();
  auto from = test::place<Backend>(ma::nhwc<std::uint8_t>(nullptr, {p.rows(), a.height, a.width, a.channels}), x);
  auto const bytes = in_two_passes<std::uint8_t>(mix, p, x);
  for (auto const& out :
       {ma::nchw<std::uint8_t>(nullptr, {mix.rows(), b.channels, b.height, b.width}),
        ma::nhwc<std::uint8_t>(nullptr, {mix.rows(), b.height, b.width, b.channels}),
        ma::nhwc<std::uint8_t>(nullptr, {mix.rows(), b.height, b.width, b.channels}, {60000, 1600, 5, 1})}) {
    auto to = test::room<Backend>(out, 1);
    ma::apply(Backend{}, mix, p, from.view(), to.view());
    CHECK(test::first_difference(to.read(), bytes) == -1);
    CHECK(to.intact());
  }
  auto const floats = in_two_passes<float>(mix, p, x);
  auto to = test::room<Backend>(ma::nchw<float>(nullptr, {mix.rows(), b.channels, b.height, b.width}));
  ma::apply(Backend{}, mix, p, from.view(), to.view());
  CHECK(test::first_difference(to.read(), floats) == -1);
}

}  // namespace augment_cases

TEST_CASE_TEMPLATE_DEFINE("augmenting and mixing at once gives the bits of both calls", Backend, augment_mixed) {
  using namespace augment_cases;
  index_t const n = 9, c = 3, h = 23, w = 30;
  auto const x = test::photos(n, c, h, w);
  for (au::chain const& chain : chains()) {
    auto const p = test::planned_chain(chain, n, c, h, w);
    ma::key const key{.seed = 5};
    one_pass_is_two<Backend>(ma::make_plan(ma::cutmix{}, p.output(), key), p, x);
    one_pass_is_two<Backend>(ma::make_plan(ma::mixup{.prob = 0.7f}, p.output(), key), p, x);
  }
}

#define TEST_MIXED(BACKEND) TEST_CASE_TEMPLATE_INVOKE(augment_mixed, BACKEND)

// Launches at their limits: more rows than a grid has blocks, short and long rows, pointers off by elements.
#include <doctest/doctest.h>

#include "support/cuda_memory.cuh"  // before the cases, which look there(...) up

#include "apply/adjoint_cases.hpp"
#include "apply/apply_cases.hpp"
#include "apply/inplace_cases.hpp"

namespace {

template <class T>
void every_width(char const* type) {
  CAPTURE(type);
  for (ma::index_t width : {1, 7, 8, 16, 33, 64})
    for (ma::index_t shift : {0, 1, 4, 16}) {
      CAPTURE(width);
      CAPTURE(shift);
      auto const planes = ma::nchw<T>(nullptr, {5, 3, 6, width});
      auto const padded = ma::nchw<T>(nullptr, {5, 3, 6, width}, {18 * 80, 6 * 80, 80, 1});
      auto const interleaved = ma::nhwc<T>(nullptr, {5, 6, width, 3});
      auto const seed = static_cast<std::uint64_t>(width);
      test::chosen_plans(planes, {.seed = seed}, 3, test::apply_check<ma::cuda, T, 4>{{}, planes, padded, shift});
      test::chosen_plans(planes, {.seed = seed}, 3, test::apply_check<ma::cuda, T, 4>{{}, padded, padded, shift});
      test::chosen_plans(planes, {.seed = seed}, 3,
                         test::apply_check<ma::cuda, T, 4>{{}, interleaved, interleaved, shift});
      test::chosen_plans(planes, {.seed = seed}, 3, test::inplace_check<ma::cuda, T, 4>{{}, padded});
    }
}

}  // namespace

TEST_CASE("any width, any alignment") {
  every_width<float>("float");
  every_width<std::uint8_t>("uint8");
  every_width<ma::float16>("float16");
  every_width<double>("double");
}

TEST_CASE("more rows than a grid has blocks") {
  auto const f = ma::features<float>(nullptr, {65538, 129});
  auto const plan = ma::make_plan(ma::mixup{}, f, ma::key{.seed = 1});
  test::apply_check<ma::cuda, float, 2>{{}, f, f}("mixup", plan);
  test::inplace_check<ma::cuda, float, 2>{{}, f}("mixup", plan);

  // halves of whole numbers: exact with and without fma
  auto const half = ma::make_plan(with(ma::mixup{}, ma::ratio::constant{0.5f}), f, ma::key{.seed = 2});
  std::vector<float> grads(static_cast<std::size_t>(f.size())), expected = grads;
  for (std::size_t k = 0; k < grads.size(); ++k) grads[k] = static_cast<float>(k % 1024);
  ma::apply_adjoint(ma::serial{}, half, ma::features(grads.data(), {65538, 129}),
                    ma::features(expected.data(), {65538, 129}));
  auto g = test::place<ma::cuda>(f, grads), out = test::room<ma::cuda>(f);
  ma::apply_adjoint(ma::cuda{}, test::there(ma::cuda{}, half), g.view(), out.view());
  CHECK(test::first_difference(out.read(), expected) == -1);
}

TEST_CASE("samples of many blocks, where threads take several turns") {
  for (ma::index_t side : {1000, 1001}) {
    CAPTURE(side);
    auto const x = ma::nchw<float>(nullptr, {6, 3, side, side});
    auto const plan = ma::make_plan(with(ma::cutmix{.boxes = 3}, ma::pairing::derangement{}), x, ma::key{.seed = 3});
    test::apply_check<ma::cuda, float, 4>{{}, x, x}("cutmix", plan);
    test::inplace_check<ma::cuda, float, 4>{{}, x}("cutmix", plan);
    auto const bytes = ma::nhwc<std::uint8_t>(nullptr, {6, side, side, 3});
    test::apply_check<ma::cuda, std::uint8_t, 4>{{}, bytes, bytes}("cutmix", plan);
  }
}

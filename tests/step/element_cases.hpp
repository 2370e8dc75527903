#pragma once
#include "step/apply_cases.hpp"

namespace test {

template <class Backend, class T>
void real_images(char const* type) {
  CAPTURE(type);
  auto const planes = ma::nchw<T>(nullptr, {7, 3, 9, 31});
  auto const interleaved = ma::nhwc<T>(nullptr, {7, 9, 31, 3});
  chosen_plans(planes, {.seed = 1}, 3, apply_check<Backend, T, 4>{{}, planes, planes});
  chosen_plans(planes, {.seed = 2}, 3, apply_check<Backend, T, 4>{{}, interleaved, interleaved, 1});
  chosen_plans(planes, {.seed = 3}, 3, apply_check<Backend, T, 4>{{}, planes, interleaved});
}
template <class Backend, class T>
void id_images(char const* type) {
  CAPTURE(type);
  auto const m = ma::scores<T>(nullptr, {7, 9, 31});
  auto const planes = ma::nchw<T>(nullptr, {7, 2, 9, 31});
  chosen_pastes(planes, {.seed = 2}, 1, apply_check<Backend, T, 3>{{}, m, m, 1});
  chosen_pastes(planes, {.seed = 3}, 2, apply_check<Backend, T, 4>{{}, planes, planes});
}

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("double and 16-bit images", Backend, apply_reals) {
  test::real_images<Backend, double>("double");
  test::real_images<Backend, ma::float16>("float16");
  test::real_images<Backend, ma::bfloat16>("bfloat16");
}

TEST_CASE_TEMPLATE_DEFINE("ids follow a plan that pastes", Backend, apply_ids) {
  test::id_images<Backend, std::int32_t>("int32");
  test::id_images<Backend, std::int64_t>("int64");
  test::id_images<Backend, std::byte>("byte");
}

#define TEST_ELEMENTS(BACKEND)                     \
  TEST_CASE_TEMPLATE_INVOKE(apply_reals, BACKEND); \
  TEST_CASE_TEMPLATE_INVOKE(apply_ids, BACKEND)

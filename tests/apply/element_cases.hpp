#pragma once
#include <algorithm>

#include "apply/apply_cases.hpp"
#include "support/their_floats.hpp"

namespace test {

template <class Backend, class T>
void real_images(char const* type) {
  CAPTURE(type);
  auto const planes = ma::nchw<T>(nullptr, {7, 3, 9, 31});
  auto const interleaved = ma::nhwc<T>(nullptr, {7, 9, 31, 3});
  chosen_plans(planes, {.seed = 1}, 3, apply_check<Backend, T, 4>{{}, planes, planes});
  chosen_plans(planes, {.seed = 2}, 3, apply_check<Backend, T, 4>{{}, interleaved, interleaved, 1});
  chosen_plans(planes, {.seed = 3}, 3, apply_check<Backend, T, 4>{{}, planes, interleaved});
  resized_plans(planes, {.seed = 4}, apply_check<Backend, T, 4>{{}, planes, interleaved});
}
template <class Backend, class T>
void id_images(char const* type) {
  CAPTURE(type);
  auto const m = ma::scores<T>(nullptr, {7, 9, 31});
  auto const planes = ma::nchw<T>(nullptr, {7, 2, 9, 31});
  chosen_pastes(planes, {.seed = 2}, 1, apply_check<Backend, T, 3>{{}, m, m, 1});
  chosen_pastes(planes, {.seed = 3}, 2, apply_check<Backend, T, 4>{{}, planes, planes});
}

template <class Backend, class T>
void integer_images(char const* type, ma::index_t channels) {
  CAPTURE(type);
  auto const planes = ma::nchw<ma::pixel<T>>(nullptr, {7, channels, 9, 31});
  auto const interleaved = ma::nhwc<ma::pixel<T>>(nullptr, {7, 9, 31, channels});
  chosen_plans(planes, {.seed = 4}, channels, apply_check<Backend, ma::pixel<T>, 4>{{}, planes, planes});
  chosen_plans(planes, {.seed = 5}, channels, apply_check<Backend, ma::pixel<T>, 4>{{}, planes, interleaved, 1});
  resized_plans(planes, {.seed = 6}, apply_check<Backend, ma::pixel<T>, 4>{{}, planes, interleaved});
}

/// A 16-bit float of others: `Theirs` are the bits of `Own`, and so are all results.
template <class Backend, class Own, class Theirs>
void halves_of_others(char const* type) {
  CAPTURE(type);
  Backend const be;
  auto const layout = ma::nchw<Own>(nullptr, {6, 3, 9, 31});
  auto const as_theirs = ma::nchw<Theirs>(nullptr, {6, 3, 9, 31});
  auto const values = any_values<Own>(layout.size(), 5);
  std::vector<Theirs> same(values.size());
  std::memcpy(static_cast<void*>(same.data()), values.data(), values.size() * sizeof(Own));
  auto const equal = [](std::vector<Own> const& a, std::vector<Theirs> const& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(Own)) == 0;
  };
  mixaug::one_of const method(ma::mixup{}, ma::cutout{.n_holes = 2, .length = 5, .fill = fill_for(3)});
  auto const p = ma::make_plan(method, layout, ma::key{.seed = 6});
  auto const& plan = there(be, p);
  auto x = place<Backend>(layout, values), o = room<Backend>(layout);
  auto y = place<Backend>(as_theirs, same), q = room<Backend>(as_theirs);
  ma::apply(be, plan, x.view(), o.view());
  ma::apply(be, plan, y.view(), q.view());
  CHECK(equal(o.read(), q.read()));
  CHECK_FALSE(equal(values, q.read()));
  ma::apply_adjoint(be, plan, x.view(), o.view());
  ma::apply_adjoint(be, plan, y.view(), q.view());
  CHECK(equal(o.read(), q.read()));
  if constexpr (Backend::memory == ma::space::host) {
    std::vector<float> a(6 * 9 * 31), b(a);
    ma::saliency_map(ma::serial{}, ma::saliency::fine_grained{}, x.view(), ma::scores(a.data(), {6, 9, 31}));
    ma::saliency_map(ma::serial{}, ma::saliency::fine_grained{}, y.view(), ma::scores(b.data(), {6, 9, 31}));
    CHECK(first_difference(a, b) == -1);
    CHECK(*std::max_element(a.begin(), a.end()) > 0.0f);
  }
  ma::apply_inplace(be, plan, x.view());
  ma::apply_inplace(be, plan, y.view());
  CHECK(equal(x.read(), y.read()));
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

TEST_CASE_TEMPLATE_DEFINE("integer pixels of 8, 16 and 32 bits", Backend, apply_integers) {
  test::integer_images<Backend, std::int8_t>("int8", 2);
  test::integer_images<Backend, std::int16_t>("int16", 3);
  test::integer_images<Backend, std::uint16_t>("uint16", 3);
  test::integer_images<Backend, std::int32_t>("int32", 3);
  test::integer_images<Backend, std::uint32_t>("uint32", 3);
}

TEST_CASE_TEMPLATE_DEFINE("16-bit floats of others have the bits of the library's own", Backend, apply_halves) {
  test::halves_of_others<Backend, ma::float16, test::their_half>("half");
  test::halves_of_others<Backend, ma::bfloat16, test::their_bfloat>("bfloat");
}

#define TEST_ELEMENTS(BACKEND)                        \
  TEST_CASE_TEMPLATE_INVOKE(apply_integers, BACKEND); \
  TEST_CASE_TEMPLATE_INVOKE(apply_halves, BACKEND);   \
  TEST_CASE_TEMPLATE_INVOKE(apply_reals, BACKEND);    \
  TEST_CASE_TEMPLATE_INVOKE(apply_ids, BACKEND)

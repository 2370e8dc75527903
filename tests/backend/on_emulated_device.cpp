#include "apply/adjoint_cases.hpp"
#include "apply/apply_cases.hpp"
#include "apply/element_cases.hpp"
#include "apply/field_cases.hpp"
#include "apply/identity_cases.hpp"
#include "apply/inplace_cases.hpp"
#include "apply/source_cases.hpp"
#include "apply/separate_rows_cases.hpp"
#include "support/emulated_device.hpp"

TEST_CASE("labels of many lanes are the labels of one") {
  mixaug::index_t const n = 9, classes = 300;  // more classes than lanes
  std::vector<float> pixels(static_cast<std::size_t>(n)), one(static_cast<std::size_t>(n * classes)), many(one);
  std::vector<int> ids = {0, 299, 7, 130, 127, 128, 256, 3, 0};
  auto const plan = mixaug::make_plan(mixaug::mixup{}, mixaug::features(pixels.data(), {n, 1}), mixaug::key{.seed = 6});
  auto const y = mixaug::class_ids(ids.data(), {n});
  mixaug::soft_labels(mixaug::serial{}, plan, y, mixaug::features(one.data(), {n, classes}), {.smoothing = 0.1f});
  mixaug::soft_labels(test::emulated_device{}, plan, y, mixaug::features(many.data(), {n, classes}),
                      {.smoothing = 0.1f});
  CHECK(test::first_difference(one, many) == -1);
  CHECK(one[0] > 0.0f);
}

TEST_CASE("integer pixels on a device") {
  test::integer_images<test::emulated_device, std::int16_t>("int16", 3);
  test::integer_images<test::emulated_device, std::uint32_t>("uint32", 3);
}

TEST_APPLY(test::emulated_device);
TEST_CASE_TEMPLATE_INVOKE(apply_halves, test::emulated_device);
TEST_ADJOINT(test::emulated_device);
TEST_FIELDS(test::emulated_device);
TEST_IDENTITY(test::emulated_device);
TEST_INPLACE(test::emulated_device);
TEST_SOURCES(test::emulated_device);
TEST_SEPARATE_ROWS(test::emulated_device);

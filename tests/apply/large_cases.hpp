#pragma once
#include <doctest/doctest.h>

#include "apply/apply_cases.hpp"
#include "support/unoptimised.hpp"

namespace test {

/// Outputs of more than 8 MiB, which the CPU streams past its caches: few samples, long rows. Values repeat
/// with a period that no power of two divides, so that a block in a wrong place shows.
template <class Backend, class T>
void large(ma::tensor_view<T, 4> const& layout, index_t shift, bool holes) {
  stream s(6);
  std::vector<T> period(9973), values;
  for (T& v : period) v = any_value<T>(s);
  values.reserve(static_cast<std::size_t>(layout.size()));
  for (index_t k = 0; k < layout.size(); ++k) values.push_back(period[static_cast<std::size_t>(k % 9973)]);
  apply_check<Backend, T, 4> const check{{}, layout, layout, shift, values};
  ma::key const k{.seed = 4};
  check("cutmix", ma::make_plan(ma::cutmix{.boxes = 2}, layout, k));
  if (test::unoptimised) return;
  if (holes) check("cutout", ma::make_plan(ma::cutout{.n_holes = 2, .length = 301, .fill = fill_for(3)}, layout, k));
  if (!holes) check("mixup", ma::make_plan(ma::mixup{}, layout, k));
}

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("outputs larger than the caches", Backend, large_outputs) {
  int const rows = test::unoptimised ? 2 : 3;
  test::large<Backend>(ma::nchw<float>(nullptr, {rows, 3, 683, 701}), 3, false);
  test::large<Backend>(ma::nchw<std::uint8_t>(nullptr, {rows, 3, 1361, 1409}), 5, false);
  if (test::unoptimised) return;  // the same loops
  test::large<Backend>(ma::nchw<float>(nullptr, {3, 3, 683, 701}), 0, true);
  test::large<Backend>(ma::nhwc<float>(nullptr, {3, 683, 701, 3}), 1, true);
  test::large<Backend>(ma::nchw<float>(nullptr, {350, 3, 64, 65}), 0, false);  // many small images
}

#define TEST_LARGE(BACKEND) TEST_CASE_TEMPLATE_INVOKE(large_outputs, BACKEND)

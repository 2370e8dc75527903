#pragma once
#include <doctest/doctest.h>

#include "reference/field.hpp"
#include "support/memory.hpp"
#include "support/plans.hpp"

namespace test {

/// What write_field writes for a plan, against m of every pixel by the definition.
template <class Backend, int Rank>
struct field_check {
  ma::tensor_view<float, Rank> layout;  ///< (rows, spatial...)
  template <class Plan>
  void operator()(char const* name, Plan const& typed) const {
    CAPTURE(name);
    Backend const be{};
    auto const& plan = form_of<Backend>(typed);
    auto out = room<Backend>(layout);
    ma::write_field(be, there(be, plan), out.view());
    auto const got = out.read();
    index_t const pixels = plan.shape.pixels();
    index_t wrong = 0;
    for (index_t i = 0; i < plan.rows(); ++i) {
      double sum = 0;
      for (index_t k = 0; k < pixels; ++k) {
        float const m = got[static_cast<std::size_t>(i * pixels + k)];
        wrong += m != reference::weight(plan, i, k);
        sum += static_cast<double>(m);
      }
      CHECK(std::fabs(sum / static_cast<double>(pixels) - ma::pixel_share(plan, i)) < 1e-12);
    }
    CHECK(wrong == 0);
  }
};

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("the field m of every plan, pixel by pixel", Backend, field_images) {
  auto const x = ma::nchw<float>(nullptr, {6, 3, 9, 14});
  auto const dense = ma::scores<float>(nullptr, {6, 9, 14});
  auto const padded = ma::scores<float>(nullptr, {6, 9, 14}, {400, 40, 2});
  test::every_plan(x, {.seed = 5}, 3, test::field_check<Backend, 3>{dense});
  test::every_plan(x, {.seed = 6}, 3, test::field_check<Backend, 3>{padded});
}

#define TEST_FIELDS(BACKEND) TEST_CASE_TEMPLATE_INVOKE(field_images, BACKEND)

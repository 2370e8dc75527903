#pragma once
#include <doctest/doctest.h>

#include "support/compare_plans.hpp"
#include "support/plans.hpp"
#include "support/unoptimised.hpp"
#include "support/values.hpp"

namespace test {

/// A visitor of plans: another backend gives the bits of serial, out of place, in place and backwards.
template <class Backend, class T>
struct same_as_serial {
  Backend be;
  ma::tensor_view<T, 4> layout;

  template <class Plan>
  void operator()(char const* name, Plan const& plan) const {
    CAPTURE(name);
    run(form_of<Backend>(plan));
  }
  template <class Plan>
  void run(Plan const& plan) const {
    auto const values = any_values<T>(layout.size(), 2);
    auto const a = results(ma::serial{}, plan, values), b = results(be, plan, values);
    for (std::size_t k = 0; k < 3; ++k) {
      CAPTURE(k);
      CHECK(first_difference(a[k], b[k]) == -1);
    }
  }

  template <class Be, class Plan>
  std::vector<std::vector<T>> results(Be const& backend, Plan const& plan, std::vector<T> const& values) const {
    auto x = place<Be>(layout, values);
    auto out = room<Be>(layout), back = room<Be>(layout);
    ma::apply(backend, there(backend, plan), x.view(), out.view());
    if constexpr (ma::detail::is_real<T>) ma::apply_adjoint(backend, there(backend, plan), out.view(), back.view());
    if (!plan.flags().moved) ma::apply_inplace(backend, there(backend, plan), x.view());
    return {out.read(), x.read(), back.read()};
  }
};

template <class Backend>
void matches_serial(Backend const& be) {
  index_t const rows = unoptimised ? 3 : 5;  // several units of work a row
  auto const small = ma::nchw<float>(nullptr, {7, 3, 9, 11}), wide = ma::nhwc<float>(nullptr, {rows, 30, 300, 3});
  auto const bytes = ma::nchw<std::uint8_t>(nullptr, {rows, 3, 150, 170});
  every_plan(small, {.seed = 1}, 3, same_as_serial<Backend, float>{be, small});
  every_plan(wide, {.seed = 2}, 3, same_as_serial<Backend, float>{be, wide});
  every_plan(bytes, {.seed = 3}, 3, same_as_serial<Backend, std::uint8_t>{be, bytes});
}

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("outputs larger than the caches have the bits of serial", Backend, same_large) {
  auto const layout = ma::nchw<float>(nullptr, {3, 3, 683, 701});
  test::same_as_serial<Backend, float> const check{{}, layout};
  check.run(ma::make_plan(ma::mixup{}, layout, ma::key{.seed = 1}));
  check.run(ma::make_plan(ma::cutmix{.boxes = 2}, layout, ma::key{.seed = 2}));
}

/// Backends with a number of threads.
TEST_CASE_TEMPLATE_DEFINE("1 to 8 threads give the bits of serial", Backend, same_threads) {
  for (int threads = 1; threads <= 8; threads += test::long_statistics() || threads < 3 ? 1 : 5) {
    CAPTURE(threads);
    test::matches_serial(Backend{threads});
  }
}

TEST_CASE_TEMPLATE_DEFINE("the bits of serial", Backend, same_bits_as_serial) { test::matches_serial(Backend{}); }

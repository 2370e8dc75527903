#pragma once
#include <doctest/doctest.h>

#include "support/memory.hpp"
#include "support/plans.hpp"
#include "support/unoptimised.hpp"
#include "support/values.hpp"

namespace test {

/// A visitor of plans: apply_inplace gives the bits of apply.
template <class Backend, class T, int R>
struct inplace_check {
  Backend be;
  ma::tensor_view<T, R> layout;
  std::vector<T> values = any_values<T>(layout.size(), 5);

  template <class Plan>
  void operator()(char const* name, Plan const& plan) const {
    CAPTURE(name);
    run(form_of<Backend>(plan));
  }
  template <class Plan>
  void run(Plan const& plan) const {
    auto x = place<Backend>(layout, values), y = place<Backend>(layout, values);
    auto out = room<Backend>(layout);
    if (plan.flags().moved) {
      CHECK_THROWS_AS(ma::apply_inplace(be, there(be, plan), y.view()), ma::invalid_argument);
      CHECK(first_difference(y.read(), values) == -1);
      return;
    }
    ma::apply(be, there(be, plan), x.view(), out.view());
    ma::apply_inplace(be, there(be, plan), y.view());
    CHECK(first_difference(y.read(), out.read()) == -1);
    CHECK(y.intact());
  }

  /// mixup, cutmix and one_of with the partners given.
  void with_partners(std::vector<std::int64_t> const& partner, std::uint64_t seed) const {
    auto const n = static_cast<index_t>(partner.size());
    ma::pairing::given const rule{ma::indices(partner.data(), {n})};
    ma::key const k{.seed = seed};
    (*this)("mixup", ma::make_plan(with(ma::mixup{}, rule), layout, k));
    (*this)("cutmix",
            ma::make_plan(with(ma::cutmix{.prob = 0.9f, .placement = ma::placement::inside}, rule), layout, k));
    ma::one_of const all(with(ma::mixup{}, rule), with(ma::cutmix{.boxes = 2}, rule),
                         ma::cutout{.n_holes = 3, .length = 3});
    (*this)("one_of", ma::make_plan(all, layout, k));
  }
};

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("in place: every partner map of four rows", Backend, inplace_maps) {
  auto const layout = ma::nchw<float>(nullptr, {4, 1, 3, 5});
  test::inplace_check<Backend, float, 4> const check{{}, layout};
  for (int code = 0; code < 5 * 5 * 5 * 5; ++code) {
    std::vector<std::int64_t> const partner{code % 5 - 1, code / 5 % 5 - 1, code / 25 % 5 - 1, code / 125 - 1};
    CAPTURE(code);
    check.with_partners(partner, static_cast<std::uint64_t>(code));
  }
}

TEST_CASE_TEMPLATE_DEFINE("in place: random maps of many rows, cycles, stars and chains", Backend, inplace_graphs) {
  test::stream s(9);
  for (int trial = 0; trial < 140; ++trial) {
    CAPTURE(trial);
    auto const n = 1 + s.below(40);
    std::vector<std::int64_t> partner(static_cast<std::size_t>(n));
    for (ma::index_t i = 0; i < n; ++i) {
      auto& p = partner[static_cast<std::size_t>(i)];
      switch (trial % 7) {
        case 0:
          p = s.below(n);
          break;  // a functional graph
        case 1:
          p = s.below(n + n / 2) % (n + 1) - 1;
          break;  // the same with rows that have no partner
        case 2:
          p = (i + 1) % n;
          break;  // one cycle
        case 3:
          p = i + 1 < n ? i + 1 : -1;
          break;  // a chain, read from its end
        case 4:
          p = i % 3 == 0 ? (i + n / 2) % n : 0;
          break;  // many readers of row 0
        case 5:
          p = n - 1 - i;
          break;  // pairs
        default:
          p = i;  // a permutation, below
      }
    }
    for (ma::index_t i = n - 1; i > 0 && trial % 7 == 6; --i)
      std::swap(partner[static_cast<std::size_t>(i)], partner[static_cast<std::size_t>(s.below(i + 1))]);
    auto const planes = ma::nchw<float>(nullptr, {n, 2, 4, 6});
    test::inplace_check<Backend, float, 4>{{}, planes}.with_partners(partner, static_cast<std::uint64_t>(trial));
    auto const bytes = ma::nhwc<std::uint8_t>(nullptr, {n, 4, 6, 3});
    test::inplace_check<Backend, std::uint8_t, 4>{{}, bytes}.with_partners(partner, static_cast<std::uint64_t>(trial));
  }
}

TEST_CASE_TEMPLATE_DEFINE("in place: every plan and layout, rows longer than the scratch", Backend, inplace_layouts) {
  ma::tensor_view<float, 4> const layouts[] = {
      ma::nchw<float>(nullptr, {5, 3, 70, 90}),   // several units a plane
      ma::nchw<float>(nullptr, {5, 1, 4, 9000}),  // several units a row
      ma::nhwc<float>(nullptr, {5, 4, 3000, 3}),  // and of interleaved channels
      ma::nhwc<float>(nullptr, {5, 40, 50, 3}),
      ma::nchw<float>(nullptr, {5, 3, 8, 20}, {960, 320, 40, 2}),
      ma::nchw<float>(nullptr, {5, 1, 6, 9}, {72, 72, 12, 1}),
      ma::nhwc<float>(nullptr, {5, 8, 20, 3}, {640, 80, 4, 1}),
      ma::nchw<float>(nullptr, {5, 3, 8, 20}, {480, 160, -20, -1}),
      ma::nchw<float>(nullptr, {5, 3, 8, 600}, {1, 5, 15, 120}),
  };
  for (auto const& layout : layouts) {
    CAPTURE(&layout - layouts);
    for (std::uint64_t seed = 1; seed <= (test::unoptimised ? 1 : 2); ++seed)
      test::every_plan(layout, {.seed = seed}, layout.extent[1], test::inplace_check<Backend, float, 4>{{}, layout});
  }
}

TEST_CASE_TEMPLATE_DEFINE("in place: a block of a global batch, and features", Backend, inplace_rows) {
  auto const layout = ma::nchw<float>(nullptr, {8, 2, 6, 7});
  test::every_plan(layout, {.seed = 5, .first = 8, .global = 24, .block = 8}, 2,
                   test::inplace_check<Backend, float, 4>{{}, layout});
  auto const images = ma::nchw<float>(nullptr, {8, 1, 2, 2});
  auto const features = ma::features<float>(nullptr, {8, 5000});
  test::whole_plans(images, {.seed = 6}, [&](char const* name, auto const& plan) {
    CAPTURE(name);  // in its own type: the run-time form has an extent
    test::inplace_check<Backend, float, 2>{{}, features}.run(plan);
  });
}

TEST_CASE_TEMPLATE_DEFINE("in place: volumes of padded slices and rows", Backend, inplace_volumes) {
  for (auto const& layout : test::padded_volumes<float>(5)) {
    CAPTURE(layout.stride[2]);
    for (std::uint64_t seed = 1; seed <= 2; ++seed)
      test::every_plan(layout, {.seed = seed}, layout.extent[1], test::inplace_check<Backend, float, 5>{{}, layout});
  }
}

TEST_CASE_TEMPLATE_DEFINE("in place: a pair of which one row becomes its partner and the other a blend", Backend,
                          inplace_ratios) {
  std::vector<std::int64_t> const partner{1, 0, 3, 2, 4};
  ma::pairing::given const rule{ma::indices(partner.data(), {5})};
  auto const planes = ma::nchw<float>(nullptr, {5, 2, 3, 21});
  auto const bytes = ma::nhwc<std::uint8_t>(nullptr, {5, 3, 21, 3});
  auto plan = ma::make_plan(with(ma::mixup{}, rule), planes, ma::key{.seed = 1});
  for (int code = 0; code < 81; ++code) {
    CAPTURE(code);
    float const ratios[] = {0.0f, 0.3f, 1.0f};
    plan.edit([&](auto const& columns) {
      for (int i = 0, left = code; i < 4; ++i, left /= 3) columns.ratio[i] = ratios[left % 3];
    });
    test::inplace_check<Backend, float, 4>{{}, planes}("floats", plan);
    test::inplace_check<Backend, std::uint8_t, 4>{{}, bytes}("bytes", plan);
  }
}

#define TEST_INPLACE(BACKEND)                          \
  TEST_CASE_TEMPLATE_INVOKE(inplace_maps, BACKEND);    \
  TEST_CASE_TEMPLATE_INVOKE(inplace_graphs, BACKEND);  \
  TEST_CASE_TEMPLATE_INVOKE(inplace_layouts, BACKEND); \
  TEST_CASE_TEMPLATE_INVOKE(inplace_volumes, BACKEND); \
  TEST_CASE_TEMPLATE_INVOKE(inplace_ratios, BACKEND);  \
  TEST_CASE_TEMPLATE_INVOKE(inplace_rows, BACKEND)

#pragma once
#include <doctest/doctest.h>

#include "reference/mix_reference.hpp"
#include "support/memory.hpp"
#include "support/plans.hpp"

namespace test {

/// A visitor of plans: apply on a batch of one layout, against the reference; outputs may lie otherwise.
template <class Backend, class T, int R>
struct apply_check {
  Backend be;
  ma::tensor_view<T, R> in, out;
  index_t shift = 0;
  std::vector<T> values = any_values<T>(in.size(), 7);

  index_t channels() const { return R > 3 ? in.extent[1] : 1; }

  template <class Plan>
  void operator()(char const* name, Plan const& plan) const {
    CAPTURE(name);
    run(form_of<Backend>(plan));
  }
  template <class Plan>
  void run(Plan const& plan) const {
    auto x = place<Backend>(in, values, shift);
    auto o = room<Backend>(out, shift);
    ma::apply(be, there(be, plan), x.view(), o.view());
    CHECK(reference::first_wrong(plan, values, values, o.read(), exact<Backend>()) == -1);
    CHECK(o.intact());
    CHECK(first_difference(x.read(), values) == -1);
  }
};

template <class Backend, class T, int R>
void apply_every(ma::tensor_view<T, R> const& in, ma::tensor_view<T, R> const& out, ma::key const& k,
                 index_t shift = 0) {
  apply_check<Backend, T, R> const check{{}, in, out, shift};
  every_plan(in, k, check.channels(), check);
}

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("any layout in, any layout out", Backend, apply_layouts) {
  // rows of 20 padded to 32; every second column; channels last but one; upside down and mirrored; n innermost
  ma::tensor_view<float, 4> const layouts[] = {
      ma::nchw<float>(nullptr, {6, 3, 8, 20}),
      ma::nhwc<float>(nullptr, {6, 8, 20, 3}),
      ma::nchw<float>(nullptr, {6, 3, 8, 20}, {768, 256, 32, 1}),
      ma::nchw<float>(nullptr, {6, 3, 8, 20}, {960, 320, 40, 2}),
      ma::nhwc<float>(nullptr, {6, 8, 20, 3}, {640, 80, 4, 1}),
      ma::nchw<float>(nullptr, {6, 3, 8, 20}, {480, 160, -20, -1}),
      ma::nchw<float>(nullptr, {6, 3, 8, 20}, {1, 6, 18, 144}),
  };
  for (ma::index_t shift : {0, 1})
    for (auto const& in : layouts)
      for (auto const& out : layouts) {
        CAPTURE(&in - layouts);
        CAPTURE(&out - layouts);
        test::apply_every<Backend>(in, out, {.seed = 3, .step = 5}, shift);
      }
}

TEST_CASE_TEMPLATE_DEFINE("bytes, planar and interleaved", Backend, apply_bytes) {
  auto const planes = ma::nchw<std::uint8_t>(nullptr, {7, 3, 9, 91});
  auto const interleaved = ma::nhwc<std::uint8_t>(nullptr, {7, 9, 91, 3});
  for (ma::index_t shift : {0, 3}) {
    test::apply_every<Backend>(planes, planes, {.seed = 5}, shift);
    test::apply_every<Backend>(interleaved, interleaved, {.seed = 6}, shift);
    test::apply_every<Backend>(interleaved, planes, {.seed = 7}, shift);
  }
}

TEST_CASE_TEMPLATE_DEFINE("signals, volumes, single rows and columns", Backend, apply_ranks) {
  ma::key const k{.seed = 4};
  for (ma::index_t length : {7, 63, 300}) {
    auto const s = ma::signals<float>(nullptr, {5, 2, length});
    test::apply_every<Backend>(s, s, k);
  }
  auto const v = ma::volumes<float>(nullptr, {5, 2, 4, 5, 6});
  test::apply_every<Backend>(v, v, k);
  for (auto const& in : test::padded_volumes<float>(5))
    for (auto const& out : test::padded_volumes<float>(5)) {
      CAPTURE(in.stride[2]);
      CAPTURE(out.stride[2]);
      if (in.extent[1] == out.extent[1]) test::apply_every<Backend>(in, out, k);
    }
  ma::tensor_view<float, 4> const grey[] = {ma::nchw<float>(nullptr, {5, 1, 6, 9}),
                                            ma::nchw<float>(nullptr, {5, 1, 6, 9}, {72, 72, 12, 1})};
  for (auto const& in : grey)
    for (auto const& out : grey) test::apply_every<Backend>(in, out, k);
  auto const one_pixel = ma::nchw<float>(nullptr, {4, 3, 1, 1});  // boxes cannot be cut out of it
  test::whole_plans(one_pixel, k, test::apply_check<Backend, float, 4>{{}, one_pixel, one_pixel});
  auto const one_slice = ma::volumes<float>(nullptr, {5, 2, 1, 5, 6});
  test::apply_every<Backend>(one_slice, one_slice, k);
  for (auto const& e : {ma::extents<4>{1, 1, 5, 5}, ma::extents<4>{4, 1, 1, 17}, ma::extents<4>{4, 3, 17, 1}}) {
    auto const planes = ma::nchw<float>(nullptr, e);
    test::apply_every<Backend>(planes, planes, k);
    auto const interleaved = ma::nhwc<float>(nullptr, {e.at[0], e.at[2], e.at[3], e.at[1]});
    test::apply_every<Backend>(interleaved, interleaved, k);
  }
}

#define TEST_APPLY(BACKEND)                          \
  TEST_CASE_TEMPLATE_INVOKE(apply_layouts, BACKEND); \
  TEST_CASE_TEMPLATE_INVOKE(apply_bytes, BACKEND);   \
  TEST_CASE_TEMPLATE_INVOKE(apply_ranks, BACKEND)

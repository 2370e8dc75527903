#pragma once
#include <doctest/doctest.h>

#include "reference/adjoint_reference.hpp"
#include "support/plans.hpp"

namespace test {

template <class T>
double dot(std::vector<T> const& a, std::vector<T> const& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += as_double(a[k]) * as_double(b[k]);
  return sum;
}

/// A visitor of plans: the gradient of the batch (its own source), element by element.
template <class Backend, class T, int R>
struct adjoint_check {
  Backend be;
  ma::tensor_view<T, R> grad_layout, layout;
  std::vector<T> grads = any_values<T>(grad_layout.size(), 8);

  template <class Plan>
  void operator()(char const* name, Plan const& plan) const {
    CAPTURE(name);
    run(form_of<Backend>(plan));
  }
  template <class Plan>
  void run(Plan const& plan) const {
    auto g = place<Backend>(grad_layout, grads);
    auto out = room<Backend>(layout);
    ma::apply_adjoint(be, there(be, plan), g.view(), out.view());
    CHECK(wrong(plan, out.read(), true, true, plan.shape.first) == -1);
    CHECK(out.intact());
  }

  /// The first wrong element of gradient rows; row j is that of partner first + j.
  template <class Plan>
  index_t wrong(Plan const& plan, std::vector<T> const& got, bool self, bool source, index_t first) const {
    index_t const length = grad_layout.size() / grad_layout.extent[0];
    for (index_t k = 0; k < static_cast<index_t>(got.size()); ++k) {
      double bound = 0;
      auto const sum =
          reference::gradient(plan, grads, length, k / length, first + k / length, k % length, self, source, bound);
      if (!reference::is_gradient(got[static_cast<std::size_t>(k)], sum, bound, exact<Backend>())) return k;
    }
    return -1;
  }
};

template <class Backend, class T>
void gradients_of(char const* type) {
  CAPTURE(type);
  auto const planes = ma::nchw<T>(nullptr, {9, 3, 6, 11});
  auto const interleaved = ma::nhwc<T>(nullptr, {9, 6, 11, 3});
  chosen_plans(planes, {.seed = 1}, 3, adjoint_check<Backend, T, 4>{{}, planes, planes});
  chosen_plans(planes, {.seed = 2}, 3, adjoint_check<Backend, T, 4>{{}, interleaved, interleaved});
}

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("adjoint: the documented sum for every plan and layout", Backend, adjoint_layouts) {
  ma::tensor_view<float, 4> const layouts[] = {
      ma::nchw<float>(nullptr, {9, 3, 6, 40}),
      ma::nhwc<float>(nullptr, {9, 6, 40, 3}),
      ma::nchw<float>(nullptr, {9, 3, 6, 40}, {1440, 480, -80, -2}),
      ma::nchw<float>(nullptr, {9, 3, 6, 40}, {1, 9, 27, 162}),
  };
  for (auto const& in : layouts)
    for (auto const& out : layouts) {
      CAPTURE(&in - layouts);
      CAPTURE(&out - layouts);
      test::every_plan(in, {.seed = 2}, 3, test::adjoint_check<Backend, float, 4>{{}, in, out});
    }
  auto const long_rows = ma::nchw<float>(nullptr, {5, 1, 4, 1000});
  test::every_plan(long_rows, {.seed = 3}, 1, test::adjoint_check<Backend, float, 4>{{}, long_rows, long_rows});
  auto const grey = ma::nchw<float>(nullptr, {9, 1, 6, 9}),
             padded = ma::nchw<float>(nullptr, {9, 1, 6, 9}, {72, 72, 12, 1});
  test::every_plan(grey, {.seed = 6}, 1, test::adjoint_check<Backend, float, 4>{{}, grey, padded});
  test::every_plan(grey, {.seed = 6}, 1, test::adjoint_check<Backend, float, 4>{{}, padded, grey});
  for (auto const& in : test::padded_volumes<float>(4))
    for (auto const& out : test::padded_volumes<float>(4))
      if (in.extent[1] == out.extent[1])
        test::every_plan(in, {.seed = 4}, in.extent[1], test::adjoint_check<Backend, float, 5>{{}, in, out});
  auto const block = ma::nchw<float>(nullptr, {8, 2, 6, 7});
  test::every_plan(block, {.seed = 5, .first = 8, .global = 24, .block = 8}, 2,
                   test::adjoint_check<Backend, float, 4>{{}, block, block});
}

TEST_CASE_TEMPLATE_DEFINE("adjoint: many readers of a row are summed in ascending order", Backend, adjoint_readers) {
  std::vector<std::int64_t> partner(64, 5);
  for (std::size_t i = 0; i < 64; i += 7) partner[i] = i % 2 == 0 ? -1 : static_cast<std::int64_t>(i);
  ma::pairing::given const rule{ma::indices(partner.data(), {64})};
  auto const layout = ma::nchw<float>(nullptr, {64, 2, 5, 7});
  test::adjoint_check<Backend, float, 4> const check{{}, layout, layout};
  check("mixup", ma::make_plan(with(ma::mixup{.prob = 0.8f}, rule), layout, {.seed = 1}));
  check("cutmix", ma::make_plan(with(ma::cutmix{.boxes = 2}, rule), layout, {.seed = 2}));
}

TEST_CASE_TEMPLATE_DEFINE("adjoint: <apply(x, s), g> = <x, grad x> + <s, grad s>, also gathered", Backend,
                          adjoint_transpose) {
  Backend const be;
  auto const layout = ma::nchw<double>(nullptr, {9, 3, 6, 11}), many = ma::nchw<double>(nullptr, {14, 3, 6, 11});
  auto const xs = test::any_values<double>(layout.size(), 1), ss = test::any_values<double>(many.size(), 2);
  auto const gs = test::any_values<double>(layout.size(), 3);
  auto x = test::place<Backend>(layout, xs), s = test::place<Backend>(many, ss), g = test::place<Backend>(layout, gs);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    ma::one_of const method(ma::mixup{.prob = 0.7f}, ma::cutmix{.boxes = 2}, ma::cutout{.n_holes = 3, .length = 3});
    auto const plan = ma::make_plan(method, ma::inputs(layout).source_rows(14), ma::key{.seed = seed});
    auto out = test::room<Backend>(layout), gx = test::room<Backend>(layout), gs14 = test::room<Backend>(many);
    auto gathered = test::room<Backend>(layout), gx2 = test::room<Backend>(layout);
    ma::apply(be, test::there(be, plan), x.view(), s.view(), out.view());
    ma::apply_adjoint(be, test::there(be, plan), g.view(), gx.view(), gs14.view());
    ma::apply_adjoint(be, test::there(be, plan), g.view(), gx2.view(), ma::gathered(gathered.view()));
    double const left = test::dot(out.read(), gs);
    CHECK(left == doctest::Approx(test::dot(xs, gx.read()) + test::dot(ss, gs14.read())).epsilon(1e-12));
    test::adjoint_check<Backend, double, 4> const check{{}, layout, layout, gs};
    CHECK(check.wrong(plan, gx.read(), true, false, 0) == -1);
    CHECK(check.wrong(plan, gs14.read(), false, true, 0) == -1);
    CHECK(test::first_difference(gx.read(), gx2.read()) == -1);
    std::vector<double> summed(ss.size());
    auto const rows = gathered.read();
    for (std::size_t k = 0; k < rows.size(); ++k)
      if (auto const p = plan.partner[k / 198]; p >= 0) summed[static_cast<std::size_t>(p) * 198 + k % 198] += rows[k];
    CHECK(test::dot(ss, summed) == doctest::Approx(test::dot(ss, gs14.read())).epsilon(1e-12));
  }
}

TEST_CASE_TEMPLATE_DEFINE("adjoint: double and 16-bit gradients", Backend, adjoint_types) {
  test::gradients_of<Backend, double>("double");
  test::gradients_of<Backend, ma::float16>("float16");
  test::gradients_of<Backend, ma::bfloat16>("bfloat16");
}

#define TEST_ADJOINT(BACKEND)                            \
  TEST_CASE_TEMPLATE_INVOKE(adjoint_layouts, BACKEND);   \
  TEST_CASE_TEMPLATE_INVOKE(adjoint_readers, BACKEND);   \
  TEST_CASE_TEMPLATE_INVOKE(adjoint_transpose, BACKEND); \
  TEST_CASE_TEMPLATE_INVOKE(adjoint_types, BACKEND)

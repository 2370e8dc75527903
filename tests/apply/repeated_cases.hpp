#pragma once
#include <doctest/doctest.h>

#include "reference/adjoint_reference.hpp"
#include "support/memory.hpp"

namespace test {

/// A plan by hand with more output rows than samples: row i shows sample self(i), mixed with partner(i). Every
/// sample comes back several times, some rows have no partner, some are their own.
template <class Plan>
Plan repeated_plan(index_t rows, ma::plan_shape shape) {
  Plan p;
  shape.rows = rows;
  p.fit(shape, {});
  stream s(3);
  p.edit([&](auto const& c) {
    for (index_t i = 0; i < rows; ++i) {
      c.choice[i] = 0;
      c.self[i] = i < shape.samples ? i : s.below(shape.samples);
      c.partner[i] = i % 5 == 4 ? -1 : i % 7 == 6 && shape.own_source ? c.self[i] : s.below(shape.source_rows);
      c.ratio[i] = i % 3 == 0 ? 1.0f : static_cast<float>(s.unit());
      c.share_self[i] = c.weight_self[i] = c.weight_partner[i] = 1;
      c.share_partner[i] = 0;
      if constexpr (requires { c.region.where; })
        c.region.box(i) = {0, 1, static_cast<std::int32_t>(s.below(4)),
                           5, 1, static_cast<std::int32_t>(2 + s.below(5))};
    }
  });
  return p;
}

template <class Backend, class Plan>
void repeated(char const* name) {
  CAPTURE(name);
  Backend const be;
  auto const in = ma::nchw<float>(nullptr, {4, 2, 5, 7}), out = ma::nchw<float>(nullptr, {13, 2, 5, 7}),
             other = ma::nchw<float>(nullptr, {6, 2, 5, 7});
  auto shape = ma::inputs(in).source_rows(4).shape;
  shape.own_source = true;
  auto const xs = any_values<float>(in.size(), 1), gs = any_values<float>(out.size(), 2),
             ss = any_values<float>(other.size(), 3);
  auto x = place<Backend>(in, xs), g = place<Backend>(out, gs), grad = room<Backend>(in), o = room<Backend>(out);

  auto const own = repeated_plan<Plan>(13, shape);
  ma::apply(be, there(be, own), x.view(), o.view());
  CHECK(reference::first_wrong(own, xs, xs, o.read(), exact<Backend>()) == -1);
  ma::apply_adjoint(be, there(be, own), g.view(), grad.view());
  index_t const length = 70;
  auto wrong = [&](Plan const& p, std::vector<float> const& got, bool self, bool source) {
    for (index_t k = 0; k < static_cast<index_t>(got.size()); ++k) {
      double bound = 0;
      float const sum = reference::gradient(p, gs, length, k / length, k / length, k % length, self, source, bound);
      if (!reference::is_gradient(got[static_cast<std::size_t>(k)], sum, bound, exact<Backend>())) return k;
    }
    return index_t{-1};
  };
  CHECK(wrong(own, grad.read(), true, true) == -1);

  auto const second = repeated_plan<Plan>(13, ma::inputs(in).source_rows(6).shape);
  auto source = place<Backend>(other, ss), grad_source = room<Backend>(other);
  ma::apply(be, there(be, second), x.view(), source.view(), o.view());
  CHECK(reference::first_wrong(second, xs, ss, o.read(), exact<Backend>()) == -1);
  ma::apply_adjoint(be, there(be, second), g.view(), grad.view(), grad_source.view());
  CHECK(wrong(second, grad.read(), true, false) == -1);
  CHECK(wrong(second, grad_source.read(), false, true) == -1);
}

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("more output rows than samples", Backend, repeated_rows) {
  test::repeated<Backend, ma::plan<ma::kind::whole, ma::blend::mix>>("whole");
  test::repeated<Backend, ma::plan<ma::kind::boxes, ma::blend::mix>>("boxes");
}

#define TEST_REPEATED(BACKEND) TEST_CASE_TEMPLATE_INVOKE(repeated_rows, BACKEND)

#pragma once
#include <doctest/doctest.h>

#include <mixaug/apply/roi_align.hpp>
#include <mixaug/loss/history_targets.hpp>

#include "support/memory.hpp"
#include "support/values.hpp"

TEST_CASE_TEMPLATE_DEFINE("features under a box, their gradients and the history's targets have serial's bits", Backend,
                          roi_align_bits) {
  constexpr ma::index_t n = 7, c = 5, h = 6, w = 9, classes = 11;
  Backend const be;
  ma::serial const serial;
  auto const images = ma::nchw<float>(nullptr, {n, 3, 40, 30});
  auto const plan = ma::make_plan(ma::recursivemix{.alpha = 0.9f}, ma::inputs(images).source_rows(4).source_first(2),
                                  ma::key{.seed = 3});
  auto const maps = ma::nchw<float>(nullptr, {n, c, h, w});
  auto const means = ma::features<float>(nullptr, {n, c}), targets = ma::features<float>(nullptr, {n, classes});
  auto const logits = ma::features<float>(nullptr, {4, classes});
  auto const weights = ma::labels<float>(nullptr, {n});
  auto const values = test::any_values<float>(maps.size(), 1), g = test::any_values<float>(means.size(), 2);
  auto const z = test::any_values<float>(logits.size(), 3);

  auto x = test::place<Backend>(maps, values);
  auto grad = test::place<Backend>(means, g);
  auto old = test::place<Backend>(logits, z);
  auto out = test::room<Backend>(means);
  auto grad_x = test::room<Backend>(maps);
  auto to = test::room<Backend>(targets);
  auto weight = test::room<Backend>(weights);
  auto const& there = test::there(be, plan);
  ma::roi_align(be, there, x.view(), out.view());
  ma::roi_align_adjoint(be, there, grad.view(), grad_x.view());
  ma::history_targets(be, there, old.view(), to.view(), weight.view(), 0.25);

  auto own_x = test::place<ma::serial>(maps, values);
  auto own_grad = test::place<ma::serial>(means, g);
  auto own_old = test::place<ma::serial>(logits, z);
  auto own_out = test::room<ma::serial>(means);
  auto own_grad_x = test::room<ma::serial>(maps);
  auto own_to = test::room<ma::serial>(targets);
  auto own_weight = test::room<ma::serial>(weights);
  ma::roi_align(serial, plan, own_x.view(), own_out.view());
  ma::roi_align_adjoint(serial, plan, own_grad.view(), own_grad_x.view());
  ma::history_targets(serial, plan, own_old.view(), own_to.view(), own_weight.view(), 0.25);
  CHECK(test::first_difference(out.read(), own_out.read()) == -1);
  CHECK(test::first_difference(grad_x.read(), own_grad_x.read()) == -1);
  CHECK(test::first_difference(to.read(), own_to.read()) == -1);
  CHECK(test::first_difference(weight.read(), own_weight.read()) == -1);
  CHECK((out.intact() && grad_x.intact() && to.intact() && weight.intact()));
}

#define TEST_ROI_ALIGN(BACKEND) TEST_CASE_TEMPLATE_INVOKE(roi_align_bits, BACKEND)

#pragma once
#include "loss/loss_cases.hpp"

TEST_CASE_TEMPLATE_DEFINE("classes of a second source, gathered ones, and parts of a global batch", Backend,
                          loss_sources) {
  Backend const be;
  ma::index_t const n = 6, classes = 9;
  auto const values = test::logits_of<float>(n, classes, 8);
  auto const far = test::classes_of(30, classes, 9), ids = test::classes_of(n, classes, 10);
  auto z = test::place<Backend>(ma::features<float>(nullptr, {n, classes}), values);
  auto y = test::place<Backend>(ma::class_ids<int>(nullptr, {n}), ids),
       source = test::place<Backend>(ma::class_ids<int>(nullptr, {30}), far);
  auto const check = [&](auto const& p) {
    std::vector<int> rows;
    for (ma::index_t i = 0; i < n; ++i)
      rows.push_back(p.partner[i] < 0 ? 0 : far[static_cast<std::size_t>(p.partner[i])]);
    auto fetched = test::place<Backend>(ma::class_ids<int>(nullptr, {n}), rows);
    auto const layout = ma::labels<float>(nullptr, {n});
    auto a = test::room<Backend>(layout), b = test::room<Backend>(layout), c = test::room<Backend>(layout);
    auto g = test::room<Backend>(ma::features<float>(nullptr, {n, classes}));
    auto const& there_plan = test::there(be, p);
    ma::pair_cross_entropy(be, there_plan, z.view(), y.view(), source.view(), a.view(), g.view());
    ma::pair_cross_entropy(be, there_plan, z.view(), y.view(), source.view(), b.view());
    ma::pair_cross_entropy(be, there_plan, z.view(), y.view(), ma::gathered(fetched.view()), c.view(), g.view());
    CHECK(test::first_difference(a.read(), b.read()) == -1);
    CHECK(test::first_difference(a.read(), c.read()) == -1);
    ma::index_t wrong = 0;
    for (ma::index_t i = 0; i < n; ++i) {
      auto const k = static_cast<std::size_t>(i);
      auto const r = reference::pair_cross_entropy(reference::row_of(values, i, classes), ids[k],
                                                   static_cast<long double>(p.share_self[i]), rows[k],
                                                   static_cast<long double>(p.share_partner[i]), 0);
      wrong += test::near(a.read()[k], r.loss, 4) ? 0 : 1;
    }
    CHECK(wrong == 0);
  };
  check(ma::make_plan(ma::mixup{.prob = 0.8f}, ma::inputs(test::batch_of(n)).source_rows(30), ma::key{.seed = 11}));
  check(ma::make_plan(ma::mixup{}, test::batch_of(n), ma::key{.seed = 12, .first = 12, .global = 30}));
  auto const block =
      ma::make_plan(ma::mixup{}, test::batch_of(n), ma::key{.seed = 13, .first = 12, .global = 30, .block = 6});
  std::vector<int> rows;  // partners are rows 12 .. 17: its own
  for (ma::index_t i = 0; i < n; ++i) rows.push_back(ids[static_cast<std::size_t>(block.partner[i] - 12)]);
  auto fetched = test::place<Backend>(ma::class_ids<int>(nullptr, {n}), rows);
  auto a = test::room<Backend>(ma::labels<float>(nullptr, {n})),
       b = test::room<Backend>(ma::labels<float>(nullptr, {n}));
  ma::pair_cross_entropy(be, test::there(be, block), z.view(), y.view(), a.view());
  ma::pair_cross_entropy(be, test::there(be, block), z.view(), y.view(), ma::gathered(fetched.view()), b.view());
  CHECK(test::first_difference(a.read(), b.read()) == -1);
}

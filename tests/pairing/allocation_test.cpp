#include <doctest/doctest.h>

#include <mixaug/kernel/gaussian_kernel.hpp>
#include <mixaug/weight/uncertainty.hpp>

#include "support/count_allocations.hpp"
#include "support/values.hpp"

namespace allocation_test {

namespace ma = mixaug;
using ma::index_t;

namespace {

constexpr index_t n = 24, all = 300;

/// What the pairing rules read: classes, groups, labels, features, and a data set behind the batch.
struct everything {
  std::vector<int> ids, groups;
  std::vector<std::int64_t> rows, next{1, 2, 3, 0};
  std::vector<float> y = test::any_values<float>(all, 1), f = test::any_values<float>(n * 40, 2),
                     alike = test::any_values<float>(16, 3);
  everything() {
    for (int i = 0; i < n; ++i) ids.push_back(i % 4), groups.push_back(i % 3), rows.push_back(11 * i);
  }
  auto batch() {
    auto in = ma::inputs(ma::nchw<float>(nullptr, {n, 1, 8, 8}))
                  .class_ids(ma::class_ids(ids.data(), {n}))
                  .groups(ma::class_ids(groups.data(), {n}));
    return in.targets(ma::labels(y.data(), {n}))
        .features(ma::features(f.data(), {n, 40}))
        .index(ma::indices(rows.data(), {n}));
  }
};

template <class Method>
std::int64_t later_allocations(Method const& m, auto const& in) {
  ma::plan_of<Method> p;
  for (std::uint64_t step = 0; step < 2; ++step) ma::make_plan(m, in, ma::key{.seed = 1, .step = step}, p);
  auto const before = test::allocations();
  for (std::uint64_t step = 2; step < 12; ++step) ma::make_plan(m, in, ma::key{.seed = 1, .step = step}, p);
  return test::allocations() - before;
}

}  // namespace

TEST_CASE("pairing rules allocate nothing after the first plan") {
  if (!test::counts_allocations()) return;
  everything e;
  auto const in = e.batch();
  CHECK(later_allocations(ma::c_mixup{.bandwidth = 0.3}, in) == 0);
  CHECK(later_allocations(ma::c_mixup{.bandwidth = 5, .of = ma::distance_of::features}, in) == 0);
  CHECK(later_allocations(with(ma::cutmix{}, ma::pairing::other_class{}), in) == 0);
  CHECK(later_allocations(with(ma::cutmix{}, ma::pairing::minority{}), in) == 0);
  CHECK(later_allocations(
            with(ma::cutmix{}, ma::pairing::class_similarity{.similarity = ma::features(e.alike.data(), {4, 4})}),
            in) == 0);
  CHECK(later_allocations(with(ma::cutmix{}, ma::pairing::class_tour{ma::indices(e.next.data(), {4})}), in) == 0);
  CHECK(later_allocations(ma::lisa{}, in) == 0);
  CHECK(later_allocations(ma::umix{}, in) == 0);
  CHECK(later_allocations(ma::regmixup{}, in) == 0);
  std::vector<int> const right(all, 1);
  ma::weight::uncertainty record(all, {});
  record.record(ma::serial{}, 0, ma::class_ids(right.data(), {all}), ma::class_ids(right.data(), {all}));
  auto weighed = e.batch().weights(record);
  CHECK(later_allocations(ma::umix{}, weighed) == 0);
  CHECK(later_allocations(ma::regmixup{}, weighed) == 0);
  CHECK(later_allocations(ma::umix{}, weighed.source_rows(all)) == 0);
  for (index_t columns : {1, 2, 3, 5}) {
    CAPTURE(columns);
    ma::pairing::gaussian_kernel const own(ma::labels(e.f.data(), {n, columns}), {.bandwidth = 0.2}),
        set(ma::labels(e.y.data(), {all / columns, columns}), {.bandwidth = 0.4});
    CHECK(later_allocations(with(ma::c_mixup{}, own), in) == 0);
    for (auto& r : e.rows) r %= all / columns;
    CHECK(later_allocations(with(ma::c_mixup{}, set), e.batch().source_rows(all / columns)) == 0);
  }
  auto const support = ma::labels(e.y.data(), {all});
  CHECK(later_allocations(ma::metamix{.bandwidth = 0.2}, e.batch().source_rows(all).source_targets(support)) == 0);
}

}  // namespace allocation_test

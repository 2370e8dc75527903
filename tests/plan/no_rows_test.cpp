// A call may plan 0 rows of a global batch; views of 0 rows may be null.
#include <doctest/doctest.h>

#include <mixaug/mixaug.hpp>
#include <mixaug/plan/plan_text.hpp>
#include <sstream>
#include <vector>

#include "support/refusal.hpp"

namespace no_rows_test {

namespace ma = mixaug;

TEST_CASE("a plan of no rows is applied to views of no rows, and to no others") {
  float* const none = nullptr;
  std::vector<float> some(2 * 48);
  auto const x = ma::nchw(none, {0, 3, 4, 4}), two = ma::nchw(some.data(), {2, 3, 4, 4});
  auto const ids = ma::class_ids(static_cast<std::int64_t*>(nullptr), {0});
  ma::key const k{.seed = 1, .first = 3, .global = 8};
  auto const each = [&](auto const& plan) {
    CHECK(plan.rows() == 0);
    CHECK(plan.shape.source_rows == 8);
    ma::apply(plan, x, x);
    ma::soft_labels(plan, ids, ma::features(none, {0, 5}));
    ma::mix_targets(plan, ma::labels(none, {0}), ma::labels(none, {0}));
    ma::apply_adjoint(plan, x, x);
    ma::write_field(plan, ma::scores(none, {0, 4, 4}));
    ma::pair_loss(plan, ma::labels(none, {0}), ma::labels(none, {0}), ma::labels(none, {0}));
    CHECK(test::refusal([&] { ma::apply(plan, two, x); }) == "mixaug: x is 2 rows; expected 0 rows");
    CHECK(test::refusal([&] { ma::apply(plan, x, two); }) == "mixaug: the output is 2 rows; expected 0 rows");
    std::ostringstream text;
    CHECK(test::refusal([&] { ma::write_plan(text, plan); }).find("the plan is of 0 rows") != std::string::npos);
  };
  each(ma::make_plan(ma::cutmix{}, x, k));
  each(ma::make_plan(ma::regmixup{}, x, k));
  each(ma::make_plan(ma::one_of(ma::mixup{}, ma::cutmix{}), x, k));
  each(ma::make_plan(with(ma::mixup{}, ma::pairing::same_class{}), ma::inputs(x).class_ids(ids), k));
  each(ma::make_plan(ma::cutmix{}, ma::inputs(x).source_rows(8), k));
  CHECK(test::refusal([&] { ma::make_plan(ma::cutmix{}, x, ma::key{}); }).find("at least one sample") !=
        std::string::npos);
  CHECK(test::refusal([&] {
          ma::make_plan(ma::cutmix{}, x, ma::key{.first = 9, .global = 8});
        }).find("the key's rows") != std::string::npos);
}

}  // namespace no_rows_test

// A call may plan 0 rows of a global batch; views of 0 rows may be null.
#include <doctest/doctest.h>

#include <mixaug/apply/boxes.hpp>
#include <mixaug/apply/roi_align.hpp>
#include <mixaug/loss/soft_target_cross_entropy.hpp>
#include <mixaug/metric/group_accuracy.hpp>
#include <mixaug/metric/pair_accuracy.hpp>
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
    auto const one = ma::labels(none, {0});
    float total = 7.0f;
    auto const sum = ma::labels(&total, {1});
    ma::pair_loss_gradients(plan, one, one);
    ma::pair_loss(plan, one, one, sum, ma::reduction::sum);
    CHECK(total == 0.0f);
    total = 7.0f;
    CHECK(test::refusal([&] {
            ma::pair_loss(plan, one, one, sum, ma::reduction::mean);
          }).find("the mean over a plan of 0 rows has no value") != std::string::npos);
    CHECK(total == 7.0f);
    ma::pair_loss(plan, one, one, sum, ma::reduction::mean, {.self = 8, .partner = 8});
    CHECK(total == 0.0f);
    auto const logits = ma::features(none, {0, 5});
    ma::pair_cross_entropy(plan, logits, ids, one);
    ma::pair_cross_entropy(plan, logits, ids, ma::gathered(ids), one, logits, {.reduce = ma::reduction::mean});
    ma::soft_target_cross_entropy(logits, logits, one, one, logits);
    CHECK(ma::pair_accuracy(plan, ids, ids, ma::gathered(ids)) == 0.0);
    ma::group_accuracy groups(2);
    groups.update(ids, ids, ids);
    CHECK(groups.total() == 0);
    CHECK(test::refusal([&] {
            ma::pair_cross_entropy(plan, ma::features(some.data(), {2, 5}), ids, one);
          }) == "mixaug: logits is 2 rows; expected 0 rows");

    // As text, and replayed.
    std::stringstream text;
    ma::write_plan(text, plan);
    ma::any_plan const read = ma::read_plan(text);
    CHECK(read.shape == plan.shape);
    CHECK(read.drawn_with == plan.drawn_with);
    std::ostringstream again;
    ma::write_plan(again, read);
    CHECK(again.str() == text.str());
    ma::apply(read, x, x);
    std::ostringstream shown;
    shown << read;
    CHECK(shown.str().find("plan of 0 rows") != std::string::npos);
  };
  each(ma::make_plan(ma::cutmix{}, x, k));
  each(ma::make_plan(ma::regmixup{}, x, k));
  each(ma::make_plan(ma::one_of(ma::mixup{}, ma::cutmix{}), x, k));
  each(ma::make_plan(with(ma::mixup{}, ma::pairing::same_class{}), ma::inputs(x).class_ids(ids), k));
  each(ma::make_plan(ma::cutmix{}, ma::inputs(x).source_rows(8), k));
  auto const no_partners = ma::indices(static_cast<std::int64_t const*>(nullptr), {0});
  each(ma::make_plan(with(ma::mixup{}, ma::pairing::given{no_partners}), x, k));
  std::istringstream unmade(
      "mixaug-plan 3\nrows 0 samples 0 source_rows 0 own_source 1 first 0\nsize\nkey 0 0 0 0 0\n");
  CHECK(test::refusal([&] { ma::read_plan(unmade); }).find("a global batch of at least one row") != std::string::npos);

  auto const plan = ma::make_plan(ma::cutmix{}, x, k);
  ma::label_grid(plan, ids, ma::row_major(static_cast<std::int64_t*>(nullptr), ma::extents<3>{0, 4, 4}));
  ma::apply_inplace(plan, x);
  ma::apply_boxes(plan, ma::row_major(static_cast<float const*>(none), ma::extents<3>{0, 1, 4}),
                  ma::row_major(none, ma::extents<3>{0, 2, 4}), ma::row_major(none, ma::extents<2>{0, 2}));
  ma::roi_align(plan, x, ma::features(none, {0, 3}));
  CHECK(test::refusal([&] { ma::make_plan(ma::cutmix{}, x, ma::key{}); }).find("at least one sample") !=
        std::string::npos);
  CHECK(test::refusal([&] {
          ma::make_plan(ma::cutmix{}, x, ma::key{.first = 9, .global = 8});
        }).find("the key's rows") != std::string::npos);
}

}  // namespace no_rows_test

// Recipes of the cookbook for imbalanced classes, groups and resumed runs, compiled and run.
#include <doctest/doctest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

#include <mixaug/mixaug.hpp>
namespace ma = mixaug;

#include <mixaug/apply/history.hpp>

#include <mixaug/weight/effective_number.hpp>
#include <mixaug/weight/group_dro.hpp>
#include <mixaug/weight/record_file.hpp>

namespace recipes_test {

constexpr int n = 8, c = 3, h = 16, w = 16, num_classes = 3;

std::vector<float> numbers(std::size_t count) {
  std::vector<float> v(count);
  for (std::size_t k = 0; k < count; ++k) v[k] = static_cast<float>(k * 37 % 101) / 101.0f;
  return v;
}

TEST_CASE("imbalanced classes") {
  std::vector<float> const pixels = numbers(n * c * h * w), scores = numbers(n * num_classes);
  std::vector<float> mixed(pixels.size()), loss(n), gradient(scores.size());
  std::vector<int> const ids = {0, 0, 0, 0, 0, 1, 1, 2};
  auto x = ma::nchw(pixels.data(), {n, c, h, w});
  auto out = ma::nchw(mixed.data(), {n, c, h, w});
  auto class_ids = ma::class_ids(ids.data(), {n}), all_ids = class_ids;
  std::vector<std::int64_t> const places = {0, 1, 2, 3, 4, 5, 6, 7};
  auto rows = ma::indices(places.data(), {n});
  auto logits = ma::features(scores.data(), {n, num_classes});
  auto grad = ma::features(gradient.data(), {n, num_classes});
  auto losses = ma::labels(loss.data(), {n});
  ma::key const key{.seed = 5};

  std::vector<std::int64_t> const of_class = {5000, 500, 50};  // images of each class in the data set
  auto counts = ma::indices(of_class.data(), {num_classes});
  auto const labelled = ma::inputs(x).class_ids(class_ids);

  auto leaning = ma::make_plan(ma::remix{.class_counts = counts}, labelled, key);  // labels lean to the rarer class
  auto even = ma::make_plan(ma::balanced_mixup{.alpha = 0.2f}, labelled, key);     // a little of a class drawn evenly
  auto kept = ma::background_mix{.class_counts = counts};                          // new grounds for the rare classes
  auto backgrounds = ma::make_plan(ma::serial{}, kept, labelled, key);
  ma::apply(backgrounds, x, out);

  ma::weight::effective_number const by_class(all_ids, num_classes, {.beta = 0.99});  // of the data set's classes
  auto weighted = ma::make_plan(ma::mixup{}, ma::inputs(x).index(rows).weights(by_class), key);
  ma::pair_cross_entropy(weighted, logits, class_ids, losses, grad);

  for (ma::index_t i = 0; i < n; ++i) {
    CHECK(leaning.share_self[i] + leaning.share_partner[i] == doctest::Approx(1.0));
    if (ids[i] == 2 && even.partner[i] != i) CHECK(even.share_self[i] > 0.0f);
    if (ids[i] == 0) CHECK(backgrounds.partner[i] == -1);  // the largest class stays as it is
  }
  CHECK(weighted.weight_self[7] > 4.0f * weighted.weight_self[0]);
}

TEST_CASE("subpopulation shift") {
  std::vector<float> const pixels = numbers(n * c * h * w);
  std::vector<double> const loss = {0.1, 0.2, 0.1, 3.0, 0.2, 0.1, 0.3, 2.0};
  std::vector<double> weight(n);
  std::vector<int> const ids = {0, 0, 0, 0, 1, 1, 1, 1}, domains = {0, 0, 0, 1, 1, 1, 1, 0};
  std::vector<int> const both = {0, 0, 0, 2, 3, 3, 3, 1}, guessed = {0, 0, 0, 1, 1, 1, 1, 0};
  auto x = ma::nchw(pixels.data(), {n, c, h, w});
  auto class_ids = ma::class_ids(ids.data(), {n}), domain_ids = ma::class_ids(domains.data(), {n});
  auto groups = ma::class_ids(both.data(), {n}), predictions = ma::class_ids(guessed.data(), {n});
  auto losses = ma::labels(loss.data(), {n});
  auto weights = ma::labels(weight.data(), {n});
  ma::key const key{.seed = 5};

  // Groups are known: mix within a class across domains, or within a domain across classes.
  auto plan = ma::make_plan(ma::lisa{}, ma::inputs(x).class_ids(class_ids).groups(domain_ids), key);

  // Or weigh the groups by their losses, step by step.
  ma::weight::group_dro dro({.groups = 4, .step_size = 0.1});
  dro.update(ma::serial{}, losses, groups, weights);  // weights of this batch's samples; dro keeps the groups' own

  // Groups are not known: umix, from a first training (see above). Either way the worst group counts.
  ma::group_accuracy tested(4);
  tested.update(predictions, class_ids, groups);
  double const worst = tested.worst();

  CHECK(plan.rows() == n);
  CHECK(weight[3] > weight[0]);
  CHECK(worst == 0.0);
}

TEST_CASE("boxes and key points of mixed images") {
  constexpr int boxes_each = 2, points_each = 1;
  std::vector<float> const pixels = numbers(n * c * h * w);
  std::vector<float> corners, centres, seen(n * 2 * boxes_each * 4), moved(n * 2 * points_each * 2);
  std::vector<float> left(n * 2 * boxes_each), shown(n * 2 * points_each);
  for (int i = 0; i < n; ++i) {
    corners.insert(corners.end(), {2, 10, 3, 12, 0, 0, 0, 0});  // one box, and a row filled up with zeros
    centres.insert(centres.end(), {6, 7.5f});
  }
  auto x = ma::nchw(pixels.data(), {n, c, h, w});
  auto boxes = ma::row_major<float const>(corners.data(), ma::extents<3>{n, boxes_each, 4});
  auto mixed_boxes = ma::row_major<float>(seen.data(), ma::extents<3>{n, 2 * boxes_each, 4});
  auto box_weights = ma::row_major<float>(left.data(), ma::extents<2>{n, 2 * boxes_each});
  auto points = ma::row_major<float const>(centres.data(), ma::extents<3>{n, points_each, 2});
  auto mixed_points = ma::row_major<float>(moved.data(), ma::extents<3>{n, 2 * points_each, 2});
  auto point_weights = ma::row_major<float>(shown.data(), ma::extents<2>{n, 2 * points_each});

  auto plan = ma::make_plan(ma::cutmix{}, x, ma::key{.seed = 5});
  ma::apply_boxes(plan, boxes, mixed_boxes, box_weights, {.min_visibility = 0.25f});  // {y0, y1, x0, x1}; both sides'
  ma::apply_points(plan, points, mixed_points, point_weights);                        // {y, x}

  for (int i = 0; i < n; ++i) {
    CHECK((left[static_cast<std::size_t>(4 * i)] == 0.0f || left[static_cast<std::size_t>(4 * i)] >= 0.25f));
    CHECK(left[static_cast<std::size_t>(4 * i + 1)] == 0.0f);
    float const own = shown[static_cast<std::size_t>(2 * i)], other = shown[static_cast<std::size_t>(2 * i + 1)];
    CHECK(own + other == (plan.partner[i] == i ? 1.0f : own + other));
    CHECK((own == 0.0f || own == 1.0f));
  }
}

TEST_CASE("a resumed run goes on with the records and the history that it saved") {
  namespace fs = std::filesystem;
  std::string const file = (fs::temp_directory_path() / ("mixaug_recipes_" + std::to_string(::getpid()))).string();
  std::vector<float> const pixels = numbers(n * c * h * w);
  std::vector<int> const ids = {0, 0, 0, 0, 0, 1, 1, 2};
  std::vector<int> const wrong = {1, 0, 0, 0, 0, 1, 1, 2};
  std::vector<std::int64_t> const places = {0, 1, 2, 3, 4, 5, 6, 7};
  auto x = ma::nchw(pixels.data(), {n, c, h, w});
  ma::weight::uncertainty record(n, {.first_epoch = 0, .epochs = 1, .eta = 50});
  record.record(ma::serial{}, 0, ma::indices(places.data(), {n}), ma::class_ids(wrong.data(), {n}),
                ma::class_ids(ids.data(), {n}));
  ma::history<float, 4> past(x, num_classes);
  std::stringstream checkpoint;

  ma::weight::save(record, file);  // whole or not at all: the old file stays until the new one is complete
  past.save(checkpoint);           // RecursiveMix's last batch; the step's number is the only other state

  ma::weight::uncertainty const loaded = ma::weight::load(file);
  ma::history<float, 4> again(x, num_classes);
  again.load(checkpoint);

  CHECK(loaded.weight(0) == record.weight(0));
  CHECK(loaded.weight(0) > loaded.weight(1));
  CHECK(again.rows() == past.rows());
  fs::remove(file);
}

}  // namespace recipes_test

// Records and statistics of the global batch: equal for any number of ranks.
#include <mixaug/distributed/records.hpp>
#include <mixaug/distributed/statistics.hpp>
#include <mixaug/loss/pair_cross_entropy.hpp>
#include <mixaug/loss/pair_loss.hpp>

#include "distributed/ranks.hpp"

namespace records_test {

namespace ma = mixaug;
using ma::index_t;
using test::ranks;

TEST_CASE("records of ranks that each visit some samples add up to that of one process") {
  index_t const n = 101;
  test::stream s(4);
  std::vector<int> labels, predictions;
  std::vector<std::int64_t> order;
  for (index_t i = 0; i < n; ++i) {
    labels.push_back(static_cast<int>(s.below(3)));
    predictions.push_back(static_cast<int>(s.below(3)));
    order.push_back(i * 7 % n);
  }
  for (auto unvisited : {ma::weight::unvisited::as_wrong, ma::weight::unvisited::ignore})
    for (index_t epochs : {3, 300})
      for (bool padded : {false, true}) {
        ma::weight::uncertainty_options const o{.epochs = epochs, .unvisited = unvisited};
        ma::weight::uncertainty whole(n, o), record(n, o);
        auto const visit = [&](auto& into, index_t epoch, index_t first, index_t count) {
          std::vector<std::int64_t> ids;
          std::vector<int> y, p;
          for (index_t i = first; i < first + count; ++i) {
            std::size_t const at = static_cast<std::size_t>(order[static_cast<std::size_t>(i % n)]);
            ids.push_back(static_cast<std::int64_t>(at));
            y.push_back(labels[at]);
            p.push_back((predictions[at] + static_cast<int>(epoch)) % 3);
          }
          into.record(ma::serial{}, epoch, ma::indices(ids.data(), {count}), ma::class_ids(p.data(), {count}),
                      ma::class_ids(y.data(), {count}));
        };
        for (index_t epoch = 0; epoch < 3; ++epoch) {
          visit(whole, epoch, 0, n);
          ma::weight::uncertainty fresh(n, o);
          if (padded) {  // a sampler that gives all ranks as many, and repeats the first rows for that
            index_t const each = (n + ranks().size() - 1) / ranks().size();
            visit(fresh, epoch, each * ranks().rank(), each);
            ma::mpi::merge(ranks(), fresh, ma::mpi::repeats::counted_once);
          } else {
            test::part const mine(n, static_cast<int>(epoch));
            visit(fresh, epoch, mine.first, mine.count);
            ma::mpi::merge(ranks(), fresh);
          }
          record.merge(fresh);
        }
        CHECK(record.recorded() == 3);
        CHECK(std::memcmp(record.counters().data(), whole.counters().data(), whole.bytes()) == 0);
      }
  ma::weight::uncertainty two(n, {.epochs = 2});
  auto const ones = ma::class_ids(labels.data(), {n});
  two.record(ma::serial{}, 0, ones, ones);
  two.record(ma::serial{}, 1, ones, ones);
  CHECK(test::refused([&] {
          ma::mpi::merge(ranks(), two, ma::mpi::repeats::counted_once);
        }).find("is of 2 epochs; expected a record of one epoch") != std::string::npos);
  if (ranks().size() > 1) {
    ma::weight::uncertainty other(n + (ranks().rank() == 1 ? 1 : 0), {});
    CHECK(test::refused([&] {
            ma::mpi::merge(ranks(), other);
          }).find("the number of the record's rows is 101 on rank 0 and 102 on rank 1") != std::string::npos);
  }
}

TEST_CASE("losses and accuracies of the global batch, with ranks that have no rows") {
  index_t const n = 37, classes = 5, size = 3 * 4 * 4;
  auto pixels = test::any_values<float>(n * size, 2), logits = test::any_values<float>(n * classes, 3);
  std::vector<std::int64_t> ids, predicted;
  test::stream s(9);
  for (index_t i = 0; i < n; ++i) ids.push_back(s.below(classes)), predicted.push_back(s.below(classes));
  ids[4] = 99;  // without a label
  auto const view = [](float* p, index_t rows) { return ma::nchw(p, {rows, 3, 4, 4}); };
  auto const id_view = [](std::int64_t* p, index_t rows) { return ma::class_ids(p, {rows}); };
  ma::key const k{.seed = 5};
  ma::accuracy_options const ignored{.ignore_index = 99};
  ma::cross_entropy_options const o{.ignore_index = 99};
  auto const whole = ma::make_plan(ma::cutmix{}, view(pixels.data(), n), k);
  std::vector<float> losses(static_cast<std::size_t>(n)), gradient(logits.size()), got(losses.size()),
      gradients(logits);
  ma::pair_cross_entropy(whole, ma::features(logits.data(), {n, classes}), id_view(ids.data(), n),
                         ma::labels(losses.data(), {n}), ma::features(gradient.data(), {n, classes}), o);
  float mean = 0.0f;
  std::vector<float> const zeros(losses.size());
  // With shares of 1 and 0 the pair loss is the loss itself.
  auto clean = ma::make_plan(ma::mixup{.prob = 0.0f}, view(pixels.data(), n), k);
  ma::pair_loss(clean, ma::labels(losses.data(), {n}), ma::labels(zeros.data(), {n}), ma::labels(&mean, {1}),
                ma::reduction::mean);
  double const accuracy = ma::pair_accuracy(whole, id_view(predicted.data(), n), id_view(ids.data(), n), ignored);
  CHECK(accuracy > 0.0);
  CHECK(accuracy < 1.0);
  for (int how = 0; how < test::splits; ++how) {
    INFO("split " << how << " on rank " << ranks().rank());
    test::part const mine(n, how);
    auto const x = view(mine.of(pixels, size), mine.count);
    auto const y = id_view(mine.of(ids), mine.count), told = id_view(mine.of(predicted), mine.count);
    auto const plan = ranks().make_plan(ma::cutmix{}, x, ranks().key_of(k, mine.count));
    std::vector<std::int64_t> partner(static_cast<std::size_t>(mine.count));
    auto const partners = id_view(mine.count == 0 ? nullptr : partner.data(), mine.count);
    ma::mpi::fetch(ranks(), plan, y, partners);
    auto const loss = ma::labels(mine.of(got), {mine.count});
    ma::pair_cross_entropy(plan, ma::features(mine.of(logits, classes), {mine.count, classes}), y,
                           ma::gathered(partners), loss,
                           ma::features(mine.of(gradients, classes), {mine.count, classes}), o);
    auto const at = static_cast<std::ptrdiff_t>(mine.first), end = at + static_cast<std::ptrdiff_t>(mine.count);
    CHECK(std::equal(got.begin() + at, got.begin() + end, losses.begin() + at));
    CHECK(std::equal(gradients.begin() + at * classes, gradients.begin() + end * classes,
                     gradient.begin() + at * classes));
    CHECK(ma::mpi::mean(ranks(), loss) == mean);
    CHECK(ma::mpi::pair_accuracy(ranks(), plan, told, y, ignored) == accuracy);
    if (mine.count == 0) CHECK(ma::pair_accuracy(plan, told, y, ma::gathered(partners), ignored) == 0.0);
  }
  CHECK(test::refused([&] { ma::mpi::mean(ranks(), ma::labels(static_cast<float*>(nullptr), {0})); }) ==
        "mixaug: the mean is of 0 values on all ranks, and has no value; give at least one on some rank");
}

TEST_CASE("group losses, the threshold of cvar, accuracies, counts and prototypes of the global batch") {
  index_t const n = 83, k = 4, d = 5;
  auto const losses = test::any_values<float>(n, 6);
  auto const features = test::any_values<double>(n * d, 8);
  std::vector<std::int32_t> groups, predicted;
  test::stream s(5);
  for (index_t i = 0; i < n; ++i) groups.push_back(static_cast<std::int32_t>(s.below(k)));
  for (index_t i = 0; i < n; ++i) predicted.push_back(static_cast<std::int32_t>(s.below(k)));
  auto const vec = [](auto const* p, index_t rows) { return ma::row_major(p, ma::extents<1>{rows}); };

  ma::weight::group_dro alone({.groups = k, .step_size = 0.1});
  std::vector<float> expected(static_cast<std::size_t>(n)), got(expected);
  ma::weight::cvar tail_alone({.fraction = 0.3});
  std::vector<float> tail(expected);
  std::vector<double> means(static_cast<std::size_t>(k * d)), found(means);
  std::vector<std::int64_t> counts(static_cast<std::size_t>(k)), counted(counts);
  tail_alone.weights(ma::serial{}, vec(losses.data(), n), ma::row_major(tail.data(), ma::extents<1>{n}));
  ma::class_prototypes(ma::row_major(features.data(), ma::extents<2>{n, d}), vec(groups.data(), n),
                       ma::row_major(means.data(), ma::extents<2>{k, d}), ma::indices(counts.data(), {k}));
  ma::group_accuracy accuracy(k);
  accuracy.update(vec(predicted.data(), n), vec(groups.data(), n), vec(groups.data(), n));

  ma::weight::group_dro dro({.groups = k, .step_size = 0.1});
  for (int how = 0; how < test::splits; ++how) {
    test::part const mine(n, how);
    auto const loss = vec(losses.data() + mine.first, mine.count);
    auto const group = vec(groups.data() + mine.first, mine.count);
    auto const out = ma::row_major(got.data(), ma::extents<1>{mine.count});
    alone.update(ma::serial{}, vec(losses.data(), n), vec(groups.data(), n),
                 ma::row_major(expected.data(), ma::extents<1>{n}));
    ma::mpi::update(ranks(), ma::serial{}, dro, loss, group, out);
    for (index_t g = 0; g < k; ++g) CHECK(dro.q(g) == alone.q(g));
    for (index_t i = 0; i < mine.count; ++i)
      CHECK(got[static_cast<std::size_t>(i)] == expected[static_cast<std::size_t>(mine.first + i)]);

    ma::weight::cvar rule({.fraction = 0.3});
    ma::mpi::weights(ranks(), ma::serial{}, rule, loss, out);
    for (index_t i = 0; i < mine.count; ++i)
      CHECK(got[static_cast<std::size_t>(i)] == tail[static_cast<std::size_t>(mine.first + i)]);

    ma::mpi::class_counts(ranks(), group, ma::indices(counted.data(), {k}));
    CHECK(counted == counts);
    std::fill(counted.begin(), counted.end(), 0);
    ma::mpi::class_prototypes(ranks(), ma::row_major(features.data() + d * mine.first, ma::extents<2>{mine.count, d}),
                              group, ma::row_major(found.data(), ma::extents<2>{k, d}),
                              ma::indices(counted.data(), {k}));
    CHECK(counted == counts);
    CHECK(found == means);

    ma::group_accuracy part(k);
    part.update(vec(predicted.data() + mine.first, mine.count), group, group);
    ma::mpi::merge(ranks(), part);
    CHECK(part.total() == n);
    for (index_t g = 0; g < k; ++g) CHECK(part.correct(g) == accuracy.correct(g));
  }

  CHECK(test::refused([&] { accuracy.add_counts(0, 1, 2); }) ==
        "mixaug: the counts of group 0 is 1 samples, 2 of them correct; expected 0 <= correct <= count");
  CHECK(test::refused([&] { accuracy.add_counts(k, 1, 1); }).find("the group is 4") != std::string::npos);

  int const last = ranks().size() - 1;
  std::string const who = "mixaug: on rank " + std::to_string(last) + ": ";
  float const loss = 1.0f;
  std::int64_t const bad = ranks().rank() == last ? 9 : 0;
  float out = 0.0f;
  CHECK(test::refused([&] {
          ma::mpi::update(ranks(), ma::serial{}, dro, vec(&loss, 1), vec(&bad, 1),
                          ma::row_major(&out, ma::extents<1>{1}));
        }).find(who + "groups(0) is 9") == 0);
  CHECK(test::refused([&] {
          ma::mpi::class_counts(ranks(), vec(&bad, 1), ma::indices(counted.data(), {k}));
        }).find(who + "class_ids(0) is 9") == 0);
}

}  // namespace records_test

#include <mixaug/weight/device_weights.cuh>

#include "support/cuda_memory.cuh"
// after the device's memory
#include "weight/weight_batch_cases.hpp"

TEST_WEIGHTS(mixaug::cuda);

namespace {
using test::index_t;
namespace w = ma::weight;
}  // namespace

TEST_CASE("CUDA: one row that a batch visits many times") {
  index_t const rows = 40, n = 10000;
  for (index_t const epochs : {5, 255, 300}) {
    for (auto const policy : {w::unvisited::as_wrong, w::unvisited::ignore}) {
      CAPTURE(epochs);
      test::visits v{0, -1, {}, {}, {}};
      test::stream s(2);
      for (index_t i = 0; i < n; ++i)
        v.ids.push_back(s.below(rows)), v.labels.push_back(s.below(2)), v.predictions.push_back(0);
      w::uncertainty_options const o{.epochs = epochs, .eta = 9, .unvisited = policy};
      auto const device = test::recorded(ma::cuda{}, rows, o, {v});
      auto const host = test::recorded(ma::serial{}, rows, o, {v});
      CHECK(test::first_difference(test::all_weights(ma::cuda{}, device), test::all_weights(ma::serial{}, host)) == -1);
    }
  }
}

TEST_CASE("CUDA: records and states between host and device") {
  index_t const rows = 333;
  w::uncertainty_options const o{.first_epoch = 1, .epochs = 20, .eta = 9, .unvisited = w::unvisited::ignore};
  auto const host = test::recorded(ma::serial{}, rows, o, test::any_visits(rows, 6, 4));
  w::uncertainty_of<ma::space::device> device;
  ma::upload(ma::cuda{}, host, device);
  CHECK(device.recorded() == host.recorded());
  auto const expected = test::all_weights(ma::serial{}, host);
  CHECK(test::first_difference(test::all_weights(ma::cuda{}, device), expected) == -1);
  w::uncertainty back;
  ma::download(ma::cuda{}, device, back);
  CHECK(test::first_difference(test::all_weights(ma::serial{}, back), expected) == -1);

  std::vector<float> const losses{1, 2, 3, 4};
  std::vector<std::int64_t> const groups{0, 1, 1, 2};
  auto l = test::place<ma::cuda>(ma::labels<float>(nullptr, {4}), losses);
  auto g = test::place<ma::cuda>(ma::indices<std::int64_t>(nullptr, {4}), groups);
  w::group_dro_of<ma::space::device> there({.groups = 3, .step_size = 0.1});
  w::group_dro here({.groups = 3, .step_size = 0.1}), seen({.groups = 3});
  there.update(ma::cuda{}, l.view(), g.view());
  here.update(ma::serial{}, ma::labels(losses.data(), {4}), ma::indices(groups.data(), {4}));
  ma::download(ma::cuda{}, there, seen);
  for (index_t k = 0; k < 3; ++k) CHECK(seen.q(k) == here.q(k));
}

TEST_CASE("CUDA: what no one could check is left out, and shows as NaN") {
  std::vector<std::int64_t> const ids{3, -1, 400, 0}, groups{0, 7, -2, 1};
  std::vector<std::int32_t> const one(4, 1);
  auto i = test::place<ma::cuda>(ma::indices<std::int64_t>(nullptr, {4}), ids);
  auto p = test::place<ma::cuda>(ma::class_ids<std::int32_t>(nullptr, {4}), one);
  w::uncertainty_of<ma::space::device> record(ma::cuda{}, 4, {.eta = 2});
  record.record(ma::cuda{}, 0, i.view(), p.view(), p.view());
  CHECK(test::all_weights(ma::cuda{}, record) == std::vector<double>{1, 3, 3, 1});
  auto const some = test::some_weights(ma::cuda{}, record, {0, 4, -1, 1});
  CHECK((some[0] == 1 && std::isnan(some[1]) && std::isnan(some[2]) && some[3] == 3));
  std::vector<float> const losses{1, 2, 3, HUGE_VALF};
  auto l = test::place<ma::cuda>(ma::labels<float>(nullptr, {4}), losses);
  auto g = test::place<ma::cuda>(ma::indices<std::int64_t>(nullptr, {4}), groups);
  auto out = test::room<ma::cuda>(ma::weights<float>(nullptr, {4}));
  w::group_dro_of<ma::space::device> dro({.groups = 2});
  dro.update(ma::cuda{}, l.view(), g.view(), out.view());
  auto const weights = out.read();
  CHECK((weights[0] > 0 && std::isnan(weights[1]) && std::isnan(weights[2]) && std::isnan(weights[3])));
}

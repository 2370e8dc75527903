#pragma once
#include <doctest/doctest.h>

#include "support/count_allocations.hpp"
#include "support/memory.hpp"
#include "support/plans.hpp"
#include "support/score_maps.hpp"
#include "support/values.hpp"

namespace test {

/// Pointers to n samples of a batch, each of which may lie anywhere.
inline std::vector<float*> samples_of(std::vector<float>& batch, index_t n) {
  std::vector<float*> out;
  for (index_t i = 0; i < n; ++i) out.push_back(batch.data() + i * (static_cast<index_t>(batch.size()) / n));
  return out;
}

/// What a training loop does for one step, with memory that it keeps.
template <class Backend, class Method>
struct training_step {
  Method method;
  Backend be{};
  index_t n = 24;
  std::vector<float> pixels = any_values<float>(n * 3 * 32 * 32, 1), mixed = pixels, grad = pixels;
  std::vector<float*> samples = samples_of(pixels, n);
  std::vector<int> ids = std::vector<int>(static_cast<std::size_t>(n), 1);
  std::vector<float> targets = std::vector<float>(static_cast<std::size_t>(n * 10)), soft = targets,
                     losses = std::vector<float>(static_cast<std::size_t>(n));
  ma::plan_of<Method> plan{}, smaller{};
  ma::weight::group_dro dro{{.groups = 2}};
  ma::weight::cvar worst{{.fraction = 0.3}};
  ma::weight::uncertainty record{n, {.epochs = 5}};

  void operator()(std::uint64_t step) {
    auto const x = ma::nchw(pixels.data(), {n, 3, 32, 32}), out = ma::nchw(mixed.data(), {n, 3, 32, 32});
    auto const back = ma::nchw(grad.data(), {n, 3, 32, 32});
    ma::make_plan(method, ma::inputs(x).class_ids(ma::class_ids(ids.data(), {n})), ma::key{.seed = 1, .step = step},
                  plan);
    ma::apply(be, plan, x, out);
    ma::apply_adjoint(be, plan, out, back);
    ma::apply_inplace(be, plan, x);
    ma::apply_inplace(be, plan, ma::rows_of(samples, ma::nchw(pixels.data(), {1, 3, 32, 32})));
    ma::soft_labels(be, plan, ma::class_ids(ids.data(), {n}), ma::labels(targets.data(), {n, 10}), {.smoothing = 0.1f});
    ma::mix_targets(be, plan, ma::labels(targets.data(), {n, 10}), ma::labels(soft.data(), {n, 10}));
    ma::rescale(plan, ma::extents<2>{8, 8}, smaller);
    ma::pair_cross_entropy(be, plan, ma::features(targets.data(), {n, 10}), ma::class_ids(ids.data(), {n}),
                           ma::labels(losses.data(), {n}), ma::features(soft.data(), {n, 10}));
    ma::pair_loss(be, plan, ma::labels(losses.data(), {n}), ma::labels(losses.data(), {n}),
                  ma::labels(mixed.data(), {1}), ma::reduction::mean);
    dro.update(be, ma::labels(losses.data(), {n}), ma::class_ids(ids.data(), {n}), ma::weights(mixed.data(), {n}));
    worst.weights(be, ma::labels(losses.data(), {n}), ma::weights(mixed.data(), {n}));
    record.record(be, static_cast<index_t>(step), ma::class_ids(ids.data(), {n}), ma::class_ids(ids.data(), {n}));
    record.weights(be, ma::class_ids(ids.data(), {n}), ma::weights(mixed.data(), {n}));
  }
};

/// Allocations of ten steps after the first two.
template <class Backend, class Method>
std::int64_t allocations_after_the_first(Method const& method) {
  training_step<Backend, Method> one{method};
  one(0), one(1);
  auto const before = allocations();
  for (std::uint64_t step = 2; step < 12; ++step) one(step);
  return allocations() - before;
}

/// The same for a method that reads pixels: its plan, and the maps that one looks at.
template <class Backend, class Method>
struct salient_step {
  Method method;
  Backend be{};
  index_t n = 12;
  std::vector<std::uint8_t> pixels = soft_images(n, 3, 24, 20, 1), mixed = pixels;
  std::vector<float> maps = std::vector<float>(static_cast<std::size_t>(n * 24 * 20));
  std::vector<int> ids = std::vector<int>(static_cast<std::size_t>(n), 1);
  ma::plan_of<Method> plan{};

  void operator()(std::uint64_t step) {
    ids[0] = 2, ids[5] = 7;
    auto const x = ma::nchw(pixels.data(), {n, 3, 24, 20});
    auto const scores = ma::scores(maps.data(), {n, 24, 20});
    auto in = ma::inputs(x).class_ids(ma::class_ids(ids.data(), {n}));
    ma::make_plan(be, method, in, ma::key{.seed = 1, .step = step}, plan);
    ma::apply(be, plan, x, ma::nchw(mixed.data(), {n, 3, 24, 20}));
    ma::saliency_map(be, ma::saliency::fine_grained{}, x, scores);
    ma::saliency_map(be, ma::saliency::spectral_residual{.work_height = 16, .work_width = 32}, x, scores);
    ma::saliency_map(be, ma::saliency::frequency_tuned{}, x, scores);
    ma::saliency_map(be, ma::saliency::gradient_magnitude{}, x, scores);
    ma::make_plan(
        be, method,
        in.scores(scores).source_rows(n).source_scores(scores).source_class_ids(ma::class_ids(ids.data(), {n})),
        ma::key{.step = step}, plan);
  }
};
template <class Backend, class Method>
std::int64_t salient_allocations(Method const& method) {
  salient_step<Backend, Method> one{method};
  one(0), one(1);
  auto const before = allocations();
  for (std::uint64_t step = 2; step < 6; ++step) one(step);
  return allocations() - before;
}

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("nothing is allocated after the first step", Backend, no_allocations) {
  if (!test::counts_allocations()) return;  // a sanitizer owns malloc
  REQUIRE(test::counts_every_new());
  CHECK(test::allocations_after_the_first<Backend>(ma::mixup{.alpha = 0.3f}) == 0);
  CHECK(test::allocations_after_the_first<Backend>(ma::mixup{.mode = ma::mode::batch}) == 0);
  CHECK(test::allocations_after_the_first<Backend>(ma::cutmix{.boxes = 3}) == 0);
  CHECK(test::allocations_after_the_first<Backend>(ma::cutout{.n_holes = 2}) == 0);
  CHECK(test::allocations_after_the_first<Backend>(with(ma::mixup{}, ma::pairing::derangement{})) == 0);
  CHECK(test::allocations_after_the_first<Backend>(with(ma::cutmix{}, ma::pairing::same_class{})) == 0);
  CHECK(test::allocations_after_the_first<Backend>(with(ma::mixup{}, ma::pairing::reverse{}, ma::ratio::uniform{})) ==
        0);
  CHECK(test::allocations_after_the_first<Backend>(ma::one_of(ma::mixup{}, ma::cutmix{}, ma::cutout{})) == 0);
  CHECK(test::allocations_after_the_first<Backend>(
            ma::one_of(ma::fmix{}, ma::smoothmix{}, ma::fmix{.max_soft = 0.1f})) == 0);
  if constexpr (Backend::memory == ma::space::host) {
    using ma::saliencymix;
    CHECK(test::salient_allocations<Backend>(saliencymix{}) == 0);
    CHECK(test::salient_allocations<Backend>(saliencymix{.scheme = ma::scheme::salient_to_non_salient,
                                                         .detector = ma::saliency::frequency_tuned{},
                                                         .search = ma::search::box_sum}) == 0);
    CHECK(test::salient_allocations<Backend>(
              saliencymix{.mode = ma::mode::batch, .detector = ma::saliency::spectral_residual{}}) == 0);
    CHECK(test::salient_allocations<Backend>(ma::background_mix{}) == 0);
    ma::saliency::fine_grained const detector;
    CHECK(test::salient_allocations<Backend>(ma::one_of(ma::attentivemix{.detector = detector},
                                                        ma::snapmix{.detector = detector}, ma::balanced_mixup{})) == 0);
  }
}

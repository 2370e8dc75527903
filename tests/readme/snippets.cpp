// The snippets of the READMEs, compiled and run; check.sh compares the texts line by line.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <numeric>
#include <vector>

#include <mixaug/mixaug.hpp>
namespace ma = mixaug;

#include <mixaug/backend/openmp.hpp>

#include <mixaug/kernel/bandwidth.hpp>        // silverman_bandwidth, entropy_bandwidth
#include <mixaug/kernel/gaussian_kernel.hpp>  // kernel_matrix.hpp is the explicit table

#include <mixaug/apply/adversarial_noise.hpp>

#include <mixaug/apply/history.hpp>

#include <mixaug/plan/any_plan.hpp>

namespace {

constexpr int n = 8, c = 3, h = 16, w = 16, num_classes = 5, N = 40;

/// `count` numbers in [0, 1), none like its neighbour.
std::vector<float> numbers(std::size_t count) {
  std::vector<float> v(count);
  for (std::size_t k = 0; k < count; ++k) v[k] = static_cast<float>(k * 37 % 101) / 101.0f;
  return v;
}

/// Row i of an (n, width) array.
float const* row(std::vector<float> const& v, ma::index_t i, int width) { return v.data() + i * width; }

}  // namespace

TEST_CASE("the first snippet: targets are the shares of the two classes") {
  std::vector<float> const pixels = numbers(n * c * h * w);
  std::vector<float> mixed(pixels.size()), soft(n * num_classes);
  std::vector<int> const ids = {0, 1, 2, 3, 4, 0, 1, 2};

  auto x = ma::nchw(pixels.data(), {n, c, h, w});  // views: a pointer and extents, nothing is copied
  auto out = ma::nchw(mixed.data(), {n, c, h, w});
  auto class_ids = ma::class_ids(ids.data(), {n});
  auto targets = ma::features(soft.data(), {n, num_classes});

  for (std::uint64_t step = 0; step < 3; ++step) {
    auto plan = ma::make_plan(ma::cutmix{.alpha = 1.0f}, x, ma::key{.seed = 42, .step = step});
    ma::apply(plan, x, out);                                         // mixed pixels
    ma::soft_labels(plan, class_ids, targets, {.smoothing = 0.1f});  // dense float32 (n, num_classes)
    // or the pair form for any loss: plan.partner[i], plan.share_self[i], plan.share_partner[i]

    for (ma::index_t i = 0; i < n; ++i) {
      ma::index_t const j = plan.partner[i];
      double own = 0.0, other = 0.0;  // pixels that only one of the two images has
      for (int k = 0; k < c * h * w; ++k) {
        float const v = row(mixed, i, c * h * w)[k], a = row(pixels, i, c * h * w)[k], b = row(pixels, j, c * h * w)[k];
        CHECK((v == a || v == b));
        own += v == a ? 1.0 : 0.0;
        other += v == b ? 1.0 : 0.0;
      }
      if (i != j) CHECK(own + other == doctest::Approx(c * h * w));
      if (i != j) CHECK(static_cast<double>(plan.share_self[i]) == doctest::Approx(own / (c * h * w)));
      float sum = 0.0f;
      for (int k = 0; k < num_classes; ++k) sum += row(soft, i, num_classes)[k];
      CHECK(static_cast<double>(sum) == doctest::Approx(1.0));
    }
  }
}

TEST_CASE("one_of with weights, a plan that is kept, a plan of any method") {
  std::vector<float> const pixels = numbers(n * c * h * w);
  std::vector<float> mixed(pixels.size()), again(pixels.size());
  auto x = ma::nchw(pixels.data(), {n, c, h, w});
  auto out = ma::nchw(mixed.data(), {n, c, h, w});
  int chosen[2] = {};

  auto method = ma::one_of(ma::mixup{.alpha = 0.8f}, ma::cutmix{.alpha = 1.0f});
  method.weight[0] = 0.3f;  // chances in proportion; without them all are alike
  method.weight[1] = 0.7f;
  method.mode = ma::mode::batch;  // one choice a batch; the default is one a sample

  ma::plan_of<decltype(method)> plan;  // kept: nothing is allocated after the first step
  for (std::uint64_t step = 0; step < 300; ++step) {
    ma::make_plan(method, x, ma::key{.seed = 1, .step = step}, plan);
    ma::apply(plan, x, out);
    ++chosen[plan.choice[0]];
  }
  CHECK(chosen[0] > 60);  // 90, and four standard deviations of 7.9
  CHECK(chosen[0] < 122);

  ma::any_plan same = ma::to_any(plan);
  ma::apply(same, x, ma::nchw(again.data(), {n, c, h, w}));
  CHECK(again == mixed);
}

TEST_CASE("score maps, and images whose channels are B, G, R") {
  std::vector<float> const pixels = numbers(n * c * h * w);
  std::vector<float> maps(n * h * w);
  auto x = ma::nchw(pixels.data(), {n, c, h, w});
  ma::key const key{.seed = 3};

  auto detector = ma::saliency::fine_grained{.order = ma::channel_order::bgr};  // by default the view's order
  auto method = ma::saliencymix{.detector = detector, .search = ma::search::box_sum};
  auto plan = ma::make_plan(ma::serial{}, method, x, key);
  ma::saliency_map(ma::openmp{}, detector, x, ma::scores(maps.data(), {n, h, w}));

  CHECK(plan.rows() == n);
  std::vector<float> turned(pixels.size()), turned_maps(maps.size());  // the same images in R, G, B
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < c; ++k)
      std::memcpy(&turned[(i * c + k) * h * w], &pixels[(i * c + 2 - k) * h * w], h * w * sizeof(float));
  ma::saliency_map(ma::serial{}, ma::saliency::fine_grained{}, ma::nchw(turned.data(), {n, c, h, w}),
                   ma::scores(turned_maps.data(), {n, h, w}));
  CHECK(turned_maps == maps);
}

TEST_CASE("recipes with a name") {
  std::vector<float> const pixels = numbers(n * c * h * w), pictures = numbers(N * c * h * w);
  std::vector<float> mixed(pixels.size()), soft(n * num_classes), keep(n * h * w);
  std::vector<int> const ids = {0, 1, 2, 3, 4, 0, 1, 2};
  std::vector<std::uint8_t> maps(n * h * w), mixed_maps(maps.size());
  for (std::size_t k = 0; k < maps.size(); ++k) maps[k] = static_cast<std::uint8_t>(k / 8 % 5);
  auto x = ma::nchw(pixels.data(), {n, c, h, w});
  auto out = ma::nchw(mixed.data(), {n, c, h, w});
  auto class_ids = ma::class_ids(ids.data(), {n});
  auto targets = ma::features(soft.data(), {n, num_classes});
  auto outside = ma::nchw(pictures.data(), {N, c, h, w});
  ma::key const key{.seed = 3};

  {
    auto deit = ma::one_of(ma::mixup{.alpha = 0.8f, .mode = ma::mode::batch},
                           ma::cutmix{.alpha = 1.0f, .mode = ma::mode::batch});  // weights are equal: 0.5 each
    deit.mode = ma::mode::batch;
    auto plan = ma::make_plan(ma::with(deit, ma::pairing::reverse{}), x, key);
    ma::apply(plan, x, out);
    ma::soft_labels(plan, class_ids, targets, {.smoothing = 0.1f});                     // cross entropy
    ma::soft_labels(plan, class_ids, targets, {.smoothing = 0.1f, .threshold = 0.2f});  // 0 or 1, binary cross entropy
    for (float t : soft) CHECK((t == 0.0f || t == 1.0f));
  }
  {
    auto pairs = ma::make_plan(ma::mixup{}, x, key);  // the partners of this key
    for (ma::index_t i = 0; i < n; ++i)
      for (int k = 0; k < h * w; ++k)  // m = 0 where the partner shows a class that is pasted
        keep[i * h * w + k] = maps[pairs.partner[i] * h * w + k] % 2 == 0 ? 0.0f : 1.0f;
    auto classmix = ma::with(ma::mixup{}, ma::region::given_mask{.binary = true});
    auto plan = ma::make_plan(classmix, ma::inputs(x).field(ma::scores(keep.data(), {n, h, w})), key);
    ma::apply(plan, x, out);
    ma::apply(plan, ma::masks(maps.data(), {n, h, w}), ma::masks(mixed_maps.data(), {n, h, w}));
    CHECK(plan.partner[0] == pairs.partner[0]);
  }
  {
    auto pixmix = ma::with(ma::mixup{.alpha = 3.0f}, ma::label::keep{});  // labels stay those of the batch
    auto plan = ma::make_plan(pixmix, ma::inputs(x).source_rows(N), key);
    ma::apply(plan, x, outside, out);
    CHECK(plan.share_self[0] == 1.0f);
  }
}

TEST_CASE("labels by the attention of the mixed image") {
  std::vector<float> const pixels = numbers(n * c * h * w), attention = numbers(n * 4 * 4);
  auto x = ma::nchw(pixels.data(), {n, c, h, w});

  auto transmix = ma::with(ma::cutmix{}, ma::label::by_score{.mix = 0.5f, .of = ma::scored::mix});
  ma::key const step_key{.seed = 42, .step = 7};
  auto mixed_plan = ma::make_plan(ma::cutmix{}, x, step_key);  // apply, and run the network for its attention
  auto labelled = ma::make_plan(ma::serial{}, transmix, ma::inputs(x).scores(ma::scores(attention.data(), {n, 4, 4})),
                                step_key);  // the same boxes and partners, with labels by attention

  for (ma::index_t i = 0; i < n; ++i) CHECK(labelled.region.box(i) == mixed_plan.region.box(i));
}

TEST_CASE("partners of a data set by the kernel of their labels") {
  std::vector<float> const pixels = numbers(n * c * h * w), set = numbers(N * c * h * w);
  std::vector<float> mixed(pixels.size()), y(N);
  for (std::size_t k = 0; k < N; ++k) y[k] = static_cast<float>(k / 10) * 100.0f + static_cast<float>(k % 10);
  std::vector<std::int64_t> const places = {0, 5, 10, 15, 20, 25, 30, 35};
  auto x = ma::nchw(pixels.data(), {n, c, h, w});
  auto out = ma::nchw(mixed.data(), {n, c, h, w});
  auto data_set = ma::nchw(set.data(), {N, c, h, w});
  auto rows = ma::indices(places.data(), {n});
  ma::key const key{.seed = 4};

  auto labels = ma::labels(y.data(), {N});
  ma::pairing::gaussian_kernel table(labels, {.bandwidth = 0.1 * ma::silverman_bandwidth(labels)});
  auto plan = ma::make_plan(ma::with(ma::c_mixup{}, table), ma::inputs(x).index(rows).source_rows(N), key);
  ma::apply(plan, x, data_set, out);  // or gather the rows plan.partner[i] yourself

  std::vector<std::int64_t> drawn[3];  // by threads that share the table
  std::vector<std::thread> threads;
  for (auto& mine : drawn)
    threads.emplace_back([&] {
      auto const other = ma::make_plan(ma::with(ma::c_mixup{}, table), ma::inputs(x).index(rows).source_rows(N), key);
      for (ma::index_t i = 0; i < n; ++i) mine.push_back(other.partner[i]);
    });
  for (std::thread& t : threads) t.join();
  for (auto const& mine : drawn) CHECK(mine == std::vector<std::int64_t>(plan.partner.data, plan.partner.data + n));

  for (ma::index_t i = 0; i < n; ++i) {  // labels lie in four groups, far apart
    CHECK(plan.partner[i] / 10 == places[static_cast<std::size_t>(i)] / 10);
    float const m = plan.ratio[i], a = row(pixels, i, c * h * w)[0], b = row(set, plan.partner[i], c * h * w)[0];
    CHECK(std::fabs(row(mixed, i, c * h * w)[0] - (m * a + (1.0f - m) * b)) < 1e-6f);
  }
}

TEST_CASE("C-Mixup in the batch: partners are near in their targets, and the targets mix") {
  std::vector<float> const pixels = numbers(n * c * h * w), age = {20, 21, 50, 51, 80, 81, 22, 52};
  std::vector<float> mixed(pixels.size()), mixed_age(n);
  auto x = ma::nchw(pixels.data(), {n, c, h, w});
  auto out = ma::nchw(mixed.data(), {n, c, h, w});
  ma::key const key{.seed = 9};

  auto y = ma::labels(age.data(), {n});  // or (n, d)
  auto plan = ma::make_plan(ma::c_mixup{.alpha = 2.0f, .bandwidth = 2.0}, ma::inputs(x).targets(y), key);
  ma::apply(plan, x, out);
  ma::mix_targets(plan, y, ma::labels(mixed_age.data(), {n}));

  for (ma::index_t i = 0; i < n; ++i) {
    float const own = age[static_cast<std::size_t>(i)], other = age[static_cast<std::size_t>(plan.partner[i])];
    CHECK(std::fabs(own - other) <= 2.0f);
    float const m = plan.ratio[i], seen = mixed_age[static_cast<std::size_t>(i)];
    CHECK(std::fabs(seen - (m * own + (1.0f - m) * other)) < 1e-4f);
  }
}

TEST_CASE("PuzzleMix: scores and noise from the gradient of a first backward pass") {
  std::vector<float> pixels = numbers(n * c * h * w), noisy_pixels(pixels.size()), gradient(pixels.size()),
                     magnitudes(n * h * w), mixed(pixels.size());
  auto x = ma::nchw(pixels.data(), {n, c, h, w});
  auto grad = ma::nchw(gradient.data(), {n, c, h, w});
  auto out = ma::nchw(mixed.data(), {n, c, h, w});
  auto const backward = [&](auto const& at) {
    for (ma::index_t k = 0; k < at.size(); ++k) {
      gradient[static_cast<std::size_t>(k)] = at.data[k] - 0.5f;
      magnitudes[static_cast<std::size_t>(k / (c * h * w) * h * w + k % (h * w))] = 1.0f;
    }
  };
  ma::key const key{.seed = 1, .step = 2};

  ma::adversarial_noise const noise{.eps = 10.0f, .prob = 1.0f};  // the paper's prob is 0.1
  auto noisy = ma::nchw(noisy_pixels.data(), {n, c, h, w});
  auto const sides = ma::sides_of(noise, key);
  ma::add_uniform_noise(noise, x, key, noisy);
  backward(sides.any() ? noisy : x);  // yours: the gradient of the loss, and its magnitude as scores

  auto scores = ma::scores(magnitudes.data(), {n, h, w});
  auto plan = ma::make_plan(ma::serial{}, ma::puzzlemix{}, ma::inputs(x).scores(scores), key);
  ma::add_adversarial_noise(noise, x, grad, key, noisy);
  ma::apply(plan, sides.self ? noisy : x, sides.partner ? noisy : x, out);

  for (float v : mixed) CHECK((v >= 0.0f && v <= 1.0f));
}

TEST_CASE("RecursiveMix: the mixed batch of one step is the source of the next") {
  std::vector<float> const pixels = numbers(n * c * h * w), maps = numbers(n * 6 * 4 * 4);
  std::vector<float> under(n * 6), grad_under(n * 6, 1.0f), grad_maps(maps.size());
  std::vector<float> old_logits(n * num_classes, 0.5f), logits(n * num_classes, 0.25f), teacher(logits.size());
  std::vector<float> weights(n), losses(n), grad(logits.size());
  std::vector<int> const ids = {0, 1, 2, 3, 4, 0, 1, 2};
  auto x = ma::nchw(pixels.data(), {n, c, h, w});
  auto class_ids = ma::class_ids(ids.data(), {n});
  auto features = ma::nchw(maps.data(), {n, 6, 4, 4});

  ma::history<float, 4> past(x, num_classes);  // of the largest batch
  for (std::uint64_t step = 0; step < 3; ++step) {
    auto plan =
        ma::make_plan(ma::recursivemix{}, ma::inputs(x).source_rows(past.rows()), ma::key{.seed = 1, .step = step});
    ma::apply(plan, x, past.source(), past.mixed(n));
    ma::soft_labels(plan, class_ids, past.targets(), past.mixed_targets(n), {.smooth = ma::smooth::self});
    past.advance();  // after the step's training; past.reset() before an epoch

    if (step == 0) continue;
    ma::roi_align(plan, features, ma::features(under.data(), {n, 6}));
    ma::history_targets(plan, ma::features(old_logits.data(), {n, num_classes}),
                        ma::features(teacher.data(), {n, num_classes}), ma::weights(weights.data(), {n}), 0.5);
    ma::soft_target_cross_entropy(ma::features(logits.data(), {n, num_classes}),
                                  ma::features(teacher.data(), {n, num_classes}), ma::weights(weights.data(), {n}),
                                  ma::labels(losses.data(), {n}), ma::features(grad.data(), {n, num_classes}));
    ma::roi_align_adjoint(plan, ma::features(grad_under.data(), {n, 6}), ma::nchw(grad_maps.data(), {n, 6, 4, 4}));

    for (ma::index_t i = 0; i < n; ++i) {
      CHECK(plan.partner[i] == i);
      CHECK((losses[static_cast<std::size_t>(i)] > 0.0f) == (plan.share_self[i] < 1.0f));
    }
  }
  CHECK(past.rows() == n);
}

TEST_CASE("a loader fetches the partners of a data set that is not in memory") {
  std::vector<float> const pixels = numbers(n * c * h * w), set = numbers(N * c * h * w);
  std::vector<float> mixed(pixels.size()), expected(pixels.size()), fetched(pixels.size()), soft(n * num_classes);
  std::vector<int> own_ids = {0, 1, 2, 3, 4, 0, 1, 2}, set_ids(N), fetched_ids(n);
  for (std::size_t k = 0; k < N; ++k) set_ids[k] = static_cast<int>(k) % num_classes;
  auto x = ma::nchw(pixels.data(), {n, c, h, w});
  auto out = ma::nchw(mixed.data(), {n, c, h, w});
  auto class_ids = ma::class_ids(own_ids.data(), {n});
  auto targets = ma::features(soft.data(), {n, num_classes});
  ma::key const key{.seed = 10};
  auto const fetch = [&](ma::index_t from, ma::index_t i) {
    std::memcpy(fetched.data() + i * c * h * w, row(set, from, c * h * w), c * h * w * sizeof(float));
    fetched_ids[static_cast<std::size_t>(i)] = set_ids[static_cast<std::size_t>(from)];
  };

  auto plan = ma::make_plan(ma::cutmix{}, ma::inputs(x).source_rows(N), key);
  for (ma::index_t i = 0; i < n; ++i) fetch(plan.partner[i], i);  // row i of what is fetched: the partner of row i
  ma::apply(plan, x, ma::gathered(ma::nchw(fetched.data(), {n, c, h, w})), out);
  ma::soft_labels(plan, class_ids, ma::gathered(ma::class_ids(fetched_ids.data(), {n})), targets);

  ma::apply(plan, x, ma::nchw(set.data(), {N, c, h, w}), ma::nchw(expected.data(), {n, c, h, w}));
  CHECK(mixed == expected);
  for (ma::index_t i = 0; i < n; ++i) {
    float sum = 0.0f;
    for (int k = 0; k < num_classes; ++k) sum += row(soft, i, num_classes)[k];
    CHECK(static_cast<double>(sum) == doctest::Approx(1.0));
  }
}

TEST_CASE("losses weighted by how uncertain a model was") {
  std::vector<float> const pixels = numbers(n * c * h * w), scores = numbers(n * num_classes);
  std::vector<float> loss(n), gradient(scores.size());
  std::vector<std::int64_t> const places = {0, 1, 2, 3, 4, 5, 6, 7};
  std::vector<int> const right = {0, 1, 2, 3, 4, 0, 1, 2}, guessed = {0, 1, 2, 3, 0, 1, 2, 3};
  auto x = ma::nchw(pixels.data(), {n, c, h, w});
  auto ids = ma::indices(places.data(), {n});
  auto class_ids = ma::class_ids(right.data(), {n}), predictions = ma::class_ids(guessed.data(), {n});
  auto logits = ma::features(scores.data(), {n, num_classes});
  auto grad = ma::features(gradient.data(), {n, num_classes});
  auto losses = ma::labels(loss.data(), {n});
  ma::key const key{.seed = 5};

  ma::weight::uncertainty record(N, {.first_epoch = 0, .epochs = 5, .eta = 50});
  for (ma::index_t epoch = 0; epoch < 5; ++epoch)
    record.record(ma::serial{}, epoch, ids, predictions, class_ids);  // first training: a line a batch

  auto plan = ma::make_plan(ma::umix{}, ma::inputs(x).index(ids).weights(record), key);
  ma::pair_cross_entropy(plan, logits, class_ids, losses, grad);  // lambda w_i CE_i + (1 - lambda) w_j CE_j

  CHECK(plan.weight_self[0] == 1.0f);   // right in every epoch: u = 0, w = c = 1
  CHECK(plan.weight_self[7] == 51.0f);  // never right: u = 1, w = eta + c
  CHECK(loss[7] > loss[0]);
}

TEST_CASE("the gradient of mixed features is that of the transpose") {
  std::vector<float> const features = numbers(n * 20), gradient = numbers(n * 20);
  std::vector<float> mixed(features.size()), back(features.size());
  auto hidden = ma::features(features.data(), {n, 20});
  auto mixed_hidden = ma::features(mixed.data(), {n, 20});
  auto grad_mixed = ma::features(gradient.data(), {n, 20});
  auto grad_hidden = ma::features(back.data(), {n, 20});
  ma::key const key{.seed = 6};

  auto plan = ma::make_plan(ma::mixup{.alpha = 2.0f}, hidden, key);
  ma::apply(plan, hidden, mixed_hidden);             // forward
  ma::apply_adjoint(plan, grad_mixed, grad_hidden);  // backward: written, not added

  double forward = 0.0, backward = 0.0;
  for (std::size_t k = 0; k < mixed.size(); ++k) {
    forward += static_cast<double>(mixed[k]) * static_cast<double>(gradient[k]);
    backward += static_cast<double>(features[k]) * static_cast<double>(back[k]);
  }
  CHECK(forward == doctest::Approx(backward).epsilon(1e-5));
}

TEST_CASE("id masks follow the pixels, and 16-bit floats are pixels") {
  std::vector<std::uint8_t> mask(n * h * w), mixed_mask(mask.size());
  for (std::size_t k = 0; k < mask.size(); ++k) mask[k] = static_cast<std::uint8_t>(k / (h * w));
  std::vector<std::uint16_t> halves(n * c * h * w, 0x3F80), mixed_halves(halves.size());  // 1 in bfloat16
  ma::key const key{.seed = 7};

  auto x = ma::nchw(reinterpret_cast<ma::bfloat16*>(halves.data()), {n, c, h, w});  // 16 bits of any framework
  auto out = ma::nchw(reinterpret_cast<ma::bfloat16*>(mixed_halves.data()), {n, c, h, w});
  auto plan = ma::make_plan(ma::cutmix{}, x, key);
  ma::apply(plan, x, out);
  ma::apply(plan, ma::masks(mask.data(), {n, h, w}), ma::masks(mixed_mask.data(), {n, h, w}));  // pasted, never blended

  CHECK(mixed_halves == halves);
  for (ma::index_t i = 0; i < n; ++i) {
    int own = 0;
    for (int k = 0; k < h * w; ++k) {
      int const id = mixed_mask[static_cast<std::size_t>(i * h * w + k)];
      CHECK((id == i || id == plan.partner[i]));
      own += id == i ? 1 : 0;
    }
    CHECK(own / double{h * w} == doctest::Approx(i == plan.partner[i] ? 1.0 : static_cast<double>(plan.share_self[i])));
  }
}

TEST_CASE("lambdas and boxes of the caller's, and the field for the caller") {
  std::vector<float> const pixels = numbers(n * c * h * w);
  std::vector<float> const lambda(n, 0.25f);
  std::vector<std::int32_t> corners;
  for (std::int32_t i = 0; i < n; ++i) corners.insert(corners.end(), {0, 4, i % 3, 6});
  std::vector<float> field(n * h * w);
  auto x = ma::nchw(pixels.data(), {n, c, h, w});
  ma::key const key{.seed = 9};

  auto own = ma::with(ma::cutmix{}, ma::ratio::given{ma::labels(lambda.data(), {n})},
                      ma::region::given_boxes{ma::boxes(corners.data(), {n, 4})});  // {y0, y1, x0, x1}, or (n, k, 4)
  auto pasted = ma::make_plan(own, x, key);
  ma::write_field(pasted, ma::scores(field.data(), {n, h, w}));  // m of every pixel, as the blend uses it

  for (int i = 0; i < n; ++i) {
    CHECK(pasted.ratio[i] == 0.25f);
    CHECK(std::accumulate(field.begin() + i * h * w, field.begin() + (i + 1) * h * w, 0.0) ==
          doctest::Approx(h * w - 4 * (6 - i % 3)));
  }
}

TEST_CASE("bad input is refused by a sentence, and nothing is touched") {
  std::vector<float> const pixels = numbers(n * c * h * w);
  auto x = ma::nchw(pixels.data(), {n, c, h, w});
  ma::key const key{.seed = 8};
  bool refused = false;

  try {
    auto plan = ma::make_plan(ma::cutmix{.alpha = -1.0f}, x, key);
  } catch (ma::invalid_argument const& error) {
    std::puts(error.what());  // mixaug: ratio::beta's alpha is -1; expected ...

    std::string const start = "mixaug: ratio::beta's alpha is -1; expected ";
    CHECK(std::string(error.what()).substr(0, start.size()) == start);
    refused = true;
  }
  CHECK(refused);
}

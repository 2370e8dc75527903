// SPDX-License-Identifier: MIT
// Several methods in one run, chosen per batch or per sample, with a probability to mix at all and a warm-down:
// the recipe of most vision trainers (mixup 0.8, CutMix 1.0, switch 0.5), without an allocation after step 1.
#include <cstdio>
#include <mixaug/mixaug.hpp>
#include <vector>

namespace ma = mixaug;

int main() {
  int const n = 8, c = 3, h = 32, w = 32, steps = 400, warm_down = 300;
  std::vector<float> pixels(n * c * h * w, 1.0f), mixed(pixels.size());
  auto x = ma::nchw(pixels.data(), {n, c, h, w}), out = ma::nchw(mixed.data(), {n, c, h, w});

  auto method = ma::one_of(ma::mixup{.alpha = 0.8f}, ma::cutmix{.alpha = 1.0f});
  method.weight[0] = 0.3f, method.weight[1] = 0.7f;  // proportional
  method.mode = ma::mode::batch;                     // one choice a batch; the default is one a sample
  ma::plan_of<decltype(method)> plan;                // reused: its memory stays

  int chosen[2] = {}, untouched = 0;
  for (int step = 0; step < steps; ++step) {
    ma::key const key{.seed = 1, .step = static_cast<std::uint64_t>(step)};
    if (step < warm_down) {
      ma::make_plan(method, x, key, plan);
      ma::apply(plan, x, out);
      ++chosen[plan.choice[0]];
    } else {
      // The last epochs see clean images half of the time: prob is an option of each method.
      auto rare = ma::one_of(ma::mixup{.alpha = 0.8f, .prob = 0.5f}, ma::cutmix{.prob = 0.5f});
      rare.mode = ma::mode::batch;
      ma::make_plan(rare, x, key, plan);
      ma::apply(plan, x, out);
      for (int i = 0; i < n; ++i) untouched += plan.ratio[i] == 1.0f;
    }
  }
  std::printf("mixup %d, cutmix %d of %d batches; untouched in the warm-down: %d of %d samples\n", chosen[0], chosen[1],
              warm_down, untouched, (steps - warm_down) * n);
  return chosen[0] > 60 && chosen[0] < 120 && untouched > 320 && untouched < 480 ? 0 : 1;
}

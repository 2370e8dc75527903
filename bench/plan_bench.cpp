// SPDX-License-Identifier: MIT
// Planning: a plan of 256 samples into the caller's plan, and draws from Beta(alpha, alpha) as the planner
// makes them against the ratio of two std::gamma_distribution.
#include <random>
#include <support/contest.hpp>
#include <support/images.hpp>

namespace {
using namespace bench;

template <class Method>
void plan_of_256(table& t, char const* name, Method const& m) {
  float* const nowhere = nullptr;
  auto const x = ma::nchw(nowhere, {256, 3, 224, 224});
  auto const p = std::make_shared<ma::plan_of<Method>>();
  auto const step = std::make_shared<std::uint64_t>(0);
  contest c{std::string("make_plan ") + name + ", 256 samples", {}, {}};
  c.ours = [=] { ma::make_plan(m, x, ma::key{.seed = 1, .step = ++*step}, *p); };
  c.goal = 50e-6;
  t.contests.push_back(c);
}

void beta_draws(table& t, float alpha, char const* name) {
  constexpr int count = 4096;
  struct state {
    std::mt19937_64 engine{1};
    std::uint64_t step = 0;
    float drawn[count];
  };
  auto const s = std::make_shared<state>();
  auto const sampler = ma::ratio::beta{alpha}.sampler();
  ma::plan_shape const shape;
  contest c{std::string("a draw of Beta(") + name + "), std::gamma_distribution", {}, {}, 4, count, count};
  c.ours = [=] {
    std::uint64_t bits[ma::detail::bits_width];
    ++s->step;
    for (int i = 0; i < count; i += ma::detail::bits_width) {
      ma::detail::bits_of_rows({.seed = 1, .step = s->step}, static_cast<std::uint64_t>(i), ma::purpose::ratio, bits);
      for (int j = 0; j < ma::detail::bits_width; ++j) s->drawn[i + j] = sampler(bits[j], {shape, j});
    }
    keep(s->drawn);
  };
  c.peer = [=] {
    std::gamma_distribution<float> gamma(alpha);
    for (float& v : s->drawn) {
      float const a = gamma(s->engine), b = gamma(s->engine);
      v = a / (a + b);
    }
    keep(s->drawn);
  };
  t.contests.push_back(c);
}

suite const rows(50, [](table& t) {
  plan_of_256(t, "mixup", ma::mixup{});
  plan_of_256(t, "CutMix", ma::cutmix{});
  plan_of_256(t, "one_of(mixup, CutMix)", ma::one_of(ma::mixup{}, ma::cutmix{}));
  beta_draws(t, 0.2f, "0.2");
  beta_draws(t, 0.4f, "0.4");
  beta_draws(t, 1.0f, "1");
});

}  // namespace

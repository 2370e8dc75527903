// SPDX-License-Identifier: MIT
#pragma once
// What a plan does to pixels, found out by asking the pixels.

#include <chrono>
#include <cstddef>
#include <mixaug/mixaug.hpp>
#include <vector>

#include "support/image_set.hpp"

namespace example {

// The share of each sample in its own output, asked from the pixels: every sample is an image of
// ones, every source an image of zeros, so the mean of an output is the weight its sample kept.
template <class Plan>
std::vector<double> measured_shares(Plan const& plan, image_set const& set) {
  auto const pixels = static_cast<std::size_t>(set.h * set.w), n = static_cast<std::size_t>(set.n);
  std::vector<float> const ones(n * pixels, 1.0f), zeros(n * pixels, 0.0f);
  std::vector<float> mixed(n * pixels);
  auto const view = [&](auto* p) { return mixaug::nchw(p, {set.n, 1, set.h, set.w}); };
  mixaug::apply(plan, view(ones.data()), view(zeros.data()), view(mixed.data()));
  std::vector<double> out(n);
  for (std::size_t i = 0; i < mixed.size(); ++i) out[i / pixels] += mixed[i];
  for (double& share : out) share /= static_cast<double>(pixels);
  return out;
}

// Runs `work` for a twentieth of a second and returns its runs per second.
template <class Work>
double runs_per_second(Work const& work) {
  using clock = std::chrono::steady_clock;
  int runs = 0;
  auto const start = clock::now();
  std::chrono::duration<double> spent{};
  do work(), ++runs, spent = clock::now() - start;
  while (spent.count() < 0.05);
  return runs / spent.count();
}

}  // namespace example

// SPDX-License-Identifier: MIT
// Manifold Mixup by hand: each step draws a layer of a small network, mixes its features in the forward pass, and sends
// their gradient back through apply_adjoint. Finite differences check that the gradient is right, behind either layer.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <mixaug/mixaug.hpp>
#include <vector>

namespace ma = mixaug;

int const n = 6, inputs = 5, hidden = 7, layers = 2;  // layer 0 is the input, layer 1 the hidden units

// loss = mean over rows of (sum of hidden units - mixed target)^2, hidden = tanh(x W); mixed are x or the hidden units
struct network {
  std::vector<double> w, x, mixed_x, h, mixed_h, y, mixed_y;
  ma::plan_of<ma::manifold_mixup> plan;
  ma::index_t layer = 0;

  // One plan a step, and the layer that it mixes; both follow from the key alone.
  void draw(std::uint64_t step, float prob = 1.0f) {
    ma::key const key{.seed = 5, .step = step};
    ma::make_plan(ma::manifold_mixup{.alpha = 2.0f, .prob = prob}, ma::features(x.data(), {n, inputs}), key, plan);
    layer = ma::drawn_layer(key, layers);
  }
  double forward() {
    if (layer == 0) mix(x, mixed_x, inputs);
    auto const& in = layer == 0 ? mixed_x : x;
    for (int i = 0; i < n; ++i)
      for (int k = 0; k < hidden; ++k) {
        double s = 0.0;
        for (int j = 0; j < inputs; ++j)
          s += in[static_cast<std::size_t>(i * inputs + j)] * w[static_cast<std::size_t>(j * hidden + k)];
        h[static_cast<std::size_t>(i * hidden + k)] = std::tanh(s);
      }
    if (layer == 1) mix(h, mixed_h, hidden);
    ma::mix_targets(plan, ma::labels(y.data(), {n}), ma::labels(mixed_y.data(), {n}));
    double loss = 0.0;
    for (int i = 0; i < n; ++i) loss += error(i) * error(i) / n;
    return loss;
  }
  std::vector<double> gradient() const {
    std::vector<double> grad_mixed(n * hidden), grad_h(n * hidden), grad_w(w.size(), 0.0);
    for (int i = 0; i < n; ++i)
      for (int k = 0; k < hidden; ++k) grad_mixed[static_cast<std::size_t>(i * hidden + k)] = 2.0 * error(i) / n;
    if (layer == 1)
      ma::apply_adjoint(plan, ma::features(grad_mixed.data(), {n, hidden}), ma::features(grad_h.data(), {n, hidden}));
    else
      grad_h = grad_mixed;
    auto const& in = layer == 0 ? mixed_x : x;
    for (int i = 0; i < n; ++i)
      for (int k = 0; k < hidden; ++k) {
        auto const at = static_cast<std::size_t>(i * hidden + k);
        double const g = grad_h[at] * (1.0 - h[at] * h[at]);
        for (int j = 0; j < inputs; ++j)
          grad_w[static_cast<std::size_t>(j * hidden + k)] += g * in[static_cast<std::size_t>(i * inputs + j)];
      }
    return grad_w;
  }

 private:
  // The same plan fits features of every width.
  void mix(std::vector<double> const& from, std::vector<double>& to, int width) const {
    ma::apply(plan, ma::features(from.data(), {n, width}), ma::features(to.data(), {n, width}));
  }
  double error(int i) const {
    double s = -mixed_y[static_cast<std::size_t>(i)];
    auto const& units = layer == 1 ? mixed_h : h;
    for (int k = 0; k < hidden; ++k) s += units[static_cast<std::size_t>(i * hidden + k)];
    return s;
  }
};

double largest_difference(network& net) {
  net.forward();
  auto const grad = net.gradient();
  double worst = 0.0;
  for (std::size_t j = 0; j < net.w.size(); ++j) {
    double const w = net.w[j], eps = 1e-5;
    net.w[j] = w + eps;
    double const up = net.forward();
    net.w[j] = w - eps;
    double const down = net.forward();
    net.w[j] = w;
    worst = std::fmax(worst, std::fabs((up - down) / (2.0 * eps) - grad[j]));
  }
  return worst;
}

int main() {
  network net;
  net.w.resize(inputs * hidden), net.x.resize(n * inputs), net.mixed_x.resize(n * inputs), net.h.resize(n * hidden),
      net.mixed_h.resize(n * hidden), net.y.resize(n), net.mixed_y.resize(n);
  for (std::size_t j = 0; j < net.w.size(); ++j) net.w[j] = std::sin(double(j));
  for (std::size_t j = 0; j < net.x.size(); ++j) net.x[j] = std::cos(3.0 * double(j));
  for (std::size_t j = 0; j < net.y.size(); ++j) net.y[j] = double(j) / 3.0;

  auto const clean_loss = [&] {
    net.draw(0, 0.0f);
    return net.forward();
  };
  double const before = clean_loss();
  double worst = 0.0;
  int mixed[layers] = {};
  for (std::uint64_t step = 0; step < 4000; ++step) {
    net.draw(step);
    if (step < 8) worst = std::fmax(worst, largest_difference(net));
    ++mixed[net.layer];
    net.forward();
    auto const g = net.gradient();
    for (std::size_t j = 0; j < g.size(); ++j) net.w[j] -= 0.1 * g[j];
  }
  double const after = clean_loss();
  std::printf("gradient against finite differences: largest difference %.1e\n", worst);
  std::printf("%d steps mixed the input, %d the hidden units; loss of the clean batch %.4f -> %.4f\n", mixed[0],
              mixed[1], before, after);
  return worst < 1e-8 && after < 0.5 * before && mixed[0] > 1800 && mixed[1] > 1800 ? 0 : 1;
}

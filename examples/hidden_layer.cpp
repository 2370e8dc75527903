// SPDX-License-Identifier: MIT
// Manifold Mixup by hand: mix the hidden layer of a small network in the forward pass, and send its gradient
// back through apply_adjoint. A finite difference checks that the gradient is right.
#include <cmath>
#include <cstdio>
#include <mixaug/mixaug.hpp>
#include <vector>

namespace ma = mixaug;

int const n = 6, inputs = 5, hidden = 7;

// loss = mean over rows of (sum of mixed hidden units - mixed target)^2, hidden = tanh(x W)
struct network {
  std::vector<double> w, x, h, mixed, y, mixed_y;
  ma::plan<ma::kind::whole, ma::blend::mix> plan;

  double forward() {
    for (int i = 0; i < n; ++i)
      for (int k = 0; k < hidden; ++k) {
        double s = 0.0;
        for (int j = 0; j < inputs; ++j)
          s += x[static_cast<std::size_t>(i * inputs + j)] * w[static_cast<std::size_t>(j * hidden + k)];
        h[static_cast<std::size_t>(i * hidden + k)] = std::tanh(s);
      }
    ma::apply(plan, ma::features(h.data(), {n, hidden}), ma::features(mixed.data(), {n, hidden}));
    ma::mix_targets(plan, ma::labels(y.data(), {n}), ma::labels(mixed_y.data(), {n}));
    double loss = 0.0;
    for (int i = 0; i < n; ++i) loss += error(i) * error(i) / n;
    return loss;
  }
  double error(int i) const {
    double s = -mixed_y[static_cast<std::size_t>(i)];
    for (int k = 0; k < hidden; ++k) s += mixed[static_cast<std::size_t>(i * hidden + k)];
    return s;
  }
  std::vector<double> gradient() {
    std::vector<double> grad_mixed(n * hidden), grad_h(n * hidden), grad_w(w.size(), 0.0);
    for (int i = 0; i < n; ++i)
      for (int k = 0; k < hidden; ++k) grad_mixed[static_cast<std::size_t>(i * hidden + k)] = 2.0 * error(i) / n;
    ma::apply_adjoint(plan, ma::features(grad_mixed.data(), {n, hidden}), ma::features(grad_h.data(), {n, hidden}));
    for (int i = 0; i < n; ++i)
      for (int k = 0; k < hidden; ++k) {
        auto const at = static_cast<std::size_t>(i * hidden + k);
        double const g = grad_h[at] * (1.0 - h[at] * h[at]);
        for (int j = 0; j < inputs; ++j)
          grad_w[static_cast<std::size_t>(j * hidden + k)] += g * x[static_cast<std::size_t>(i * inputs + j)];
      }
    return grad_w;
  }
};

int main() {
  network net;
  net.w.resize(inputs * hidden), net.x.resize(n * inputs), net.h.resize(n * hidden), net.mixed.resize(n * hidden),
      net.y.resize(n), net.mixed_y.resize(n);
  for (std::size_t j = 0; j < net.w.size(); ++j) net.w[j] = std::sin(double(j));
  for (std::size_t j = 0; j < net.x.size(); ++j) net.x[j] = std::cos(3.0 * double(j));
  for (std::size_t j = 0; j < net.y.size(); ++j) net.y[j] = double(j) / 3.0;
  net.plan = ma::make_plan(ma::mixup{.alpha = 2.0f}, ma::features(net.h.data(), {n, hidden}), ma::key{.seed = 5});

  double const before = net.forward();
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
  for (int step = 0; step < 500; ++step) {
    net.forward();
    auto const g = net.gradient();
    for (std::size_t j = 0; j < g.size(); ++j) net.w[j] -= 0.02 * g[j];
  }
  double const after = net.forward();
  std::printf("gradient against finite differences: largest difference %.1e; loss %.4f -> %.4f\n", worst, before,
              after);
  return worst < 1e-8 && after < 0.5 * before ? 0 : 1;
}

// SPDX-License-Identifier: MIT
#pragma once
// One training of the published network in LibTorch, the mixing done by mixaug in the forward pass
// and in the backward pass.

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mixaug/mixaug.hpp>
#include <mixaug/kernel/gaussian_kernel.hpp>
#include <random>
#include <vector>

#include "support/tensor_views.hpp"
#include "train_regression/data.hpp"

namespace example {

inline constexpr int most_epochs = 400;

// Small enough to pass a pipe in one piece.
struct training_result {
  int seed = 0, mode = 0, best_epoch = 0;
  double alpha = 0, bandwidth = 0;            // that were trained with
  float rmse = NAN, mape = NAN, worst = NAN;  // of the epoch that was best on validation
  float valid = INFINITY;                     // its RMSE there
  std::array<float, most_epochs> curve{};     // validation RMSE after each epoch
};

using mix_plan = ma::plan<ma::kind::whole, ma::blend::mix>;

// Linear(d, 128), LeakyReLU, Linear(128, 128), LeakyReLU, Linear(128, 1).
struct regressor : torch::nn::Module {
  explicit regressor(std::size_t features)
      : first(torch::nn::Linear(static_cast<std::int64_t>(features), 128), leaky()),
        rest(torch::nn::Linear(128, 128), leaky(), torch::nn::Linear(128, 1)) {
    register_module("first", first), register_module("rest", rest);
  }
  static torch::nn::LeakyReLU leaky() {
    return torch::nn::LeakyReLU(torch::nn::LeakyReLUOptions().negative_slope(0.1));
  }
  torch::Tensor forward(torch::Tensor const& x) { return rest->forward(first->forward(x)); }
  torch::Tensor forward(torch::Tensor const& x, torch::Tensor const& partners, mix_plan const& plan, bool hidden) {
    if (!hidden) return forward(ma::mix(plan, x, ma::gathered(partners)));
    return rest->forward(ma::mix(plan, first->forward(x), ma::gathered(first->forward(partners))));
  }
  torch::nn::Sequential first, rest;
};

struct tensor_rows {
  explicit tensor_rows(regression_rows const& rows, std::size_t features)
      : n(static_cast<std::int64_t>(rows.size())),
        x(torch::tensor(rows.x).view({n, static_cast<std::int64_t>(features)})),
        y(torch::tensor(rows.y)) {}
  std::int64_t n;
  torch::Tensor x, y;
};

class training {
 public:
  training(regression_set const& set, regression_recipe const& recipe, int mode, int seed)
      : mode_(training_modes[static_cast<std::size_t>(mode)]),
        recipe_(recipe),
        seed_(static_cast<std::uint64_t>(seed)),
        split_(set.split(seed_)),
        train_(split_.train, set.features()),
        valid_(split_.valid, set.features()),
        test_(split_.test, set.features()),
        by_label_(numbers_of(train_.y), {.bandwidth = recipe.bandwidth}),
        shuffled_(!set.grouped()) {
    out_.mode = mode, out_.seed = seed;
    out_.alpha = recipe.alpha, out_.bandwidth = recipe.bandwidth;
  }

  // All modes of a seed start with the same weights and see the same batches and the same ratios.
  training_result run() {
    torch::manual_seed(seed_);
    regressor net(static_cast<std::size_t>(train_.x.size(1)));
    torch::optim::Adam adam(net.parameters(), recipe_.rate);
    std::mt19937_64 bits(seed_);
    auto order = torch::arange(train_.n);
    auto* const first = order.data_ptr<std::int64_t>();
    for (int epoch = 0; epoch < recipe_.epochs; ++epoch) {
      if (shuffled_) std::shuffle(first, first + train_.n, bits);
      for (std::int64_t at = 0; at + recipe_.batch <= train_.n; at += recipe_.batch) {
        auto const rows = order.narrow(0, at, recipe_.batch);
        auto const loss = batch_loss(net, rows);
        adam.zero_grad();
        loss.backward();
        adam.step();
        ++step_;
      }
      torch::NoGradGuard const no_gradients;
      float const error = rmse_of(predicted(net, valid_) - valid_.y);
      out_.curve[static_cast<std::size_t>(epoch)] = error;
      if (error <= out_.valid) out_.valid = error, out_.best_epoch = epoch, test(net);
    }
    return out_;
  }

 private:
  torch::Tensor batch_loss(regressor& net, torch::Tensor const& rows) {
    auto const x = train_.x.index_select(0, rows), y = train_.y.index_select(0, rows);
    if (!mode_.mixes) return torch::mse_loss(net.forward(x).squeeze(1), y);
    draw(x, rows);
    auto partner = torch::empty({x.size(0)}, torch::kLong);
    std::copy_n(plan_.partner.data, x.size(0), partner.data_ptr<std::int64_t>());
    auto mixed = torch::empty_like(y);
    ma::mix_targets(plan_, numbers_of(y), numbers_of(train_.y), numbers_of(mixed));
    auto const partners = train_.x.index_select(0, partner);
    return torch::mse_loss(net.forward(x, partners, plan_, mode_.hidden).squeeze(1), mixed);
  }

  // Partners come from the whole training set: by their labels, or all with the same chance. One
  // ratio a batch, as published.
  void draw(torch::Tensor const& x, torch::Tensor const& rows) {
    auto const in = ma::inputs(rows_of(x)).index(ma::indices<std::int64_t>(rows)).source_rows(train_.n);
    ma::key const key{.seed = seed_, .step = step_};
    auto const alpha = static_cast<float>(recipe_.alpha);
    if (mode_.by_label)
      ma::make_plan(ma::with(ma::c_mixup{.alpha = alpha, .mode = ma::mode::batch}, by_label_), in, key, plan_);
    else
      ma::make_plan(ma::mixup{.alpha = alpha, .mode = ma::mode::batch}, in, key, plan_);
  }

  static torch::Tensor predicted(regressor& net, tensor_rows const& on) { return net.forward(on.x).squeeze(1); }
  static float rmse_of(torch::Tensor const& error) { return error.square().mean().sqrt().item<float>(); }
  void test(regressor& net) {
    auto const error = predicted(net, test_) - test_.y;
    auto const known = test_.y != 0;
    out_.rmse = rmse_of(error);
    out_.mape = 100 * (error / test_.y).abs().masked_select(known).mean().item<float>();
    std::map<int, std::vector<std::int64_t>> groups;
    for (std::size_t i = 0; i < split_.test.group.size(); ++i)
      groups[split_.test.group[i]].push_back(static_cast<std::int64_t>(i));
    out_.worst = 0;
    for (auto const& [group, rows] : groups)
      out_.worst = std::max(out_.worst, rmse_of(error.index_select(0, torch::tensor(rows))));
  }

  training_mode mode_;
  regression_recipe recipe_;
  std::uint64_t seed_, step_ = 0;
  regression_split split_;
  tensor_rows train_, valid_, test_;
  ma::pairing::gaussian_kernel by_label_;
  bool shuffled_;
  mix_plan plan_;
  training_result out_;
};

// The training of a mode and a seed; `tuned`: of several ratios and bandwidths the one that was
// best on the seed's own validation rows, so that no test row has a say.
inline training_result train(regression_set const& set, regression_recipe const& recipe, int mode, int seed,
                             bool tuned) {
  torch::set_num_threads(1);
  training_mode const& trained = training_modes[static_cast<std::size_t>(mode)];
  if (!tuned || !trained.mixes) return training(set, recipe, mode, seed).run();
  training_result best;
  best.mode = mode, best.seed = seed;
  for (double const alpha : {0.5, 2.0})
    for (double const factor : {0.25, 0.5, 1.0}) {
      if (!trained.by_label && factor < 1) continue;
      regression_recipe tried = recipe;
      tried.alpha = alpha, tried.bandwidth = factor * recipe.bandwidth;
      training_result const result = training(set, tried, mode, seed).run();
      if (result.valid < best.valid) best = result;
    }
  return best;
}

}  // namespace example

// SPDX-License-Identifier: MIT
#pragma once
// One training in LibTorch for the worst group. mixaug plans, mixes, weighs, and gives losses,
// their gradients and the accuracies; LibTorch runs the network forwards and backwards.

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <mixaug/loss/pair_cross_entropy.hpp>
#include <mixaug/metric/group_accuracy.hpp>
#include <mixaug/mixaug.hpp>
#include <mixaug/weight/group_dro.hpp>
#include <mixaug/weight/inverse_frequency.hpp>
#include <mixaug/weight/just_train_twice.hpp>
#include <mixaug/weight/uncertainty.hpp>
#include <optional>
#include <random>

#include "support/tensor_views.hpp"
#include "train_subpopulation/data.hpp"
#include "train_subpopulation/recipes.hpp"

namespace example {

inline constexpr int most_subpopulation_epochs = 400;

// Small enough to pass a pipe in one piece.
struct subpopulation_result {
  int seed = 0, mode = 0, best_epoch = 0;
  float valid = -1, average = 0, worst = 0;  // of the epoch whose worst validation group was best
  float last_average = 0, last_worst = 0;    // test accuracies of the last epoch
  float recall = 0,
        alarms = 0;  // two stages: mean uncertainty where the colour misleads, elsewhere
  std::array<float, most_subpopulation_epochs> curve{};  // worst validation group after each epoch
};

// Two layers of 3 x 3 and two dense ones; for 8 x 8 digits three dense ones. A dense layer is a
// convolution that sees all of its input, which is faster where LibTorch has a slow BLAS.
inline torch::nn::Sequential small_network(std::int64_t channels, std::int64_t side) {
  auto const layer = [](std::int64_t in, std::int64_t out, std::int64_t size, std::int64_t pad = 0) {
    return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, size).padding(pad));
  };
  using torch::nn::Flatten, torch::nn::MaxPool2d, torch::nn::ReLU, torch::nn::Sequential;
  if (side == 8)
    return Sequential(layer(channels, 128, 8), ReLU(), layer(128, 128, 1), ReLU(), layer(128, 2, 1), Flatten());
  return Sequential(layer(channels, 16, 3, 1), ReLU(), MaxPool2d(2), layer(16, 32, 3, 1), ReLU(), MaxPool2d(2),
                    layer(32, 64, side / 4), ReLU(), layer(64, 2, 1), Flatten());
}

struct tensor_images {
  explicit tensor_images(grouped_images const& from)
      : n(from.n),
        x(torch::tensor(from.pixels).view({n, from.channels, from.side, from.side})),
        labels(torch::tensor(from.labels)),
        groups(torch::tensor(from.groups)) {}
  std::int64_t n;
  torch::Tensor x, labels, groups;
};

class subpopulation_training {
 public:
  subpopulation_training(subpopulation_set const& set, subpopulation_recipe const& recipe, int mode, int seed)
      : mode_(static_cast<std::size_t>(mode)),
        batch_(recipe.batch),
        epochs_(recipe.epochs),
        settings_(recipe.modes[mode_]),
        seed_(static_cast<std::uint64_t>(seed)),
        bits_(seed_),
        split_(set.split(seed_)),
        train_(split_.train),
        valid_(split_.valid),
        test_(split_.test),
        rows_(torch::arange(train_.n)),
        by_group_(ids_of(train_.groups), group_count),
        record_(train_.n, {.first_epoch = settings_.first_epoch,
                           .epochs = std::max(1, settings_.window),
                           .eta = settings_.strength}) {
    if (mode_ == group_dro)
      robust_.emplace(ma::weight::group_dro_options{.groups = group_count, .step_size = settings_.strength});
    out_.mode = mode, out_.seed = seed;
  }

  // All modes of a seed see the same split, start with the same network and the same batches.
  subpopulation_result run() {
    torch::set_num_threads(1);
    if (subpopulation_modes[mode_].two_stages) first_stage();
    torch::manual_seed(seed_);
    bits_.seed(seed_);
    rows_ = torch::arange(train_.n);
    auto net = small_network(train_.x.size(1), train_.x.size(2));
    torch::optim::AdamW adam(net->parameters(), options(settings_.rate, settings_.decay));
    for (int epoch = 0; epoch < epochs_; ++epoch) {
      pass([&](torch::Tensor const& rows) { step(net, adam, rows); });
      auto const valid = static_cast<float>(accuracies(net, valid_).worst());
      out_.curve[static_cast<std::size_t>(epoch)] = valid;
      bool const last = epoch + 1 == epochs_, best = valid > out_.valid;
      if (!best && !last) continue;
      auto const tested = accuracies(net, test_);
      auto const average = static_cast<float>(tested.average());
      auto const worst = static_cast<float>(tested.worst());
      if (best) out_.valid = valid, out_.best_epoch = epoch + 1;
      if (best) out_.average = average, out_.worst = worst;
      if (last) out_.last_average = average, out_.last_worst = worst;
    }
    return out_;
  }

 private:
  using plan = ma::plan<ma::kind::whole, ma::blend::mix>;

  static torch::optim::AdamWOptions options(double rate, double decay) {
    return torch::optim::AdamWOptions(rate).weight_decay(decay);
  }

  // Plain training, cut short while it still lives on the colour: what it gets wrong is, above all,
  // what has the other colour.
  void first_stage() {
    torch::manual_seed(seed_ + 1000);
    auto net = small_network(train_.x.size(1), train_.x.size(2));
    torch::optim::AdamW adam(net->parameters(), options(1e-3, settings_.first_decay));
    for (int epoch = 0; epoch < settings_.first_epoch + settings_.window; ++epoch)
      pass([&](torch::Tensor const& rows) {
        auto const x = train_.x.index_select(0, rows), y = train_.labels.index_select(0, rows);
        auto const logits = net->forward(x), predicted = logits.argmax(1);
        record_.record(ma::serial{}, epoch, ids_of(rows), ids_of(predicted), ids_of(y));
        ma::make_plan(never, ma::inputs(images_of(x)), ma::key{}, plan_);
        descend(adam, logits, y);
      });
    if (mode_ == jtt) {
      torch::NoGradGuard const no_gradients;
      auto const predicted = net->forward(train_.x).argmax(1);
      twice_.emplace(ma::serial{}, ids_of(predicted), ids_of(train_.labels),
                     ma::weight::just_train_twice_options{.lambda_up = settings_.strength});
    }
    describe();
  }

  // mixaug draws the plan with the loss weights of the mode, and mixes.
  void step(torch::nn::Sequential& net, torch::optim::AdamW& adam, torch::Tensor const& rows) {
    auto const x = train_.x.index_select(0, rows), y = train_.labels.index_select(0, rows);
    auto in = ma::inputs(images_of(x)).index(ids_of(rows));
    ma::key const key{.seed = seed_, .step = step_++};
    if (mode_ == inverse) in.weights(by_group_);
    if (mode_ == jtt) in.weights(*twice_);
    if (mode_ == umix) in.weights(record_);
    ma::make_plan(ma::umix{settings_.alpha, settings_.sigma, ma::mode::batch}, in, key, plan_);
    auto const logits = net->forward(subpopulation_modes[mode_].mixes ? ma::mix(plan_, x) : x);
    if (mode_ == group_dro) {  // its weights follow from this batch's losses
      auto const groups = train_.groups.index_select(0, rows);
      auto const losses = ma::pair_cross_entropy(plan_, logits.detach(), y), weights = torch::empty({y.size(0)});
      robust_->update(ma::serial{}, numbers_of(losses), ids_of(groups), numbers_of(weights));
      ma::make_plan(never, in.weights(numbers_of(weights)), key, plan_);
    }
    descend(adam, logits, y);
  }

  // The mean of the batch's weighted losses, with mixaug's gradient by the logits.
  void descend(torch::optim::AdamW& adam, torch::Tensor const& logits, torch::Tensor const& labels) {
    adam.zero_grad();
    ma::pair_cross_entropy(plan_, logits, labels, {.reduce = ma::reduction::mean}).backward();
    adam.step();
  }

  // Calls step(rows) for each batch of the training images, in a new order.
  template <class Step>
  void pass(Step const& step) {
    auto* const first = rows_.data_ptr<std::int64_t>();
    std::shuffle(first, first + train_.n, bits_);
    for (std::int64_t at = 0; at < train_.n; at += batch_) step(rows_.narrow(0, at, std::min(batch_, train_.n - at)));
  }

  static ma::group_accuracy accuracies(torch::nn::Sequential& net, tensor_images const& on) {
    torch::NoGradGuard const no_gradients;
    auto const predicted = net->forward(on.x).argmax(1);
    ma::group_accuracy out(group_count);
    out.update(ids_of(predicted), ids_of(on.labels), ids_of(on.groups));
    return out;
  }

  // What the first stage found out about colours, which it was not told.
  void describe() {
    double sum[2] = {0, 0}, count[2] = {0, 0};
    for (std::int64_t i = 0; i < train_.n; ++i) {
      auto const at = static_cast<std::size_t>(i);
      auto const group = split_.train.groups[at];
      bool const misled = group / 2 != group % 2;
      double const weight = double{mode_ == jtt ? twice_->weight(i) : record_.weight(i)};
      double const most = mode_ == jtt ? settings_.strength : settings_.strength + 1;
      sum[misled] += (weight - 1) / (most - 1), count[misled] += 1;
    }
    out_.alarms = static_cast<float>(sum[0] / count[0]);
    out_.recall = static_cast<float>(sum[1] / count[1]);
  }

  static constexpr ma::mixup never{.prob = 0};  // a plan that leaves every image as it is

  std::size_t mode_;
  std::int64_t batch_;
  int epochs_;
  mode_recipe settings_;
  std::uint64_t seed_, step_ = 0;
  std::mt19937_64 bits_;
  subpopulation_split split_;
  tensor_images train_, valid_, test_;
  torch::Tensor rows_;
  ma::weight::inverse_frequency by_group_;
  ma::weight::uncertainty record_;
  std::optional<ma::weight::just_train_twice> twice_;
  std::optional<ma::weight::group_dro> robust_;
  plan plan_;
  subpopulation_result out_;
};

}  // namespace example

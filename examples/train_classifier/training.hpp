// SPDX-License-Identifier: MIT
#pragma once
// One training of a classifier in LibTorch. mixaug plans, mixes, labels and gives the losses'
// gradients; LibTorch runs the network forwards and backwards.

#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <mixaug/apply/history.hpp>
#include <mixaug/loss/history_targets.hpp>
#include <mixaug/loss/soft_target_cross_entropy.hpp>
#include <mixaug/mixaug.hpp>
#include <numbers>
#include <numeric>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "support/tensor_views.hpp"
#include "train_classifier/budget.hpp"
#include "train_classifier/data.hpp"
#include "train_classifier/mixing.hpp"
#include "train_classifier/modes.hpp"
#include "train_classifier/network.hpp"

namespace example {

class classifier_training {
 public:
  classifier_training(classifier_images const& images, training_budget const& budget, classifier mode,
                      std::uint64_t seed)
      : images_(images),
        budget_(budget),
        mode_(mode),
        seed_(seed),
        bits_(seed),
        chance_(static_cast<float>(budget.chance) / 1000),
        order_(static_cast<std::size_t>(images.train.n)) {
    std::iota(order_.begin(), order_.end(), std::int64_t{0});
    auto const& test = images.test;
    test_ = torch::from_blob(const_cast<std::uint8_t*>(test.pixels.data()), {test.n, test.h, test.w, test.c},
                             torch::kUInt8);
    test_labels_ = torch::tensor(test.labels);
  }

  // All modes of a seed start with the same weights and see the same crops in the same batches.
  // Calls tell(hits) after each epoch, with the number of test images told right.
  template <class Tell>
  classifier_result run(Tell const& tell) {
    auto const start = std::chrono::steady_clock::now();
    torch::manual_seed(seed_);
    residual_network net(budget_.width, budget_.classes);
    torch::optim::SGD sgd(net.parameters(),
                          torch::optim::SGDOptions(rate_at(0)).momentum(0.9).nesterov(true).weight_decay(5e-4));
    classifier_result out{static_cast<std::size_t>(mode_), seed_, 0, {}};
    for (int epoch = 0; epoch < budget_.epochs; ++epoch) {
      std::shuffle(order_.begin(), order_.end(), bits_);
      forget();
      for (std::int64_t at = 0; at < budget_.train; at += budget_.batch) {
        auto const batch = rows(at, std::min<std::int64_t>(budget_.batch, budget_.train - at));
        static_cast<torch::optim::SGDOptions&>(sgd.param_groups()[0].options()).lr(rate_at(step_));
        sgd.zero_grad();
        backward(net, batch, ma::key{.seed = seed_, .step = step_});
        sgd.step();
        ++step_;
      }
      out.hits.push_back(hits(net));
      tell(out.hits.back());
    }
    out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return out;
  }

 private:
  // It rises over the first tenth of all steps and falls to 0 by a cosine.
  double rate_at(std::uint64_t step) const {
    auto const steps = static_cast<double>((budget_.train + budget_.batch - 1) / budget_.batch * budget_.epochs);
    auto const done = static_cast<double>(step), rise = std::ceil(steps / 10);
    double const most = budget_.rate / 1000.0;
    if (done < rise) return most * (done + 1) / rise;
    return most * 0.5 * (1 + std::cos(std::numbers::pi * (done - rise) / (steps - rise)));
  }

  // Images of the order, each moved by up to 4 pixels and mirrored or not.
  training_batch rows(std::int64_t first, std::int64_t n) {
    std::int64_t const side = images_.train.h;
    auto const bytes = torch::empty({n, side, side, 3}, torch::kUInt8);
    auto const labels = torch::empty({n}, torch::kLong);
    for (std::int64_t i = 0; i < n; ++i) {
      std::int64_t const row = order_[static_cast<std::size_t>(first + i)];
      std::uint64_t const draw = bits_();
      move_image(images_.train.image(row), bytes.data_ptr<std::uint8_t>() + i * side * side * 3, side,
                 static_cast<std::int64_t>((draw >> 8) % 9) - 4, static_cast<std::int64_t>((draw >> 32) % 9) - 4,
                 draw % 2 == 1);
      labels.data_ptr<std::int64_t>()[i] = images_.train.labels[static_cast<std::size_t>(row)];
    }
    return {bytes, normalised(bytes), labels};
  }

  // The gradients of one step, by the mode.
  void backward(residual_network& net, training_batch const& batch, ma::key const& key) {
    auto const in = ma::inputs(images_of(batch.x));
    auto const by = [&](auto& method, auto const& inputs) { return method(batch, inputs, key, budget_.classes); };
    auto const scored = [&](torch::Tensor const& maps) { return ma::inputs(images_of(batch.x)).scores(maps_of(maps)); };
    switch (mode_) {
      case classifier::erm:
        return descend(net, {batch.x, torch::one_hot(batch.labels, budget_.classes).to(torch::kFloat)});
      case classifier::mixup:
        return descend(net, by(mixup_, in));
      case classifier::cutmix:
        return descend(net, by(cutmix_, in));
      case classifier::saliencymix:
        return descend(net, by(saliencymix_, in));
      case classifier::saliencymix_byte_bug: {
        auto const maps = misread_scores(batch);
        return descend(net, by(saliencymix_, scored(maps)));
      }
      case classifier::resizemix:
        return descend(net, by(resizemix_, in));
      case classifier::fmix:
        return descend(net, by(fmix_, in));
      case classifier::puzzlemix: {
        auto const maps = gradient_scores(net, batch);
        return descend(net, by(puzzlemix_, scored(maps)));
      }
      case classifier::recursivemix:
        return recursive(net, batch, key);
      case classifier::manifold_mixup:
        return hidden(net, batch, key);
      case classifier::mixup_or_cutmix:
        return descend(net, by(either_, in));
      case classifier::mixup_or_cutmix_bce: {
        // A sigmoid for each class, summed over the classes.
        auto const mixed = by(either_, in);
        auto const loss =
            torch::binary_cross_entropy_with_logits(net.forward(mixed.x), mixed.targets, {}, {}, at::Reduction::Sum);
        return (loss / mixed.x.size(0)).backward();
      }
    }
  }

  // Mean cross entropy against soft targets: its gradient by the logits.
  static torch::Tensor gradient_of(torch::Tensor const& logits, torch::Tensor const& targets) {
    auto losses = torch::empty({logits.size(0)}), gradient = torch::empty_like(logits);
    ma::soft_target_cross_entropy(rows_of(logits), rows_of(targets), numbers_of(losses), rows_of(gradient),
                                  {.reduce = ma::reduction::mean});
    return gradient;
  }
  static void descend(residual_network& net, mixed_batch const& mixed) {
    auto const logits = net.forward(mixed.x);
    logits.backward(gradient_of(logits, mixed.targets));
  }

  // Manifold Mixup (Verma et al., arXiv 1806.05236): what a drawn layer holds is mixed, the input, or the
  // maps of the stem or of the first block.
  void hidden(residual_network& net, training_batch const& batch, ma::key const& key) {
    std::int64_t const layer = ma::drawn_layer(key, residual_network::layers);
    auto const maps = net.between(batch.x, 0, layer);
    ma::make_plan(ma::serial{}, hidden_mixup_, ma::inputs(images_of(maps)), key, hidden_plan_);
    auto const targets = ma::soft_labels(hidden_plan_, batch.labels, budget_.classes);
    auto const logits = net.logits(net.features(ma::mix(hidden_plan_, maps), layer));
    logits.backward(gradient_of(logits, targets));
  }

  // RecursiveMix (Yang et al., arXiv 2203.06844): the batch of the step before as the partner, and
  // what the network said of it as the target of the features under its box.
  void recursive(residual_network& net, training_batch const& batch, ma::key const& key) {
    std::int64_t const n = batch.x.size(0);
    if (!past_) past_.emplace(images_of(batch.x), budget_.classes);
    ma::make_plan(ma::serial{}, recursivemix_, ma::inputs(images_of(batch.x)).source_rows(past_->rows()), key,
                  recursive_plan_);
    auto const x = past_->mixed(n);
    auto const targets = past_->mixed_targets(n);
    ma::apply(recursive_plan_, images_of(batch.x), past_->source(), x);
    ma::soft_labels(recursive_plan_, ids_of(batch.labels), past_->targets(), targets, {.smooth = ma::smooth::self});

    auto const maps = net.features(tensor_on(x));
    auto const logits = net.logits(maps);
    auto const under = net.box_head->forward(features_under_box::apply(maps, &recursive_plan_));
    auto const said = torch::empty_like(under), weights = torch::empty({n}), losses = torch::empty({n}),
               gradient = torch::empty_like(under);
    ma::history_targets(recursive_plan_, rows_of(said_before_), rows_of(said), numbers_of(weights), consistency);
    ma::soft_target_cross_entropy(rows_of(under), rows_of(said), numbers_of(weights), numbers_of(losses),
                                  rows_of(gradient), {.reduce = ma::reduction::mean});
    torch::autograd::backward({logits, under}, {gradient_of(logits, tensor_on(targets)), gradient});
    said_before_ = logits.detach();
    past_->advance();
  }
  // Before an epoch RecursiveMix begins anew.
  void forget() {
    if (past_) past_->reset();
    said_before_ = torch::empty({0, budget_.classes});
  }

  std::int64_t hits(residual_network& net) const {
    torch::NoGradGuard const no_gradients;
    net.eval();
    std::int64_t out = 0;
    for (std::int64_t at = 0; at < budget_.test; at += 500) {
      std::int64_t const n = std::min<std::int64_t>(500, budget_.test - at);
      auto const predicted = net.forward(normalised(test_.narrow(0, at, n))).argmax(1);
      out += (predicted == test_labels_.narrow(0, at, n)).sum().item<std::int64_t>();
    }
    net.train();
    return out;
  }

  // How the images were normalised, as a method's option says it.
  template <class Normalisation>
  static Normalisation channels() {
    Normalisation out;
    for (std::size_t c = 0; c < 3; ++c) {
      out.mean[c] = channel_mean[c];
      out.std[c] = channel_deviation[c];
    }
    return out;
  }

  static constexpr double consistency = 0.1;  // RecursiveMix's omega, as published for CIFAR

  classifier_images const& images_;
  training_budget budget_;
  classifier mode_;
  std::uint64_t seed_, step_ = 0;
  std::mt19937_64 bits_;
  float chance_;
  std::vector<std::int64_t> order_;
  torch::Tensor test_, test_labels_;

  // The published settings, but for what is the same for all: the chance that an image is mixed, a
  // draw for each image where the papers draw once a batch, and cross entropy.
  mixer<ma::mixup> mixup_{{.alpha = 1, .prob = chance_}};
  mixer<ma::cutmix> cutmix_{{.alpha = 1, .prob = chance_}};
  mixer<ma::saliencymix> saliencymix_{
      {.alpha = 1,
       .prob = chance_,
       .detector = ma::saliency::fine_grained{.normalised = channels<ma::channel_stats>()}}};
  mixer<ma::resizemix> resizemix_{{.prob = chance_}};
  mixer<ma::fmix> fmix_{{.alpha = 1, .prob = chance_}};
  mixer<ma::puzzlemix> puzzlemix_{
      {.alpha = 1, .t_size = 4, .normalised = channels<ma::pixel_normalisation>(), .prob = chance_}};
  using either = decltype(ma::one_of(ma::mixup{}, ma::cutmix{}));
  mixer<either> either_{either{{.alpha = 1, .prob = chance_}, {.alpha = 1, .prob = chance_}}};
  ma::mixup hidden_mixup_{.alpha = 2, .prob = chance_};
  ma::plan_of<ma::mixup> hidden_plan_;
  ma::recursivemix recursivemix_{.alpha = 0.5f, .prob = chance_};
  ma::plan_of<ma::recursivemix> recursive_plan_;
  std::optional<ma::history<float, 4>> past_;
  torch::Tensor said_before_;  // logits of the step before
};

}  // namespace example

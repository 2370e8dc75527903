// SPDX-License-Identifier: MIT
#pragma once
// A small residual network for images of 32 x 32 pixels: a convolution to 16 x 16 features and two
// blocks that normalise before they convolve (He et al., arXiv 1603.05027), to 8 x 8 and to 4 x 4.
// Weights and images are in channels-last order, which LibTorch convolves a fifth faster.

#include <torch/torch.h>

#include <cstdint>
#include <memory>

namespace example {

inline torch::nn::Conv2d convolution(std::int64_t in, std::int64_t out, std::int64_t size, std::int64_t stride = 1) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, size).stride(stride).padding(size / 2).bias(false));
}

// Halves the sides of the maps.
struct residual_block : torch::nn::Module {
  residual_block(std::int64_t in, std::int64_t out)
      : first_norm(register_module("first_norm", torch::nn::BatchNorm2d(in))),
        first(register_module("first", convolution(in, out, 3, 2))),
        second_norm(register_module("second_norm", torch::nn::BatchNorm2d(out))),
        second(register_module("second", convolution(out, out, 3))),
        around(register_module("around", convolution(in, out, 1, 2))) {}
  torch::Tensor forward(torch::Tensor const& x) {
    auto const active = first_norm->forward(x).relu_();
    return around->forward(active) + second->forward(second_norm->forward(first->forward(active)).relu_());
  }
  torch::nn::BatchNorm2d first_norm;
  torch::nn::Conv2d first;
  torch::nn::BatchNorm2d second_norm;
  torch::nn::Conv2d second, around;
};

struct residual_network : torch::nn::Module {
  residual_network(std::int64_t width, std::int64_t classes)
      : stem(register_module("stem", convolution(3, width, 3, 2))),
        first(register_module("first", std::make_shared<residual_block>(width, 2 * width))),
        second(register_module("second", std::make_shared<residual_block>(2 * width, 4 * width))),
        norm(register_module("norm", torch::nn::BatchNorm2d(4 * width))),
        head(register_module("head", torch::nn::Linear(4 * width, classes))),
        box_head(register_module("box_head", torch::nn::Linear(4 * width, classes))) {
    for (auto& p : parameters())
      if (p.dim() == 4) p.set_data(p.data().contiguous(torch::MemoryFormat::ChannelsLast));
  }

  static constexpr std::int64_t layers = 3;  // where mixing may stand: the input, the stem's and the first block's maps
  // What layer `to` holds, from what layer `from` holds; layer `layers` is the second block's maps.
  torch::Tensor between(torch::Tensor x, std::int64_t from, std::int64_t to) {
    if (from < 1 && to >= 1) x = stem->forward(x);
    if (from < 2 && to >= 2) x = first->forward(x);
    if (from < 3 && to >= 3) x = second->forward(x);
    return x;
  }
  // The last feature maps (n, 4 width, 4, 4), from what layer `from` holds.
  torch::Tensor features(torch::Tensor const& x, std::int64_t from = 0) {
    return norm->forward(between(x, from, layers)).relu_();
  }
  torch::Tensor logits(torch::Tensor const& feature_maps) { return head->forward(feature_maps.mean({2, 3})); }
  torch::Tensor forward(torch::Tensor const& x) { return logits(features(x)); }

  torch::nn::Conv2d stem;
  std::shared_ptr<residual_block> first, second;
  torch::nn::BatchNorm2d norm;
  // box_head is RecursiveMix's, for the features under its box; the last to be drawn.
  torch::nn::Linear head, box_head;
};

}  // namespace example

// SPDX-License-Identifier: MIT
#pragma once
// A small residual network for images of 32 x 32 pixels: three blocks that normalise before they
// convolve (He et al., arXiv 1603.05027), of 16, 8 and 4 pixels a side. Weights and images are in
// channels-last order, which LibTorch convolves a fifth faster.

#include <torch/torch.h>

#include <cstdint>
#include <memory>

namespace example {

inline torch::nn::Conv2d convolution(std::int64_t in, std::int64_t out, std::int64_t size, std::int64_t stride = 1) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, size).stride(stride).padding(size / 2).bias(false));
}

struct residual_block : torch::nn::Module {
  residual_block(std::int64_t in, std::int64_t out, std::int64_t stride)
      : first_norm(in), second_norm(out), first(convolution(in, out, 3, stride)), second(convolution(out, out, 3)) {
    register_module("first_norm", first_norm), register_module("first", first);
    register_module("second_norm", second_norm), register_module("second", second);
    if (in != out) around = register_module("around", convolution(in, out, 1, stride));
  }
  torch::Tensor forward(torch::Tensor const& x) {
    auto const active = first_norm->forward(x).relu_();
    auto const kept = around ? around->forward(active) : x;
    return kept + second->forward(second_norm->forward(first->forward(active)).relu_());
  }
  torch::nn::BatchNorm2d first_norm, second_norm;
  torch::nn::Conv2d first, second, around{nullptr};
};

struct residual_network : torch::nn::Module {
  residual_network(std::int64_t width, std::int64_t classes)
      : stem(register_module("stem", convolution(3, width, 3, 2))),
        blocks{register_block("block0", width, width, 1), register_block("block1", width, 2 * width, 2),
               register_block("block2", 2 * width, 4 * width, 2)},
        norm(register_module("norm", torch::nn::BatchNorm2d(4 * width))),
        head(register_module("head", torch::nn::Linear(4 * width, classes))),
        box_head(register_module("box_head", torch::nn::Linear(4 * width, classes))) {
    for (auto& p : parameters())
      if (p.dim() == 4) p.set_data(p.data().contiguous(torch::MemoryFormat::ChannelsLast));
  }

  static constexpr std::int64_t layers = 3;  // where hidden mixing may stand: 0 is the input
  // From layer `from` to layer `to`; x is what layer `from` holds.
  torch::Tensor between(torch::Tensor x, std::int64_t from, std::int64_t to) {
    for (std::int64_t k = from; k < to; ++k) x = blocks[k]->forward(k == 0 ? stem->forward(x) : x);
    return x;
  }
  // The last feature maps (n, 4 width, 4, 4), from what layer `from` holds.
  torch::Tensor features(torch::Tensor const& x, std::int64_t from = 0) {
    return norm->forward(between(x, from, layers)).relu_();
  }
  torch::Tensor logits(torch::Tensor const& feature_maps) { return head->forward(feature_maps.mean({2, 3})); }
  torch::Tensor forward(torch::Tensor const& x) { return logits(features(x)); }

  torch::nn::Conv2d stem;
  std::shared_ptr<residual_block> blocks[layers];
  torch::nn::BatchNorm2d norm;
  // box_head is RecursiveMix's, for the features under its box; the last to be drawn.
  torch::nn::Linear head, box_head;

 private:
  std::shared_ptr<residual_block> register_block(char const* name, std::int64_t in, std::int64_t out,
                                                 std::int64_t stride) {
    return register_module(name, std::make_shared<residual_block>(in, out, stride));
  }
};

}  // namespace example

// SPDX-License-Identifier: MIT
#pragma once
// Batches of images, and how a training mixes them: mixaug's plans over LibTorch's tensors, and the
// average under a box, which has a gradient of its own.

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <mixaug/apply/roi_align.hpp>
#include <mixaug/mixaug.hpp>

#include "support/byte_reading.hpp"
#include "support/tensor_views.hpp"

namespace example {

// Means and deviations of CIFAR-10's channels, by which every image is normalised.
inline constexpr std::array<float, 3> channel_mean{0.4914f, 0.4822f, 0.4465f},
    channel_deviation{0.2023f, 0.1994f, 0.2010f};

// (n, h, w, 3) bytes as normalised floats (n, 3, h, w), in channels-last order.
inline torch::Tensor normalised(torch::Tensor const& bytes) {
  auto const row = [](std::array<float, 3> const& v) { return torch::tensor({v[0], v[1], v[2]}).view({1, 3, 1, 1}); };
  return (bytes.permute({0, 3, 1, 2}).to(torch::kFloat) / 255 - row(channel_mean)) / row(channel_deviation);
}

struct training_batch {
  torch::Tensor bytes;   // (n, h, w, 3), cropped and mirrored
  torch::Tensor x;       // (n, 3, h, w), normalised
  torch::Tensor labels;  // (n)
};
struct mixed_batch {
  torch::Tensor x, targets;  // targets (n, classes)
};

// Plans, mixes and labels by one method. The plan is kept: after the first step it asks for no memory.
template <class Method>
struct mixer {
  explicit mixer(Method const& m) : method(m) {}

  // `in` holds the images of the batch and what else the method reads.
  template <class Inputs>
  mixed_batch operator()(training_batch const& batch, Inputs const& in, ma::key const& key, std::int64_t classes) {
    ma::make_plan(ma::serial{}, method, in, key, plan);
    return {ma::mix(plan, batch.x), ma::soft_labels(plan, batch.labels, classes)};
  }

  Method method;
  ma::plan_of<Method> plan;
};

// PuzzleMix's scores: how much the loss of the image's own label changes with each pixel.
template <class Network>
torch::Tensor gradient_scores(Network& net, training_batch const& batch) {
  net.eval();
  auto const x = batch.x.detach().requires_grad_();
  auto const loss = torch::nn::functional::cross_entropy(
      net.forward(x), batch.labels, torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum));
  auto const gradient = torch::autograd::grad({loss}, {x})[0];
  net.train();
  return gradient.square().mean(1).sqrt().contiguous();
}

// The score maps of the published SaliencyMix, whose detector reads floats as bytes.
inline torch::Tensor misread_scores(training_batch const& batch) {
  std::int64_t const n = batch.bytes.size(0), h = batch.bytes.size(1), w = batch.bytes.size(2);
  auto const out = torch::empty({n, h, w});
  for (std::int64_t i = 0; i < n; ++i) {
    auto const map = byte_reading_map(batch.bytes.data_ptr<std::uint8_t>() + i * h * w * 3, h, w);
    std::copy(map.begin(), map.end(), out.data_ptr<float>() + i * h * w);
  }
  return out;
}

// A tensor on the memory of a view of images, which it does not own.
inline torch::Tensor tensor_on(ma::tensor_view<float, 4> const& v) {
  return torch::from_blob(v.data, {v.extent[0], v.extent[1], v.extent[2], v.extent[3]},
                          {v.stride[0], v.stride[1], v.stride[2], v.stride[3]});
}
inline torch::Tensor tensor_on(ma::tensor_view<float, 2> const& v) {
  return torch::from_blob(v.data, {v.extent[0], v.extent[1]}, {v.stride[0], v.stride[1]});
}

// Features (n, c): feature maps (n, c, h, w) averaged under the box that shows the step before. The layer holds the
// address of its plan, which outlives the backward pass: LibTorch's contexts save tensors and numbers only.
struct features_under_box : torch::autograd::Function<features_under_box> {
  using plan = ma::plan_of<ma::recursivemix>;
  static torch::Tensor forward(torch::autograd::AutogradContext* context, torch::Tensor const& maps, plan const* by) {
    context->saved_data["plan"] = reinterpret_cast<std::int64_t>(by);
    context->save_for_backward({maps});
    auto out = torch::empty({maps.size(0), maps.size(1)});
    ma::roi_align(*by, images_of(maps), rows_of(out));
    return out;
  }
  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               torch::autograd::tensor_list const& gradients) {
    auto const* by = reinterpret_cast<plan const*>(context->saved_data["plan"].toInt());
    auto const grad = gradients[0].contiguous();
    auto grad_maps = torch::empty_like(context->get_saved_variables()[0]);
    ma::roi_align_adjoint(*by, rows_of(grad), images_of(grad_maps));
    return {grad_maps, torch::Tensor()};
  }
};

}  // namespace example

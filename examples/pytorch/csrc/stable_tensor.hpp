// SPDX-License-Identifier: MIT
#pragma once
// The binding to torch's stable ABI (torch 2.11 and later), whose binaries serve later versions, too.
#include <torch/csrc/stable/library.h>
#include <torch/csrc/stable/ops.h>
#include <torch/csrc/stable/tensor.h>

#include <mixaug/interop/run_time_tensor.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "tensors.hpp"

#define MIXAUG_TORCH_LIBRARY STABLE_TORCH_LIBRARY
#define MIXAUG_TORCH_LIBRARY_IMPL STABLE_TORCH_LIBRARY_IMPL
#define MIXAUG_TORCH_KERNEL(function) TORCH_BOX(&function)

namespace mixaug_torch {

using torch_tensor = torch::stable::Tensor;
template <class T>
using optional = std::optional<T>;

/// The elements of a tensor. Its members know no quantized types, so that the number of the type is looked up.
inline ma::detail::element_kind kind_of(torch_tensor const& t) {
  using code = ma::element_code;
  static std::vector<std::pair<std::int32_t, ma::detail::element_kind>> const kinds{
      {aoti_torch_dtype_float32(), {code::floating_point, 32}},
      {aoti_torch_dtype_uint8(), {code::unsigned_integer, 8}},
      {aoti_torch_dtype_int64(), {code::signed_integer, 64}},
      {aoti_torch_dtype_float64(), {code::floating_point, 64}},
      {aoti_torch_dtype_float16(), {code::floating_point, 16}},
      {aoti_torch_dtype_bfloat16(), {code::bfloat, 16}},
      {aoti_torch_dtype_int8(), {code::signed_integer, 8}},
      {aoti_torch_dtype_int16(), {code::signed_integer, 16}},
      {aoti_torch_dtype_int32(), {code::signed_integer, 32}},
      {aoti_torch_dtype_bool(), {code::boolean, 8}},
      {aoti_torch_dtype_complex32(), {code::complex, 32}},
      {aoti_torch_dtype_complex64(), {code::complex, 64}},
      {aoti_torch_dtype_complex128(), {code::complex, 128}},
  };
  std::int32_t type = 0;
  TORCH_ERROR_CODE_CHECK(aoti_torch_get_dtype(t.get(), &type));
  for (auto const& [number, kind] : kinds)
    if (number == type) return kind;
  ma::detail::fail("the tensor's type", "quantized, or one of other elements than those of views",
                   "plain numbers: t.dequantize(), t.int_repr() or t.to(another type)");
}

/// Tensors that are negated or conjugated lazily do not come here: torch resolves them before a kernel of this ABI.
inline tensor described(torch_tensor const& t) {
  if (!t.defined()) ma::detail::fail("the tensor is undefined; give one that holds memory");
  if (t.layout() != torch::headeronly::Layout::Strided)
    ma::detail::fail("the tensor", "sparse or of another layout without strides", "a dense one: t.to_dense()");
  auto const [code, bits] = kind_of(t);
  bool const on_cpu = t.is_cpu(), on_cuda = t.is_cuda();
  tensor d;
  d.code = code;
  d.bits = bits;
  d.rank = static_cast<int>(t.dim());
  d.extent = t.sizes().data();
  d.stride = t.strides().data();
  d.memory = on_cpu ? ma::reach::host : on_cuda ? ma::reach::device : ma::reach::neither;
  d.device = on_cpu ? "the CPU" : on_cuda ? "a CUDA device" : "a device that no backend of mixaug reaches";
  if (d.memory != ma::reach::neither) d.data = t.data_ptr();
  return d;
}

template <class T>
torch_tensor empty(std::vector<std::int64_t> const& shape) {
  return torch::stable::empty(shape, torch::headeronly::CppTypeToScalarType<T>::value);
}

inline torch_tensor empty_as(torch_tensor const& like, std::vector<std::int64_t> const& shape,
                             std::optional<torch::headeronly::MemoryFormat> order = std::nullopt) {
  described(like);  // refuses what has no memory of its own
  return torch::stable::empty(shape, like.scalar_type(), std::nullopt, like.device(), std::nullopt, order);
}

inline torch_tensor alike(torch_tensor const& like, std::int64_t rows) {
  tensor const t = described(like);
  if (t.rank > 0 && rows == t.extent[0]) return torch::stable::empty_like(like);
  std::vector<std::int64_t> shape(t.extent, t.extent + t.rank);
  shape.at(0) = rows;
  using torch::headeronly::MemoryFormat;
  if (!is_channels_last(t)) return empty_as(like, shape);
  return empty_as(like, shape, t.rank == 4 ? MemoryFormat::ChannelsLast : MemoryFormat::ChannelsLast3d);
}

template <class Give>
torch_tensor in_memory(torch_tensor const& like, void* data, Give give) {
  return torch::stable::from_blob(data, like.sizes(), like.strides(), like.device(), like.scalar_type(), give);
}

/// Where one of torch's loops already runs, which this ABI does not tell, the loop itself is on one thread.
inline std::int64_t loop_threads() { return torch::stable::get_num_threads(); }
template <class Run>
void loop(std::int64_t count, Run const& run) {
  torch::stable::parallel_for(0, count, 1, run);
}

}  // namespace mixaug_torch

// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/core/tensor_rows.hpp>
#include <mixaug/core/tensor_view.hpp>

MIXAUG_EXACT_BEGIN

/// Normal form of a batch, as kernels read it: sample -> channel plane -> z -> y -> a run of elements. Interleaved
/// channels (NHWC) stay inside the run: `px` elements for each pixel.
namespace mixaug::detail {

template <class T>
struct rows_view {
  T* data = nullptr;
  void const* table = nullptr;    // pointers to the samples, in the place of data; null: none
  std::uintptr_t addresses = 0;   // all bits that are set in the address of some sample
  index_t n = 0, sample = 0;      // number of samples, stride between them
  index_t planes = 1, plane = 0;  // number of channel planes, stride between them
  index_t depth = 1, slice = 0;
  index_t height = 1, row = 0;
  index_t width = 1, px = 1;  // pixels of a row, elements of a pixel
  index_t step = 1;           // stride between the elements of a run; 1 = contiguous

  MIXAUG_HD index_t run_length() const noexcept { return width * px; }
  MIXAUG_HD index_t rows() const noexcept { return planes * depth * height; }
  /// First element of sample i.
  MIXAUG_HD T* first(index_t i) const noexcept {
    return table != nullptr ? pointer_at<T>(table, i) : data + i * sample;
  }
  MIXAUG_HD T* at(index_t i, index_t p, index_t z, index_t y) const noexcept {
    return first(i) + p * plane + z * slice + y * row;
  }
  /// True if the elements of a sample are contiguous in run order.
  constexpr bool flat() const noexcept {
    return step == 1 && (height == 1 || row == run_length()) && (depth == 1 || slice == height * run_length()) &&
           (planes == 1 || plane == depth * height * run_length());
  }
  constexpr rows_view flattened() const noexcept {
    rows_view r = *this;
    r.width = rows() * run_length();
    r.px = r.planes = r.depth = r.height = 1;
    return r;
  }
};

/// A view as (n, c, d, h, w): extents and strides. The plan's number of spatial dimensions tells whether the second
/// dimension is channels: (n, c, spatial...) or (n, spatial...).
struct layout5 {
  index_t extent[5] = {1, 1, 1, 1, 1}, stride[5] = {0, 0, 0, 0, 0};
};

template <class View>
layout5 to_layout5(View const& v, int spatial, bool any_size, char const* operand) {
  constexpr int R = View::rank;
  if (any_size && R - 1 != spatial && R - 2 != spatial)
    spatial = R > 2 ? R - 2 : 0;  // a constant field fits views of every rank
  bool const channels = R - 2 == spatial;
  if (!channels && R - 1 != spatial)
    fail(std::string(operand), "of rank " + std::to_string(R) + " " + shape_text(v.extent, R),
         "rank " + std::to_string(spatial + 2) + " (n, c, spatial...) or " + std::to_string(spatial + 1) +
             " (n, spatial...), for the plan has " + std::to_string(spatial) + " spatial dimensions");
  layout5 f;
  f.extent[0] = v.extent[0], f.stride[0] = v.stride[0];
  if (channels) f.extent[1] = v.extent[1], f.stride[1] = v.stride[1];
  for (int d = 0; d < spatial; ++d) {
    f.extent[5 - spatial + d] = v.extent[R - spatial + d];
    f.stride[5 - spatial + d] = v.stride[R - spatial + d];
  }
  return f;
}

inline bool interleaved(layout5 const& f) noexcept {
  return f.extent[1] > 1 && f.stride[1] == 1 && (f.stride[4] == f.extent[1] || f.extent[4] == 1);
}

/// Converts a batch to rows. `inside`: channels lie inside the run; all operands of one call use the same value.
template <class T, class View>
rows_view<T> to_rows(View const& v, layout5 const& f, bool inside) noexcept {
  rows_view<T> r;
  if constexpr (is_tensor_rows<View>) {
    r.table = v.table;
    for (index_t i = 0; i < v.extent[0]; ++i) r.addresses |= reinterpret_cast<std::uintptr_t>(v.row(i));
  } else {
    r.data = v.data;
    r.addresses = reinterpret_cast<std::uintptr_t>(v.data);
  }
  r.n = f.extent[0], r.sample = f.stride[0];
  r.depth = f.extent[2], r.slice = f.stride[2];
  r.height = f.extent[3], r.row = f.stride[3];
  r.width = f.extent[4];
  if (inside) {
    r.px = f.extent[1];
  } else {
    r.planes = f.extent[1], r.plane = f.stride[1];
    r.step = f.extent[4] == 1 ? 1 : f.stride[4];
  }
  return r;
}

/// True if the address of every element can be computed; extents and strides that would overflow are refused.
constexpr bool addressable(layout5 const& f, std::size_t element) noexcept {
  std::uint64_t left = std::uint64_t{INT64_MAX} / element - 1;
  for (int d = 0; d < 5; ++d) {
    std::uint64_t const steps = static_cast<std::uint64_t>(f.extent[d] - 1);
    std::uint64_t const stride =
        f.stride[d] < 0 ? 0 - static_cast<std::uint64_t>(f.stride[d]) : static_cast<std::uint64_t>(f.stride[d]);
    if (steps != 0 && stride > left / steps) return false;
    left -= steps * stride;
  }
  return true;
}

/// Address range [low, high) of a view, in bytes; negative strides reach below `data`.
struct byte_range {
  std::uintptr_t low, high;
};
template <class T>
byte_range byte_range_of(T const* data, layout5 const& f) noexcept {
  index_t low = 0, high = 0;
  for (int d = 0; d < 5; ++d)
    if (f.extent[d] > 1) (f.stride[d] < 0 ? low : high) += (f.extent[d] - 1) * f.stride[d];
  auto const at = reinterpret_cast<std::uintptr_t>(data);
  return {at + static_cast<std::uintptr_t>(low) * sizeof(T), at + static_cast<std::uintptr_t>(high + 1) * sizeof(T)};
}
constexpr bool overlap(byte_range a, byte_range b) noexcept { return a.low < b.high && b.low < a.high; }

/// True if two indices of the view reach the same element. Sorted by stride, each dimension must step over
/// all smaller ones.
inline bool self_overlapping(layout5 f) noexcept {
  for (int d = 0; d < 5; ++d) {
    if (f.extent[d] == 1)
      f.stride[d] = INT64_MAX;
    else if (f.stride[d] < 0)
      f.stride[d] = -f.stride[d];
  }
  index_t span = 1;
  for (int pass = 0; pass < 5; ++pass) {
    int least = 0;
    for (int d = 1; d < 5; ++d)
      if (f.stride[d] < f.stride[least]) least = d;
    if (f.stride[least] == INT64_MAX) return false;
    if (f.stride[least] < span) return true;
    span += (f.extent[least] - 1) * f.stride[least];
    f.stride[least] = INT64_MAX;
  }
  return false;
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END

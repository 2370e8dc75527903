// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <mixaug/apply/detail/written_memory.hpp>
#include <mixaug/core/box.hpp>
#include <mixaug/core/tensor_rows.hpp>

MIXAUG_EXACT_BEGIN

/// Rows of a batch as they travel: dense, in the order of their dimensions, or with the channels last where all ranks
/// keep them so.
namespace mixaug::detail {

/// The part of a row that travels: elements [low, high) along each of D dimensions, in the order in which they travel.
template <int D>
struct row_part {
  c_array<index_t, D> low, high;
  index_t size() const noexcept {
    index_t all = 1;
    for (int d = 0; d < D; ++d) all *= greater(0, high[d] - low[d]);
    return all;
  }
};

/// The dimensions of one row of a view, in the order in which they travel.
template <class T, int R>
struct travelling_row {
  static constexpr int D = R > 1 ? R - 1 : 1;
  c_array<index_t, D> extent, stride;
  bool channels_last;

  template <class View>
  travelling_row(View const& v, bool last) noexcept : channels_last(last) {
    extent[0] = stride[0] = 1;
    if constexpr (R > 1)
      for (int d = 0; d + 1 < R; ++d) extent[place(d)] = v.extent[d + 1], stride[place(d)] = v.stride[d + 1];
  }
  /// True for a view (n, c, ...) whose channels are contiguous.
  template <class View>
  static bool prefers_last(View const& v) noexcept {
    return R > 2 && v.extent[1] > 1 && v.stride[1] == 1;
  }
  int place(int d) const noexcept { return !channels_last ? d : d == 0 ? D - 1 : d - 1; }
  index_t size() const noexcept { return whole().size(); }
  row_part<D> whole() const noexcept {
    row_part<D> p;
    for (int d = 0; d < D; ++d) p.low[d] = 0, p.high[d] = extent[d];
    return p;
  }
  /// The part of a box of pixels: the last `spatial` dimensions of the view are limited by it.
  row_part<D> part(box const& b, int spatial) const noexcept {
    row_part<D> p = whole();
    index_t const low[3] = {b.z0, b.y0, b.x0}, high[3] = {b.z1, b.y1, b.x1};
    for (int s = 0; s < spatial; ++s) {
      int const d = place(D - spatial + s);
      p.low[d] = low[3 - spatial + s];
      p.high[d] = high[3 - spatial + s];
    }
    return p;
  }
  /// The same row without gaps.
  travelling_row dense() const noexcept {
    travelling_row r = *this;
    index_t step = 1;
    for (int d = D - 1; d >= 0; --d) r.stride[d] = step, step *= extent[d];
    return r;
  }
  /// Strides of the dimensions of a view of such rows.
  template <class View>
  void set_strides(View& v) const noexcept {
    for (int d = 0; d + 1 < R; ++d) v.stride[d + 1] = stride[place(d)];
  }

  /// Copies a part of a row to `to`, without gaps, and back. Returns the end of what was written or read there.
  T* pack(T const* row, row_part<D> const& p, T* to) const noexcept {
    return walk<0>(row, p, to, [](T const* a, index_t step, index_t n, T* packed) {
      if (step == 1)
        std::memcpy(static_cast<void*>(packed), a, sizeof(T) * static_cast<std::size_t>(n));
      else
        for (index_t k = 0; k < n; ++k) packed[k] = a[k * step];
    });
  }
  T const* unpack(T* row, row_part<D> const& p, T const* from) const noexcept {
    return walk<0>(row, p, from, [](T* a, index_t step, index_t n, T const* packed) {
      if (step == 1)
        std::memcpy(static_cast<void*>(a), packed, sizeof(T) * static_cast<std::size_t>(n));
      else
        for (index_t k = 0; k < n; ++k) a[k * step] = packed[k];
    });
  }

 private:
  /// True if dimensions [d, D) of the part are one run of memory.
  bool one_run(row_part<D> const& p, int d) const noexcept {
    index_t step = 1;
    for (int k = D - 1; k >= d; --k) {
      if (stride[k] != step && p.high[k] - p.low[k] > 1) return false;
      if (k > d && (p.low[k] != 0 || p.high[k] != extent[k])) return false;
      step *= extent[k];
    }
    return true;
  }
  template <int K, class Row, class Packed, class Act>
  Packed* walk(Row* row, row_part<D> const& p, Packed* packed, Act const& act) const noexcept {
    row += p.low[K] * stride[K];
    index_t const n = greater(0, p.high[K] - p.low[K]);
    if constexpr (K + 1 == D) {
      if (n > 0) act(row, stride[K], n, packed);
      return packed + n;
    } else {
      if (one_run(p, K)) {
        index_t all = n;
        for (int k = K + 1; k < D; ++k) all *= extent[k];
        if (all > 0) act(row, index_t{1}, all, packed);
        return packed + all;
      }
      for (index_t k = 0; k < n; ++k) packed = walk<K + 1>(row + k * stride[K], p, packed, act);
      return packed;
    }
  }
};

/// First element of row i of a batch.
template <class View>
auto* row_pointer(View const& v, index_t i) noexcept {
  if constexpr (is_tensor_rows<View>)
    return v.row(i);
  else
    return v.data + i * v.stride[0];
}

/// A view (n, ...) as extents and strides of five dimensions, for checks of memory.
template <class View>
layout5 any_layout(View const& v) noexcept {
  layout5 f;
  for (int d = 0; d < View::rank; ++d) f.extent[d] = v.extent[d], f.stride[d] = v.stride[d];
  return f;
}

/// Refuses null pointers, extents below 1 (0 rows are fine) and elements that memory cannot hold.
template <class View>
void check_batch(View const& v, char const* name) {
  static_assert(View::rank <= 5, "mixaug: a batch has at most five dimensions");
  static_assert(std::is_trivially_copyable_v<typename View::element>,
                "mixaug: elements are sent as bytes; this element type is not trivially copyable");
  static_assert(View::memory == space::host, "mixaug: MPI sends rows of host memory; copy device rows there first");
  if (v.extent[0] == 0) return;
  for (int d = 0; d < View::rank; ++d)
    if (v.extent[d] <= 0)
      fail(name, "of shape " + shape_text(v.extent, View::rank), "at least one element along each dimension");
  check_memory(v, name);
  if (!addressable(any_layout(v), sizeof(typename View::element)))
    fail(name, "of shape " + shape_text(v.extent, View::rank) + " and strides " + shape_text(v.stride, View::rank),
         "elements that memory can hold");
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END

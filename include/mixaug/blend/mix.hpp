// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/element.hpp>
#include <mixaug/blend/stream.hpp>

namespace mixaug {
namespace detail {

/// How long a run is, at compile time: a long one with plain or with streaming stores (CPU), one element
/// at any stride, or exactly 16 bytes at an aligned address (CUDA).
enum class run_kind { longs, streamed, element, chunk };

/// A run of `n` elements of an operand; `step` is read by run_kind::element only.
template <class T> struct run_of {
  T* data;
  index_t step = 1;
};

template <class T> inline constexpr int chunk_size = static_cast<int>(16 / sizeof(T));
template <class T> struct alignas(16) chunk_of {
  T v[chunk_size<T>];
};

/// Copies rows of images: short ones inline, so that no call is paid for 32 pixels. Not for overlapping ranges.
template <class T> void copy_long(T* o, T const* a, index_t n) noexcept {
  constexpr index_t block = 64 / sizeof(T), limit = 512 / sizeof(T);
  if (n < block || n > limit) {
    std::memcpy(o, a, static_cast<std::size_t>(n) * sizeof(T));
    return;
  }
  for (index_t j = 0; j + block <= n; j += block) std::memcpy(o + j, a + j, 64);
  std::memcpy(o + n - block, a + n - block, 64);
}

template <run_kind K, class T> MIXAUG_HD void copy_run(run_of<T> o, run_of<T const> a, index_t n) noexcept {
  if constexpr (K == run_kind::chunk)
    *reinterpret_cast<chunk_of<T>*>(o.data) = *reinterpret_cast<chunk_of<T> const*>(a.data);
  else if constexpr (K == run_kind::element)
    for (index_t j = 0; j < n; ++j) o.data[j * o.step] = a.data[j * a.step];
  else if constexpr (K == run_kind::streamed)
    stream_copy(o.data, a.data, n);
  else
    copy_long(o.data, a.data, n);
}

/// o = m * a + (1 - m) * b; o may be a itself. Blocks of 64 bytes, so that gcc -O2 vectorises.
template <run_kind K, class T>
MIXAUG_HD void mix_run(run_of<T> o, run_of<T const> a, run_of<T const> b, index_t n, float m) noexcept {
  mixer<T> const f(m);
  if constexpr (K == run_kind::chunk) {
    chunk_of<T> x = *reinterpret_cast<chunk_of<T> const*>(a.data);
    chunk_of<T> const y = *reinterpret_cast<chunk_of<T> const*>(b.data);
    for (int u = 0; u < chunk_size<T>; ++u) x.v[u] = f(x.v[u], y.v[u]);
    *reinterpret_cast<chunk_of<T>*>(o.data) = x;
  } else if constexpr (K == run_kind::element) {
    for (index_t j = 0; j < n; ++j) o.data[j * o.step] = f(a.data[j * a.step], b.data[j * b.step]);
  } else if constexpr (K == run_kind::streamed) {
    stream_mix(o.data, a.data, b.data, n, f);
  } else {
    mix_long(o.data, a.data, b.data, n, f);
  }
}

/// The linear blend of the field: m = 0 and m = 1 are copies, never arithmetic.
template <run_kind K, class T>
MIXAUG_HD void blend_run(run_of<T> o, run_of<T const> a, run_of<T const> b, index_t n, float m) noexcept {
  if (m >= 1.0f)
    copy_run<K>(o, a, n);
  else if (m <= 0.0f)
    copy_run<K>(o, b, n);
  else
    mix_run<K>(o, a, b, n, m);
}

}  // namespace detail

namespace blend {

/// out = m * self + (1 - m) * source, both read at the same place; m = 0 pastes.
struct mix {
  static constexpr char const* name = "mix";
  static constexpr bool same_place = true;
  MIXAUG_HD static constexpr bool reads_source(std::uint8_t) noexcept { return true; }
  /// Whether runs must know their channel.
  MIXAUG_HD static constexpr bool per_channel(std::uint8_t) noexcept { return false; }

  /// One run; e0 is the run's first element in its row, px the elements a pixel (for per-channel rules).
  template <detail::run_kind K, class T>
  MIXAUG_HD void run(std::uint8_t, detail::run_of<T> o, detail::run_of<T const> a, detail::run_of<T const> b, index_t n,
                     float m, index_t /*channel*/, index_t /*px*/) const noexcept {
    detail::blend_run<K>(o, a, b, n, m);
  }
};

}  // namespace blend
}  // namespace mixaug

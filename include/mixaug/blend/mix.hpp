// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/detail/stream.hpp>
#include <mixaug/core/element.hpp>
#include <mixaug/core/run.hpp>
#include <mixaug/plan/concepts.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

template <class T>
inline constexpr int chunk_size = static_cast<int>(16 / sizeof(T));
/// V elements moved at once, at an aligned address. All code uses this one type: if the same memory were accessed
/// through two types, the compiler could reorder the accesses.
template <class T, int V = chunk_size<T>>
struct alignas(sizeof(T) * V) chunk_of {
  c_array<T, V> v;
};

/// Copies bytes [0, n) of rows in pieces of Piece <= n bytes; the last piece may overlap the one before.
struct copy_pieces {
  template <int Piece>
  MIXAUG_HD static void row(std::byte* o, std::byte const* a, index_t n) noexcept {
    for (index_t j = 0; j + Piece <= n; j += Piece) std::memcpy(o + j, a + j, Piece);
    std::memcpy(o + n - Piece, a + n - Piece, Piece);
  }
};
struct exchange_pieces {
  template <int Piece>
  MIXAUG_HD static void row(std::byte* o, std::byte* a, index_t n) noexcept {
    c_array<std::byte, Piece> x, y, last_o, last_a;
    std::memcpy(last_o, o + n - Piece, Piece), std::memcpy(last_a, a + n - Piece, Piece);
    for (index_t j = 0; j + Piece <= n; j += Piece) {
      std::memcpy(x, o + j, Piece), std::memcpy(y, a + j, Piece);
      std::memcpy(o + j, y, Piece), std::memcpy(a + j, x, Piece);
    }
    std::memcpy(o + n - Piece, last_a, Piece), std::memcpy(a + n - Piece, last_o, Piece);
  }
};
template <class Rule, int Piece, class Byte>
MIXAUG_HD void each_row_by(std::byte* o, index_t o_row, Byte* a, index_t a_row, index_t n, index_t rows) noexcept {
  for (; rows > 0; --rows, o += o_row, a += a_row) Rule::template row<Piece>(o, a, n);
}
template <class Rule, class Byte>
MIXAUG_HD void by_pieces(std::byte* o, index_t o_row, Byte* a, index_t a_row, index_t n, index_t rows) noexcept {
  if (n >= 64)
    each_row_by<Rule, 64>(o, o_row, a, a_row, n, rows);
  else if (n >= 32)
    each_row_by<Rule, 32>(o, o_row, a, a_row, n, rows);
  else if (n >= 16)
    each_row_by<Rule, 16>(o, o_row, a, a_row, n, rows);
  else if (n >= 4)
    each_row_by<Rule, 4>(o, o_row, a, a_row, n, rows);
  else
    each_row_by<Rule, 1>(o, o_row, a, a_row, n, rows);
}

/// Copies rows of n > 0 elements; short rows inline, to avoid a function call for 32 pixels. Strides in elements.
/// Ranges must not overlap.
template <class T>
MIXAUG_HD void copy_block(T* o, index_t o_row, T const* a, index_t a_row, index_t n, index_t rows) noexcept {
  constexpr index_t size = static_cast<index_t>(sizeof(T));
  if (o_row == n && a_row == n) n *= rows, rows = 1;
  auto* const to = reinterpret_cast<std::byte*>(o);
  auto const* const from = reinterpret_cast<std::byte const*>(a);
  if (n * size <= 512) return by_pieces<copy_pieces>(to, o_row * size, from, a_row * size, n * size, rows);
  for (index_t r = 0; r < rows; ++r)
    std::memcpy(to + r * o_row * size, from + r * a_row * size, static_cast<std::size_t>(n * size));
}
/// Exchanges rows of n > 0 elements of two images.
template <class T>
MIXAUG_HD void exchange_block(T* o, T* a, index_t row, index_t n, index_t rows) noexcept {
  constexpr index_t size = static_cast<index_t>(sizeof(T));
  by_pieces<exchange_pieces>(reinterpret_cast<std::byte*>(o), row * size, reinterpret_cast<std::byte*>(a), row * size,
                             n * size, rows);
}

template <run_kind K, class T>
MIXAUG_HD void copy_run(run_of<T> o, run_of<T const> a, index_t n) noexcept {
  if constexpr (K == run_kind::vector16)
    *reinterpret_cast<chunk_of<T>*>(o.data) = *reinterpret_cast<chunk_of<T> const*>(a.data);
  else if constexpr (K == run_kind::strided)
    for (index_t j = 0; j < n; ++j) o.data[j * o.step] = a.data[j * a.step];
  else if constexpr (K == run_kind::streamed)
    stream_copy(o.data, a.data, n);
  else
    copy_block(o.data, n, a.data, n, n, 1);
}
/// Copies `rows` runs of n elements, o_row and a_row elements apart.
template <run_kind K, class T>
void copy_rows(T* o, index_t o_row, T const* a, index_t a_row, index_t n, index_t rows) noexcept {
  if constexpr (K == run_kind::streamed)
    if (n * static_cast<index_t>(sizeof(T)) >= stream_row) {
      for (; rows > 0; --rows, o += o_row, a += a_row) stream_copy(o, a, n);
      return;
    }
  copy_block(o, o_row, a, a_row, n, rows);
}

/// o = m * a + (1 - m) * b; o may equal a. Works in blocks of 64 bytes, so that gcc -O2 vectorises.
template <run_kind K, class T>
MIXAUG_HD void mix_run(run_of<T> o, run_of<T const> a, run_of<T const> b, index_t n, float m) noexcept {
  mixer<T> const f(m);
  if constexpr (K == run_kind::vector16) {
    chunk_of<T> x = *reinterpret_cast<chunk_of<T> const*>(a.data);
    chunk_of<T> const y = *reinterpret_cast<chunk_of<T> const*>(b.data);
    for (int u = 0; u < chunk_size<T>; ++u) x.v[u] = f(x.v[u], y.v[u]);
    *reinterpret_cast<chunk_of<T>*>(o.data) = x;
  } else if constexpr (K == run_kind::strided) {
    for (index_t j = 0; j < n; ++j) o.data[j * o.step] = f(a.data[j * a.step], b.data[j * b.step]);
  } else if constexpr (K == run_kind::streamed) {
    stream_mix(o.data, a.data, b.data, n, f);
  } else {
    mix_long(o.data, a.data, b.data, n, f);
  }
}

/// Linear blend of a run: m = 0 and m = 1 are copies without arithmetic.
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
struct mix;
template <class First, class... Rest>
struct either;
}  // namespace blend

namespace detail {

/// Blends a run whose elements have individual weights, with any blend rule: one element after the other.
template <run_kind K, class Blend, class T>
void run_by_weights(Blend const& blend, std::uint8_t choice, run_of<T> o, run_of<T const> a, run_of<T const> b,
                    index_t n, float const* m, index_t channel, index_t px) noexcept {
  for (index_t k = 0; k < n; ++k) {
    blend.template run<run_kind::strided>(choice, run_of<T>{o.data + k * o.step, 1},
                                          run_of<T const>{a.data + k * a.step, 1},
                                          run_of<T const>{b.data + k * b.step, 1}, 1, m[k], channel, px);
    if (px > 1 && ++channel == px) channel = 0;
  }
}
/// o = m a + (1 - m) b, element by element; m = 0 and m = 1 are copies. Those of integers are exact without a choice,
/// and must do without: gcc 12 to AVX-512 in lanes of 256 bits packs the masks of a choice between bytes in the wrong
/// order.
template <class T>
MIXAUG_HD T mix_one(T a, T b, float m) noexcept {
  T const mixed = mixer<T>(m)(a, b);
  if constexpr (is_real<T>)
    return m >= 1.0f ? a : m <= 0.0f ? b : mixed;
  else
    return mixed;
}
/// The same for the linear blend, in lanes.
template <run_kind K, class T>
void run_by_weights(blend::mix const&, std::uint8_t, run_of<T> o, run_of<T const> a, run_of<T const> b, index_t n,
                    float const* m, index_t, index_t) noexcept {
  if constexpr (K == run_kind::strided) {
    for (index_t k = 0; k < n; ++k) o.data[k * o.step] = mix_one(a.data[k * a.step], b.data[k * b.step], m[k]);
  } else {
    constexpr index_t width = block<T>;
    index_t k = 0;
    for (; k + width <= n; k += width) {
      c_array<T, width> mixed;
      for (index_t u = 0; u < width; ++u) mixed[u] = mix_one(a.data[k + u], b.data[k + u], m[k + u]);
      for (index_t u = 0; u < width; ++u) o.data[k + u] = mixed[u];
    }
    for (; k < n; ++k) o.data[k] = mix_one(a.data[k], b.data[k], m[k]);
  }
}
/// Dispatches to the blend of a choice.
template <run_kind K, class First, class Second, class... Rest, class T>
void run_by_weights(blend::either<First, Second, Rest...> const& blend, std::uint8_t choice, run_of<T> o,
                    run_of<T const> a, run_of<T const> b, index_t n, float const* m, index_t channel,
                    index_t px) noexcept {
  if (choice == 0) return run_by_weights<K>(blend.head, 0, o, a, b, n, m, channel, px);
  run_by_weights<K>(blend.rest, static_cast<std::uint8_t>(choice - 1), o, a, b, n, m, channel, px);
}

}  // namespace detail

namespace blend {

/// out = m * self + (1 - m) * source, both read at the same place; m = 0 pastes.
struct mix : rule {
  static constexpr char const* name = "mix";
  static constexpr bool same_place = true;
  MIXAUG_HD static constexpr bool reads_source(std::uint8_t) noexcept { return true; }

  /// Blends one run. e0 is the run's first element in its row; px is the number of elements of a pixel (for
  /// per-channel rules).
  template <run_kind K, class T>
  MIXAUG_HD void run(std::uint8_t, run_of<T> o, run_of<T const> a, run_of<T const> b, index_t n, float m,
                     index_t /*channel*/, index_t /*px*/) const noexcept {
    detail::blend_run<K>(o, a, b, n, m);
  }
};

}  // namespace blend
}  // namespace mixaug

MIXAUG_EXACT_END

// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <mixaug/core/detail/stream.hpp>
#include <support/images.hpp>
#if defined(__AVX__)
#  include <immintrin.h>
#endif

/// Ceilings: what one would write by hand for one shape, without a library.
namespace bench::hand {

/// o = m a + (1 - m) b over one sample, past the cache as ours does; n a multiple of 16, o 64-byte aligned.
inline void blend_streamed(float* o, float const* a, float const* b, ma::index_t n, float m) {
  float const q = 1.0f - m;
#if defined(__AVX512F__)
  __m512 const vm = _mm512_set1_ps(m), vq = _mm512_set1_ps(q);
  for (ma::index_t j = 0; j < n; j += 16)
    _mm512_stream_ps(o + j, _mm512_fmadd_ps(vm, _mm512_loadu_ps(a + j), _mm512_mul_ps(vq, _mm512_loadu_ps(b + j))));
#elif defined(__AVX__)
  __m256 const vm = _mm256_set1_ps(m), vq = _mm256_set1_ps(q);
  for (ma::index_t j = 0; j < n; j += 8)
    _mm256_stream_ps(
        o + j, _mm256_add_ps(_mm256_mul_ps(vm, _mm256_loadu_ps(a + j)), _mm256_mul_ps(vq, _mm256_loadu_ps(b + j))));
#else
  for (ma::index_t j = 0; j < n; ++j) o[j] = m * a[j] + q * b[j];
#endif
}
inline void blend_cached(float* __restrict o, float const* __restrict a, float const* __restrict b, ma::index_t n,
                         float m) {
  float const q = 1.0f - m;
  for (ma::index_t j = 0; j < n; ++j) o[j] = m * a[j] + q * b[j];
}

/// mixup of a whole batch with the partners and ratios of a plan.
template <class Plan>
void mixup(Plan const& p, images<float> const& b) {
  bool const large = b.size.all() * 4 >= ma::detail::stream_threshold;
  ma::index_t const n = b.size.sample();
  for (ma::index_t i = 0; i < b.size.n; ++i) {
    float *o = b.out + i * n, *x = b.x + i * n, *y = b.x + p.partner[i] * n;
    if (large)
      blend_streamed(o, x, y, n, p.ratio[i]);
    else
      blend_cached(o, x, y, n, p.ratio[i]);
  }
}

/// CutMix with the plan's boxes: the sample by memcpy, then the rows of the patch by memcpy.
template <class T, class Plan>
void cutmix(Plan const& p, images<T> const& b) {
  size const s = b.size;
  for (ma::index_t i = 0; i < s.n; ++i) {
    std::memcpy(b.out + i * s.sample(), b.x + i * s.sample(), sizeof(T) * static_cast<std::size_t>(s.sample()));
    ma::box const where = p.region.box(i);
    std::size_t const bytes = sizeof(T) * static_cast<std::size_t>(where.x1 - where.x0);
    for (ma::index_t c = 0; c < s.c; ++c)
      for (ma::index_t y = where.y0; y < where.y1; ++y) {
        ma::index_t const at = (c * s.h + y) * s.w + where.x0;
        std::memcpy(b.out + i * s.sample() + at, b.x + p.partner[i] * s.sample() + at, bytes);
      }
  }
}

/// A copy with non-temporal stores, for the probe.
inline void copy_streamed(float* o, float const* a, ma::index_t n) { ma::detail::stream_copy(o, a, n); }

}  // namespace bench::hand

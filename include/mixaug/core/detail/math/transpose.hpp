// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/config.hpp>

MIXAUG_EXACT_BEGIN

/// Transposition of tiles by shuffles that compilers vectorise.
namespace mixaug::detail {

/// Number of columns that the host processes at once: rows of 16 stay in the L1 cache, and their loops have
/// a fixed length.
inline constexpr index_t lane_block = 16;

/// Moves items j, j + 4, j + 8 ... of 4 n to quarter j, and back. (Flat loops: compilers turn them into shuffles.)
template <class F>
void part_quarters(index_t n, F const* MIXAUG_RESTRICT from, F* MIXAUG_RESTRICT to) noexcept {
  for (index_t i = 0; i < n; ++i) {
    to[i] = from[4 * i], to[i + n] = from[4 * i + 1];
    to[i + 2 * n] = from[4 * i + 2], to[i + 3 * n] = from[4 * i + 3];
  }
}
template <class F>
void join_quarters(index_t n, F const* MIXAUG_RESTRICT from, F* MIXAUG_RESTRICT to) noexcept {
  for (index_t i = 0; i < n; ++i) {
    to[4 * i] = from[i], to[4 * i + 1] = from[i + n];
    to[4 * i + 2] = from[i + 2 * n], to[4 * i + 3] = from[i + 3 * n];
  }
}
/// Transposes n rows of lane_block items to lane_block rows of n, in `a`; b: as many items. Each pass rotates the bits
/// of (row, lane) by two places; lane_block = 2^4.
template <class F>
void transpose_block(index_t n, F* a, F* b) noexcept {
  part_quarters(n * lane_block / 4, a, b), part_quarters(n * lane_block / 4, b, a);
}
/// Transposes lane_block rows of n items to n rows.
template <class F>
void transpose_back(index_t n, F* a, F* b) noexcept {
  join_quarters(n * lane_block / 4, a, b), join_quarters(n * lane_block / 4, b, a);
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END

// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/weight/detail/views.hpp>

MIXAUG_EXACT_BEGIN

/// Finds the loss at the edge of the worst fraction: a radix selection, four bits at a time, whose counts are integers
/// and so the same on every backend. Called as (block, lane, lanes).
namespace mixaug::detail {

/// Unsigned keys in the order of the numbers; -0 equals 0, and NaN is above all (on a device; on the host
/// it is refused).
template <class T>
MIXAUG_HD std::uint64_t order_key(T v) noexcept {
  double const d = v == T{0} ? 0.0 : static_cast<double>(v);
  std::uint64_t u;
  std::memcpy(&u, &d, sizeof u);
  std::uint64_t const key = d != d ? ~std::uint64_t{0} : (u >> 63) != 0 ? ~u : u | (std::uint64_t{1} << 63);
  return sizeof(T) == 4 ? key >> 28 << 28 : key;  // a float determines only the upper bits
}

/// Knowledge about the edge after some passes.
struct edge_state {
  std::uint64_t key;  ///< leading bits of its key
  index_t above;      ///< number of keys whose leading bits are greater
  index_t equal;      ///< number of keys with these bits: after the last pass, ties
};

template <class T>
struct edge_counts {
  static constexpr index_t block = 1024, pieces = 8, bins = 16;
  T const* loss;
  index_t stride, n;
  edge_state const* state;
  int shift;  ///< position of the four bits of this pass: 60, 56, ...
  index_t* counts;

  /// Piece p of a block counts losses p, p + 8, ... of the block.
  MIXAUG_HD void operator()(index_t b, index_t lane, index_t lanes) const noexcept {
    std::uint64_t const key = state->key, mask = shift == 60 ? 0 : ~std::uint64_t{0} << (shift + 4);
    for (index_t p = lane; p < pieces; p += lanes) {
      index_t bin[bins] = {};
      for (index_t i = b * block + p; i < lesser(b * block + block, n); i += pieces) {
        std::uint64_t const k = order_key(loss[i * stride]);
        bin[k >> shift & 15u] += static_cast<index_t>(((k ^ key) & mask) == 0);
      }
      for (index_t v = 0; v < bins; ++v) counts[(b * pieces + p) * bins + v] = bin[v];
    }
  }
};
/// Chooses the bin that contains rank `rank` of the descending order.
struct edge_choice {
  index_t rank, pieces;
  int shift;
  index_t const* counts;
  edge_state* state;
  MIXAUG_HD void operator()(index_t, index_t lane, index_t) const noexcept {
    if (lane != 0) return;
    edge_state s = *state;
    for (index_t v = 15; v >= 0; --v) {
      index_t all = 0;
      for (index_t p = 0; p < pieces; ++p) all += counts[p * 16 + v];
      if (rank < s.above + all || v == 0) {
        *state = {s.key | static_cast<std::uint64_t>(v) << shift, s.above, all};
        return;
      }
      s.above += all;
    }
  }
};
struct edge_begin {
  edge_state* state;
  MIXAUG_HD void operator()(index_t, index_t lane, index_t) const noexcept {
    if (lane == 0) *state = {0, 0, 0};
  }
};
/// Writes 1 / a above the edge and 0 below; losses at the edge share what remains of k = a n.
template <class T, class Out>
struct edge_weights {
  static constexpr index_t block = 1024;
  T const* loss;
  Out* out;
  index_t l_stride, stride, n;
  edge_state const* state;
  double fraction, k;

  MIXAUG_HD void operator()(index_t b, index_t lane, index_t lanes) const noexcept {
    edge_state const s = *state;
    double const left = k - static_cast<double>(s.above), ties = static_cast<double>(s.equal);
    double const whole = 1.0 / fraction, edge = left >= ties ? whole : left > 0.0 ? left / ties / fraction : 0.0;
    for (index_t i = b * block + lane; i < lesser(b * block + block, n); i += lanes) {
      std::uint64_t const own = order_key(loss[i * l_stride]);
      out[i * stride] = static_cast<Out>(own > s.key ? whole : own == s.key ? edge : 0.0);
    }
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END

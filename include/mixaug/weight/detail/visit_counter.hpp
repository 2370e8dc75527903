// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <mixaug/weight/detail/views.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Counter of one sample. Bits = 0: number of correct visits. Otherwise the number of visits in the low Bits, and the
/// number of wrong visits above them. Each saturates separately, so that the order of visits does not matter.
template <class U, int Bits>
struct visit_counter {
  using word = U;
  static constexpr bool pair = Bits != 0;
  static constexpr int bits = pair ? Bits : static_cast<int>(8 * sizeof(U));
  static constexpr std::uint32_t most = static_cast<std::uint32_t>((std::uint64_t{1} << bits) - 1);

  /// Returns the counter after one more visit; right = 0 or 1. Nothing carries, because neither number exceeds `most`.
  MIXAUG_HD static U visited(U v, std::uint32_t right) noexcept {
    if constexpr (pair) {
      std::uint32_t const visits = v & most, wrong = static_cast<std::uint32_t>(v) >> bits;
      std::uint32_t const more = (right ^ 1u) & static_cast<std::uint32_t>(wrong != most);
      return static_cast<U>(v + static_cast<std::uint32_t>(visits != most) + (more << bits));
    } else {
      return static_cast<U>(v + (right & static_cast<std::uint32_t>(v != static_cast<U>(most))));
    }
  }
  MIXAUG_HD static U sum(U a, U b) noexcept {
    std::uint64_t const x = a, y = b, m = most;
    std::uint64_t const low = (x & m) + (y & m), high = pair ? (x >> bits) + (y >> bits) : 0;
    return static_cast<U>((low < m ? low : m) | (pair ? (high < m ? high : m) << bits : 0));
  }
  /// True if visits can produce this counter: at most as many are wrong as there are.
  MIXAUG_HD static bool possible(U v) noexcept {
    return !pair || static_cast<std::uint32_t>(v) >> (bits % 32) <= (static_cast<std::uint32_t>(v) & most);
  }
  /// Returns u in [0, 1]: 1 - right / epochs, or wrong / visits (0 without a visit).
  MIXAUG_HD static double uncertainty(U v, double epochs) noexcept {
    if constexpr (pair) {
      std::uint32_t const visits = v & most, wrong = static_cast<std::uint32_t>(v) >> bits;
      return visits == 0 ? 0.0 : static_cast<double>(wrong) / static_cast<double>(visits);
    } else {
      double const wrong = epochs - static_cast<double>(v);
      return wrong > 0.0 ? wrong / epochs : 0.0;
    }
  }
};

/// Records one visit of a row that several threads of a launch may visit; on the host each
/// counter belongs to one thread.
template <class Counter>
MIXAUG_HD void visit_at(typename Counter::word* counters, index_t row, std::uint32_t right) noexcept {
#if defined(__CUDA_ARCH__)
  using word = typename Counter::word;
  constexpr unsigned each = 4 / sizeof(word);  // number of counters in the four bytes that the hardware exchanges
  unsigned* const four = reinterpret_cast<unsigned*>(counters) + row / each;
  unsigned const shift = static_cast<unsigned>(row % each) * (8 * sizeof(word)), mask = static_cast<word>(~word{0});
  for (unsigned seen = *four;;) {
    word const own = static_cast<word>(seen >> shift), next = Counter::visited(own, right);
    if (next == own) return;
    unsigned const held = atomicCAS(four, seen, (seen & ~(mask << shift)) | (static_cast<unsigned>(next) << shift));
    if (held == seen) return;
    seen = held;
  }
#else
  counters[row] = Counter::visited(counters[row], right);
#endif
}

/// Maps u to a weight: eta u + c, or a step, eta if u > `above` and c otherwise; divided by *mean if it is given.
struct weight_map {
  double eta, c, above, epochs;
  double const* mean;
  bool step;
  MIXAUG_HD double operator()(double u) const noexcept {
    double const w = step ? (u > above ? eta : c) : fused_sum(eta, u, c);
    return mean == nullptr ? w : w / *mean;
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END

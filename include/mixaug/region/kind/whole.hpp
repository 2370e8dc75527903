// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/kind.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::kind {

/// m = ratio in every pixel.
struct whole {
  static constexpr bool constant_field = true;
  static constexpr field_weights holds = field_weights::ratio;
  static constexpr char const* name = "whole";

  struct state {
    float m;
    MIXAUG_HD index_t patches() const noexcept { return 1; }
    MIXAUG_HD patch get(index_t) const noexcept { return {{0, INT32_MAX, 0, INT32_MAX, 0, INT32_MAX}, m}; }
    MIXAUG_HD piece at(index_t, index_t, index_t) const noexcept { return {INT64_MAX, m}; }
    MIXAUG_HD bool constant(float& value) const noexcept { return value = m, true; }
    double mean(plan_shape const&) const noexcept { return static_cast<double>(m); }
  };

  template <space S>
  struct columns {
    void place(detail::placer&, plan_shape const&) noexcept {}
    MIXAUG_HD state of(index_t, float ratio, std::uint8_t) const noexcept { return {ratio}; }
    void clear(index_t) const noexcept {}  // ratio = 1 says it
    template <class From>
    void rescale(From const&, plan_shape const&, plan_shape const&) const noexcept {}
  };
};

}  // namespace mixaug::kind

MIXAUG_EXACT_END

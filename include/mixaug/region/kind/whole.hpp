// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/kind.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::kind {

/// m = ratio in every pixel.
struct whole : base {
  static constexpr bool constant_field = true;
  static constexpr field_weights holds = field_weights::ratio;
  static constexpr char const* name = "whole";

  struct state {
    float m;
    MIXAUG_HD index_t tiles() const noexcept { return 1; }
    MIXAUG_HD tile tile_at(index_t) const noexcept { return {{0, INT32_MAX, 0, INT32_MAX, 0, INT32_MAX}, m}; }
    MIXAUG_HD run_of_m run_at(index_t, index_t, index_t) const noexcept { return {INT64_MAX, m}; }
    MIXAUG_HD bool constant(float& value) const noexcept {
      value = m;
      return true;
    }
    MIXAUG_HD double mean(plan_shape const&) const noexcept { return static_cast<double>(m); }
  };

  template <space S, access A = access::read>
  struct columns {
    void place(detail::column_layout&, no_layout, plan_shape const&) noexcept {}
    MIXAUG_HD state state_of(index_t, float ratio, std::uint8_t) const noexcept { return {ratio}; }
    void clear(index_t) const noexcept {}  // nothing to clear: ratio 1 already means unchanged
    template <class From>
    MIXAUG_HD void assign(index_t, From const&, index_t) const noexcept {}
    template <class Writer>
    void write(Writer&, index_t) const noexcept {}
    template <class Reader>
    void read(Reader&, plan_shape const&, index_t) const noexcept {}
    template <class From>
    void rescale(From const&, plan_shape const&, plan_shape const&, field) const noexcept {}
  };
};

}  // namespace mixaug::kind

MIXAUG_EXACT_END

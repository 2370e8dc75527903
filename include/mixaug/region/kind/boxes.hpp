// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/region/detail/rescale_box.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::kind {

/// m = 0 inside the union of `count` boxes a sample, 1 outside.
struct boxes {
  static constexpr bool constant_field = false;
  static constexpr field_weights holds = field_weights::zero_or_one;
  static constexpr char const* name = "boxes";

  struct state {
    box const* first;
    index_t count;
    MIXAUG_HD index_t patches() const noexcept { return count; }
    MIXAUG_HD patch get(index_t j) const noexcept { return {first[j], 0.0f}; }
    MIXAUG_HD piece at(index_t z, index_t y, index_t x) const noexcept {
      piece p{INT64_MAX, 1.0f};
      for (index_t j = 0; j < count; ++j) {
        box const b = first[j];
        if (!b.has_row(z, y) || x >= b.x1) continue;
        if (x >= b.x0) return {b.x1, 0.0f};
        p.end = detail::lesser(p.end, b.x0);
      }
      return p;
    }
    MIXAUG_HD bool constant(float& value) const noexcept {
      for (index_t j = 0; j < count; ++j)
        if (!first[j].empty()) return false;
      return value = 1.0f, true;
    }
    double mean(plan_shape const& s) const noexcept {
      return 1.0 - static_cast<double>(detail::union_volume(first, count)) / static_cast<double>(s.pixels());
    }
  };

  template <space S>
  struct columns {
    column<mixaug::box, S> where;  ///< (rows * count)
    index_t count = 1;             ///< boxes a sample

    void place(detail::placer& put, plan_shape const& s) noexcept {
      count = s.boxes;
      put(where, s.rows * count);
    }
    MIXAUG_HD state of(index_t i, float, std::uint8_t) const noexcept { return {where.data + i * count, count}; }
    /// Box j of sample i.
    mixaug::box& box(index_t i, index_t j = 0) const noexcept { return where[i * count + j]; }
    void clear(index_t i) const noexcept {
      for (index_t j = 0; j < count; ++j) box(i, j) = no_box;
    }
    template <class From>
    void rescale(From const& f, plan_shape const& from, plan_shape const& to) const noexcept {
      for (index_t k = 0; k < to.rows * count; ++k) {
        where[k] = detail::rescale_box(f.where[k], from, to);
      }
    }
  };
};

}  // namespace mixaug::kind

MIXAUG_EXACT_END

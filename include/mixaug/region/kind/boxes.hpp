// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/assert.hpp>
#include <mixaug/core/error.hpp>
#include <mixaug/region/detail/rescale_box.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::kind {

/// m = 0 inside the union of `count` boxes of each sample, 1 outside. Boxes may overlap: pixels written twice
/// get the same value.
struct boxes : counted {
  static constexpr field_weights holds = field_weights::zero_or_one;
  static constexpr char const* name = "boxes";

  template <class Reader>
  static layout read_layout(Reader& in) {
    return {in.within("boxes", 1, 64)};
  }

  struct state {
    box const* first;
    index_t count;
    MIXAUG_HD index_t tiles() const noexcept { return count; }
    MIXAUG_HD tile tile_at(index_t j) const noexcept { return {first[j], 0.0f}; }
    MIXAUG_HD run_of_m run_at(index_t z, index_t y, index_t x) const noexcept {
      run_of_m run{INT64_MAX, 1.0f};
      for (index_t j = 0; j < count; ++j) {
        box const b = first[j];
        if (!b.has_row(z, y) || x >= b.x1) continue;
        if (x >= b.x0) return {b.x1, 0.0f};
        run.end = detail::lesser(run.end, b.x0);
      }
      return run;
    }
    MIXAUG_HD bool constant(float& value) const noexcept {
      for (index_t j = 0; j < count; ++j)
        if (!first[j].empty()) return false;
      value = 1.0f;
      return true;
    }
    MIXAUG_HD double mean(plan_shape const& s) const noexcept {
      return 1.0 - static_cast<double>(detail::union_volume(first, count)) / static_cast<double>(s.pixels());
    }
  };

  template <space S, access A = access::read>
  struct columns {
    column<mixaug::box, S, A> where;  ///< (rows * count)
    index_t count = 1;                ///< boxes of each sample

    void place(detail::column_layout& put, layout const& l, plan_shape const& s) noexcept {
      count = l.count;
      put(where, s.rows * count);
    }
    MIXAUG_HD state state_of(index_t i, float, std::uint8_t) const noexcept { return {where.data + i * count, count}; }
    /// Returns box j of sample i. For writing, the box must be one of the layout; for reading, this is only asserted.
    auto& box(index_t i, index_t j = 0) const {
      if constexpr (A == access::write)
        if (j < 0 || j >= count)
          detail::fail("box " + detail::text(j) + " of row " + detail::text(i) +
                       " is written, and the rule's layout has " + detail::text(count) +
                       " boxes a sample; say how many in its layout(shape)");
      MIXAUG_ASSERT(j >= 0 && j < count);
      return where[i * count + j];
    }
    void clear(index_t i) const noexcept {
      for (index_t j = 0; j < count; ++j) where[i * count + j] = no_box;
    }
    template <class From>
    MIXAUG_HD void assign(index_t i, From const& other, index_t k) const noexcept {
      for (index_t j = 0; j < count; ++j)
        where.data[i * count + j] =
            j < other.count ? other.where.data[k * other.count + j] : mixaug::box{0, 0, 0, 0, 0, 0};
    }
    template <class Writer>
    void write(Writer& out, index_t i) const {
      for (index_t j = 0; j < count; ++j) out.box(where[i * count + j]);
    }
    template <class Reader>
    void read(Reader& in, plan_shape const& s, index_t i) const {
      for (index_t j = 0; j < count; ++j) where[i * count + j] = in.box(s);
    }
    template <class From>
    void rescale(From const& f, plan_shape const& from, plan_shape const& to, field) const noexcept {
      for (index_t k = 0; k < to.rows * count; ++k) where[k] = detail::rescale_box(f.where[k], from, to);
    }
  };
};

}  // namespace mixaug::kind

MIXAUG_EXACT_END

// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/region/detail/rescale_box.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::kind {

/// m = 0 inside one box of each sample, whose pixels come from a box of the same size elsewhere in the source.
struct box_pair : base {
  static constexpr bool moves = true;
  static constexpr field_weights holds = field_weights::zero_or_one;
  static constexpr char const* name = "box_pair";

  struct state {
    box to;
    offset by;
    MIXAUG_HD index_t tiles() const noexcept { return 1; }
    MIXAUG_HD tile tile_at(index_t) const noexcept { return {to, 0.0f, by}; }
    MIXAUG_HD run_of_m run_at(index_t z, index_t y, index_t x) const noexcept {
      if (!to.has_row(z, y) || x >= to.x1) return {INT64_MAX, 1.0f};
      return x >= to.x0 ? run_of_m{to.x1, 0.0f, by} : run_of_m{to.x0, 1.0f};
    }
    MIXAUG_HD bool constant(float& value) const noexcept {
      if (!to.empty()) return false;
      value = 1.0f;
      return true;
    }
    MIXAUG_HD double mean(plan_shape const& s) const noexcept {
      return 1.0 - static_cast<double>(to.volume()) / static_cast<double>(s.pixels());
    }
  };

  template <space S, access A = access::read>
  struct columns {
    column<mixaug::box, S, A> to;    ///< (rows): the box of the output
    column<mixaug::box, S, A> from;  ///< (rows): the box of the source

    void place(detail::column_layout& put, no_layout, plan_shape const& s) noexcept {
      put(to, s.rows);
      put(from, s.rows);
    }
    MIXAUG_HD state state_of(index_t i, float, std::uint8_t) const noexcept {
      mixaug::box const a = to.data[i], b = from.data[i];
      return {a, {b.z0 - a.z0, b.y0 - a.y0, b.x0 - a.x0}};
    }
    void clear(index_t i) const noexcept { to[i] = from[i] = no_box; }
    template <class From>
    MIXAUG_HD void assign(index_t i, From const& other, index_t k) const noexcept {
      to.data[i] = other.to.data[k];
      from.data[i] = other.from.data[k];
    }
    template <class Writer>
    void write(Writer& out, index_t i) const {
      out.box(to[i]).box(from[i]);
    }
    template <class Reader>
    void read(Reader& in, plan_shape const& s, index_t i) const {
      to[i] = in.box(s);
      from[i] = in.box(s);
      if (!(detail::sized(to[i], 0, 0, 0) == detail::sized(from[i], 0, 0, 0)))
        in.bad("a pair of boxes of two sizes", "two boxes of one size");
    }
    /// Rescales the first corner of the source's box, which keeps the size of the output's.
    template <class From>
    void rescale(From const& f, plan_shape const& old, plan_shape const& now, field) const noexcept {
      for (index_t i = 0; i < now.rows; ++i) {
        to[i] = detail::rescale_box(f.to[i], old, now);
        mixaug::box const a = to[i], b = f.from[i];
        from[i] = detail::sized(a, detail::rescale_begin(b.z0, a.z1 - a.z0, now.size[0], old.size[0]),
                                detail::rescale_begin(b.y0, a.y1 - a.y0, now.size[1], old.size[1]),
                                detail::rescale_begin(b.x0, a.x1 - a.x0, now.size[2], old.size[2]));
      }
    }
  };
};

}  // namespace mixaug::kind

MIXAUG_EXACT_END

// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/region/detail/rescale_box.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::kind {

/// m = 0 inside one box of each sample, into which a box of the source is resized.
struct resized_box : base {
  static constexpr bool moves = true;
  static constexpr bool resizes = true;
  static constexpr field_weights holds = field_weights::zero_or_one;
  static constexpr char const* name = "resized_box";

  struct state {
    box to, from;
    interpolation how;
    MIXAUG_HD index_t tiles() const noexcept { return 1; }
    MIXAUG_HD tile tile_at(index_t) const noexcept { return {to, 0.0f, {from, to, how}}; }
    MIXAUG_HD run_of_m run_at(index_t z, index_t y, index_t x) const noexcept {
      if (!to.has_row(z, y) || x >= to.x1) return {INT64_MAX, 1.0f};
      return x >= to.x0 ? run_of_m{to.x1, 0.0f, {from, to, how}} : run_of_m{to.x0, 1.0f};
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
    column<mixaug::box, S, A> to;     ///< (rows): the box of the output
    column<mixaug::box, S, A> from;   ///< (rows): the box of the source
    column<interpolation, S, A> how;  ///< (rows)

    void place(detail::column_layout& put, no_layout, plan_shape const& s) noexcept {
      put(to, s.rows);
      put(from, s.rows);
      put(how, s.rows);
    }
    MIXAUG_HD state state_of(index_t i, float, std::uint8_t) const noexcept {
      return {to.data[i], from.data[i], how.data[i]};
    }
    void clear(index_t i) const noexcept {
      to[i] = from[i] = no_box;
      how[i] = interpolation::nearest;
    }
    template <class From>
    MIXAUG_HD void assign(index_t i, From const& other, index_t k) const noexcept {
      to.data[i] = other.to.data[k];
      from.data[i] = other.from.data[k];
      how.data[i] = other.how.data[k];
    }
    template <class Writer>
    void write(Writer& out, index_t i) const {
      char const* const names[] = {"nearest", "linear", "linear_corners"};
      out.word(names[static_cast<int>(how[i])]).box(to[i]).box(from[i]);
    }
    template <class Reader>
    void read(Reader& in, plan_shape const& s, index_t i) const {
      how[i] = static_cast<interpolation>(in.one_word("interpolation", {"nearest", "linear", "linear_corners"}));
      to[i] = in.box(s);
      from[i] = in.box(s);
      if (to[i].empty() != from[i].empty()) in.bad("a box resized from nothing, or into nothing", "two boxes, or none");
    }
    /// Rescales the corners of both boxes; if one vanishes, so does the other.
    template <class From>
    void rescale(From const& f, plan_shape const& old, plan_shape const& now, field) const noexcept {
      for (index_t i = 0; i < now.rows; ++i) {
        how[i] = f.how[i];
        to[i] = detail::rescale_box(f.to[i], old, now);
        from[i] = detail::rescale_box(f.from[i], old, now);
        if (to[i].empty() || from[i].empty()) to[i] = from[i] = no_box;
      }
    }
  };
};

}  // namespace mixaug::kind

MIXAUG_EXACT_END

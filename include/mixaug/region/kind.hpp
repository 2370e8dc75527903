// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/box.hpp>
#include <mixaug/core/plan.hpp>

/// Region kinds: the columns that hold the field m (the weight of the sample itself in each pixel), and
/// how kernel bodies read them. A kind is a tag with
///   columns<S>   typed columns; place(placer, shape) lays them out, of(i, ratio, choice) gives the state
///   state        what is constant in a sample: patches() boxes outside which m = 1, each with one m;
///                at(z, y, x) the run of equal m that starts at a pixel; constant(m) when m is m everywhere
namespace mixaug {

/// A box of pixels with one weight of the sample itself.
struct patch {
  box where;
  float m;
};
/// m for the pixels [x, end) of a row.
struct piece {
  index_t end;
  float m;
};

namespace kind {

/// m = ratio in every pixel.
struct whole {
  static constexpr bool constant_field = true;
  static constexpr char const* name = "whole";

  struct state {
    float m;
    MIXAUG_HD index_t patches() const noexcept { return 1; }
    MIXAUG_HD patch get(index_t) const noexcept { return {{0, INT32_MAX, 0, INT32_MAX, 0, INT32_MAX}, m}; }
    MIXAUG_HD piece at(index_t, index_t, index_t) const noexcept { return {INT64_MAX, m}; }
    MIXAUG_HD bool constant(float& value) const noexcept { return value = m, true; }
    double mean(plan_shape const&) const noexcept { return m; }
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

/// m = 0 inside the union of `count` boxes a sample, 1 outside.
struct boxes {
  static constexpr bool constant_field = false;
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
        mixaug::box const b = f.where[k];
        if (b.empty()) {
          where[k] = no_box;
          continue;
        }
        index_t const *a = from.size, *t = to.size;
        where[k] = {detail::rescale_corner(b.z0, t[0], a[0]), detail::rescale_corner(b.z1, t[0], a[0]),
                    detail::rescale_corner(b.y0, t[1], a[1]), detail::rescale_corner(b.y1, t[1], a[1]),
                    detail::rescale_corner(b.x0, t[2], a[2]), detail::rescale_corner(b.x1, t[2], a[2])};
      }
    }
  };
};

/// one_of: the sample's choice says which kind holds its field; all column sets lie in the block.
template <class First, class... Rest>
struct either {
  using tail = either<Rest...>;
  static constexpr bool constant_field = First::constant_field && tail::constant_field;

  struct state {
    typename First::state head;
    typename tail::state rest;
    bool in_head;
    MIXAUG_HD index_t patches() const noexcept { return in_head ? head.patches() : rest.patches(); }
    MIXAUG_HD patch get(index_t j) const noexcept { return in_head ? head.get(j) : rest.get(j); }
    MIXAUG_HD piece at(index_t z, index_t y, index_t x) const noexcept {
      return in_head ? head.at(z, y, x) : rest.at(z, y, x);
    }
    MIXAUG_HD bool constant(float& m) const noexcept { return in_head ? head.constant(m) : rest.constant(m); }
    double mean(plan_shape const& s) const noexcept { return in_head ? head.mean(s) : rest.mean(s); }
  };

  template <space S>
  struct columns {
    typename First::template columns<S> head;
    typename tail::template columns<S> rest;
    void place(detail::placer& put, plan_shape const& s) noexcept { head.place(put, s), rest.place(put, s); }
    MIXAUG_HD state of(index_t i, float ratio, std::uint8_t choice) const noexcept {
      if (choice == 0) return {head.of(i, ratio, 0), {}, true};
      return {{}, rest.of(i, ratio, static_cast<std::uint8_t>(choice - 1)), false};
    }
    void clear(index_t i) const noexcept { head.clear(i), rest.clear(i); }
    template <class From>
    void rescale(From const& f, plan_shape const& from, plan_shape const& to) const noexcept {
      head.rescale(f.head, from, to), rest.rescale(f.rest, from, to);
    }
  };
};
template <class Only>
struct either<Only> : Only {};

}  // namespace kind
}  // namespace mixaug

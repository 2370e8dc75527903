// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/box.hpp>
#include <mixaug/plan/plan.hpp>

MIXAUG_EXACT_BEGIN

/// Region kinds: the columns that hold the field m (the weight of the sample itself in each pixel), and
/// how kernel bodies read them. A kind is a tag with
///   holds        what its m may be (field_weights); a kind that does not say may blend anywhere
///   columns<S>   typed columns; place(placer, shape) lays them out, of(i, ratio, choice) gives the state
///   state        what is constant in a sample: patches() boxes outside which m = 1, each with one m;
///                at(z, y, x) the run of equal m that starts at a pixel; constant(m) when m is m everywhere;
///                moved(), for kinds that say moves = true: where the source is read instead of the same place
namespace mixaug {

/// What m of a kind's fields may be, whatever is drawn.
enum class field_weights : unsigned char {
  ratio,        ///< the row's ratio, everywhere
  zero_or_one,  ///< 0 and 1 alone: pixels are pasted, so ids can follow
  any           ///< anything in [0, 1]
};

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

namespace detail {

inline box rescale_box(box const& b, plan_shape const& from, plan_shape const& to) noexcept {
  if (b.empty()) return no_box;
  index_t const *a = from.size, *t = to.size;
  return {rescale_corner(b.z0, t[0], a[0]), rescale_corner(b.z1, t[0], a[0]), rescale_corner(b.y0, t[1], a[1]),
          rescale_corner(b.y1, t[1], a[1]), rescale_corner(b.x0, t[2], a[2]), rescale_corner(b.x1, t[2], a[2])};
}
/// Where `length` pixels from `begin` on start at another resolution, staying inside.
inline std::int32_t rescale_begin(index_t begin, index_t length, index_t to, index_t from) noexcept {
  return static_cast<std::int32_t>(lesser(rescale_corner(begin, to, from), to - length));
}
/// A box of the size of `b` at another place.
MIXAUG_HD inline box sized(box const& b, std::int32_t z, std::int32_t y, std::int32_t x) noexcept {
  if (b.empty()) return {0, 0, 0, 0, 0, 0};
  return {z, z + b.z1 - b.z0, y, y + b.y1 - b.y0, x, x + b.x1 - b.x0};
}

/// Kinds that do not say `moves` read the source where they write.
template <class Kind>
constexpr bool moving() {
  if constexpr (requires { Kind::moves; })
    return Kind::moves;
  else
    return false;
}
/// Kinds that do not say what they hold may hold any m.
template <class Kind>
constexpr field_weights held_weights() {
  if constexpr (requires { Kind::holds; })
    return Kind::holds;
  else
    return field_weights::any;
}
/// Where a state reads its source, as an offset.
template <class State>
MIXAUG_HD offset moved_by(State const& s) noexcept {
  if constexpr (requires { s.moved(); })
    return s.moved();
  else
    return {};
}

}  // namespace detail

namespace kind {

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

/// m = 0 inside one box a sample, whose pixels come from a box of the same size elsewhere in the source.
struct box_pair {
  static constexpr bool constant_field = false;
  static constexpr bool moves = true;
  static constexpr field_weights holds = field_weights::zero_or_one;
  static constexpr char const* name = "box_pair";

  struct state {
    box to;
    offset by;
    MIXAUG_HD index_t patches() const noexcept { return 1; }
    MIXAUG_HD patch get(index_t) const noexcept { return {to, 0.0f}; }
    MIXAUG_HD piece at(index_t z, index_t y, index_t x) const noexcept {
      if (!to.has_row(z, y) || x >= to.x1) return {INT64_MAX, 1.0f};
      return x >= to.x0 ? piece{to.x1, 0.0f} : piece{to.x0, 1.0f};
    }
    MIXAUG_HD bool constant(float& value) const noexcept { return to.empty() && (value = 1.0f, true); }
    MIXAUG_HD offset moved() const noexcept { return by; }
    MIXAUG_HD double mean(plan_shape const& s) const noexcept {
      return 1.0 - static_cast<double>(to.volume()) / static_cast<double>(s.pixels());
    }
  };

  template <space S>
  struct columns {
    column<mixaug::box, S> to;    ///< (rows): the box of the output
    column<mixaug::box, S> from;  ///< (rows): the box of the source

    void place(detail::placer& put, plan_shape const& s) noexcept { put(to, s.rows), put(from, s.rows); }
    MIXAUG_HD state of(index_t i, float, std::uint8_t) const noexcept {
      mixaug::box const a = to.data[i], b = from.data[i];
      return {a, {b.z0 - a.z0, b.y0 - a.y0, b.x0 - a.x0}};
    }
    void clear(index_t i) const noexcept { to[i] = from[i] = no_box; }
    /// The source's box follows at its first corner, and keeps the size of the output's.
    template <class From>
    void rescale(From const& f, plan_shape const& old, plan_shape const& now) const noexcept {
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

/// one_of: the sample's choice says which kind holds its field; all column sets lie in the block.
template <class First, class... Rest>
struct either {
  using tail = either<Rest...>;
  static constexpr bool constant_field = First::constant_field && tail::constant_field;
  static constexpr bool moves = detail::moving<First>() || detail::moving<tail>();

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
    MIXAUG_HD offset moved() const noexcept { return in_head ? detail::moved_by(head) : detail::moved_by(rest); }
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

MIXAUG_EXACT_END

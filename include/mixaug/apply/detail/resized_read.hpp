// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/detail/rows.hpp>
#include <mixaug/core/element.hpp>
#include <mixaug/plan/kind.hpp>

MIXAUG_EXACT_BEGIN

/// Reads the source of a resized box: one element for a thread, and rows of elements for CPU loops, with the same bits.
namespace mixaug::detail {

/// Linear interpolation of elements T with weights in units of 2^-11: along x first, then y, then z. Floats are
/// interpolated step by step, each step fma(w, b, (1 - w) a) if the hardware has fma; integers exactly,
/// rounded once, halves up.
template <class T>
struct linear_arithmetic {
  using value = typename mixer<T>::real;
  MIXAUG_HD static value load(T v) noexcept { return to_float(v); }
  MIXAUG_HD static value step(value a, value b, std::int32_t weight) noexcept {
    if (weight == 0) return a;
    value const w = static_cast<value>(weight) * static_cast<value>(0x1p-11);
    return weighted_sum<value>(w, b, value{1} - w, a);
  }
  MIXAUG_HD static T store(value plane) noexcept { return from_float<T>(plane); }
  MIXAUG_HD static T store(value first, value second, std::int32_t weight) noexcept {
    return from_float<T>(step(first, second, weight));
  }
};
/// Arithmetic of integers: after two steps the value of a plane is in units of 2^-22.
template <class T, class Value>
struct integer_arithmetic {
  using value = Value;
  static constexpr int plane_bits = 2 * resize_tap::bits;
  MIXAUG_HD static value step(value a, value b, std::int32_t weight) noexcept {
    return a * (resize_tap::one - weight) + b * weight;
  }
  MIXAUG_HD static value rounded(value plane) noexcept {
    return (plane + (value{1} << (plane_bits - 1))) >> plane_bits;
  }
  /// (first (2^11 - weight) + second weight + 2^32) >> 33, in two halves that fit 64 bits for pixels of 32 bits.
  MIXAUG_HD static std::int64_t rounded(value first, value second, std::int32_t weight) noexcept {
    constexpr std::int64_t low = resize_tap::one - 1;
    std::int64_t const rest = resize_tap::one - weight, a = first, b = second;
    std::int64_t const high = (a >> resize_tap::bits) * rest + (b >> resize_tap::bits) * weight;
    std::int64_t const carry = ((a & low) * rest + (b & low) * weight + (std::int64_t{1} << 32)) >> resize_tap::bits;
    return (high + carry) >> plane_bits;
  }
};
template <>
struct linear_arithmetic<std::uint8_t> : integer_arithmetic<std::uint8_t, std::int32_t> {
  MIXAUG_HD static value load(std::uint8_t v) noexcept { return v; }
  MIXAUG_HD static std::uint8_t store(value plane) noexcept { return static_cast<std::uint8_t>(rounded(plane)); }
  MIXAUG_HD static std::uint8_t store(value first, value second, std::int32_t weight) noexcept {
    return static_cast<std::uint8_t>(rounded(first, second, weight));
  }
};
template <class T>
struct linear_arithmetic<pixel<T>> : integer_arithmetic<pixel<T>, std::int64_t> {
  using base = integer_arithmetic<pixel<T>, std::int64_t>;
  using typename base::value;
  MIXAUG_HD static value load(pixel<T> v) noexcept { return v.value; }
  MIXAUG_HD static pixel<T> store(value plane) noexcept { return {static_cast<T>(base::rounded(plane))}; }
  MIXAUG_HD static pixel<T> store(value first, value second, std::int32_t weight) noexcept {
    return {static_cast<T>(base::rounded(first, second, weight))};
  }
};

/// Returns the source's element for element e of row (p, z, y) of the output, inside the box that is written.
template <class T>
MIXAUG_HD T resized_element(rows_view<T const> const& source, index_t row, source_place const& s, index_t p, index_t z,
                            index_t y, index_t e) noexcept {
  index_t const px = source.px, x = quotient(e, px), channel = e - x * px;
  box const &from = s.from, &to = s.to;
  auto const at = [&](index_t sz, index_t sy, index_t sx) {
    return source.at(row, p, from.z0 + sz, from.y0 + sy)[((from.x0 + sx) * px + channel) * source.step];
  };
  index_t const dz = z - to.z0, dy = y - to.y0, dx = x - to.x0;
  index_t const depth = from.z1 - from.z0, height = from.y1 - from.y0, width = from.x1 - from.x0;
  if constexpr (is_pixel<T>)
    if (s.how != interpolation::nearest) {
      using arithmetic = linear_arithmetic<T>;
      resize_tap const tz = tap_of(dz, depth, to.z1 - to.z0, s.how);
      resize_tap const ty = tap_of(dy, height, to.y1 - to.y0, s.how);
      resize_tap const tx = tap_of(dx, width, to.x1 - to.x0, s.how);
      auto const line = [&](index_t sz, index_t sy) {
        return arithmetic::step(arithmetic::load(at(sz, sy, tx.at)), arithmetic::load(at(sz, sy, tx.next())),
                                tx.weight);
      };
      auto const plane = [&](index_t sz) { return arithmetic::step(line(sz, ty.at), line(sz, ty.next()), ty.weight); };
      if (tz.weight == 0) return arithmetic::store(plane(tz.at));
      return arithmetic::store(plane(tz.at), plane(tz.next()), tz.weight);
    }
  return at(nearest_pixel(dz, depth, to.z1 - to.z0), nearest_pixel(dy, height, to.y1 - to.y0),
            nearest_pixel(dx, width, to.x1 - to.x0));
}

/// Reads rows of a resized box, up to `most` elements of a row at a time: the source positions along x are computed
/// once for all rows.
template <class T>
class resized_rows {
 public:
  static constexpr index_t most = 256;

  /// Prepares elements [e, e + count) of the rows of the output.
  resized_rows(rows_view<T const> const& source, index_t row, source_place const& place, index_t e,
               index_t count) noexcept
      : source_(source), row_(row), place_(place), count_(count) {
    box const &from = place.from, &to = place.to;
    index_t const px = source.px, width = from.x1 - from.x0, target = to.x1 - to.x0;
    index_t x = quotient(e, px), channel = e - x * px;
    for (index_t k = 0; k < count;) {
      resize_tap tap{0, 0};
      if (linear())
        tap = tap_of(x - to.x0, width, target, place.how);
      else
        tap.at = nearest_pixel(x - to.x0, width, target);
      for (; channel < px && k < count; ++channel, ++k) {
        at_[k] = ((from.x0 + tap.at) * px + channel) * source.step;
        if (!linear()) continue;
        next_[k] = ((from.x0 + tap.next()) * px + channel) * source.step;
        weight_[k] = tap.weight;
      }
      channel = 0;
      ++x;
    }
    // Number of elements in about one cache line.
    constexpr index_t cache_line = 64 / static_cast<index_t>(sizeof(T));
    index_t const span = greater(at_[count - 1] - at_[0], at_[0] - at_[count - 1]) + 1;
    fetched_ = greater(1, count * cache_line / span);
  }

  /// Reads the elements of row (p, z, y) of the output.
  void read(index_t p, index_t z, index_t y, T* MIXAUG_RESTRICT out) noexcept {
    box const &from = place_.from, &to = place_.to;
    index_t const depth = from.z1 - from.z0, height = from.y1 - from.y0;
    // Prefetch the source lines of the third row from here: the hardware prefetcher does not predict them, because
    // lines in between are skipped. The loop is not in a function of its own, as gcc would treat that as
    // one without effect.
    if (y + 3 < to.y1) {
      index_t const line = from.y0 + nearest_pixel(y + 3 - to.y0, height, to.y1 - to.y0);
      index_t const last = linear() ? lesser(line + 1, from.y1 - 1) : line;
      for (index_t ahead = line; ahead <= last; ++ahead) {
        T const* const next = source_.at(row_, p, from.z0 + nearest_pixel(z - to.z0, depth, to.z1 - to.z0), ahead);
        for (index_t k = 0; k < count_; k += fetched_) MIXAUG_PREFETCH(next + at_[k]);
      }
    }
    if constexpr (is_pixel<T>)
      if (linear()) {
        resize_tap const tz = tap_of(z - to.z0, depth, to.z1 - to.z0, place_.how);
        resize_tap const ty = tap_of(y - to.y0, height, to.y1 - to.y0, place_.how);
        if (tz.weight == 0) return plane(p, tz.at, ty, out);
        return volume(p, tz, ty, out);
      }
    T const* const MIXAUG_RESTRICT line = source_.at(row_, p, from.z0 + nearest_pixel(z - to.z0, depth, to.z1 - to.z0),
                                                     from.y0 + nearest_pixel(y - to.y0, height, to.y1 - to.y0));
    for (index_t k = 0; k < count_; ++k) out[k] = line[at_[k]];
  }

 private:
  bool linear() const noexcept { return is_pixel<T> && place_.how != interpolation::nearest; }

  void plane(index_t p, index_t z, resize_tap const& ty, T* MIXAUG_RESTRICT out) noexcept {
    using arithmetic = linear_arithmetic<T>;
    auto const *const a = line(p, z, ty.at), *const b = line(p, z, ty.next());
    for (index_t k = 0; k < count_; ++k) out[k] = arithmetic::store(arithmetic::step(a[k], b[k], ty.weight));
  }
  void volume(index_t p, resize_tap const& tz, resize_tap const& ty, T* MIXAUG_RESTRICT out) noexcept {
    using arithmetic = linear_arithmetic<T>;
    auto const *const a = line(p, tz.at, ty.at), *const b = line(p, tz.at, ty.next());
    auto const *const c = line(p, tz.next(), ty.at), *const d = line(p, tz.next(), ty.next());
    for (index_t k = 0; k < count_; ++k)
      out[k] = arithmetic::store(arithmetic::step(a[k], b[k], ty.weight), arithmetic::step(c[k], d[k], ty.weight),
                                 tz.weight);
  }
  /// Returns a line of the source, interpolated along x; the last lines are kept, because
  /// neighbouring rows read them too.
  auto const* line(index_t p, index_t z, index_t y) noexcept {
    using arithmetic = linear_arithmetic<T>;
    held& h = held_[2 * (z & 1) + (y & 1)];
    if (h.p == p && h.z == z && h.y == y) return h.values;
    h.p = p, h.z = z, h.y = y;
    T const* const MIXAUG_RESTRICT from = source_.at(row_, p, place_.from.z0 + z, place_.from.y0 + y);
    for (index_t k = 0; k < count_; ++k)
      h.values[k] = arithmetic::step(arithmetic::load(from[at_[k]]), arithmetic::load(from[next_[k]]), weight_[k]);
    return static_cast<typename arithmetic::value const*>(h.values);
  }

  template <class U>
  struct value_of {
    using type = U;  // ids are not interpolated
  };
  template <class U>
  requires is_pixel<U>
  struct value_of<U> {
    using type = typename linear_arithmetic<U>::value;
  };
  struct held {
    index_t p = -1, z = -1, y = -1;
    typename value_of<T>::type values[most];
  };

  rows_view<T const> source_;
  index_t row_;
  source_place place_;
  index_t count_;
  index_t fetched_ = 1;  ///< distance of two prefetched elements
  index_t at_[most], next_[most];
  std::int32_t weight_[most];
  held held_[4];
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END

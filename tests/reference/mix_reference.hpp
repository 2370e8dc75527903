#pragma once
#include <cmath>
#include <limits>
#include <vector>

#include "reference/field.hpp"
#include "reference/real.hpp"
#include "reference/resize_reference.hpp"
#include "support/memory.hpp"
#include "support/values.hpp"

/// out = m a + (1 - m) b, one pixel after the other, and the transpose.
namespace reference {

/// floor(m a + (1 - m) b + 1/2) where m = w / 2^bits and w = round(2^bits m), halves up, in exact integers.
template <class T>
T mixed_integers(T a, T b, float m) {
  __extension__ using wide = __int128;
  int const bits = sizeof(T) == 4 ? 30 : 16;
  wide const one = wide{1} << bits, w = std::llround(std::ldexp(static_cast<double>(m), bits));
  wide const twice = 2 * (a * w + b * (one - w)) + one;  // over 2 one
  wide const quotient = twice / (2 * one);
  return static_cast<T>(twice % (2 * one) < 0 ? quotient - 1 : quotient);
}

/// Converts a fill to an element; fills of ids and bytes are whole numbers.
template <class T>
T fill_of(float v) {
  if constexpr (std::is_floating_point_v<T> || is_half<T>)
    return from_real<T>(static_cast<real_of<T>>(v));
  else if constexpr (mixaug::detail::is_integer_pixel<T>)
    return {static_cast<decltype(T::value)>(static_cast<int>(v))};
  else
    return static_cast<T>(static_cast<int>(v));
}

/// Distance to the next larger number of the format.
template <class T>
double ulp(double v) {
  int const digits = std::is_same_v<T, mixaug::float16>    ? 11
                     : std::is_same_v<T, mixaug::bfloat16> ? 8
                                                           : std::numeric_limits<real_of<T>>::digits;
  return v == 0 ? 0 : std::ldexp(1.0, std::ilogb(v) - digits + 1);
}

/// True if `got` is m a + (1 - m) b as specified for elements T. `exact`: with the bits of fma.
template <class T>
bool is_mix(T got, T a, T b, float m, bool exact) {
  if constexpr (std::is_same_v<T, std::uint8_t>) {
    auto const w = static_cast<std::int64_t>(std::floor(static_cast<double>(m) * 65536.0 + 0.5));
    return got == (a * w + b * (65536 - w) + 32768) >> 16;
  } else if constexpr (mixaug::detail::is_integer_pixel<T>) {
    return got.value == mixed_integers(a.value, b.value, m);
  } else if constexpr (std::is_floating_point_v<T> || is_half<T>) {
    using real = real_of<T>;
    real const q = real{1} - static_cast<real>(m), x = to_real(a), y = to_real(b);
    T const fused = from_real<T>(std::fma(static_cast<real>(m), x, q * y));
    if (exact || std::memcmp(&got, &fused, sizeof got) == 0) return std::memcmp(&got, &fused, sizeof got) == 0;
    double const top = std::fmax(std::fabs(static_cast<double>(x)), std::fabs(static_cast<double>(y)));
    return std::fabs(test::as_double(got) - test::as_double(fused)) <= ulp<T>(top);
  } else {
    return false;  // ids are never blended
  }
}

/// Returns the source's element for element e of row `row` of the output; `b` is the source's row.
template <class R, class B, class T>
T source_element(mixaug::plan<R, B> const& p, std::int64_t row, std::int64_t e, T const* b) {
  resize const r = resize_of<R>(p.region, row, p.choice[row]);
  if (!r.given) return b[moved(p, row, e, 1)];
  std::int64_t const pixels = p.shape.pixels();
  return resized_value(p.shape, r, pixel_of(p.shape, e % pixels), b + e / pixels * pixels);
}
/// True if row `row` is read between pixels, so that builds without fma may differ in the last bits.
template <class R, class B>
bool interpolates(mixaug::plan<R, B> const& p, std::int64_t row) {
  return resize_of<R>(p.region, row, p.choice[row]).how != mixaug::interpolation::nearest;
}
/// True if two elements differ by at most the rounding of seven steps between numbers of a row.
template <class T>
bool is_near(T got, T expected, T const* row, std::int64_t length) {
  if constexpr (std::is_floating_point_v<T> || is_half<T>) {
    double top = 0;
    for (std::int64_t e = 0; e < length; ++e) top = std::fmax(top, std::fabs(test::as_double(row[e])));
    return std::fabs(test::as_double(got) - test::as_double(expected)) <= 8 * ulp<T>(top);
  } else {
    return test::same_bits(got, expected);
  }
}

/// Returns the first element of `out` that differs from the plan; -1 = all are right. x, source, out hold rows of equal
/// length in logical order; source row p is that of partner `first + p`.
template <class R, class B, class T>
std::int64_t first_wrong(mixaug::plan<R, B> const& p, std::vector<T> const& x, std::vector<T> const& source,
                         std::vector<T> const& out, bool exact, std::int64_t first = 0, bool gathered = false) {
  std::int64_t const length = static_cast<std::int64_t>(x.size()) / p.shape.samples, pixels = p.shape.pixels();
  if (static_cast<std::int64_t>(out.size()) != length * p.rows()) return 0;
  std::vector<float> field(static_cast<std::size_t>(pixels), 1.0f);
  for (std::int64_t i = 0; i < p.rows(); ++i) {
    pixel_list const own = reads_of<R>(p.region, i, p.choice[i], true),
                     other_map = reads_of<R>(p.region, i, p.choice[i], false);
    bool const partner = has_partner(p, i), filled = !other_side<B>::is_partner(p.blend, p.choice[i]);
    for (std::int64_t k = 0; k < pixels; ++k)
      field[static_cast<std::size_t>(k)] = partner || filled ? weight(p, i, k) : 1.0f;
    T const *const a = x.data() + p.self[i] * length, *const o = out.data() + i * length;
    T const* const b = partner ? source.data() + (gathered ? i : p.partner[i] - first) * length : a;
    for (std::int64_t e = 0, k = 0; e < length; ++e, k = k + 1 == pixels ? 0 : k + 1) {
      float const m = field[static_cast<std::size_t>(k)];
      bool const shows = (partner || filled) && !own.empty();
      T const mine = shows ? a[e - k + own[static_cast<std::size_t>(k)]] : a[e];
      T const other = filled              ? fill_of<T>(other_side<B>::fill(p.blend, p.choice[i], e / pixels))
                      : m == 1.0f         ? mine
                      : other_map.empty() ? source_element(p, i, e, b)
                                          : b[e - k + other_map[static_cast<std::size_t>(k)]];
      bool const between = !exact && m == 0.0f && !filled && interpolates(p, i);
      bool const right = m == 1.0f   ? test::same_bits(o[e], mine)
                         : between   ? is_near(o[e], other, b, length)
                         : m == 0.0f ? test::same_bits(o[e], other)
                                     : is_mix(o[e], mine, other, m, exact);
      if (!right) return i * length + e;
    }
  }
  return -1;
}

}  // namespace reference

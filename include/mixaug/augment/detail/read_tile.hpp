// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/gather_bytes.hpp>
#include <mixaug/augment/detail/spline_rows.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN
MIXAUG_WIDE_LOOPS

/// Reads the pixels that a tile of the output shows. Positions are integers in units of 2^-32 pixels, of which 15 bits
/// behind the point are used; sums are in float, each product rounded, but for bytes that are read bilinearly, which
/// are sums of integers (gather_bytes.hpp): the same bits everywhere.
namespace mixaug::augment {
namespace detail {

/// v + f (w - v), the product rounded.
MIXAUG_HD inline float between(float v, float w, float f) noexcept {
  return v + mixaug::detail::rounded_product(f, w - v);
}

/// Weights of the four pixels of Keys' kernel, a = -0.75, at the fraction f behind the second.
struct cubic_weights {
  float w[4];
  MIXAUG_HD explicit cubic_weights(float f) noexcept {
    using mixaug::detail::rounded_product;
    float const a = -0.75f, g = 1.0f - f;
    float const f2 = f * f, g2 = g * g;
    // (a + 2) |t|^3 - (a + 3) |t|^2 + 1 within 1, and a (|t|^3 - 5 |t|^2 + 8 |t| - 4) = a (|t| - 1) (|t| - 2)^2 beyond
    w[0] = a * (f * g2);
    w[1] = rounded_product(f2, rounded_product(a + 2.0f, f) - (a + 3.0f)) + 1.0f;
    w[2] = rounded_product(g2, rounded_product(a + 2.0f, g) - (a + 3.0f)) + 1.0f;
    w[3] = a * (g * f2);
  }
};

/// Taps along an axis, and how many of them lie before the pixel that holds the point.
template <augment::interpolation I>
inline constexpr int taps = I == augment::interpolation::nearest    ? 1
                            : I == augment::interpolation::bilinear ? 2
                                                                    : 4;
template <augment::interpolation I>
inline constexpr int taps_before = I == augment::interpolation::bicubic ? 1 : 0;
/// What is added to a position before it is cut: half a pixel, or half a unit of the bits that are kept.
template <augment::interpolation I>
inline constexpr std::int64_t half_step =
    std::int64_t{1} << (fixed_map::bits - 1 - (I == augment::interpolation::nearest ? 0 : fixed_map::parts));

/// A position along an axis: the pixel at or before it, and how far it lies behind, in units of 2^-15 pixels.
struct position {
  index_t pixel;
  std::int32_t part;
  MIXAUG_HD explicit position(std::int64_t at) noexcept
      : pixel(at >> fixed_map::bits),
        part(static_cast<std::int32_t>(at >> (fixed_map::bits - fixed_map::parts)) & (fixed_map::pixel - 1)) {}
  MIXAUG_HD float fraction() const noexcept { return static_cast<float>(part) * 0x1p-15f; }
};

/// A position in units of 2^-15 pixels, |v| <= 2^16: adding 1.5 2^52 rounds to an integer, whose low bits are those of
/// the sum.
MIXAUG_HD inline std::int32_t rounded_position(double v) noexcept {
  double const sum = v * 0x1p15 + 0x1.8p52;
  std::uint64_t bits;
  std::memcpy(&bits, &sum, sizeof bits);
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(bits));
}

/// The value at a fraction between taps; tap(j, i) is the value in row j and column i.
MIXAUG_HD_AS_ARGUMENT
template <augment::interpolation I, class Tap>
MIXAUG_HD float interpolated(float fx, float fy, Tap const& tap) noexcept {
  using mixaug::detail::rounded_product;
  if constexpr (I == augment::interpolation::nearest) {
    return tap(0, 0);
  } else if constexpr (I == augment::interpolation::bilinear) {
    return between(between(tap(0, 0), tap(0, 1), fx), between(tap(1, 0), tap(1, 1), fx), fy);
  } else {
    cubic_weights const x(fx), y(fy);
    float sum = 0.0f;
    for (int j = 0; j < 4; ++j) {
      float row = rounded_product(x.w[0], tap(j, 0));
      for (int i = 1; i < 4; ++i) row = row + rounded_product(x.w[i], tap(j, i));
      sum = sum + rounded_product(y.w[j], row);
    }
    return sum;
  }
}

/// True if elements of type T are read in integers, where their fill is a byte.
template <augment::interpolation I, class T>
inline constexpr bool reads_integers = std::is_same_v<T, std::uint8_t>&& I == augment::interpolation::bilinear;

/// One pixel of channel c at any position, inside or outside; `at_x` and `at_y` have half_step added.
template <augment::interpolation I, class T>
MIXAUG_HD float sampled(image<T const> const& from, sampling const& how, index_t c, std::int64_t at_x,
                        std::int64_t at_y) noexcept {
  position const x(at_x), y(at_y);
  auto const tap = [&](int j, int i) {
    index_t py = y.pixel - taps_before<I> + j, px = x.pixel - taps_before<I> + i;
    bool const outside = py < 0 || px < 0 || py >= from.height || px >= from.width;
    if (outside && how.border == border::constant) return how.fill.at(c);
    if (outside) {
      py = inside(py, from.height, how.border);
      px = inside(px, from.width, how.border);
    }
    return value_of(*from.at(c, py, px));
  };
  if constexpr (reads_integers<I, T>)
    if (how.byte_fill) {
      auto const byte = [&](int j, int i) { return static_cast<std::int32_t>(tap(j, i)); };
      return float_of_sum(between_bytes(byte(0, 0), byte(0, 1), byte(1, 0), byte(1, 1), x.part, y.part));
    }
  return interpolated<I>(x.fraction(), y.fraction(), tap);
}

/// Pixels [begin, end) of a row.
struct span {
  int begin, end;
  bool empty() const noexcept { return begin >= end; }
};
/// The pixels k of `within` with low <= start + k step < high. Quotients are guessed in double and set right in
/// integers, for divisions of 64 bits are slow.
inline span clipped(span within, std::int64_t start, std::int64_t step, std::int64_t low, std::int64_t high) noexcept {
  if (within.empty()) return within;
  bool const up = step >= 0;
  std::int64_t const enters = up ? low : high, leaves = up ? high : low;
  auto const is_behind = [&](int k, std::int64_t limit) {
    std::int64_t const v = start + k * step;
    return up ? v >= limit : v < limit;
  };
  // the first pixel at or behind a limit, on the way
  auto const reached = [&](std::int64_t limit) {
    if (step == 0) return within.end;
    double const guess = static_cast<double>(limit - start) / static_cast<double>(step),
                 first = static_cast<double>(within.begin), last = static_cast<double>(within.end);
    int k = static_cast<int>(guess > first ? guess < last ? guess : last : first);
    while (k > within.begin && is_behind(k - 1, limit)) --k;
    while (k < within.end && !is_behind(k, limit)) ++k;
    return k;
  };
  span in = within;
  if (!is_behind(within.begin, enters)) in.begin = reached(enters);
  if (is_behind(within.end - 1, leaves)) in.end = is_behind(within.begin, leaves) ? within.begin : reached(leaves);
  return in.begin < in.end ? in : span{in.end, in.end};
}

/// The fraction of a position in units of 2^-15 pixels.
inline float fraction_of(std::int32_t at) noexcept {
  return static_cast<float>(at & (fixed_map::pixel - 1)) * 0x1p-15f;
}

/// Positions along one axis for a run of pixels, in units of 2^-15: (start + k step) >> 17, in 32-bit lanes that
/// the compiler vectorises. The results fit 32 bits, and there are at most tile::room.
class lane_positions {
 public:
  lane_positions(std::int64_t start, std::int64_t step) noexcept
      : first_(static_cast<std::int32_t>(start >> shift)),
        step_(static_cast<std::int32_t>(step >> shift)),
        low_first_(static_cast<std::int32_t>(start & mask)),
        low_step_(static_cast<std::int32_t>(step & mask)) {}
  std::int32_t at(std::int32_t k) const noexcept {
    std::uint32_t const j = static_cast<std::uint32_t>(k);
    std::uint32_t const low = static_cast<std::uint32_t>(low_first_) + j * static_cast<std::uint32_t>(low_step_);
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(first_) + j * static_cast<std::uint32_t>(step_) +
                                     (low >> shift));
  }
  /// The same with d added, in units of 2^-18 pixels.
  std::int32_t at(std::int32_t k, std::int32_t d) const noexcept {
    std::uint32_t const j = static_cast<std::uint32_t>(k);
    std::uint32_t const low = static_cast<std::uint32_t>(low_first_) + j * static_cast<std::uint32_t>(low_step_);
    std::uint32_t const whole = static_cast<std::uint32_t>(first_) + j * static_cast<std::uint32_t>(step_);
    constexpr int more = 18 - fixed_map::parts;
    std::int32_t const part = static_cast<std::int32_t>(low >> (shift - more) & ((1u << more) - 1u)) + d;
    return static_cast<std::int32_t>(whole + (low >> shift) + static_cast<std::uint32_t>(part >> more));
  }

 private:
  static constexpr int shift = fixed_map::bits - fixed_map::parts;
  static constexpr std::int64_t mask = (std::int64_t{1} << shift) - 1;
  std::int32_t first_, step_, low_first_, low_step_;
};

/// A point of the continuous image to the position of a pixel's centre, in units of 2^-15 pixels from a pixel `origin`
/// pixels before the first, cut to [low, high].
MIXAUG_HD inline std::int32_t fixed_position(double v, std::int32_t low, std::int32_t high,
                                             std::int32_t origin) noexcept {
  std::int32_t const plus = origin * fixed_map::pixel;
  double const least = static_cast<double>(low - plus) * 0x1p-15, most = static_cast<double>(high - plus) * 0x1p-15;
  double const at = v - 0.5, above = at > least ? at : least;
  return plus + rounded_position(above < most ? above : most);
}
/// The linear part of a map, through which displacements go; they are cut to less than 8192 pixels.
struct linear_part {
  float xx, xy, yx, yy;
  MIXAUG_HD explicit linear_part(fixed_map const& m) noexcept
      : xx(static_cast<float>(m.xx) * 0x1p-32f),
        xy(static_cast<float>(m.xy) * 0x1p-32f),
        yx(static_cast<float>(m.yx) * 0x1p-32f),
        yy(static_cast<float>(m.yy) * 0x1p-32f) {}
  MIXAUG_HD displacement operator()(float x, float y) const noexcept {
    using mixaug::detail::rounded_product;
    return {cut(rounded_product(xx, x) + rounded_product(xy, y)), cut(rounded_product(yx, x) + rounded_product(yy, y))};
  }

 private:
  MIXAUG_HD static float cut(float v) noexcept {
    constexpr float most = 8191.0f * 0x1p18f;
    return held(v, -most, most);
  }
};
/// A displacement to a whole number of its units, 2^-18 pixels.
MIXAUG_HD inline std::int32_t whole_units(float v) noexcept {
  return static_cast<std::int32_t>(v + (v < 0.0f ? -0.5f : 0.5f));
}
/// A position, displaced by less than 8192 pixels, in units of 2^-15 pixels, cut to [low, high].
MIXAUG_HD inline std::int32_t displaced(std::int64_t at, float d, std::int32_t low, std::int32_t high) noexcept {
  std::int64_t const v =
      (at + (std::int64_t{whole_units(d)} << (fixed_map::bits - 18))) >> (fixed_map::bits - fixed_map::parts);
  return v < low ? low : v > high ? high : static_cast<std::int32_t>(v);
}
/// Positions start + k step.
inline void displaced(std::int64_t start, std::int64_t step, float const* MIXAUG_RESTRICT d, int n, std::int32_t low,
                      std::int32_t high, std::int32_t* MIXAUG_RESTRICT to) noexcept {
  // sums of 32 bits where they cannot overflow, and else of 64
  constexpr std::int64_t limit = ((std::int64_t{1} << 16) - 8193) << fixed_map::bits;
  span const narrow = clipped({0, n}, start, step, -limit, limit);
  auto const one_by_one = [&](int begin, int end) {
    for (int k = begin; k < end; ++k) to[k] = displaced(start + k * step, d[k], low, high);
  };
  one_by_one(0, narrow.begin);
  lane_positions const at(start, step);
  for (int k = narrow.begin; k < narrow.end; ++k) {
    std::int32_t const v = at.at(k, whole_units(d[k])), above = v > low ? v : low;
    to[k] = above < high ? above : high;
  }
  one_by_one(narrow.end, n);
}

/// Bicubic reading of a packed image for pixels [0, n) of a run, whose sixteen taps lie inside the rim.
template <int Channels>
void gather_packed_cubic(packed_image const& from, lane_positions const& x, lane_positions const& y, int n,
                         float_run const& to, int first) noexcept {
  using mixaug::detail::rounded_product;
  constexpr int part = 64;  // pixels at a time, whose taps stay in the first cache
  alignas(64) std::int32_t place[part];
  alignas(64) float wx[4][part], wy[4][part];
  std::int32_t const row = static_cast<std::int32_t>(from.row);
  std::uint32_t const* const words = from.data - from.row - 1;
  for (int done = 0; done < n; done += part) {
    int const many = n - done < part ? n - done : part;
    for (int k = 0; k < part; ++k) {  // all of them, for registers; the last point stands for those beyond
      int const at = done + k < n ? done + k : n - 1;
      std::int32_t const px = x.at(at), py = y.at(at);
      place[k] = (py >> fixed_map::parts) * row + (px >> fixed_map::parts);
      cubic_weights const u(fraction_of(px)), v(fraction_of(py));
      for (int t = 0; t < 4; ++t) {
        wx[t][k] = u.w[t];
        wy[t][k] = v.w[t];
      }
    }
    float* out[static_cast<std::size_t>(Channels)];
    for (int c = 0; c < Channels; ++c) out[c] = to.at(c) + first + done;
    int const made = simd::bicubic_bytes<Channels>(words, from.row, place, wx[0], wy[0], part, many, out);
    for (int c = 0; c < Channels; ++c)
      for (int k = made; k < many; ++k) {
        float sum = 0.0f;
        for (int j = 0; j < 4; ++j) {
          std::uint32_t const* const p = words + place[k] + j * row;
          auto const tap = [&](int i) { return static_cast<float>(static_cast<std::int32_t>(p[i] >> (8 * c) & 255u)); };
          float line = rounded_product(wx[0][k], tap(0));
          for (int i = 1; i < 4; ++i) line = line + rounded_product(wx[i][k], tap(i));
          sum = sum + rounded_product(wy[j][k], line);
        }
        out[c][k] = sum;
      }
  }
}

/// Reading of an image for pixels [0, n) of a run, whose taps lie inside it; `from` begins at the tile's first channel.
template <augment::interpolation I, class T>
void gather(image<T const> const& from, [[maybe_unused]] bool byte_fill, std::int64_t at_x, std::int64_t step_x,
            std::int64_t at_y, std::int64_t step_y, int n, float_run const& to, int first) noexcept {
  alignas(64) index_t place[tile::room];
  alignas(64) std::int32_t part_x[tile::room], part_y[tile::room];
  alignas(64) float fx[tile::room], fy[tile::room];
  lane_positions const x(at_x, step_x), y(at_y, step_y);
  for (int k = 0; k < n; ++k) {
    std::int32_t const px = x.at(k), py = y.at(k);
    index_t const row = (py >> fixed_map::parts) - taps_before<I>, column = (px >> fixed_map::parts) - taps_before<I>;
    place[k] = row * from.row + column * from.column;
    part_x[k] = px & (fixed_map::pixel - 1);
    part_y[k] = py & (fixed_map::pixel - 1);
    fx[k] = fraction_of(px);
    fy[k] = fraction_of(py);
  }
  index_t const row = from.row, column = from.column;
  for (int c = 0; c < to.channels; ++c) {
    T const* const p = from.data + c * from.plane;
    float* MIXAUG_RESTRICT const o = to.at(c) + first;
    if constexpr (reads_integers<I, T>)
      if (byte_fill) {
        for (int k = 0; k < n; ++k) {
          T const* const q = p + place[k];
          o[k] = float_of_sum(between_bytes(q[0], q[column], q[row], q[row + column], part_x[k], part_y[k]));
        }
        continue;
      }
    for (int k = 0; k < n; ++k)
      o[k] = interpolated<I>(fx[k], fy[k], [&](int j, int i) { return value_of(p[place[k] + j * row + i * column]); });
  }
}

/// Reads one image through one map, tile by tile.
template <class T>
struct reader {
  image<T const> from;
  sampling how;
  fixed_map map;
  packed_image packed;  ///< where it pays; else null
  warp_list warps;      ///< read where the map is warped
  spline_rows* field;   ///< for warps that end in a spline; where it is null, each pixel weights its own nodes

  /// Reads the pixels of `t`, whose place and size are set.
  void operator()(tile& t) const noexcept {
    image<T const> part = from;
    part.data += map.channel(t.channel) * from.plane;
    part.plane *= map.zz;
    if (map.exact) return copy(part, t);
    switch (how.interpolation) {
      case augment::interpolation::nearest:
        return sample<augment::interpolation::nearest>(part, t);
      case augment::interpolation::bilinear:
        return sample<augment::interpolation::bilinear>(part, t);
      default:
        return sample<augment::interpolation::bicubic>(part, t);
    }
  }
  /// True if `write` gives the bytes of all tiles.
  bool writes_bytes() const noexcept {
    return packs && packed.data != nullptr && !map.exact && how.interpolation == augment::interpolation::bilinear &&
           map.samples_x == 1 && map.samples_y == 1;
  }
  /// Reads all pixels of the output straight into bytes.
  void write(image<std::uint8_t> const& to) const noexcept {
    constexpr augment::interpolation linear = augment::interpolation::bilinear;
    for (index_t y = 0; y < to.height; ++y) {
      byte_run const all{to.at(0, y, 0), to.plane, to.column, static_cast<int>(to.channels)};
      if (map.warped)
        for (index_t x = 0; x < to.width; x += tile::room)
          warped_row<linear>(from, all.behind(static_cast<int>(x)), x, y,
                             static_cast<int>(mixaug::detail::lesser(tile::room, to.width - x)));
      else
        row<linear>(from, all, map.x0 + y * map.xy, map.y0 + y * map.yy, static_cast<int>(to.width));
    }
  }

 private:
  static constexpr bool packs = std::is_same_v<T, std::uint8_t>;

  /// The place of row r of a tile.
  static float_run run_of(tile& t, int r) noexcept { return {t.plane[0] + r * t.width, tile::room, t.channels}; }
  /// Pixels [begin, end) of a row, one by one, anywhere.
  template <augment::interpolation I, class Run>
  void each(image<T const> const& part, Run const& to, int begin, int end, std::int64_t at_x,
            std::int64_t at_y) const noexcept {
    for (int k = begin; k < end; ++k)
      for (int c = 0; c < to.channels; ++c)
        to.put(k, c, sampled<I>(part, how, c, at_x + k * map.xx, at_y + k * map.yx));
  }

  /// Rows of pixels that are pixels of the image: copied.
  void copy(image<T const> const& part, tile& t) const noexcept {
    for (int r = 0; r < t.rows; ++r) {
      std::int64_t const at_x = map.x0 + (t.y + r) * map.xy + t.x * map.xx,
                         at_y = map.y0 + (t.y + r) * map.yy + t.x * map.yx;
      span in = clipped({0, t.width}, at_x, map.xx, 0, part.width * fixed_map::one);
      in = clipped(in, at_y, map.yx, 0, part.height * fixed_map::one);
      index_t const step_x = map.xx >> fixed_map::bits, step_y = map.yx >> fixed_map::bits;
      float_run const to = run_of(t, r);
      if (how.border == border::constant) {
        to.fill(0, in.begin, how.fill);
        to.fill(in.end, t.width, how.fill);
      } else {
        each<augment::interpolation::nearest>(part, to, 0, in.begin, at_x, at_y);
        each<augment::interpolation::nearest>(part, to, in.end, t.width, at_x, at_y);
      }
      if (in.empty()) continue;
      index_t const x = (at_x >> fixed_map::bits) + in.begin * step_x,
                    y = (at_y >> fixed_map::bits) + in.begin * step_y;
      copy_run(part, t, part.at(0, y, x), step_x * part.column + step_y * part.row, r * t.width + in.begin,
               in.end - in.begin);
    }
  }
  static void copy_run(image<T const> const& part, tile& t, T const* from, index_t step, int first, int n) noexcept {
    if (t.channels == 3 && part.plane == 1 && (step == 3 || step == -3)) {
      float *MIXAUG_RESTRICT const a = t.plane[0] + first, *MIXAUG_RESTRICT const b = t.plane[1] + first;
      float* MIXAUG_RESTRICT const c = t.plane[2] + first;
      int k = 0;
      if constexpr (packs) k = simd::load_rgb(from, static_cast<int>(step), n, a, b, c);
      if (step == 3)
        for (; k < n; ++k) {
          a[k] = value_of(from[3 * k]);
          b[k] = value_of(from[3 * k + 1]);
          c[k] = value_of(from[3 * k + 2]);
        }
      else
        for (; k < n; ++k) {
          a[k] = value_of(from[-3 * k]);
          b[k] = value_of(from[-3 * k + 1]);
          c[k] = value_of(from[-3 * k + 2]);
        }
      return;
    }
    for (int c = 0; c < t.channels; ++c) {
      T const* const p = from + c * part.plane;
      float* MIXAUG_RESTRICT const o = t.plane[c] + first;
      if (step == 1)
        for (int k = 0; k < n; ++k) o[k] = value_of(p[k]);
      else if (step == -1)
        for (int k = 0; k < n; ++k) o[k] = value_of(p[-k]);
      else
        for (int k = 0; k < n; ++k) o[k] = value_of(p[k * step]);
    }
  }

  /// Points that come from warps, in units of 2^-15 pixels: a row of n <= tile::room pixels that begins at (x, y).
  template <augment::interpolation I, class Run>
  void warped_row(image<T const> const& part, Run const& to, index_t first_x, index_t first_y, int n) const noexcept {
    alignas(64) std::int32_t px[tile::room + listed_points::more], py[tile::room + listed_points::more];
    bool const rim =
        packs && I == augment::interpolation::bilinear && packed.data != nullptr && how.border != border::reflect;
    // With a rim, what lies beyond it is the rim, from which positions count; else any position is looked up.
    constexpr std::int32_t one = fixed_map::pixel, most = (std::numeric_limits<std::int32_t>::max)();
    if (rim)
      positions(first_x, first_y, n, 0, static_cast<std::int32_t>(part.width + 1) * one,
                static_cast<std::int32_t>(part.height + 1) * one, 1, px, py);
    else
      positions(first_x, first_y, n, -most, most, most, 0, px, py);
    if constexpr (packs && I == augment::interpolation::bilinear)
      if (rim) return gather_packed(packed, listed_points{px, py}, n, to, 0);
    constexpr std::int64_t centre = I == augment::interpolation::nearest ? fixed_map::pixel / 2 : 0;
    for (int k = 0; k < n; ++k)
      for (int c = 0; c < to.channels; ++c)
        to.put(k, c,
               sampled<I>(part, how, c, (px[k] + centre) << (fixed_map::bits - fixed_map::parts),
                          (py[k] + centre) << (fixed_map::bits - fixed_map::parts)));
  }
  /// Positions of a row of n pixels that begins at (x, y), in units of 2^-15 pixels from the pixel (-origin, -origin),
  /// cut to limits.
  void positions(index_t first_x, index_t first_y, int n, std::int32_t low, std::int32_t high_x, std::int32_t high_y,
                 int origin, std::int32_t* px, std::int32_t* py) const noexcept {
    alignas(64) float dx[tile::room], dy[tile::room];
    double const* const spline = warps.spline();
    if (spline != nullptr) displacements(spline, first_x, first_y, n, dx, dy);
    if (spline != nullptr && warps.only_spline()) {
      if (warps.count > 1) turn(dx, dy, n);
      std::int64_t const plus = origin * fixed_map::one + half_step<augment::interpolation::bilinear>;
      displaced(map.x0 + first_y * map.xy + first_x * map.xx + plus, map.xx, dx, n, low, high_x, px);
      displaced(map.y0 + first_y * map.yy + first_x * map.yx + plus, map.yx, dy, n, low, high_y, py);
      return;
    }
    alignas(64) double x[tile::room], y[tile::room];
    for (int k = 0; k < n; ++k) {
      x[k] = static_cast<double>(first_x) + (static_cast<double>(k) + 0.5);
      y[k] = static_cast<double>(first_y) + 0.5;
    }
    if (spline != nullptr)
      for (int k = 0; k < n; ++k) {
        x[k] = x[k] + static_cast<double>(dx[k]) * 0x1p-18;
        y[k] = y[k] + static_cast<double>(dy[k]) * 0x1p-18;
      }
    warps.first(spline != nullptr ? warps.count - 1 : warps.count, n, x, y);
    for (int k = 0; k < n; ++k) px[k] = fixed_position(x[k], low, high_x, origin);
    for (int k = 0; k < n; ++k) py[k] = fixed_position(y[k], low, high_y, origin);
  }
  void displacements(double const* spline, index_t x, index_t y, int n, float* dx, float* dy) const noexcept {
    if (field != nullptr) return (*field)(y, x, n, dx, dy);
    for (int k = 0; k < n; ++k) {
      displacement const d = displacement_at(spline, warps.nodes(), x + k, y);
      dx[k] = d.x;
      dy[k] = d.y;
    }
  }
  /// Takes displacements through the linear part of the affine map.
  void turn(float* MIXAUG_RESTRICT dx, float* MIXAUG_RESTRICT dy, int n) const noexcept {
    linear_part const linear(map);
    for (int k = 0; k < n; ++k) {
      displacement const d = linear(dx[k], dy[k]);
      dx[k] = d.x;
      dy[k] = d.y;
    }
  }
  template <augment::interpolation I>
  void sample(image<T const> const& part, tile& t) const noexcept {
    if (map.warped) {
      for (int r = 0; r < t.rows; ++r) warped_row<I>(part, run_of(t, r), t.x, t.y + r, t.width);
      return;
    }
    if (map.samples_x == 1 && map.samples_y == 1) return points<I>(part, t, 0, 0);
    alignas(64) float sum[tile::most_channels][tile::room];
    float const share = 1.0f / static_cast<float>(map.samples_x * map.samples_y);
    for (int v = 0; v < map.samples_y; ++v)
      for (int u = 0; u < map.samples_x; ++u) {
        // the centre of part (u, v) of the output pixel, from the pixel's centre
        std::int64_t const du = 2 * u + 1 - map.samples_x, dv = 2 * v + 1 - map.samples_y;
        std::int64_t const dx = map.xx * du / (2 * map.samples_x) + map.xy * dv / (2 * map.samples_y);
        std::int64_t const dy = map.yx * du / (2 * map.samples_x) + map.yy * dv / (2 * map.samples_y);
        points<I>(part, t, dx, dy);
        for (int c = 0; c < t.channels; ++c)
          for (int k = 0; k < t.count(); ++k) sum[c][k] = u == 0 && v == 0 ? t.plane[c][k] : sum[c][k] + t.plane[c][k];
      }
    for (int c = 0; c < t.channels; ++c)
      for (int k = 0; k < t.count(); ++k) t.plane[c][k] = share * sum[c][k];
  }
  /// One point a pixel, shifted by (dx, dy).
  template <augment::interpolation I>
  void points(image<T const> const& part, tile& t, std::int64_t dx, std::int64_t dy) const noexcept {
    for (int r = 0; r < t.rows; ++r)
      row<I>(part, run_of(t, r), map.x0 + (t.y + r) * map.xy + t.x * map.xx + dx,
             map.y0 + (t.y + r) * map.yy + t.x * map.yx + dy, t.width);
  }
  /// A row of `width` pixels, the first one at (at_x, at_y).
  template <augment::interpolation I, class Run>
  void row(image<T const> const& part, Run const& to, std::int64_t at_x, std::int64_t at_y, int width) const noexcept {
    constexpr std::int64_t one = fixed_map::one;
    constexpr int before = taps_before<I>, behind = taps<I> - 1 - before;
    constexpr bool floats = std::is_same_v<Run, float_run>;
    bool const from_packed = packs && I != augment::interpolation::nearest && packed.data != nullptr;
    index_t const rim = from_packed ? packed.rim : 0;  // taps lie in the image with its rim
    at_x += half_step<I>;
    at_y += half_step<I>;
    span touched = {0, width};
    if (how.border == border::constant) {
      touched = clipped(touched, at_x, map.xx, -behind * one, (part.width + before) * one);
      touched = clipped(touched, at_y, map.yx, -behind * one, (part.height + before) * one);
      to.fill(0, touched.begin, how.fill);
      to.fill(touched.end, width, how.fill);
    }
    span in = touched;
    if (how.border != border::constant || rim < before + behind) {
      in = clipped(in, at_x, map.xx, (before - rim) * one, (part.width - behind + rim) * one);
      in = clipped(in, at_y, map.yx, (before - rim) * one, (part.height - behind + rim) * one);
    }
    if (in.empty()) return each<I>(part, to, touched.begin, touched.end, at_x, at_y);
    each<I>(part, to, touched.begin, in.begin, at_x, at_y);
    each<I>(part, to, in.end, touched.end, at_x, at_y);
    std::int64_t const x = at_x + in.begin * map.xx, y = at_y + in.begin * map.yx;
    int const n = in.end - in.begin;
    if constexpr (packs && I == augment::interpolation::bilinear)
      if (from_packed) return gather_packed(packed, stepped_points{x + one, map.xx, y + one, map.yx}, n, to, in.begin);
    if constexpr (packs && I == augment::interpolation::bicubic)
      if (from_packed) {
        lane_positions const px(x, map.xx), py(y, map.yx);
        if (to.channels == 3)
          gather_packed_cubic<3>(packed, px, py, n, to, in.begin);
        else if (to.channels == 2)
          gather_packed_cubic<2>(packed, px, py, n, to, in.begin);
        else
          gather_packed_cubic<4>(packed, px, py, n, to, in.begin);
        return;
      }
    if constexpr (floats) gather<I>(part, how.byte_fill, x, map.xx, y, map.yx, n, to, in.begin);
  }
};

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END

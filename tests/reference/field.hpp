#pragma once
#include <mixaug/mixaug.hpp>
#include <mixaug/plan/any_plan.hpp>

/// The field m of a plan, pixel by pixel, computed from its columns by brute force, as the documentation of each region
/// kind describes it, independently of the order in which kernels visit the pixels.
namespace reference {

struct pixel {
  std::int64_t z, y, x;
};
inline pixel pixel_of(mixaug::plan_shape const& s, std::int64_t k) {
  return {k / (s.size[1] * s.size[2]), k / s.size[2] % s.size[1], k % s.size[2]};
}

/// field_of<Kind>::at(columns, row, ratio, choice, pixel) returns the weight of the sample itself.
template <class Kind>
struct field_of;

/// A row that resizes `from` into `to`, if `given`.
struct resize {
  bool given = false;
  mixaug::box to{}, from{};
  mixaug::interpolation how = mixaug::interpolation::nearest;
};
template <class Kind, class Columns>
resize resize_of(Columns const& c, std::int64_t row, int choice) {
  if constexpr (requires { field_of<Kind>::resized(c, row, choice); })
    return field_of<Kind>::resized(c, row, choice);
  else
    return {};
}
template <class Kind, class Columns>
pixel shift_of(Columns const& c, std::int64_t row, int choice) {
  if constexpr (requires { field_of<Kind>::shift(c, row, choice); })
    return field_of<Kind>::shift(c, row, choice);
  else
    return {0, 0, 0};
}

/// Pixels of an image, by index.
using pixel_list = std::vector<std::int64_t>;
/// For every pixel of the image the pixel that a side reads there, `own` = the sample; empty if it is read in place.
template <class Kind, class Columns>
pixel_list reads_of(Columns const& c, std::int64_t row, int choice, bool own) {
  if constexpr (requires { field_of<Kind>::reads(c, row, choice, own); })
    return field_of<Kind>::reads(c, row, choice, own);
  else
    return {};
}
/// True if a row reads a side by such a list; then the pixels at which it reads pixel q, in ascending order.
template <class Kind, class Columns>
bool has_readers(Columns const& c, std::int64_t row, int choice, bool own, std::int64_t q, pixel_list& found) {
  if constexpr (requires { field_of<Kind>::readers(c, row, choice, own, q, found); })
    return field_of<Kind>::readers(c, row, choice, own, q, found);
  else
    return false;
}

template <>
struct field_of<mixaug::kind::whole> {
  template <class Columns>
  static float at(Columns const&, std::int64_t, float ratio, int, pixel) {
    return ratio;
  }
};
template <>
struct field_of<mixaug::kind::boxes> {
  template <class Columns>
  static float at(Columns const& c, std::int64_t row, float, int, pixel p) {
    for (std::int64_t j = 0; j < c.count; ++j) {
      mixaug::box const b = c.where[row * c.count + j];
      if (p.z >= b.z0 && p.z < b.z1 && p.y >= b.y0 && p.y < b.y1 && p.x >= b.x0 && p.x < b.x1) return 0;
    }
    return 1;
  }
};
template <>
struct field_of<mixaug::kind::box_pair> {
  template <class Columns>
  static float at(Columns const& c, std::int64_t row, float, int, pixel p) {
    mixaug::box const b = c.to[row];
    return p.z >= b.z0 && p.z < b.z1 && p.y >= b.y0 && p.y < b.y1 && p.x >= b.x0 && p.x < b.x1 ? 0.0f : 1.0f;
  }
  /// Maps the pixel that is written to the pixel that is read.
  template <class Columns>
  static pixel shift(Columns const& c, std::int64_t row, int) {
    mixaug::box const a = c.to[row], b = c.from[row];
    return {b.z0 - a.z0, b.y0 - a.y0, b.x0 - a.x0};
  }
};
template <>
struct field_of<mixaug::kind::resized_box> {
  template <class Columns>
  static float at(Columns const& c, std::int64_t row, float, int, pixel p) {
    mixaug::box const b = c.to[row];
    return p.z >= b.z0 && p.z < b.z1 && p.y >= b.y0 && p.y < b.y1 && p.x >= b.x0 && p.x < b.x1 ? 0.0f : 1.0f;
  }
  template <class Columns>
  static resize resized(Columns const& c, std::int64_t row, int) {
    return {true, c.to[row], c.from[row], c.how[row]};
  }
};
/// Cells that show other cells: searched pixel by pixel.
template <>
struct field_of<mixaug::kind::moved_cells> {
  /// First pixel of each cell along an axis, and the end of the last.
  static pixel_list borders(std::int64_t n, std::int64_t size) {
    pixel_list at;
    for (std::int64_t x = 0, cell = 0; cell < n; ++x)
      for (; cell < n && x * n / size >= cell; ++cell) at.push_back(x);
    at.push_back(size);
    return at;
  }
  template <class Columns>
  static float at(Columns const& c, std::int64_t row, float, int, pixel p) {
    auto const& g = c.where[row];
    std::int64_t const y = p.y * g.n[0] / c.size[0], x = p.x * g.n[1] / c.size[1];
    return static_cast<float>(g.last - c.label[row * c.count + y * g.n[1] + x]) / static_cast<float>(g.last);
  }
  template <class Columns>
  static pixel_list reads(Columns const& c, std::int64_t row, int, bool own) {
    auto const& g = c.where[row];
    pixel_list map;
    if (!g.moved) return map;
    pixel_list const by = borders(g.n[0], c.size[0]), bx = borders(g.n[1], c.size[1]);
    for (std::int64_t y = 0; y < c.size[0]; ++y)
      for (std::int64_t x = 0; x < c.size[1]; ++x) {
        std::int64_t const cy = y * g.n[0] / c.size[0], cx = x * g.n[1] / c.size[1];
        std::int64_t const shown = cell_of(c, row, own, cy * g.n[1] + cx);
        map.push_back((y - at_of(by, cy) + at_of(by, shown / g.n[1])) * c.size[1] + x - at_of(bx, cx) +
                      at_of(bx, shown % g.n[1]));
      }
    return map;
  }
  /// The cells that show the cell of pixel q, for grids that divide the image.
  template <class Columns>
  static bool readers(Columns const& c, std::int64_t row, int, bool own, std::int64_t q, pixel_list& found) {
    auto const& g = c.where[row];
    if (!g.moved) return false;
    std::int64_t const h = c.size[0] / g.n[0], w = c.size[1] / g.n[1], y = q / c.size[1], x = q % c.size[1];
    for (std::int64_t j = 0; j < g.n[0] * g.n[1]; ++j)
      if (cell_of(c, row, own, j) == y / h * g.n[1] + x / w)
        found.push_back((j / g.n[1] * h + y % h) * c.size[1] + j % g.n[1] * w + x % w);
    return true;
  }

 private:
  static std::int64_t at_of(pixel_list const& v, std::int64_t k) { return v[static_cast<std::size_t>(k)]; }
  template <class Columns>
  static std::int64_t cell_of(Columns const& c, std::int64_t row, bool own, std::int64_t j) {
    return own ? c.self_cell[row * c.count + j] : c.source_cell[row * c.count + j];
  }
};
/// A grid of numbers: returns that of the cell that contains the pixel, searched along each axis.
template <>
struct field_of<mixaug::kind::mask> {
  static std::int64_t cell(std::int64_t at, std::int64_t n, std::int64_t size) {
    std::int64_t k = 0;
    while ((k + 1) * size <= at * n) ++k;  // k / n <= at / size < (k + 1) / n
    return k;
  }
  template <class Columns>
  static float at(Columns const& c, std::int64_t row, float, int, pixel p) {
    auto const& g = c.where[row];
    std::int64_t const z = cell(p.z, g.n[0], c.size[0]), y = cell(p.y, g.n[1], c.size[1]),
                       x = cell(p.x, g.n[2], c.size[2]);
    if (g.data != nullptr) return g.data[z * g.stride[0] + y * g.stride[1] + x * g.stride[2]];
    return c.m[row * c.count + (z * g.n[1] + y) * g.n[2] + x];
  }
};
/// A bit or a number a pixel; lines of bits begin at words.
template <>
struct field_of<mixaug::kind::pixel_mask> {
  template <class Columns>
  static float at(Columns const& c, std::int64_t row, float, int, pixel p) {
    using coarse = field_of<mixaug::kind::mask>;
    auto const& f = c.where[row];
    std::int64_t const z = coarse::cell(p.z, f.n[0], c.size[0]), y = coarse::cell(p.y, f.n[1], c.size[1]),
                       x = coarse::cell(p.x, f.n[2], c.size[2]), line = z * f.n[1] + y;
    if (f.soft == 1) return c.m[row * c.numbers + line * f.n[2] + x];
    std::int64_t const words = (f.n[2] + 31) / 32;
    return (c.bits[row * c.words + line * words + x / 32] >> (x % 32)) % 2 == 1 ? 1.0f : 0.0f;
  }
};
template <class Only>
struct field_of<mixaug::kind::either<Only>> : field_of<Only> {};
template <class First, class Second, class... Rest>
struct field_of<mixaug::kind::either<First, Second, Rest...>> {
  template <class Columns>
  static float at(Columns const& c, std::int64_t row, float ratio, int choice, pixel p) {
    if (choice == 0) return field_of<First>::at(c.head, row, ratio, 0, p);
    return field_of<mixaug::kind::either<Second, Rest...>>::at(c.rest, row, ratio, choice - 1, p);
  }
  template <class Columns>
  static pixel shift(Columns const& c, std::int64_t row, int choice) {
    if (choice == 0) return shift_of<First>(c.head, row, 0);
    return shift_of<mixaug::kind::either<Second, Rest...>>(c.rest, row, choice - 1);
  }
  template <class Columns>
  static pixel_list reads(Columns const& c, std::int64_t row, int choice, bool own) {
    if (choice == 0) return reads_of<First>(c.head, row, 0, own);
    return reads_of<mixaug::kind::either<Second, Rest...>>(c.rest, row, choice - 1, own);
  }
  template <class Columns>
  static bool readers(Columns const& c, std::int64_t row, int choice, bool own, std::int64_t q, pixel_list& found) {
    if (choice == 0) return has_readers<First>(c.head, row, 0, own, q, found);
    return has_readers<mixaug::kind::either<Second, Rest...>>(c.rest, row, choice - 1, own, q, found);
  }
  template <class Columns>
  static resize resized(Columns const& c, std::int64_t row, int choice) {
    if (choice == 0) return resize_of<First>(c.head, row, 0);
    return resize_of<mixaug::kind::either<Second, Rest...>>(c.rest, row, choice - 1);
  }
};

/// A grid: finds the cell whose borders contain the pixel, searched along each axis.
template <>
struct field_of<mixaug::kind::cells> {
  static std::int64_t cell(std::int64_t at, std::int64_t n, std::int64_t size) {
    for (std::int64_t k = 0; k < n; ++k)
      if (k * size / n <= at && at < (k + 1) * size / n) return k;
    return -1;
  }
  template <class Columns>
  static float at(Columns const& c, std::int64_t row, float, int, pixel p) {
    auto const* const n = c.grid[row].n;
    std::int64_t const z = cell(p.z, n[0], c.size[0]), y = cell(p.y, n[1], c.size[1]), x = cell(p.x, n[2], c.size[2]);
    std::int64_t const k = (z * n[1] + y) * n[2] + x;
    return (c.bits[row * c.stride + k / 32] >> (k % 32)) % 2 == 1 ? 1.0f : 0.0f;
  }
};

/// The run-time form: the choice selects the kind that holds the field.
template <class... Kinds>
struct field_of<mixaug::kind::any_of<Kinds...>> {
  using all = field_of<mixaug::kind::either<Kinds...>>;
  template <class Columns>
  static float at(Columns const& c, std::int64_t row, float ratio, int choice, pixel p) {
    return all::at(c.inner, row, ratio, c.kind_of[choice], p);
  }
  template <class Columns>
  static pixel shift(Columns const& c, std::int64_t row, int choice) {
    return all::shift(c.inner, row, c.kind_of[choice]);
  }
  template <class Columns>
  static pixel_list reads(Columns const& c, std::int64_t row, int choice, bool own) {
    return all::reads(c.inner, row, c.kind_of[choice], own);
  }
  template <class Columns>
  static bool readers(Columns const& c, std::int64_t row, int choice, bool own, std::int64_t q, pixel_list& found) {
    return all::readers(c.inner, row, c.kind_of[choice], own, q, found);
  }
  template <class Columns>
  static resize resized(Columns const& c, std::int64_t row, int choice) {
    return all::resized(c.inner, row, c.kind_of[choice]);
  }
};

template <class R, class B>
float weight(mixaug::plan<R, B> const& p, std::int64_t row, std::int64_t k) {
  return field_of<R>::at(p.region, row, p.ratio[row], p.choice[row], pixel_of(p.shape, k % p.shape.pixels()));
}

/// Returns the element of the source's row that is pasted at element e of the output's row (sign = 1), or the reverse
/// (sign = -1); -1 = outside the image.
template <class R, class B>
std::int64_t moved(mixaug::plan<R, B> const& p, std::int64_t row, std::int64_t e, int sign) {
  std::int64_t const pixels = p.shape.pixels(), *const size = p.shape.size;
  pixel const at = pixel_of(p.shape, e % pixels), by = shift_of<R>(p.region, row, p.choice[row]);
  pixel const to{at.z + sign * by.z, at.y + sign * by.y, at.x + sign * by.x};
  bool const inside = to.z >= 0 && to.z < size[0] && to.y >= 0 && to.y < size[1] && to.x >= 0 && to.x < size[2];
  return inside ? e / pixels * pixels + (to.z * size[1] + to.y) * size[2] + to.x : -1;
}

/// Pixels of the other side: the partner, or a fill.
template <class Blend>
struct other_side;
template <>
struct other_side<mixaug::blend::mix> {
  static bool is_partner(mixaug::blend::mix const&, int) { return true; }
  static float fill(mixaug::blend::mix const&, int, std::int64_t) { return 0; }
};
template <>
struct other_side<mixaug::blend::erase> {
  static bool is_partner(mixaug::blend::erase const&, int) { return false; }
  static float fill(mixaug::blend::erase const& b, int, std::int64_t channel) {
    return b.fill.value[b.fill.count == 1 ? 0 : channel];
  }
};
template <class Only>
struct other_side<mixaug::blend::either<Only>> : other_side<Only> {};
template <class First, class Second, class... Rest>
struct other_side<mixaug::blend::either<First, Second, Rest...>> {
  using blend = mixaug::blend::either<First, Second, Rest...>;
  using tail = other_side<mixaug::blend::either<Second, Rest...>>;
  static bool is_partner(blend const& b, int choice) {
    return choice == 0 ? other_side<First>::is_partner(b.head, 0) : tail::is_partner(b.rest, choice - 1);
  }
  static float fill(blend const& b, int choice, std::int64_t channel) {
    return choice == 0 ? other_side<First>::fill(b.head, 0, channel) : tail::fill(b.rest, choice - 1, channel);
  }
};

template <>
struct other_side<mixaug::blend::any_blend> {
  static bool is_partner(mixaug::blend::any_blend const& b, int choice) { return !b.erases[choice]; }
  static float fill(mixaug::blend::any_blend const& b, int choice, std::int64_t channel) {
    return other_side<mixaug::blend::erase>::fill(mixaug::blend::erase{b.fill[choice]}, 0, channel);
  }
};

/// True if row `row` takes pixels of a partner: it has one, and that is not the row itself.
template <class R, class B>
bool has_partner(mixaug::plan<R, B> const& p, std::int64_t row) {
  if (!other_side<B>::is_partner(p.blend, p.choice[row]) || p.partner[row] < 0) return false;
  return !(p.shape.own_source && p.partner[row] - p.shape.first == p.self[row]);
}

}  // namespace reference

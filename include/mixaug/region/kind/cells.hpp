// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/kind.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::kind {

/// A grid of cells over the image, each with m = 0 or 1. Along an axis of S pixels, the borders of n cells are at
/// floor(k S / n), k = 0, ..., n; S need not be a multiple of n.
struct cells : counted {
  static constexpr field_weights holds = field_weights::zero_or_one;
  static constexpr char const* name = "cells";
  static constexpr index_t most = 4096;  ///< cells of a sample, at most

  template <class Reader>
  static layout read_layout(Reader& in) {
    return {in.within("cells", 1, most)};
  }

  /// Number of cells along each axis.
  struct sides {
    std::int32_t n[3] = {1, 1, 1};
    MIXAUG_HD constexpr index_t count() const noexcept { return index_t{n[0]} * n[1] * n[2]; }
    friend constexpr bool operator==(sides const&, sides const&) = default;
  };
  static constexpr index_t words(index_t cell_count) noexcept { return detail::ceil_div(cell_count, 32); }

  struct state {
    std::uint32_t const* bits;  ///< bit k: cell k is the sample's own
    sides grid;
    index_t size[3];  ///< size of the image

    MIXAUG_HD bool self(index_t cell) const noexcept { return (bits[cell / 32] >> (cell % 32) & 1u) != 0; }
    MIXAUG_HD std::int32_t border(int axis, index_t k) const noexcept {
      return static_cast<std::int32_t>(k * size[axis] / grid.n[axis]);
    }
    /// Returns the cell of a pixel along an axis.
    MIXAUG_HD index_t cell(int axis, index_t at) const noexcept { return ((at + 1) * grid.n[axis] - 1) / size[axis]; }
    /// Tile j: the run of the partner's cells from cell j to the right; empty if the previous cell belongs to the run.
    MIXAUG_HD index_t tiles() const noexcept { return grid.count(); }
    MIXAUG_HD tile tile_at(index_t j) const noexcept {
      index_t const row = j / grid.n[2], x = j - row * grid.n[2], z = row / grid.n[1], y = row - z * grid.n[1];
      if (self(j) || (x > 0 && !self(j - 1))) return {{0, 0, 0, 0, 0, 0}, 1.0f};
      index_t end = x + 1;
      while (end < grid.n[2] && !self(j - x + end)) ++end;
      return {{border(0, z), border(0, z + 1), border(1, y), border(1, y + 1), border(2, x), border(2, end)}, 0.0f};
    }
    MIXAUG_HD run_of_m run_at(index_t z, index_t y, index_t x) const noexcept {
      index_t const row = (cell(0, z) * grid.n[1] + cell(1, y)) * grid.n[2];
      index_t at = cell(2, x);
      bool const own = self(row + at);
      while (at < grid.n[2] && self(row + at) == own) ++at;
      return {border(2, at), own ? 1.0f : 0.0f};
    }
    MIXAUG_HD bool constant(float& value) const noexcept {
      bool const first = self(0);
      for (index_t k = 1; k < grid.count(); ++k)
        if (self(k) != first) return false;
      value = first ? 1.0f : 0.0f;
      return true;
    }
    MIXAUG_HD double mean(plan_shape const& s) const noexcept {
      index_t pixels = 0;
      for (index_t k = 0; k < grid.count(); ++k) {
        if (!self(k)) continue;
        index_t const row = k / grid.n[2], x = k - row * grid.n[2], z = row / grid.n[1], y = row - z * grid.n[1];
        pixels += index_t{border(0, z + 1) - border(0, z)} * (border(1, y + 1) - border(1, y)) *
                  (border(2, x + 1) - border(2, x));
      }
      return static_cast<double>(pixels) / static_cast<double>(s.pixels());
    }
  };

  template <space S, access A = access::read>
  struct columns {
    column<sides, S, A> grid;          ///< (rows)
    column<std::uint32_t, S, A> bits;  ///< (rows * words)
    index_t count = 1;                 ///< cells of a sample, at most
    index_t stride = 1;                ///< words of a row
    index_t size[3] = {1, 1, 1};       ///< size of the image

    void place(detail::column_layout& put, layout const& l, plan_shape const& s) noexcept {
      count = l.count;
      stride = words(count);
      for (int d = 0; d < 3; ++d) size[d] = s.size[d];
      put(grid, s.rows);
      put(bits, s.rows * stride);
    }
    MIXAUG_HD state state_of(index_t i, float, std::uint8_t) const noexcept {
      return {bits.data + i * stride, grid.data[i], {size[0], size[1], size[2]}};
    }
    /// Assigns cell k of sample i to the sample itself, or to its partner.
    void set(index_t i, index_t k, bool self) const noexcept {
      std::uint32_t const bit = 1u << (k % 32);
      auto& word = bits[i * stride + k / 32];
      word = self ? word | bit : word & ~bit;
    }
    void clear(index_t i) const noexcept {
      grid[i] = sides{};
      for (index_t w = 0; w < stride; ++w) bits[i * stride + w] = 1u;
    }
    template <class From>
    MIXAUG_HD void assign(index_t i, From const& other, index_t k) const noexcept {
      grid.data[i] = other.grid.data[k];
      for (index_t w = 0; w < stride; ++w)
        bits.data[i * stride + w] = w < other.stride ? other.bits.data[k * other.stride + w] : 0u;
    }
    /// Copies the grid, which is the same at every resolution; only its borders in pixels change.
    template <class From>
    void rescale(From const& f, plan_shape const&, plan_shape const& to, field) const noexcept {
      for (index_t i = 0; i < to.rows; ++i) assign(i, f, i);
    }
    template <class Writer>
    void write(Writer& out, index_t i) const {
      sides const g = grid[i];
      out.number(g.n[0]).number(g.n[1], ',').number(g.n[2], ',');
      out.bits(g.count(), [&](index_t k) { return (bits[i * stride + k / 32] >> (k % 32) & 1u) != 0; });
    }
    template <class Reader>
    void read(Reader& in, plan_shape const&, index_t i) const {
      index_t n[3];
      in.list("cells", n, 3, 1, most);
      if (n[0] * n[1] > most || n[0] * n[1] * n[2] > count)
        in.bad("a grid of " + detail::shape_text(n, 3) + " cells", "at most as many as the choice says");
      for (int d = 0; d < 3; ++d) grid[i].n[d] = static_cast<std::int32_t>(n[d]);
      for (index_t w = 0; w < stride; ++w) bits[i * stride + w] = 0u;
      in.bits("cells", grid[i].count(), [&](index_t k, bool self) { set(i, k, self); });
    }
  };
};

}  // namespace mixaug::kind

MIXAUG_EXACT_END

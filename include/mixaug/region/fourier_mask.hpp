// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/plan/concepts.hpp>
#include <mixaug/region/detail/cut_axes.hpp>
#include <mixaug/region/detail/fourier/gray_field.hpp>
#include <mixaug/region/detail/fourier/top_pixels.hpp>
#include <mixaug/region/kind/pixel_mask.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::region {

/// The mask of FMix (Harris et al., arXiv 2002.12047): m = 1 in the round(lambda N) of N pixels, halves up,
/// whose gray value is highest, m = 0 in the others. The gray image is low-frequency noise, Re of the inverse Fourier
/// transform of complex normal numbers, each divided by its frequency (cycles a pixel, the same scale along every axis,
/// so that the blobs have no direction) to the power `decay`: 0 is white noise, larger is smoother. The transform has
/// the next power of two of each extent, and the image is its corner. Of equal values, which hardly occur, that of the
/// lower index is the higher.
///
/// `max_soft`: m falls from 1 to 0 in equal steps over the 2 s pixels around the border in the order of their values,
/// s = trunc(max_soft N), at most as many as either side has; the mean of m stays round(lambda N) / N but for the
/// rounding of floats. Then the plan blends.
///
/// Signals, images and volumes. Errors: a batch without spatial extents or of single pixels, more than 2^24 pixels
/// after the padding, decay not finite or below 0, max_soft outside [0, 0.5].
struct fourier_mask {
  float decay = 3.0f;
  float max_soft = 0.0f;

  /// The row that was placed last and what it was drawn from: rows of one draw (mode::batch) have one mask. Planning
  /// works on a copy of the rule.
  struct placed {
    index_t row = -1;
    random draw{key{}, 0, purpose::region};
    float ratio = 0.0f;
  };
  mutable placed last{};

  using kind = mixaug::kind::pixel_mask;

  template <class Columns>
  void operator()(Columns const& columns, row_facts const& row, random const& draw) const {
    if (last.row >= 0 && last.draw == draw && last.ratio == row.ratio)
      columns.assign(row.row, columns, last.row);
    else
      place(columns, row, draw);
    last = placed{row.row, draw, row.ratio};
  }

  kind::layout layout(plan_shape const& s) const noexcept { return kind::layout_of(s, soft()); }
  bool moves() const noexcept { return false; }
  bool blends() const noexcept { return soft(); }
  template <class In>
  void read(In const&, space) noexcept {
    last = placed{};
  }
  void check(plan_shape const& s) const {
    detail::check_cut_axes("region::fourier_mask", s);
    if (!(detail::finite(decay) && decay >= 0.0f))
      detail::fail("region::fourier_mask's decay", detail::text(static_cast<double>(decay)), "a finite number >= 0");
    if (!(max_soft >= 0.0f && max_soft <= 0.5f))
      detail::fail("region::fourier_mask's max_soft", detail::text(static_cast<double>(max_soft)),
                   "a number in [0, 0.5], a part of the pixels");
    if (index_t const all = detail::gray_field::pixels(s.size); all > detail::longest_fft)
      detail::fail("region::fourier_mask's images", detail::shape_text(s.size + 3 - s.spatial, s.spatial),
                   "at most 2^24 pixels after each extent is raised to a power of two; plan on smaller images and "
                   "apply with rescaled(plan, extents)");
  }

 private:
  bool soft() const noexcept { return max_soft > 0.0f; }

  template <class Columns>
  void place(Columns const& columns, row_facts const& row, random const& draw) const {
    index_t const all = row.shape.pixels();
    auto const own = static_cast<index_t>(static_cast<double>(row.ratio) * static_cast<double>(all) + 0.5);
    if (own <= 0 || own >= all) return columns.fill(row.row, own > 0);
    detail::gray_field gray(row.shape.size);
    std::size_t const bytes = gray.place(nullptr), list = detail::aligned(4 * all);
    std::byte* const memory = detail::kept_scratch(1).reserve(bytes + (soft() ? 3 : 1) * list);
    gray.place(memory);
    auto* const keys = reinterpret_cast<std::uint32_t*>(memory + bytes);
    index_t const height = row.shape.size[1], width = row.shape.size[2];
    gray(draw, decay, [&](index_t z, index_t y, float const* line) {
      std::uint32_t* const to = keys + (z * height + y) * width;
      for (index_t x = 0; x < width; ++x) to[x] = detail::falling_bits(line[x]);
    });
    columns.where[row.row] = kind::form{{static_cast<std::int32_t>(row.shape.size[0]),
                                         static_cast<std::int32_t>(height), static_cast<std::int32_t>(width)},
                                        soft() ? 1 : 0};
    if (soft())
      write_numbers(&columns.m[row.row * columns.numbers], all, own, keys, memory + bytes + list, list);
    else
      write_bits(&columns.bits[row.row * columns.words], row.shape, own, keys);
  }
  static void write_bits(std::uint32_t* bits, plan_shape const& s, index_t own, std::uint32_t const* keys) noexcept {
    detail::top_limit limit = detail::limit_of(keys, s.pixels(), own);
    index_t const width = s.size[2];
    for (index_t line = s.size[0] * s.size[1]; line > 0; --line, keys += width)
      for (index_t x = 0; x < width; x += 32) {
        std::uint32_t word = 0;
        for (index_t u = 0, some = detail::lesser(32, width - x); u < some; ++u) {
          std::uint32_t const key = keys[x + u];
          bool const tie = key == limit.key && limit.ties > 0;
          limit.ties -= tie ? 1 : 0;
          word |= (key < limit.key || tie ? 1u : 0u) << u;
        }
        *bits++ = word;
      }
  }
  /// m of the pixels by their place in the order of values: 1, a ramp of 2 s steps with both its ends, 0.
  void write_numbers(float* m, index_t all, index_t own, std::uint32_t const* keys, std::byte* memory,
                     std::size_t list) const noexcept {
    auto* const order = reinterpret_cast<std::uint32_t*>(memory);
    detail::sort_places(keys, all, order, reinterpret_cast<std::uint32_t*>(memory + list));
    auto const asked = static_cast<index_t>(static_cast<double>(max_soft) * static_cast<double>(all));
    index_t const half = detail::lesser(asked, detail::lesser(own, all - own)), first = own - half;
    double const steps = static_cast<double>(2 * half - 1);
    for (index_t k = 0; k < all; ++k) {
      index_t const at = k - first;
      bool const inside = at >= 0 && at < 2 * half;
      m[order[k]] = inside ? static_cast<float>(static_cast<double>(2 * half - 1 - at) / steps) : at < 0 ? 1.0f : 0.0f;
    }
  }
};

}  // namespace mixaug::region

MIXAUG_EXACT_END

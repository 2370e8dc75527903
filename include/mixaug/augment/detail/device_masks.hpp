// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/device_passes.hpp>
#include <mixaug/augment/detail/nearest_pixel.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN

/// Masks on a device.
namespace mixaug::augment {
namespace detail {

/// The last pass that has geometric steps; 0 if none has.
inline std::size_t last_moving(compiled_chain const& c) noexcept {
  std::size_t last = 0;
  for (std::size_t k = 0; k < c.passes.size(); ++k)
    if (c.passes[k].last > c.passes[k].step) last = k;
  return last;
}

/// The thread of a pixel of a mask of ids, which goes back through all passes to the pixel that it shows.
template <class T>
struct id_threads {
  operands<T, T> own;
  device_columns columns;
  index_t doubles_width, numbers_width;
  int passes, moving;  ///< of the chain; up to the last one that moves pixels

  MIXAUG_HD index_t begin(index_t i) const noexcept { return i; }
  MIXAUG_HD void operator()(index_t i, index_t k) const noexcept {
    image<T> to = own.out;
    to.data += i * own.out_sample;
    index_t const y = mixaug::detail::quotient(k, to.width), x = k - y * to.width;
    nearest_pixel at{y, x};
    bool seen = true;
    MIXAUG_ROLLED
    for (int q = moving - 1; q >= 0 && seen; --q) {
      device_geometry const& g = columns.geometry.data[q];
      if (!g.moves) continue;
      warp_list const warps{columns.warps.data + g.warp, g.warps, columns.doubles.data + i * doubles_width,
                            columns.numbers.data + i * numbers_width};
      at = nearest_of(columns.maps.data[i * passes + q], warps, at.y, at.x);
      bool const outside = at.y < 0 || at.x < 0 || at.y >= g.height || at.x >= g.width;
      seen = !outside || g.border != border::constant;
      if (outside && seen) at = {inside(at.y, g.height, g.border), inside(at.x, g.width, g.border)};
    }
    image<T const> from = own.in;
    from.data += i * own.in_sample;
    *to.at(0, y, x) = seen ? *from.at(0, at.y, at.x) : T{};
  }
};

/// Takes masks of ids through a plan.
template <class Backend, class T>
void move_masks(Backend const& be, compiled_chain const& c, index_t rows, device_columns const& columns,
                device_scratch const&, operands<T, T> const& v) {
  id_threads<T> const job{v,
                          columns,
                          c.doubles_width,
                          c.numbers_width,
                          static_cast<int>(c.passes.size()),
                          static_cast<int>(last_moving(c)) + 1};
  be.launch(job, rows, v.out.height * v.out.width);
}
/// Takes masks of floats through a plan, pass by pass.
template <class Backend>
void move_masks(Backend const& be, compiled_chain const& c, index_t rows, device_columns const& columns,
                device_scratch const& scratch, operands<float, float> const& v) {
  std::size_t const last = last_moving(c);
  operands<float, float> now = v;
  int which = 0;
  for (std::size_t k = 0; k <= last; ++k) {
    pass const& q = c.passes[k];
    if (k < last && q.last == q.step) continue;
    image_facts one = q.out;
    one.channels = 1;
    now.out = k < last ? floats_of(scratch.between[which], one) : v.out;
    now.out_sample = k < last ? floats_of(one) : v.out_sample;
    device_pass<float, float> p = pass_of(c, k, columns, scratch, now);
    p.how.fill = 0.0f;
    p.blurs = false;
    p.flat = true;
    p.facts = image_facts{1, q.out.height, q.out.width};
    p.last_stage = p.stage;
    launch_pass(be, p, rows);
    now.in = constant(now.out);
    now.in_sample = now.out_sample;
    which = 1 - which;
  }
}

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END

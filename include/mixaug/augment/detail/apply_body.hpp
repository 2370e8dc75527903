// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/blur_bytes.hpp>
#include <mixaug/augment/detail/filter_tile.hpp>
#include <mixaug/augment/detail/read_tile.hpp>
#include <mixaug/augment/detail/stage_loops.hpp>
#include <mixaug/augment/detail/write_tile.hpp>
#include <mixaug/augment/plan.hpp>
#include <optional>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN
MIXAUG_WIDE_LOOPS

namespace mixaug::augment {
namespace detail {

/// Memory of one thread: packed pixels, two images of floats between passes, the rows of a blur, and those of a field.
struct apply_scratch {
  std::size_t packed = 0, between = 0, ring = 0, field = 0;  ///< bytes of each
  std::byte* base = nullptr;

  std::size_t bytes() const noexcept { return packed + 2 * between + ring + field; }
  std::byte* packed_pixels() const noexcept { return base; }
  float* image(int which) const noexcept {
    return reinterpret_cast<float*>(base + packed + static_cast<std::size_t>(which) * between);
  }
  float* ring_rows() const noexcept { return reinterpret_cast<float*>(base + packed + 2 * between); }
  float* field_rows() const noexcept { return reinterpret_cast<float*>(base + packed + 2 * between + ring); }
};

/// A fill within the limits of T.
template <class T>
float fill_of(float v) noexcept {
  return limits_of<T>::limited ? held(v, limits_of<T>::least, limits_of<T>::most) : v;
}

/// Copies elements of any type, with their bits, for a map that is exact.
template <class T>
void copy_elements(image<T const> const& from, image<T> const& to, fixed_map const& map, sampling const& how,
                   bool ids) noexcept {
  for (index_t c = 0; c < to.channels; ++c) {
    T outside{};
    if constexpr (mixaug::detail::is_pixel<T>)
      if (!ids) outside = element_of<T>(fill_of<T>(how.fill.at(c)));
    for (index_t y = 0; y < to.height; ++y) {
      std::int64_t const at_x = map.x0 + y * map.xy, at_y = map.y0 + y * map.yy;
      span const all{0, static_cast<int>(to.width)};
      span in = clipped(all, at_x, map.xx, 0, from.width * fixed_map::one);
      in = clipped(in, at_y, map.yx, 0, from.height * fixed_map::one);
      T* const o = to.at(c, y, 0);
      auto const beyond = [&](int begin, int end) {
        for (int k = begin; k < end; ++k) {
          index_t const px = (at_x + k * map.xx) >> fixed_map::bits, py = (at_y + k * map.yx) >> fixed_map::bits;
          o[k * to.column] =
              how.border == border::constant
                  ? outside
                  : *from.at(map.channel(c), inside(py, from.height, how.border), inside(px, from.width, how.border));
        }
      };
      beyond(0, in.begin);
      beyond(in.end, all.end);
      if (in.empty()) continue;
      index_t const step = (map.xx >> fixed_map::bits) * from.column + (map.yx >> fixed_map::bits) * from.row;
      T const* const p = from.at(map.channel(c), (at_y + in.begin * map.yx) >> fixed_map::bits,
                                 (at_x + in.begin * map.xx) >> fixed_map::bits);
      index_t const n = in.end - in.begin;
      T* const first = o + in.begin * to.column;
      if (step == 1 && to.column == 1)
        std::memcpy(static_cast<void*>(first), static_cast<void const*>(p), static_cast<std::size_t>(n) * sizeof(T));
      else if (step == -1 && to.column == 1)
        for (index_t k = 0; k < n; ++k) first[k] = p[-k];
      else
        for (index_t k = 0; k < n; ++k) first[k * to.column] = p[k * step];
    }
  }
}
/// The same for interleaved channels, pixel by pixel.
template <class T>
void copy_pixels(image<T const> const& from, image<T> const& to, fixed_map const& map) noexcept {
  index_t const px = to.channels;
  index_t const step = (map.xx >> fixed_map::bits) * from.column + (map.yx >> fixed_map::bits) * from.row;
  for (index_t y = 0; y < to.height; ++y) {
    T const* const p = from.at(0, (map.y0 + y * map.yy) >> fixed_map::bits, (map.x0 + y * map.xy) >> fixed_map::bits);
    T* MIXAUG_RESTRICT const o = to.at(0, y, 0);
    if (step == px)
      std::memcpy(static_cast<void*>(o), static_cast<void const*>(p),
                  static_cast<std::size_t>(to.width * px) * sizeof(T));
    else if (sizeof(T) == 1 && px == 3 && to.width > 2) {
      if constexpr (std::is_same_v<T, std::uint8_t>)
        if (step == -3 && simd::mirror_rgb(p, to.width, o) == to.width) continue;
      // four bytes at a time, of which the next pixel overwrites the last one; the ends by three
      std::memcpy(static_cast<void*>(o), static_cast<void const*>(p), 3);
      for (index_t x = 1; x < to.width - 1; ++x)
        std::memcpy(static_cast<void*>(o + 3 * x), static_cast<void const*>(p + x * step), 4);
      index_t const last = to.width - 1;
      std::memcpy(static_cast<void*>(o + 3 * last), static_cast<void const*>(p + last * step), 3);
    } else if (px == 3)
      for (index_t x = 0; x < to.width; ++x)
        for (index_t c = 0; c < 3; ++c) o[3 * x + c] = p[x * step + c];
    else
      for (index_t x = 0; x < to.width; ++x)
        for (index_t c = 0; c < px; ++c) o[px * x + c] = p[x * step + c];
  }
}
/// True if all of the output lies inside the input.
inline bool stays_inside(fixed_map const& m, index_t in_h, index_t in_w, index_t out_h, index_t out_w) noexcept {
  for (index_t y : {index_t{0}, out_h - 1})
    for (index_t x : {index_t{0}, out_w - 1}) {
      index_t const px = (m.x0 + y * m.xy + x * m.xx) >> fixed_map::bits,
                    py = (m.y0 + y * m.yy + x * m.yx) >> fixed_map::bits;
      if (px < 0 || py < 0 || px >= in_w || py >= in_h) return false;
    }
  return true;
}

/// Calls act(t) for the tiles of an image that a reader has read and stages have changed, row by row. The channels of a
/// tile are neighbours: of a volume, slices of one channel.
template <class Read, class Act>
void each_tile(Read read, stage_list const& stages, image_facts const& of, Act const& act) noexcept {
  tile t;
  channel_groups const groups = channel_groups::of(of, tile::most_channels);
  for (index_t g = 0; g < groups.count(); ++g) {
    t.channel = groups.first(g);
    t.channels = groups.size(g);
    each_area(of.height, of.width, [&](tile_area const& area) {
      static_cast<tile_area&>(t) = area;
      read(t);
      stages(t);
      act(t);
    });
  }
}
/// Takes one image through its reader and stages into `to`; the means that stages need are taken first.
template <class Read, class Out>
void run_tiles(Read const& read, stage_list stages, image<Out> const& to) noexcept {
  image_facts of{to.channels, to.height, to.width};
  of.kind = stages.compiled.in.kind;
  of.depth = stages.own.out.depth;
  auto const pass = [&](stage_list const& list, channel_sums* sums) {  // one loop for both, which compiles once
    each_tile(read, list, of, [&](tile& t) {
      if (sums != nullptr)
        sums->add(t);
      else
        write_tile(t, to);
    });
  };
  float means[2 * chain::most + 1];
  stages.means = means;
  for (std::size_t k = stages.own.stage; k < stages.own.last_stage; ++k) {
    stage const& s = stages.compiled.stages[k];
    if (s.kind != stage_kind::contrast || is_identity(s, stages.numbers + s.first)) continue;
    channel_sums sums;
    pass(stages.before(k), &sums);
    means[k - stages.own.stage] = sums.mean(of);
  }
  pass(stages, nullptr);
}

/// Calls act(i, to, scratch) for the images of one of `lanes` lanes: the place of image i in the output, and the lane's
/// part of the scratch.
template <class U, class Act>
void each_of_lane(index_t lane, index_t lanes, index_t images, apply_scratch const& scratch, image<U> const& out,
                  index_t out_sample, Act const& act) noexcept {
  apply_scratch mine = scratch;
  mine.base += static_cast<std::size_t>(lane) * scratch.bytes();
  for (index_t i = lane * images / lanes; i < (lane + 1) * images / lanes; ++i) {
    image<U> to = out;
    to.data += i * out_sample;
    act(i, to, mine);
  }
}

/// Takes the images of a batch through their chain, one after the other.
template <class T, class U>
struct apply_body {
  plan const& own;
  image<T const> in;
  image<U> out;
  index_t in_sample, out_sample;
  apply_scratch scratch;
  index_t lanes;

  /// The images of one lane.
  void operator()(index_t lane) const noexcept {
    each_of_lane(lane, lanes, own.rows(), scratch, out, out_sample,
                 [this](index_t i, image<U> const& to, apply_scratch const& mine) { one(i, to, mine); });
  }
  /// Takes image i into `to`.
  void one(index_t i, image<U> const& to, apply_scratch const& mine) const noexcept {
    compiled_chain const& c = plan_writer::compiled(own);
    image<T const> from = in;
    from.data += i * in_sample;
    std::size_t const passes = c.passes.size();
    if constexpr (std::is_same_v<T, U>)
      if (passes == 1 && copied(i, from, to)) return;
    for (std::size_t k = 0; k < passes; ++k) {
      if (passes == 1)
        run(i, k, from, to, mine);
      else if (k == 0)
        run(i, k, from, between(mine.image(0), c.passes[k].out), mine);
      else if (k + 1 == passes)
        run(i, k, constant(between(mine.image((k + 1) % 2), c.passes[k].in)), to, mine);
      else
        run(i, k, constant(between(mine.image((k + 1) % 2), c.passes[k].in)),
            between(mine.image(k % 2), c.passes[k].out), mine);
    }
  }

 private:
  static image<float> between(float* data, image_facts const& f) noexcept {
    return {data, f.height * f.width, f.width, 1, f.height, f.width, f.channels};
  }
  static image<float const> constant(image<float> const& v) noexcept {
    return {v.data, v.plane, v.row, v.column, v.height, v.width, v.channels};
  }
  stage_list stages_of(index_t i, std::size_t k) const noexcept {
    compiled_chain const& c = plan_writer::compiled(own);
    return {own.chain(),    c,
            c.passes[k],    plan_writer::numbers(own, i),
            own.drawn_with, static_cast<std::uint64_t>(own.drawn_with.first + i)};
  }
  /// Copies the image if its only pass does no more, or only sets pixels of bytes then.
  bool copied(index_t i, image<T const> const& from, image<T> const& to) const noexcept {
    compiled_chain const& c = plan_writer::compiled(own);
    fixed_map const& map = plan_writer::maps(own, i)[0];
    if (!map.exact || c.passes[0].blur >= 0) return false;
    stage_list const stages = stages_of(i, 0);
    if (!stages.leave(std::is_same_v<T, std::uint8_t>)) return false;
    bool const pixels = from.interleaved() && to.interleaved() && map.keeps_channels() &&
                        stays_inside(map, from.height, from.width, to.height, to.width);
    // some rows at a time, whose pixels are set while they are in the cache
    index_t const rows = stages.leave(false) ? to.height : mixaug::detail::greater(1, 16384 / (to.width * to.channels));
    for (index_t y = 0; y < to.height; y += rows) {
      image<T> part = to;
      part.data = to.at(0, y, 0);
      part.height = mixaug::detail::lesser(rows, to.height - y);
      fixed_map const there = map.from_row(y);
      if (pixels)
        copy_pixels(from, part, there);
      else
        copy_elements(from, part, there, c.passes[0].how, false);
      if constexpr (std::is_same_v<T, std::uint8_t>) stages.set_pixels(to, y, y + part.height);
    }
    return true;
  }
  template <class In, class Out>
  void run(index_t i, std::size_t k, image<In const> const& from, image<Out> const& to,
           apply_scratch const& mine) const noexcept {
    compiled_chain const& c = plan_writer::compiled(own);
    pass const& q = c.passes[k];
    fixed_map const& map = plan_writer::maps(own, i)[k];
    stage_list stages = stages_of(i, k);
    if constexpr (limits_of<Out>::limited) stages.leave_clip_to_writing(limits_of<Out>::least, limits_of<Out>::most);
    float const* const kernel = plan_writer::numbers(own, i) + q.kernel;
    if constexpr (std::is_same_v<In, std::uint8_t> && std::is_same_v<Out, std::uint8_t>)
      if (q.blur >= 0 && byte_kernel::serves(q.how, kernel, q.is_normal) && stages.leave(true)) {
        byte_blur(from, q.how, byte_kernel(kernel, q.is_normal), reinterpret_cast<std::int16_t*>(mine.ring_rows()))(to);
        return stages.set_pixels(to, 0, to.height);
      }
    if (q.blur >= 0)
      run_tiles(filter_reader<In>(from, q.how, q.is_normal, kernel, q.reach, mine.ring_rows()), stages, to);
    else
      read(reader<In>{from, q.how, map, packed(q, map, from, mine), plan_writer::warps(own, i, k), nullptr},
           mine.field_rows(), stages, to);
  }
  template <class In, class Out>
  static void read(reader<In> from, float* field_rows, stage_list const& stages, image<Out> const& to) noexcept {
    std::optional<spline_rows> field;
    double const* const spline = from.map.warped ? from.warps.spline() : nullptr;
    if (spline != nullptr) from.field = &field.emplace(spline, from.warps.nodes(), to.width, field_rows);
    if constexpr (std::is_same_v<In, std::uint8_t> && std::is_same_v<Out, std::uint8_t>)
      if (from.writes_bytes() && stages.leave(true)) {
        from.write(to);
        return stages.set_pixels(to, 0, to.height);
      }
    run_tiles(from, stages, to);
  }
  template <class In>
  static packed_image packed(pass const& q, fixed_map const& map, image<In const> const& from,
                             apply_scratch const& mine) noexcept {
    if constexpr (std::is_same_v<In, std::uint8_t>) {
      if (mine.packed == 0 || map.exact || !map.keeps_channels()) return {};
      packed_image const p = pack(from, packed_image::rim_of(q.how.interpolation), mine.packed_pixels());
      write_rim(p, from.height, from.width, from.channels, q.how);
      return p;
    }
    (void)q, (void)map, (void)from, (void)mine;
    return {};
  }
};

/// Memory that apply needs for a lane: packed pixels only for bytes of 2 to 4 channels that are read between pixels.
template <class T>
apply_scratch scratch_of(compiled_chain const& c) noexcept {
  apply_scratch s;
  pass const& first = c.passes.front();
  if (std::is_same_v<T, std::uint8_t> && packed_image::possible && first.in.channels >= 2 && first.in.channels <= 4 &&
      first.how.interpolation != augment::interpolation::nearest && first.how.byte_fill && first.last > first.step &&
      first.in.height < longest_side && first.in.width < longest_side &&
      first.in.height * first.in.width < (index_t{1} << 30))
    s.packed = mixaug::detail::aligned(
        packed_image::bytes(first.in.height, first.in.width, packed_image::rim_of(first.how.interpolation)));
  index_t most = 0;
  for (std::size_t k = 0; k + 1 < c.passes.size(); ++k)
    most = mixaug::detail::greater(most, c.passes[k].out.height * c.passes[k].out.width * c.passes[k].out.channels);
  index_t ring = 0;
  for (pass const& q : c.passes)
    if (q.blur >= 0)
      ring = mixaug::detail::greater(ring, ring_size::of(q.in, q.reach).floats() * index_t{sizeof(float)});
  if (std::is_same_v<T, std::uint8_t> && first.blur >= 0)
    ring = mixaug::detail::greater(ring,
                                   byte_ring(first.in.height, first.in.width, first.in.channels, first.reach).bytes());
  s.ring = mixaug::detail::aligned(ring);
  index_t field = 0;
  for (pass const& q : c.passes)
    if (q.last_warp > q.warp && c.warps[q.last_warp - 1].kind == warp_kind::spline)
      field = mixaug::detail::greater(field, spline_rows::floats(q.out.width) * index_t{sizeof(float)});
  s.field = mixaug::detail::aligned(field);
  s.between = mixaug::detail::aligned(most * index_t{sizeof(float)});
  return s;
}

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END

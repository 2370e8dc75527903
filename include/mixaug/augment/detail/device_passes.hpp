// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/apply_body.hpp>
#include <mixaug/augment/detail/device_pixel.hpp>
#include <mixaug/backend/backend.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN

/// The passes of a chain on a device: one kernel a pass, a thread a pixel. A blur by a normal kernel has one before it,
/// for its rows; contrast about the mean has two, for the sums of tiles and for the mean.
namespace mixaug::augment {
namespace detail {

/// A list in the memory of a plan.
template <class T>
struct plan_list {
  T* data = nullptr;
  index_t size = 0;
};

/// What a pass does to places.
struct device_geometry {
  augment::border border;
  bool moves;             ///< has geometric steps
  int warps;              ///< items of its map
  index_t height, width;  ///< of what it reads
  index_t warp;           ///< the first item
};

/// What a plan holds in the memory of a device.
struct device_columns {
  plan_list<fixed_map> maps;             ///< for each image and pass
  plan_list<float> numbers;              ///< as those of plan
  plan_list<double> doubles;             ///< as those of plan
  plan_list<std::uint8_t> active;        ///< for each image and stage, whether it changes the image
  plan_list<std::uint8_t> copied;        ///< for each image, whether it is copied with its bits
  plan_list<device_stage> stages;        ///< of all passes
  plan_list<warp_item> warps;            ///< of all passes
  plan_list<device_geometry> geometry;   ///< of all passes
  plan_list<key> draws;                  ///< the plan's key
  plan_list<std::uint8_t> byte_blurs;    ///< for each image, whether a chain that is one blur takes bytes to bytes
  plan_list<std::int32_t> byte_kernels;  ///< for each image of such a chain, its byte_kernel: the shift, and weights

  template <class Layout>
  void lay_out(Layout& to, compiled_chain const& c, index_t rows) {
    index_t const stages_of = static_cast<index_t>(c.stages.size());
    to(maps, rows * static_cast<index_t>(c.passes.size()));
    to(numbers, rows * c.numbers_width);
    to(doubles, rows * c.doubles_width);
    to(active, rows * stages_of);
    to(copied, rows);
    to(stages, stages_of);
    to(warps, static_cast<index_t>(c.warps.size()));
    to(geometry, static_cast<index_t>(c.passes.size()));
    to(draws, 1);
    bool const blurs = c.passes.size() == 1 && c.passes[0].blur >= 0;
    to(byte_blurs, blurs ? rows : 0);
    to(byte_kernels, blurs ? rows * byte_kernel_width(c.passes[0]) : 0);
  }
  /// The shift, and the weights of a normal kernel from the middle, or of all cells of a line.
  static index_t byte_kernel_width(pass const& q) noexcept {
    index_t const reach = q.reach, side = 2 * reach + 1;
    return 1 + (q.is_normal ? reach + 1 : side * side);
  }
};

/// Images between passes, and what passes leave for each other, of all rows at once.
struct device_scratch {
  plan_list<float> between[2];  ///< images of floats, planes without gaps
  plan_list<float> along;       ///< rows that are blurred along x
  plan_list<double> sums;       ///< for each image: for each tile and channel, eight sums
  plan_list<float> means;       ///< for each image and stage

  template <class Layout>
  void lay_out(Layout& to, compiled_chain const& c, index_t rows) {
    std::size_t const passes = c.passes.size();
    index_t most = 0, blurred = 0, summed = 0;
    for (std::size_t k = 0; k < passes; ++k) {
      pass const& q = c.passes[k];
      index_t const in = q.in.channels * q.in.height * q.in.width, out = q.out.channels * q.out.height * q.out.width;
      if (k + 1 < passes) most = mixaug::detail::greater(most, out);
      if (q.blur >= 0 && q.is_normal) blurred = mixaug::detail::greater(blurred, in);
      for (std::size_t s = q.stage; s < q.last_stage; ++s)
        if (c.stages[s].kind == stage_kind::contrast) summed = mixaug::detail::greater(summed, sums_of(q.out));
    }
    to(between[0], rows * most);
    to(between[1], passes > 2 ? rows * most : 0);
    to(along, rows * blurred);
    to(sums, rows * summed);
    to(means, summed > 0 ? rows * static_cast<index_t>(c.stages.size()) : 0);
  }
  static index_t tiles_of(image_facts const& f) noexcept {
    tile_shape const shape(f.width);
    return mixaug::detail::ceil_div(f.height, shape.rows) * mixaug::detail::ceil_div(f.width, shape.width);
  }
  static index_t sums_of(image_facts const& f) noexcept { return tiles_of(f) * f.channels * channel_sums::lanes; }
};

/// One pass of a batch.
template <class T, class U>
struct device_pass {
  image<T const> in;
  image<U> out;
  index_t in_sample = 0, out_sample = 0;
  device_columns columns;
  float const* along = nullptr;
  float* means = nullptr;
  sampling how;
  index_t number = 0, passes = 0;  ///< of this pass, of all
  index_t numbers_width = 0, doubles_width = 0, kernel = 0;
  index_t warp = 0;
  int warps = 0;
  int stage = 0, last_stage = 0, stages = 0;  ///< of this pass; of all
  bool blurs = false, is_normal = false, is_rgb = false;
  bool flat = false;   ///< one plane for all channels: a mask
  bool bytes = false;  ///< from bytes to bytes
  index_t byte_kernel_width = 0;
  image_facts facts;  ///< of what it gives
  float range = 1.0f;

  MIXAUG_HD image<T const> source(index_t i) const noexcept {
    image<T const> v = in;
    v.data += i * in_sample;
    return v;
  }
  MIXAUG_HD image<U> target(index_t i) const noexcept {
    image<U> v = out;
    v.data += i * out_sample;
    return v;
  }
  MIXAUG_HD float const* numbers(index_t i) const noexcept { return columns.numbers.data + i * numbers_width; }
  MIXAUG_HD fixed_map map(index_t i) const noexcept {
    fixed_map const& m = columns.maps.data[i * passes + number];
    return flat ? m.in_plane() : m;
  }
  MIXAUG_HD pixel_reader<T> reader(index_t i) const noexcept {
    return {source(i), how, map(i),
            warp_list{columns.warps.data + warp, warps, columns.doubles.data + i * doubles_width, numbers(i)}};
  }
  MIXAUG_HD blur_reader<T> blur(index_t i) const noexcept {
    float const* const rows = along == nullptr ? nullptr : along + i * in.channels * in.height * in.width;
    bool const takes_bytes = bytes && columns.byte_blurs.size > 0 && columns.byte_blurs.data[i] != 0;
    return {source(i),
            rows,
            how,
            is_normal,
            numbers(i) + kernel,
            takes_bytes ? columns.byte_kernels.data + i * byte_kernel_width : nullptr};
  }
  MIXAUG_HD pixel_stages stages_of(index_t i) const noexcept {
    key const* const draws = columns.draws.data;
    return {columns.stages.data,
            columns.active.data + i * stages,
            numbers(i),
            means == nullptr ? nullptr : means + i * stages,
            draws,
            static_cast<std::uint64_t>(draws->first + i),
            range,
            is_rgb,
            out.height,
            out.width};
  }
  /// Whether stage k changes image i.
  MIXAUG_HD bool is_active(index_t i, int k) const noexcept { return columns.active.data[i * stages + k] != 0; }
  /// Reads a pixel and takes it through the stages before `end`.
  template <int Most>
  MIXAUG_HD void pixel(index_t i, pixel_place const& at, int end, pixel_values<Most>& v) const noexcept {
    if (blurs)
      blur(i)(at, v);
    else
      reader(i)(at, v);
    stages_of(i)(stage, end, at, v);
  }
};

/// The thread of a pixel of the output. `Most` channels at a time; images of more are taken by as many threads.
template <class T, class U, int Most>
struct pass_threads {
  device_pass<T, U> own;

  channel_groups groups = channel_groups::of(own.facts, Most);

  index_t count() const noexcept { return own.out.height * own.out.width * groups.count(); }
  MIXAUG_HD index_t begin(index_t i) const noexcept { return i; }
  MIXAUG_HD void operator()(index_t i, index_t k) const noexcept {
    index_t const plane = own.out.height * own.out.width, group = mixaug::detail::quotient(k, plane),
                  place = k - group * plane;
    pixel_place at;
    at.y = mixaug::detail::quotient(place, own.out.width);
    at.x = place - at.y * own.out.width;
    at.channel = groups.first(group);
    at.channels = groups.size(group);
    image<U> const to = own.target(i);
    if constexpr (std::is_same_v<T, U>)
      if (own.passes == 1 && own.columns.copied.data[i] != 0) return copy(i, at, to);
    pixel_values<Most> v;
    own.pixel(i, at, own.last_stage, v);
    each_channel<Most>(at.channels, [&](int c) { *to.at(at.channel + c, at.y, at.x) = element(v[c]); });
  }

 private:
  MIXAUG_HD static U element(float v) noexcept {
    if constexpr (limits_of<U>::limited) v = held(v, limits_of<U>::least, limits_of<U>::most);
    return element_of<U>(v);
  }
  /// The pixel with its bits.
  MIXAUG_HD void copy(index_t i, pixel_place const& at, image<U> const& to) const noexcept {
    if constexpr (std::is_same_v<T, U>) {
      fixed_map const map = own.map(i);
      index_t x = (map.x0 + at.y * map.xy + at.x * map.xx) >> fixed_map::bits,
              y = (map.y0 + at.y * map.yy + at.x * map.yx) >> fixed_map::bits;
      bool const outside = x < 0 || y < 0 || x >= own.in.width || y >= own.in.height;
      bool const fills = outside && own.how.border == border::constant;
      if (outside && !fills) {
        x = inside(x, own.in.width, own.how.border);
        y = inside(y, own.in.height, own.how.border);
      }
      image<T const> const from = own.source(i);
      index_t const first = map.channel(at.channel);
      for (int c = 0; c < at.channels; ++c)
        *to.at(at.channel + c, at.y, at.x) = fills ? element(own.how.fill.at(c)) : *from.at(first + map.zz * c, y, x);
    }
  }
};

/// Rows of an image blurred along x; a thread an element.
template <class T>
struct along_threads {
  device_pass<T, float> own;
  float* to;

  index_t count() const noexcept { return own.in.channels * own.in.height * own.in.width; }
  MIXAUG_HD index_t begin(index_t i) const noexcept { return i; }
  MIXAUG_HD void operator()(index_t i, index_t k) const noexcept {
    index_t const line = mixaug::detail::quotient(k, own.in.width), x = k - line * own.in.width;
    index_t const channel = mixaug::detail::quotient(line, own.in.height), y = line - channel * own.in.height;
    int const c = static_cast<int>(channel % tile::most_channels);
    to[i * (own.in.channels * own.in.height * own.in.width) + k] = own.blur(i).first_sum(channel, c, y, x);
  }
};

/// Sums of the tiles of an image before stage `end`; a thread a tile, a group of channels and a lane of the sums.
template <class T>
struct sum_threads {
  device_pass<T, float> own;
  int end;
  double* sums;
  index_t width;  ///< sums of an image
  channel_groups groups = channel_groups::of(own.facts, tile::most_channels);

  index_t count() const noexcept {
    return width / (own.out.channels * channel_sums::lanes) * groups.count() * channel_sums::lanes;
  }
  MIXAUG_HD index_t begin(index_t i) const noexcept { return i; }
  MIXAUG_HD void operator()(index_t i, index_t k) const noexcept {
    if (!own.is_active(i, end)) return;
    constexpr int most = tile::most_channels, lanes = channel_sums::lanes;
    tile_shape const shape(own.out.width);
    index_t const tiles_along = mixaug::detail::ceil_div(own.out.width, shape.width),
                  tiles = tiles_along * mixaug::detail::ceil_div(own.out.height, shape.rows);
    index_t const lane = k % lanes, which = k / lanes, group = which / tiles, number = which - group * tiles;
    index_t const y0 = number / tiles_along * shape.rows, x0 = number % tiles_along * shape.width;
    index_t const wide = mixaug::detail::lesser(shape.width, own.out.width - x0),
                  pixels = wide * mixaug::detail::lesser(shape.rows, own.out.height - y0);
    pixel_place at;
    at.channel = groups.first(group);
    at.channels = groups.size(group);
    double sum[most] = {};
    MIXAUG_ROLLED
    for (index_t p = lane; p < pixels; p += lanes) {
      at.y = y0 + p / wide;
      at.x = x0 + p % wide;
      pixel_values<most> v;
      own.pixel(i, at, end, v);
      MIXAUG_ROLLED
      for (int c = 0; c < at.channels; ++c) sum[c] += static_cast<double>(v[c]);
    }
    double* const to = sums + i * width + (tiles * at.channel + number * at.channels) * lanes;
    for (int c = 0; c < at.channels; ++c) to[c * lanes + lane] = sum[c];
  }
};

/// The mean of an image from the sums of its tiles, in the order of the tiles.
struct mean_threads {
  double const* sums;
  index_t width;
  image_facts of;
  std::uint8_t const* active;
  float* means;
  index_t stages;
  channel_groups groups;

  MIXAUG_HD index_t begin(index_t i) const noexcept { return i; }
  MIXAUG_HD void operator()(index_t i, index_t) const noexcept {
    if (active[i * stages] == 0) return;
    constexpr int lanes = channel_sums::lanes;
    double const* from = sums + i * width;
    index_t const tiles = width / (of.channels * lanes);
    channel_sums all;
    for (index_t g = 0; g < groups.count(); ++g) {
      int const many = groups.size(g);
      for (index_t t = 0; t < tiles; ++t)
        for (int c = 0; c < many; ++c, from += lanes) all.add(c, from);
    }
    means[i * stages] = all.mean(of);
  }
};

/// Pass k of a chain, from a batch to a batch.
template <class In, class Out>
device_pass<In, Out> pass_of(compiled_chain const& c, std::size_t k, device_columns const& columns,
                             device_scratch const& scratch, operands<In, Out> const& v) {
  pass const& q = c.passes[k];
  device_pass<In, Out> p;
  p.in = v.in;
  p.out = v.out;
  p.in_sample = v.in_sample;
  p.out_sample = v.out_sample;
  p.columns = columns;
  p.along = scratch.along.data;
  p.means = scratch.means.data;
  p.how = q.how;
  p.number = static_cast<index_t>(k);
  p.passes = static_cast<index_t>(c.passes.size());
  p.numbers_width = c.numbers_width;
  p.doubles_width = c.doubles_width;
  p.kernel = q.kernel;
  p.warp = static_cast<index_t>(q.warp);
  p.warps = static_cast<int>(q.last_warp - q.warp);
  p.stage = static_cast<int>(q.stage);
  p.last_stage = static_cast<int>(q.last_stage);
  p.stages = static_cast<int>(c.stages.size());
  p.blurs = q.blur >= 0;
  p.is_normal = q.is_normal;
  p.is_rgb = c.in.is_rgb();
  p.range = c.in.range;
  p.bytes = std::is_same_v<In, std::uint8_t> && std::is_same_v<Out, std::uint8_t>;
  p.byte_kernel_width = device_columns::byte_kernel_width(q);
  p.facts = q.out;
  return p;
}
/// A batch of floats in scratch, planes without gaps.
inline image<float> floats_of(plan_list<float> const& memory, image_facts const& f) noexcept {
  return {memory.data, f.height * f.width, f.width, 1, f.height, f.width, f.channels};
}
inline index_t floats_of(image_facts const& f) noexcept { return f.channels * f.height * f.width; }
inline image<float const> constant(image<float> const& v) noexcept {
  return {v.data, v.plane, v.row, v.column, v.height, v.width, v.channels};
}
/// Runs the threads of one pass.
template <class Backend, class In, class Out>
void launch_pass(Backend const& be, device_pass<In, Out> const& p, index_t rows) {
  auto const launch = [&](auto const& job) { be.launch(job, rows, job.count()); };
  if (p.out.channels == 3 && channel_groups::of(p.facts, tile::most_channels).count() == 1)
    launch(pass_threads<In, Out, 3>{p});
  else
    launch(pass_threads<In, Out, tile::most_channels>{p});
}

/// Runs the passes of a plan on a device.
template <class Backend>
class device_passes {
 public:
  device_passes(Backend const& be, compiled_chain const& c, index_t rows, device_columns const& columns,
                device_scratch const& scratch)
      : be_(be), c_(c), rows_(rows), columns_(columns), scratch_(scratch) {}

  template <class T, class U>
  void operator()(operands<T, U> const& v) const {
    std::size_t const passes = c_.passes.size();
    for (std::size_t k = 0; k < passes; ++k) {
      pass const& q = c_.passes[k];
      image<float> const from = floats_of(scratch_.between[(k + 1) % 2], q.in),
                         to = floats_of(scratch_.between[k % 2], q.out);
      bool const first = k == 0, last = k + 1 == passes;
      if (first && last)
        run(k, v);
      else if (first)
        run(k, operands<T, float>{v.in, to, v.in_sample, floats_of(q.out)});
      else if (last)
        run(k, operands<float, U>{constant(from), v.out, floats_of(q.in), v.out_sample});
      else
        run(k, operands<float, float>{constant(from), to, floats_of(q.in), floats_of(q.out)});
    }
  }

 private:
  template <class In, class Out>
  void run(std::size_t k, operands<In, Out> const& v) const {
    pass const& q = c_.passes[k];
    image<float> unwritten;  // of the right size
    unwritten.height = q.out.height;
    unwritten.width = q.out.width;
    unwritten.channels = q.out.channels;
    auto reads = pass_of<In, float>(c_, k, columns_, scratch_, {v.in, unwritten, v.in_sample, 0});
    auto const whole = pass_of(c_, k, columns_, scratch_, v);
    reads.bytes = whole.bytes;
    if (q.blur >= 0 && q.is_normal) launch(along_threads<In>{reads, scratch_.along.data});
    for (int s = reads.stage; s < reads.last_stage; ++s)
      if (c_.stages[static_cast<std::size_t>(s)].kind == stage_kind::contrast) take_means(reads, s, q.out);
    launch_pass(be_, whole, rows_);
  }
  template <class In>
  void take_means(device_pass<In, float> const& reads, int s, image_facts of_pass) const {
    of_pass.kind = c_.in.kind;
    index_t const width = device_scratch::sums_of(of_pass);
    launch(sum_threads<In>{reads, s, scratch_.sums.data, width});
    be_.launch(mean_threads{scratch_.sums.data, width, of_pass, columns_.active.data + s, scratch_.means.data + s,
                            static_cast<index_t>(c_.stages.size()), channel_groups::of(of_pass, tile::most_channels)},
               rows_, index_t{1});
  }
  template <class Job>
  void launch(Job const& job) const {
    be_.launch(job, rows_, job.count());
  }

  Backend const& be_;
  compiled_chain const& c_;
  index_t rows_;
  device_columns const& columns_;
  device_scratch const& scratch_;
};

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END

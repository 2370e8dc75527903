// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <mixaug/augment/detail/affine_map.hpp>
#include <mixaug/augment/detail/colour_map.hpp>
#include <mixaug/augment/detail/kernels.hpp>
#include <mixaug/augment/detail/warps.hpp>

MIXAUG_EXACT_BEGIN

/// A chain as it is applied. A pass reads an image through one map, or through a blur, and takes each pixel through a
/// list of stages.
namespace mixaug::augment {
namespace detail {

/// What a stage does to the pixels of one image, with the numbers that planning made for it.
enum class stage_kind : unsigned char {
  scale,     ///< v' = a v + b of each channel: 8 numbers a, 8 numbers b
  matrix,    ///< v' = A v + b of three channels: the rows of (A | b), 12 numbers
  power,     ///< gamma: its exponent
  vignette,  ///< strength, 1 / half diagonal in pixels, radius, 1 / (1 - radius)
  normal,    ///< gaussian_noise: sigma
  extremes,  ///< salt_and_pepper: two thresholds of 16 random bits, of salt, and of both
  box,       ///< occlusion: y0, y1, x0, x1
  clip,      ///< to [0, range]
  contrast,  ///< about the mean: rows of (A | 0), or a in the first number; the part of the mean that is added
  counted    ///< salt_and_pepper, exactly: a threshold of 16 random bits, of salt; how many; a bit for each pixel
};
inline constexpr int numbers_of_stage[] = {16, 12, 1, 4, 1, 2, 4, 0, 13, 2};

struct stage {
  stage_kind kind;
  int step = 0;       ///< the step, the first one where several are one stage
  int last = 0;       ///< the step behind the last one
  index_t first = 0;  ///< the first of its numbers
};

/// How a map reads pixels.
struct sampling {
  augment::interpolation interpolation = augment::interpolation::bilinear;
  augment::border border = augment::border::constant;
  per_channel fill = 0.0f;
  float antialias = 0.0f;
  bool byte_fill = true;  ///< the fill is a byte in every channel, or none is read
};

struct pass {
  int step = 0, last = 0;  ///< its geometric steps [step, last)
  image_facts in, out;
  sampling how;
  std::size_t stage = 0, last_stage = 0;
  int blur = -1;                        ///< the step that blurs what the pass reads; -1 = none
  int reach = 0;                        ///< how far its kernel reaches at most
  index_t kernel = 0;                   ///< the first number of the kernel
  bool is_normal = false;               ///< a normal kernel, else a line
  std::size_t warp = 0, last_warp = 0;  ///< items of its map, where one step is no affine map
};

struct compiled_chain {
  image_facts in, out;
  std::vector<pass> passes;
  std::vector<stage> stages;
  std::vector<warp_item> warps;
  int drawn_first[chain::most + 1] = {};
  image_facts facts[chain::most + 1] = {};  ///< of what each step gets
  index_t drawn_width = 0, numbers_width = 0, doubles_width = 0;
  bool normalises = false;
  bool of_features = false;  ///< passes are of hidden features, and the facts of their images (augment/rescaled.hpp)

  /// Empties it, and keeps its memory.
  void clear() noexcept {
    passes.clear();
    stages.clear();
    warps.clear();
    drawn_width = numbers_width = doubles_width = 0;
    normalises = false;
    of_features = false;
  }
};

/// True if the fill is a byte in every channel, or none is read.
inline bool fills_with_bytes(sampling const& how, index_t channels) noexcept {
  if (how.border != border::constant) return true;
  for (index_t c = 0; c < channels; ++c) {
    float const v = how.fill.at(c);
    if (!(v >= 0.0f && v <= 255.0f && v == static_cast<float>(static_cast<std::int32_t>(v)))) return false;
  }
  return true;
}

/// How a geometric step reads, and which of it matters: others may be joined to it.
struct sampling_need {
  sampling how;
  bool interpolates = false, leaves = false;  ///< reads between pixels; reads beyond the border
  bool warps = false;                         ///< never antialiased
};
inline sampling_need need_of(crop const& s) noexcept {
  return {{augment::interpolation::bilinear, s.padding_mode, s.fill, 0.0f}, false, s.padding > 0};
}
inline sampling_need need_of(flip const&) noexcept { return {}; }
inline sampling_need need_of(resized_crop const& s) noexcept {
  return {{s.interpolation, augment::border::edge, 0.0f, s.antialias}, true, true};
}
inline sampling_need need_of(affine const& s) noexcept {
  return {{s.interpolation, s.border, s.fill, s.antialias}, true, true};
}
template <class S>
requires is_warp<S> sampling_need need_of(S const& s)
noexcept { return {{s.interpolation, s.border, s.fill, 0.0f}, true, true, true}; }
/// Joins two needs; returns false if one map cannot serve both.
inline bool join(sampling_need& all, sampling_need const& next) noexcept {
  if (all.interpolates && next.interpolates) {
    if (all.how.interpolation != next.how.interpolation) return false;
    if (!all.warps && !next.warps && all.how.antialias != next.how.antialias) return false;
  }
  if (all.leaves && next.leaves && (all.how.border != next.how.border || !(all.how.fill == next.how.fill)))
    return false;
  if (next.interpolates) {
    all.how.interpolation = next.how.interpolation;
    if (!next.warps) all.how.antialias = next.how.antialias;
  }
  all.warps = all.warps || next.warps;
  if (next.leaves) {
    all.how.border = next.how.border;
    all.how.fill = next.how.fill;
  }
  all.interpolates = all.interpolates || next.interpolates;
  all.leaves = all.leaves || next.leaves;
  return true;
}

inline stage_kind kind_of(gamma const&) noexcept { return stage_kind::power; }
inline stage_kind kind_of(vignette const&) noexcept { return stage_kind::vignette; }
inline stage_kind kind_of(gaussian_noise const&) noexcept { return stage_kind::normal; }
inline stage_kind kind_of(salt_and_pepper const& s) noexcept {
  return s.exact_count ? stage_kind::counted : stage_kind::extremes;
}
inline stage_kind kind_of(occlusion const&) noexcept { return stage_kind::box; }

/// Refuses steps that make no sense for signals or volumes.
template <class S>
void check_subject([[maybe_unused]] S const& s, image_facts const& in) {
  if (in.kind == subject::image) return;
  bool const signal = in.kind == subject::signal;
  auto const refuse = [&](char const* what) {
    fail(std::string("augment::") + S::name + what +
         (signal
              ? " makes no sense for signals; these take crop of the height 1, flip.horizontal, affine's translate.x, "
                "scale and size, color_jitter's brightness and contrast about the mean, color_cast, gaussian_noise, "
                "gaussian_blur with border::reflect or edge, normalise"
              : " makes no sense for volumes, whose slices have no colours and one geometry; these take the geometric "
                "steps in the plane of their slices, crop's and flip's depth, color_jitter's brightness and contrast, "
                "gamma, gaussian_noise, "
                "blurs, normalise with one number"));
  };
  if constexpr (std::is_same_v<S, pca_color> || std::is_same_v<S, grayscale> || std::is_same_v<S, vignette> ||
                std::is_same_v<S, salt_and_pepper> || std::is_same_v<S, occlusion>)
    refuse("");
  if constexpr (std::is_same_v<S, color_jitter>) {
    if (s.mixes_channels()) refuse("'s saturation and hue");
    if (signal && s.contrast != range{1.0f, 1.0f} && !s.needs_mean()) refuse("'s contrast about the middle of a range");
  }
  if constexpr (std::is_same_v<S, color_cast>)
    if (!signal) refuse("");
  if constexpr (requires { s.fill; })
    if (!signal && s.fill.count > 1) refuse("'s fill of several numbers");
  if constexpr (std::is_same_v<S, normalise>)
    if (!signal && (s.mean.count > 1 || s.std.count > 1)) refuse(" by several numbers");
  if (!signal) return;
  if constexpr (is_warp<S> || std::is_same_v<S, resized_crop> || std::is_same_v<S, gamma> ||
                std::is_same_v<S, motion_blur>)
    refuse("");
  if constexpr (std::is_same_v<S, crop>)
    if (s.size.height > 1) refuse(" of several rows");
  if constexpr (std::is_same_v<S, flip>)
    if (s.vertical != 0.0f) refuse("'s vertical");
  if constexpr (std::is_same_v<S, affine>) {
    if (s.degrees != range{} || s.shear != shear_range{} || s.translate.y != 0.0f)
      refuse("'s degrees, shear and translate.y");
    if (s.size.height > 1) refuse(" to several rows");
  }
  if constexpr (std::is_same_v<S, gaussian_blur>)
    if (s.border == border::constant) refuse(" with a constant border");
}

/// Compiles a chain step by step.
class compiler {
 public:
  compiler(chain const& c, image_facts const& in, compiled_chain& out) : chain_(c), now_(in), to_(out) {
    to_.in = in;
    to_.passes.push_back({0, 0, in, in, {}, 0, 0, -1, 0, 0, false, 0, 0});
  }
  template <class S>
  void operator()(S const& s, int p) {
    to_.facts[p] = now_;
    to_.drawn_first[p] = static_cast<int>(to_.drawn_width);
    to_.drawn_width += 1 + S::numbers;
    check_prob(s);
    s.check(now_);
    check_subject(s, now_);
    if constexpr (is_geometric<S>)
      geometric(s, p);
    else if constexpr (is_linear<S>)
      linear(s, p);
    else if constexpr (is_blur<S>)
      blur(s, p);
    else
      add(kind_of(s), p);
    unclipped_ = unclipped_ || knows_range<S>;
    if (chain_.clip_each_step && knows_range<S>) clip(p);
  }
  void finish() {
    int const p = static_cast<int>(chain_.steps.size());
    if (unclipped_) clip(p);
    to_.out = now_;
    to_.facts[p] = now_;
    to_.passes.back().last_stage = to_.stages.size();
    for (pass& q : to_.passes) {
      if (q.last == q.step) q.how.antialias = 0.0f;
      q.how.byte_fill = fills_with_bytes(q.how, q.in.channels);
      list_warps(q);
    }
  }

 private:
  template <class S>
  static void check_prob(S const& s) {
    if constexpr (requires { s.prob; }) check_number(S::name, "prob", s.prob, 0.0f, 1.0f);
  }
  template <class S>
  void geometric(S const& s, int p) {
    image_size const size = s.out(now_);
    pass* last = &to_.passes.back();
    bool const begins = last->step == last->last;
    bool const coloured = to_.stages.size() > last->stage || last->blur >= 0;
    sampling_need const need = need_of(s);
    if (coloured || (!begins && !join(need_, need))) {
      last = begin_pass(p);
      need_ = need;
    } else if (begins) {
      last->step = p;
      need_ = need;
    }
    now_.height = size.height;
    now_.width = size.width;
    if constexpr (requires { s.out_depth(now_); }) {
      index_t const depth = s.out_depth(now_);
      now_.channels = now_.channels / now_.depth * depth;
      now_.depth = depth;
    }
    last->last = p + 1;
    last->how = need_.how;
    last->out = now_;
  }
  /// Lists the items of a pass that has a step that is no affine map; consecutive affine steps are one.
  void list_warps(pass& q) {
    q.warp = q.last_warp = to_.warps.size();
    bool any = false;
    for (int p = q.step; p < q.last; ++p)
      any = any || visit(chain_.steps[static_cast<std::size_t>(p)],
                         [](auto const& s) { return is_warp<std::remove_cvref_t<decltype(s)>>; });
    if (!any) return;
    for (int p = q.step; p < q.last; ++p)
      visit(chain_.steps[static_cast<std::size_t>(p)], [&](auto const& s) { list_warp(q, s, p); });
    q.last_warp = to_.warps.size();
    q.how.antialias = 0.0f;
  }
  template <class S>
  void list_warp(pass const& q, [[maybe_unused]] S const& s, int p) {
    warp_kind kind = warp_kind::affine;
    index_t nodes = 0;
    if constexpr (std::is_same_v<S, perspective>) kind = warp_kind::projective;
    if constexpr (std::is_same_v<S, lens>) kind = warp_kind::radial;
    if constexpr (std::is_same_v<S, elastic>) {
      kind = warp_kind::spline;
      nodes = 2 * spline_grid::of(to_.facts[p], s.sigma.low).nodes();
    }
    bool const joins = kind == warp_kind::affine && to_.warps.size() > q.warp && to_.warps.back().kind == kind;
    if (joins) {
      to_.warps.back().last = p + 1;
      return;
    }
    to_.warps.push_back({kind, p, p + 1, to_.doubles_width, to_.numbers_width});
    to_.doubles_width += doubles_of_warp[static_cast<int>(kind)];
    to_.numbers_width += nodes;
  }
  pass* begin_pass(int p) {
    to_.passes.back().last_stage = to_.stages.size();
    to_.passes.push_back({p, p, now_, now_, {}, to_.stages.size(), 0, -1, 0, 0, false, 0, 0});
    return &to_.passes.back();
  }
  template <class S>
  void blur(S const& s, int p) {
    pass* last = &to_.passes.back();
    if (last->step != last->last || last->blur >= 0 || to_.stages.size() > last->stage) last = begin_pass(p);
    constexpr bool normal = std::is_same_v<S, gaussian_blur>;
    if constexpr (normal)
      last->reach = s.reach(s.sigma.high);
    else
      last->reach = s.reach(s.length.high);
    last->is_normal = normal;
    last->blur = p;
    last->kernel = to_.numbers_width;
    last->how = {augment::interpolation::bilinear, s.border, s.fill, 0.0f};
    to_.numbers_width += kernel_numbers(s);
  }
  template <class S>
  void linear(S const& s, int p) {
    bool const normalising = std::is_same_v<S, normalise>;
    if (normalising) {
      to_.normalises = true;
      if (unclipped_) clip(p);
    }
    if constexpr (std::is_same_v<S, color_jitter>)
      if (s.needs_mean()) return add(stage_kind::contrast, p);
    stage_kind const kind = now_.channels == 3 && mixes_channels(s) ? stage_kind::matrix : stage_kind::scale;
    std::size_t const n = to_.stages.size();
    bool const joins = n > to_.passes.back().stage &&
                       (to_.stages[n - 1].kind == stage_kind::scale || to_.stages[n - 1].kind == stage_kind::matrix);
    if (!joins) return add(kind, p);
    stage& before = to_.stages[n - 1];
    before.last = p + 1;
    if (kind == stage_kind::matrix && before.kind == stage_kind::scale) {
      before.kind = kind;
      to_.numbers_width += numbers_of_stage[1] - numbers_of_stage[0];
    }
  }
  void add(stage_kind kind, int p) {
    to_.stages.push_back({kind, p, p + 1, to_.numbers_width});
    to_.numbers_width += numbers_of_stage[static_cast<int>(kind)];
    if (kind == stage_kind::counted) to_.numbers_width += mixaug::detail::ceil_div(now_.height * now_.width, 32);
  }
  void clip(int p) {
    if (now_.kind != subject::signal) add(stage_kind::clip, p);
    unclipped_ = false;
  }

  chain const& chain_;
  image_facts now_;
  compiled_chain& to_;
  sampling_need need_;
  bool unclipped_ = false;
};

/// Checks and compiles a chain. Errors: an empty chain, one of more than 64 steps, bad options, images that are not.
inline void compile(chain const& c, image_facts const& in, compiled_chain& to) {
  if (in.channels < 1 || in.height < 1 || in.width < 1)
    fail("the batch",
         "one of images of (c, h, w) = (" + text(in.channels) + ", " + text(in.height) + ", " + text(in.width) + ")",
         "at least one element along each dimension");
  if (in.height > longest_side || in.width > longest_side)
    fail("the batch", "one of images of {height, width} = " + text_of(image_size{in.height, in.width}),
         "at most 65535 pixels a side");
  if (in.depth > index_t{1} << 24) fail("the batch", "one of volumes of " + text(in.depth) + " slices", "at most 2^24");
  if (c.steps.empty()) fail("the chain", "empty", "at least one step, such as chain{flip{.horizontal = 0.5f}}");
  if (c.steps.size() > static_cast<std::size_t>(chain::most))
    fail("the chain", "one of " + text(static_cast<index_t>(c.steps.size())) + " steps", "at most 64");
  if (!(mixaug::detail::finite(in.range) && in.range > 0.0f))
    fail("the chain's range", text_of(in.range), "a number > 0, or 0 for that of the element type");
  to.clear();
  compiler add(c, in, to);
  int p = 0;
  for (step const& s : c.steps) {
    visit(s, [&](auto const& own) { add(own, p); });
    ++p;
  }
  add.finish();
}

/// The affine map of the steps [step, last), of those that are affine.
inline affine_map affine_of(chain const& c, compiled_chain const& all, int from, int last, float const* drawn) {
  affine_map map;
  for (int p = from; p < last; ++p)
    visit(c.steps[static_cast<std::size_t>(p)], [&](auto const& own) {
      using S = std::remove_cvref_t<decltype(own)>;
      if constexpr (is_geometric<S> && !is_warp<S>)
        map = map.after(map_of(own, drawn + all.drawn_first[p] + 1, all.facts[p], all.facts[p + 1]));
    });
  return map;
}
/// The slices that a pass reads of the volumes of one image; none but one, of others.
inline void make_slices(chain const& c, compiled_chain const& all, pass const& q, float const* drawn, fixed_map& to) {
  slice_map map;
  for (int p = q.step; p < q.last; ++p)
    visit(c.steps[static_cast<std::size_t>(p)],
          [&](auto const& own) { map = map.after(slices_of(own, drawn + all.drawn_first[p] + 1, all.facts[p])); });
  to.z0 = static_cast<std::int32_t>(map.first);
  to.zz = static_cast<std::int32_t>(map.step);
  to.depth_in = static_cast<std::int32_t>(q.in.depth);
  to.depth_out = static_cast<std::int32_t>(q.out.depth);
}
/// A stretch of both axes.
inline affine_map stretch(double x, double y) noexcept {
  affine_map m;
  m.xx = x;
  m.yy = y;
  return m;
}
/// From the pixels that a pass gives to those of the images, and from those of the images to the pixels that it gets.
/// Both are 1 but for features.
inline affine_map to_image(compiled_chain const& all, pass const& q) noexcept {
  image_facts const& f = all.facts[q.last];
  return stretch(static_cast<double>(f.width) / static_cast<double>(q.out.width),
                 static_cast<double>(f.height) / static_cast<double>(q.out.height));
}
inline affine_map from_image(compiled_chain const& all, pass const& q) noexcept {
  image_facts const& f = all.facts[q.step];
  return stretch(static_cast<double>(q.in.width) / static_cast<double>(f.width),
                 static_cast<double>(q.in.height) / static_cast<double>(f.height));
}
/// The map of one image in one pass; returns false if integers cannot hold it.
inline bool make_map(chain const& c, compiled_chain const& all, pass const& q, float const* drawn, fixed_map& to) {
  affine_map map = affine_of(c, all, q.step, q.last, drawn);
  if (all.of_features) map = from_image(all, q).after(map).after(to_image(all, q));
  if (!to_fixed(map, q.how.antialias, to)) return false;
  make_slices(c, all, q, drawn, to);
  to.warped = false;
  for (std::size_t k = q.warp; k < q.last_warp; ++k) {
    int const p = all.warps[k].step;
    if (all.warps[k].kind == warp_kind::affine) continue;
    visit(c.steps[static_cast<std::size_t>(p)], [&](auto const& own) {
      if constexpr (is_warp<std::remove_cvref_t<decltype(own)>>)
        to.warped = to.warped || is_active(own, drawn + all.drawn_first[p] + 1);
    });
  }
  to.exact = to.exact && !to.warped;
  return true;
}
/// The numbers of the items of a pass for one image: nothing is written where no item moves anything.
inline void make_warps(chain const& c, compiled_chain const& all, pass const& q, float const* drawn, key const& k,
                       std::uint64_t row, double* doubles, float* numbers) {
  for (std::size_t w = q.warp; w < q.last_warp; ++w) {
    warp_item const& item = all.warps[w];
    double* const to = doubles + item.first;
    if (item.kind == warp_kind::affine) {
      bool const changes = item.step == item.last;  // between features and images, at an end of the list
      affine_map const m = !changes      ? affine_of(c, all, item.step, item.last, drawn)
                           : w == q.warp ? from_image(all, q)
                                         : to_image(all, q);
      to[0] = m.xx;
      to[1] = m.xy;
      to[2] = m.x0;
      to[3] = m.yx;
      to[4] = m.yy;
      to[5] = m.y0;
      continue;
    }
    visit(c.steps[static_cast<std::size_t>(item.step)], [&](auto const& own) {
      using S = std::remove_cvref_t<decltype(own)>;
      float const* const own_drawn = drawn + all.drawn_first[item.step] + 1;
      if constexpr (is_warp<S>) make_warp(own, own_drawn, all.facts[item.step], to);
      if constexpr (std::is_same_v<S, elastic>)
        if (own_drawn[0] != 0.0f)
          make_nodes(own, own_drawn, all.facts[item.step], k, row, item.step, numbers + item.nodes);
    });
  }
}

/// The kernel of one pass for one image.
inline void make_kernel(chain const& c, compiled_chain const& all, pass const& q, float const* drawn, float* numbers) {
  if (q.blur < 0) return;
  visit(c.steps[static_cast<std::size_t>(q.blur)], [&](auto const& own) {
    if constexpr (is_blur<std::remove_cvref_t<decltype(own)>>)
      make_kernel(own, drawn + all.drawn_first[q.blur] + 1, numbers + q.kernel);
  });
}

/// Sets `count` of n bits, each set of so many alike: Floyd's algorithm (Bentley and Floyd, CACM 1987). Number 2 is the
/// first that is drawn.
inline void choose_bits(parameter_draws const& d, index_t count, index_t n, float* to) noexcept {
  std::memset(to, 0, static_cast<std::size_t>(mixaug::detail::ceil_div(n, 32)) * sizeof(float));
  unsigned char* const bytes = reinterpret_cast<unsigned char*>(to);
  auto const bit = [](index_t at) { return static_cast<unsigned char>(1u << (at % 8)); };
  for (index_t j = n - count; j < n; ++j) {
    index_t at = d.below(static_cast<std::uint32_t>(2 + j - (n - count)), j + 1);
    if ((bytes[at / 8] & bit(at)) != 0) at = j;
    bytes[at / 8] = static_cast<unsigned char>(bytes[at / 8] | bit(at));
  }
}

/// The numbers of one stage for one image, global row `row`.
inline void make_numbers(chain const& c, compiled_chain const& all, stage const& s, float const* drawn,
                         key const& draws, std::uint64_t row, float* to) {
  auto const of_step = [&](int p) { return drawn + all.drawn_first[p] + 1; };
  step const& own = c.steps[static_cast<std::size_t>(s.step < static_cast<int>(c.steps.size()) ? s.step : 0)];
  image_facts const& facts = all.facts[s.step];
  switch (s.kind) {
    case stage_kind::scale:
    case stage_kind::matrix: {
      colour_map m;
      for (int p = s.step; p < s.last; ++p)
        visit(c.steps[static_cast<std::size_t>(p)], [&](auto const& linear) {
          using S = std::remove_cvref_t<decltype(linear)>;
          if constexpr (is_linear<S>) {
            if (drawn[all.drawn_first[p]] == 0.0f) return;
            colour_map const next = map_of(linear, of_step(p), facts);
            m = facts.channels == 3 ? next.after_three(m) : next.after(m);
          }
        });
      bool const three = facts.channels == 3;
      if (s.kind == stage_kind::matrix) {
        for (int r = 0; r < 3; ++r) {
          for (int k = 0; k < 3; ++k) to[4 * r + k] = static_cast<float>(m.matrix[r][k]);
          to[4 * r + 3] = static_cast<float>(m.offset[r]);
        }
      } else {
        for (int k = 0; k < 8; ++k) {
          to[k] = static_cast<float>(three && k < 3 ? m.matrix[k][k] : m.scale[k]);
          to[8 + k] = static_cast<float>(m.offset[k]);
        }
      }
      break;
    }
    case stage_kind::vignette: {
      double const h = static_cast<double>(facts.height), w = static_cast<double>(facts.width);
      double const radius = static_cast<double>(of_step(s.step)[0]);
      to[0] = of_step(s.step)[1];
      to[1] = static_cast<float>(2.0 / std::sqrt(sum_of_products(h, h, w, w)));
      to[2] = static_cast<float>(radius);
      to[3] = static_cast<float>(1.0 / (1.0 - radius));
      break;
    }
    case stage_kind::extremes: {
      double const amount = static_cast<double>(of_step(s.step)[0]);
      double const salt = static_cast<double>(std::get<salt_and_pepper>(own).salt);
      to[0] = static_cast<float>(std::floor(65536.0 * (amount * salt) + 0.5));
      to[1] = static_cast<float>(std::floor(65536.0 * amount + 0.5));
      break;
    }
    case stage_kind::counted: {
      salt_and_pepper const& spots = std::get<salt_and_pepper>(own);
      index_t const n = facts.height * facts.width;
      double const wanted = std::floor(static_cast<double>(of_step(s.step)[0]) * static_cast<double>(n) + 0.5);
      to[0] = static_cast<float>(std::floor(65536.0 * static_cast<double>(spots.salt) + 0.5));
      to[1] = static_cast<float>(wanted);
      choose_bits(parameter_draws(draws, row, s.step), static_cast<index_t>(wanted), n, to + 2);
      break;
    }
    case stage_kind::contrast: {
      colour_map const m = map_of(std::get<color_jitter>(own), of_step(s.step), facts);
      for (int r = 0; r < 3; ++r)
        for (int j = 0; j < 4; ++j) to[4 * r + j] = j < 3 ? static_cast<float>(m.matrix[r][j]) : 0.0f;
      if (!facts.is_rgb()) to[0] = static_cast<float>(m.scale[0]);
      to[12] = static_cast<float>(mean_factor(of_step(s.step)));
      break;
    }
    case stage_kind::clip:
      break;
    default:
      for (int k = 0; k < numbers_of_stage[static_cast<int>(s.kind)]; ++k) to[k] = of_step(s.step)[k];
  }
}

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_EXACT_END

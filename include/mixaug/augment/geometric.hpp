// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/checks.hpp>
#include <mixaug/augment/detail/draws.hpp>
#include <mixaug/core/detail/math/exp.hpp>
#include <mixaug/core/detail/math/log.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::augment {

/// A window of `size`, placed uniformly over the image with `padding` pixels around it (the crop of CIFAR: size 32,
/// padding 4). Where it does not fire it is the central window. An exact copy. Signals have the height 1, and are
/// padded at both ends. Of volumes, `depth` slices are kept, which are not padded; 0 = all. Errors: a size outside 1 to
/// 65535, or larger than the image with its padding; a padding outside 0 to 65535; a reflecting one that is not less
/// than the image; a depth outside 0 to that of the volume.
struct crop {
  image_size size{};
  index_t padding = 0;
  augment::border padding_mode = augment::border::constant;
  per_channel fill = 0.0f;
  index_t depth = 0;
  float prob = 1.0f;

  static constexpr char const* name = "crop";
  static constexpr int numbers = 3;  ///< first row, column and slice of the window, in pixels of the image

  void check(image_facts const& in) const {
    detail::check_size(name, "size", size);
    if (padding < 0 || padding > detail::longest_side)
      detail::fail(detail::option_name(name, "padding"), detail::text(padding), "0 to 65535 pixels");
    detail::check_channels(name, "fill", fill, in.channels);
    if (size.height > in.height + 2 * padding_above(in) || size.width > in.width + 2 * padding)
      detail::fail(detail::option_name(name, "size"), detail::text_of(size),
                   "at most the image's {height, width} = " + detail::text_of(image_size{in.height, in.width}) +
                       " and twice the padding of " + detail::text(padding) + " (set padding, or use resized_crop)");
    if (padding_mode == augment::border::reflect && (padding_above(in) >= in.height || padding >= in.width))
      detail::fail(detail::option_name(name, "padding"), detail::text(padding),
                   "less than the image's sides, at which it is reflected");
    if (in.kind != subject::volume && depth != 0)
      detail::fail(detail::option_name(name, "depth"), detail::text(depth), "0; only volumes have slices");
    if (depth < 0 || depth > in.depth)
      detail::fail(detail::option_name(name, "depth"), detail::text(depth),
                   "0 to the " + detail::text(in.depth) + " slices of the volume");
  }
  image_size out(image_facts const&) const noexcept { return size; }
  index_t out_depth(image_facts const& in) const noexcept { return depth == 0 ? in.depth : depth; }
  void draw(detail::parameter_draws const& d, image_facts const& in, float* to) const noexcept {
    index_t const above = padding_above(in);
    to[0] = static_cast<float>(d.below(1, in.height + 2 * above - size.height + 1) - above);
    to[1] = static_cast<float>(d.below(2, in.width + 2 * padding - size.width + 1) - padding);
    to[2] = static_cast<float>(d.below(3, in.depth - out_depth(in) + 1));
  }
  void rest(image_facts const& in, float* to) const noexcept {
    index_t const above = padding_above(in);
    to[0] = static_cast<float>((in.height + 2 * above - size.height) / 2 - above);
    to[1] = static_cast<float>((in.width + 2 * padding - size.width) / 2 - padding);
    to[2] = static_cast<float>((in.depth - out_depth(in)) / 2);
  }
  template <class Self, class F>
  static void each(Self& s, F&& f) {
    f("size", s.size);
    f("padding", s.padding);
    f("padding_mode", s.padding_mode);
    f("fill", s.fill);
    f("depth", s.depth);
    f("prob", s.prob);
  }

 private:
  index_t padding_above(image_facts const& in) const noexcept { return in.kind == subject::signal ? 0 : padding; }
};

/// Mirrors left and right with chance `horizontal`, top and bottom with chance `vertical`, the slices of volumes with
/// chance `depth`. An exact copy. Errors: chances outside [0, 1]; a depth without slices.
struct flip {
  float horizontal = 0.0f;
  float vertical = 0.0f;
  float depth = 0.0f;
  float prob = 1.0f;

  static constexpr char const* name = "flip";
  static constexpr int numbers = 3;  ///< 1 where it is mirrored left and right; top and bottom; first and last slice

  void check(image_facts const& in) const {
    detail::check_number(name, "horizontal", horizontal, 0.0f, 1.0f);
    detail::check_number(name, "vertical", vertical, 0.0f, 1.0f);
    detail::check_number(name, "depth", depth, 0.0f, 1.0f);
    if (in.kind != subject::volume && depth != 0.0f)
      detail::fail(detail::option_name(name, "depth"), detail::text_of(depth), "0; only volumes have slices");
  }
  image_size out(image_facts const& in) const noexcept { return {in.height, in.width}; }
  void draw(detail::parameter_draws const& d, image_facts const&, float* to) const noexcept {
    to[0] = d.unit(1) < static_cast<double>(horizontal) ? 1.0f : 0.0f;
    to[1] = d.unit(2) < static_cast<double>(vertical) ? 1.0f : 0.0f;
    to[2] = d.unit(3) < static_cast<double>(depth) ? 1.0f : 0.0f;
  }
  void rest(image_facts const&, float* to) const noexcept { to[0] = to[1] = to[2] = 0.0f; }
  template <class Self, class F>
  static void each(Self& s, F&& f) {
    f("horizontal", s.horizontal);
    f("vertical", s.vertical);
    f("depth", s.depth);
    f("prob", s.prob);
  }
};

/// A random part of the image, resized to `size` (Szegedy et al., arXiv 1409.4842; the draws of torchvision): its area
/// is a fraction in `scale` of the image's, its width over its height lies in `ratio`, uniform in the logarithm; sides
/// are rounded to pixels; ten attempts, then the largest central part whose ratio is allowed. Where it does not fire
/// the whole image is resized. Beyond the image its edge is repeated. `antialias` in [0, 1]: where the part shrinks by
/// more than this factor, each pixel is the mean over its area (0 = never, 1 = wherever it shrinks). Errors: a size
/// outside 1 to 65535, scale not in (0, 1], ratio not in [0.001, 1000], antialias outside [0, 1].
struct resized_crop {
  image_size size{};
  range scale{0.08f, 1.0f};
  range ratio{3.0f / 4.0f, 4.0f / 3.0f};
  augment::interpolation interpolation = augment::interpolation::bilinear;
  float antialias = 0.5f;
  float prob = 1.0f;

  static constexpr char const* name = "resized_crop";
  static constexpr int numbers = 4;  ///< first row and column, height and width of the part, in pixels of the image

  void check(image_facts const&) const {
    detail::check_size(name, "size", size);
    detail::check_range(name, "scale", scale, 1e-6f, 1.0f);
    detail::check_range(name, "ratio", ratio, 1e-3f, 1e3f);
    detail::check_number(name, "antialias", antialias, 0.0f, 1.0f);
  }
  image_size out(image_facts const&) const noexcept { return size; }
  void draw(detail::parameter_draws const& d, image_facts const& in, float* to) const noexcept {
    using mixaug::detail::precise_exp;
    using mixaug::detail::precise_log;
    double const area = static_cast<double>(in.height) * static_cast<double>(in.width);
    double const low = precise_log(static_cast<double>(ratio.low)), high = precise_log(static_cast<double>(ratio.high));
    for (std::uint32_t attempt = 0; attempt < 10; ++attempt) {
      std::uint32_t const first = 1 + 4 * attempt;
      double const part = area * static_cast<double>(d.uniform(first, scale));
      double const aspect = precise_exp(mixaug::detail::fused_sum(d.unit(first + 1), high - low, low));
      index_t const w = static_cast<index_t>(std::floor(std::sqrt(part * aspect) + 0.5));
      index_t const h = static_cast<index_t>(std::floor(std::sqrt(part / aspect) + 0.5));
      if (w < 1 || h < 1 || w > in.width || h > in.height) continue;
      place(to, d.below(first + 2, in.height - h + 1), d.below(first + 3, in.width - w + 1), h, w);
      return;
    }
    double const is = static_cast<double>(in.width) / static_cast<double>(in.height);
    index_t h = in.height, w = in.width;
    if (is < static_cast<double>(ratio.low))
      h = at_least_one(static_cast<double>(w) / static_cast<double>(ratio.low));
    else if (is > static_cast<double>(ratio.high))
      w = at_least_one(static_cast<double>(h) * static_cast<double>(ratio.high));
    place(to, (in.height - h) / 2, (in.width - w) / 2, h, w);
  }
  void rest(image_facts const& in, float* to) const noexcept { place(to, 0, 0, in.height, in.width); }
  template <class Self, class F>
  static void each(Self& s, F&& f) {
    f("size", s.size);
    f("scale", s.scale);
    f("ratio", s.ratio);
    f("interpolation", s.interpolation);
    f("antialias", s.antialias);
    f("prob", s.prob);
  }

 private:
  static index_t at_least_one(double v) noexcept {
    return mixaug::detail::greater(1, static_cast<index_t>(std::floor(v + 0.5)));
  }
  static void place(float* to, index_t y, index_t x, index_t h, index_t w) noexcept {
    to[0] = static_cast<float>(y);
    to[1] = static_cast<float>(x);
    to[2] = static_cast<float>(h);
    to[3] = static_cast<float>(w);
  }
};

/// An affine map about the centre of the image, in continuous coordinates (pixel centres at + 1/2): scale, then shear,
/// then rotate, then translate. degrees > 0 turn counter-clockwise as seen; scale > 1 enlarges; shear: x += tan(s_x) y,
/// then y += tan(s_y) x, with y pointing down; translate {x, y}: the largest fractions of the output's width and
/// height, drawn from +- each. `size` {0, 0} keeps the image's; with another size, centre lies on centre. `antialias`
/// in [0, 1]: where an axis shrinks by more than this factor, each pixel is the mean over its area (0 = never). Signals
/// are shifted and scaled along their length.
/// Whole-pixel shifts and quarter turns are exact copies. Errors: reversed ranges, degrees beyond +-360000, translate
/// outside [0, 1], scale outside [0.001, 1000], shear outside [-80, 80], a size outside 1 to 65535, fill or antialias
/// out of range.
struct affine {
  range degrees{};
  fractions translate{};
  range scale{1.0f, 1.0f};
  shear_range shear{};
  image_size size{};
  augment::interpolation interpolation = augment::interpolation::bilinear;
  augment::border border = augment::border::constant;
  per_channel fill = 0.0f;
  float antialias = 0.5f;
  float prob = 1.0f;

  static constexpr char const* name = "affine";
  static constexpr int numbers = 6;  ///< degrees, shift along x and y in pixels, scale, shear of x and y in degrees

  void check(image_facts const& in) const {
    detail::check_range(name, "degrees", degrees, -360000.0f, 360000.0f);
    detail::check_number(name, "translate.x", translate.x, 0.0f, 1.0f);
    detail::check_number(name, "translate.y", translate.y, 0.0f, 1.0f);
    detail::check_range(name, "scale", scale, 1e-3f, 1e3f);
    detail::check_range(name, "shear of x", {shear.x_low, shear.x_high}, -80.0f, 80.0f);
    detail::check_range(name, "shear of y", {shear.y_low, shear.y_high}, -80.0f, 80.0f);
    if (size != image_size{}) detail::check_size(name, "size", size);
    detail::check_channels(name, "fill", fill, in.channels);
    detail::check_number(name, "antialias", antialias, 0.0f, 1.0f);
  }
  image_size out(image_facts const& in) const noexcept {
    return size == image_size{} ? image_size{in.height, in.width} : size;
  }
  void draw(detail::parameter_draws const& d, image_facts const& in, float* to) const noexcept {
    image_size const o = out(in);
    double const tx = static_cast<double>(translate.x) * static_cast<double>(o.width),
                 ty = static_cast<double>(translate.y) * static_cast<double>(o.height);
    to[0] = d.uniform(1, degrees);
    to[1] = d.uniform(2, -tx, tx);
    to[2] = d.uniform(3, -ty, ty);
    to[3] = d.uniform(4, scale);
    to[4] = d.uniform(5, {shear.x_low, shear.x_high});
    to[5] = d.uniform(6, {shear.y_low, shear.y_high});
  }
  void rest(image_facts const&, float* to) const noexcept {
    for (int k = 0; k < numbers; ++k) to[k] = k == 3 ? 1.0f : 0.0f;
  }
  template <class Self, class F>
  static void each(Self& s, F&& f) {
    f("degrees", s.degrees);
    f("translate", s.translate);
    f("scale", s.scale);
    f("shear", s.shear);
    f("size", s.size);
    f("interpolation", s.interpolation);
    f("border", s.border);
    f("fill", s.fill);
    f("antialias", s.antialias);
    f("prob", s.prob);
  }
};

/// A projective map that moves each corner of the image inwards, by up to `distortion` times half of the sides (the
/// draws of torchvision's RandomPerspective). Errors: distortion outside [0, 0.9], a bad fill.
struct perspective {
  float distortion = 0.0f;
  augment::interpolation interpolation = augment::interpolation::bilinear;
  augment::border border = augment::border::constant;
  per_channel fill = 0.0f;
  float prob = 1.0f;

  static constexpr char const* name = "perspective";
  static constexpr int numbers = 8;  ///< how far the corners move, x and y in pixels: left top, right top, right, left

  void check(image_facts const& in) const {
    detail::check_number(name, "distortion", distortion, 0.0f, 0.9f);
    detail::check_channels(name, "fill", fill, in.channels);
  }
  image_size out(image_facts const& in) const noexcept { return {in.height, in.width}; }
  void draw(detail::parameter_draws const& d, image_facts const& in, float* to) const noexcept {
    double const x = 0.5 * static_cast<double>(distortion) * static_cast<double>(in.width),
                 y = 0.5 * static_cast<double>(distortion) * static_cast<double>(in.height);
    for (std::uint32_t k = 0; k < 8; ++k) to[k] = d.uniform(k + 1, 0.0, k % 2 == 0 ? x : y);
  }
  void rest(image_facts const&, float* to) const noexcept {
    for (int k = 0; k < numbers; ++k) to[k] = 0.0f;
  }
  template <class Self, class F>
  static void each(Self& s, F&& f) {
    f("distortion", s.distortion);
    f("interpolation", s.interpolation);
    f("border", s.border);
    f("fill", s.fill);
    f("prob", s.prob);
  }
};

/// A lens: the pixel at the distance r from the centre, in half diagonals, shows the point at r (1 + k1 r^2 + k2 r^4).
/// k1 > 0 is a barrel, k1 < 0 a pincushion.
/// Errors: reversed ranges, k1 or k2 outside [-1, 1], lenses that fold the image: 1 + 3 k1 + 5 k2 <= 0.05 for the
/// lowest of both, where they are negative; a bad fill.
struct lens {
  range k1{};
  range k2{};
  augment::interpolation interpolation = augment::interpolation::bilinear;
  augment::border border = augment::border::constant;
  per_channel fill = 0.0f;
  float prob = 1.0f;

  static constexpr char const* name = "lens";
  static constexpr int numbers = 2;  ///< k1, k2

  void check(image_facts const& in) const {
    detail::check_range(name, "k1", k1, -1.0f, 1.0f);
    detail::check_range(name, "k2", k2, -1.0f, 1.0f);
    float const least = 1.0f + 3.0f * (k1.low < 0.0f ? k1.low : 0.0f) + 5.0f * (k2.low < 0.0f ? k2.low : 0.0f);
    if (!(least > 0.05f))
      detail::fail(detail::option_name(name, "k1 and k2"), detail::text_of(k1) + " and " + detail::text_of(k2),
                   "lenses that do not fold the image: 1 + 3 k1 + 5 k2 above 0.05 for the lowest of both");
    detail::check_channels(name, "fill", fill, in.channels);
  }
  image_size out(image_facts const& in) const noexcept { return {in.height, in.width}; }
  void draw(detail::parameter_draws const& d, image_facts const&, float* to) const noexcept {
    to[0] = d.uniform(1, k1);
    to[1] = d.uniform(2, k2);
  }
  void rest(image_facts const&, float* to) const noexcept { to[0] = to[1] = 0.0f; }
  template <class Self, class F>
  static void each(Self& s, F&& f) {
    f("k1", s.k1);
    f("k2", s.k2);
    f("interpolation", s.interpolation);
    f("border", s.border);
    f("fill", s.fill);
    f("prob", s.prob);
  }
};

/// A smooth random displacement (Simard, Steinkraus and Platt, ICDAR 2003): normal noise, smoothed to a standard
/// deviation of `sigma` pixels. `alpha` is the root mean square of the displacement along each axis, in pixels,
/// whatever sigma is (the paper multiplies a field of another norm); no pixel is moved by more than 8191 pixels. The
/// field stands on a grid of floor(sigma) pixels, as a cubic B-spline of noise that is blurred on the grid, so that
/// both together have the variance sigma^2. Errors: reversed ranges, alpha outside [0, 1000], sigma outside [1, 256], a
/// bad fill.
struct elastic {
  range alpha{};
  range sigma{5.0f, 5.0f};
  augment::interpolation interpolation = augment::interpolation::bilinear;
  augment::border border = augment::border::constant;
  per_channel fill = 0.0f;
  float prob = 1.0f;

  static constexpr char const* name = "elastic";
  static constexpr int numbers = 2;  ///< alpha, sigma

  void check(image_facts const& in) const {
    detail::check_range(name, "alpha", alpha, 0.0f, 1000.0f);
    detail::check_range(name, "sigma", sigma, 1.0f, 256.0f);
    detail::check_channels(name, "fill", fill, in.channels);
  }
  image_size out(image_facts const& in) const noexcept { return {in.height, in.width}; }
  void draw(detail::parameter_draws const& d, image_facts const&, float* to) const noexcept {
    to[0] = d.uniform(1, alpha);
    to[1] = d.uniform(2, sigma);
  }
  void rest(image_facts const&, float* to) const noexcept {
    to[0] = 0.0f;
    to[1] = sigma.low;
  }
  template <class Self, class F>
  static void each(Self& s, F&& f) {
    f("alpha", s.alpha);
    f("sigma", s.sigma);
    f("interpolation", s.interpolation);
    f("border", s.border);
    f("fill", s.fill);
    f("prob", s.prob);
  }
};

}  // namespace mixaug::augment

MIXAUG_EXACT_END

// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/apply.hpp>
#include <mixaug/plan/detail/check_plan.hpp>
#include <mixaug/saliency/pixel_values.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// The noise with which PuzzleMix's recipe trains against adversarial examples (Kim, Choo and Song, ICML 2020, section
/// 5.4, and the published code): uniform noise is added to the images, the gradient of the loss is taken there, and a
/// step along its sign makes the noise worse; the images with that noise are mixed. Noise is drawn anew from the key
/// wherever it is needed, and need not be kept: the same for every backend and every split of the batch.
struct adversarial_noise {
  float eps = 10.0f;                 ///< the largest noise, in levels of 1/255 of the pixels' range; [0, 255]
  float prob = 0.1f;                 ///< chance of each side to get noise; [0, 1]
  value_range range = {0.0f, 1.0f};  ///< the lowest and the highest value of a pixel
  pixel_normalisation normalised{};  ///< in the place of range: what a loader applied to pixels in [0, 1]
};

/// Which images of a step get noise: the samples, the partners. Drawn for the whole batch, as in the published code.
struct noisy_sides {
  bool self = false, partner = false;
  constexpr bool any() const noexcept { return self || partner; }
  friend constexpr bool operator==(noisy_sides const&, noisy_sides const&) = default;
};

namespace detail {

/// Adds noise to row i of images, which may be those that are written; four elements for a block of random bits. The
/// gradient is null for uniform noise alone.
template <class T>
struct noise_body {
  pixel_map to_unit;
  key draws;
  double eps, step, part;  ///< of the range: largest noise, step along the sign; the part of the noise that is added
  layout5 from_layout, gradient_layout, out_layout;
  T const *from, *gradient;
  T* out;

  MIXAUG_HD void operator()(index_t i, index_t lane, index_t lanes) const noexcept {
    random const draw(draws, static_cast<std::uint64_t>(draws.first + i), purpose::noise);
    index_t const* const extent = from_layout.extent;
    index_t const count = extent[1] * extent[2] * extent[3] * extent[4];
    for (index_t block = lane; 4 * block < count; block += lanes) {
      std::uint64_t bits[2] = {draw.bits(static_cast<std::uint64_t>(block)),
                               draw.bits(static_cast<std::uint64_t>(block), 1)};
      for (index_t e = 4 * block; e < count && e < 4 * block + 4; ++e) {
        auto& word = bits[e % 4 / 2];
        add(i, e, static_cast<double>(word & 0xFFFFFFFFu) * 0x1p-32);
        word >>= 32;
      }
    }
  }

 private:
  MIXAUG_HD void add(index_t i, index_t e, double uniform) const noexcept {
    index_t const* const extent = from_layout.extent;
    index_t at[5] = {i, 0, 0, 0, e};
    for (int d = 4; d > 1; --d) {
      at[d - 1] = at[d] / extent[d];
      at[d] -= at[d - 1] * extent[d];
    }
    double const v = static_cast<double>(from[offset(from_layout, at)]);
    T& to = out[offset(out_layout, at)];
    if (!finite(v)) {
      to = static_cast<T>(v);
      return;
    }
    double noise = fused_sum(2.0 * uniform, eps, -eps);
    if (gradient != nullptr) {
      double const g = static_cast<double>(gradient[offset(gradient_layout, at)]);
      noise += g > 0.0 ? step : g < 0.0 ? -step : 0.0;
      noise = noise > eps ? eps : noise < -eps ? -eps : noise;
    }
    double const u = fused_sum(part, noise, to_unit(v, at[1]));
    to = static_cast<T>(to_unit.inverse(u < 0.0 ? 0.0 : u > 1.0 ? 1.0 : u, at[1]));
  }
  MIXAUG_HD static index_t offset(layout5 const& f, index_t const* at) noexcept {
    index_t sum = 0;
    for (int d = 0; d < 5; ++d) sum += at[d] * f.stride[d];
    return sum;
  }
};

inline void check_noise(adversarial_noise const& noise) {
  if (!(noise.eps >= 0.0f && noise.eps <= 255.0f))
    fail("adversarial_noise's eps", text(static_cast<double>(noise.eps)), "levels in [0, 255]");
  if (!(noise.prob >= 0.0f && noise.prob <= 1.0f))
    fail("adversarial_noise's prob", text(static_cast<double>(noise.prob)), "a chance in [0, 1]");
}
/// Checks images and returns their layout.
template <class V>
layout5 noise_layout(V const& v, char const* name) {
  for (int d = 0; d < V::rank; ++d)
    if (v.extent[d] <= 0)
      fail(name, "of shape " + shape_text(v.extent, V::rank), "at least one element along each dimension");
  if (v.data == nullptr) fail(name, "a null pointer", "memory for " + shape_text(v.extent, V::rank) + " elements");
  layout5 const f = to_layout5(v, V::rank - 2, true, name);
  if (!addressable(f, sizeof(*v.data)))
    fail(name, "of strides " + shape_text(v.stride, V::rank), "elements that memory can hold");
  return f;
}
/// A gradient of null data: uniform noise alone.
template <class Be, class X, class G, class O>
void add_noise(Be const& be, adversarial_noise const& noise, X const& x, G const& gradient, key const& k,
               O const& out) {
  using T = std::remove_const_t<typename X::element>;
  static_assert(
      std::is_same_v<T, std::remove_const_t<typename G::element>> && std::is_same_v<T, typename O::element> &&
          (std::is_same_v<T, float> || std::is_same_v<T, double>),
      "mixaug: adversarial noise takes images, their gradient and the output as elements of one type, float or double");
  static_assert(
      X::rank >= 3 && X::rank == G::rank && X::rank == O::rank,
      "mixaug: adversarial noise takes images (n, c, spatial...), and a gradient and an output of their rank");
  static_assert(
      X::memory == Be::memory && G::memory == Be::memory && O::memory == Be::memory,
      "mixaug: the views are not in this backend's memory; on_device(view) says that a pointer is a device's");
  check_noise(noise);
  noise_body<T> body;
  body.from_layout = noise_layout(x, "x");
  body.out_layout = noise_layout(out, "out");
  check_pixel_map("adversarial_noise", noise.range, noise.normalised, x.extent[1]);
  auto const same = [&](layout5 const& f, char const* name) {
    same_rows(name, f.extent[0], x.extent[0]);
    same_extents(name, f, body.from_layout, "x");
  };
  same(body.out_layout, "out");
  check_output("out", body.out_layout);
  auto const apart = [&](layout5 const& f, T const* data, char const* name) {
    bool in_place = data == out.data;
    for (int d = 0; d < 5; ++d) in_place = in_place && (f.extent[d] == 1 || f.stride[d] == body.out_layout.stride[d]);
    if (!in_place) check_apart("out", out.data, body.out_layout, name, data, f, ", or exactly that view");
  };
  apart(body.from_layout, x.data, "x");
  body.gradient_layout = body.from_layout;
  if (gradient.data != nullptr) {
    body.gradient_layout = noise_layout(gradient, "the gradient");
    same(body.gradient_layout, "the gradient");
    apart(body.gradient_layout, gradient.data, "the gradient");
  }
  body.draws = checked(k, x.extent[0]);
  body.to_unit = pixel_map_of(noise.range, noise.normalised);
  body.eps = static_cast<double>(noise.eps) / 255.0;
  body.step = (static_cast<double>(noise.eps) + 2.0) / 255.0;
  body.part = gradient.data != nullptr ? random(k, batch_row, purpose::noise).uniform(2) : 1.0;
  body.from = x.data;
  body.gradient = gradient.data;
  body.out = out.data;
  run_rows(be, body, x.extent[0]);
}

}  // namespace detail

/// Draws which images of a step get noise.
/// Errors: prob outside [0, 1], eps outside [0, 255].
inline noisy_sides sides_of(adversarial_noise const& noise, key const& k) {
  detail::check_noise(noise);
  random const draw(k, batch_row, purpose::noise);
  auto const drawn = [&](std::uint32_t number) { return draw.uniform(number) < static_cast<double>(noise.prob); };
  return {drawn(0), drawn(1)};
}

/// Writes x plus uniform noise in [-eps, eps] / 255, cut to the pixels' range: the images at which the gradient of the
/// loss is taken. x, out: (n, c, spatial...), float or double; out may be x. Pixels that are not finite stay.
///   add_uniform_noise(backend, noise, x, key, out)
/// Errors: options out of range, a normalisation without a std for a channel, other shapes, memory that overlaps.
template <backend Be, class X, class O>
requires(is_tensor_view<X>&& is_tensor_view<O>) void add_uniform_noise(Be const& be, adversarial_noise const& noise,
                                                                       X const& x, key const& k, O const& out) {
  X none = x;
  none.data = nullptr;
  detail::add_noise(be, noise, x, none, k, out);
}
/// Writes x plus u clip(n + (eps + 2) / 255 sign(gradient), eps / 255), cut to the pixels' range, where n is the noise
/// of add_uniform_noise with the same key, u one uniform number of the batch, and `gradient` (of the shape of x) that
/// of the loss at the images with n, of which the sign counts; one that is not a number counts as 0.
///   add_adversarial_noise(backend, noise, x, gradient, key, out)
/// Errors: as add_uniform_noise.
template <backend Be, class X, class G, class O>
requires(is_tensor_view<X>&& is_tensor_view<G>&& is_tensor_view<O>) void add_adversarial_noise(
    Be const& be, adversarial_noise const& noise, X const& x, G const& gradient, key const& k, O const& out) {
  if (gradient.data == nullptr)
    detail::fail("the gradient", "a null pointer", "the gradient of the loss, of the shape of x");
  detail::add_noise(be, noise, x, gradient, k, out);
}

MIXAUG_DEFAULT_BEGIN
/// The same on the default backend.
template <class X, class O>
requires(is_tensor_view<X>&& is_tensor_view<O>) void add_uniform_noise(adversarial_noise const& noise, X const& x,
                                                                       key const& k, O const& out) {
  mixaug::add_uniform_noise(default_backend{}, noise, x, k, out);
}
template <class X, class G, class O>
requires(is_tensor_view<X>&& is_tensor_view<G>&& is_tensor_view<O>) void add_adversarial_noise(
    adversarial_noise const& noise, X const& x, G const& gradient, key const& k, O const& out) {
  mixaug::add_adversarial_noise(default_backend{}, noise, x, gradient, k, out);
}
MIXAUG_DEFAULT_END

}  // namespace mixaug

MIXAUG_EXACT_END

// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/chain.hpp>
#include <mixaug/augment/detail/passes.hpp>
#include <mixaug/plan/detail/check_plan.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::augment {

namespace detail {
struct plan_writer;
}

/// What a chain does to each image of one batch: the numbers that were drawn, and what follows from them. It can be
/// copied, printed, written as text and replayed (augment/plan_text.hpp). A plan that is kept allocates nothing after
/// the first step of a shape and chain.
class plan {
 public:
  /// The key it was drawn with. Its `first` is the global row of image 0.
  key drawn_with{};

  /// Number of images; 0 for a plan that was not made.
  index_t rows() const noexcept { return rows_; }
  /// The images that the chain gets, and those that it gives.
  image_facts const& in() const noexcept { return compiled_.in; }
  image_facts const& out() const noexcept { return compiled_.out; }
  augment::chain const& chain() const noexcept { return chain_; }
  /// The shape of what the chain gives, (n, c, h, w) without memory: the batch for which a method plans that mixes it
  /// (augment/mixed.hpp), make_plan(method, augmented.output(), key).
  tensor_view<float const, 4> output() const noexcept {
    return nchw<float const>(nullptr, {rows_, out().channels, out().height, out().width});
  }
  /// True if step p changes image i.
  bool fired(index_t i, int p) const noexcept { return at(i, p)[0] != 0.0f; }
  /// The numbers that step p drew for image i, of which the step's `numbers` says how many and what they are.
  float const* drawn(index_t i, int p) const noexcept { return at(i, p) + 1; }

 private:
  friend struct detail::plan_writer;
  float const* at(index_t i, int p) const noexcept {
    return drawn_.data() + i * compiled_.drawn_width + compiled_.drawn_first[p];
  }

  index_t rows_ = 0;
  augment::chain chain_;
  detail::compiled_chain compiled_, draft_;
  std::vector<float> drawn_;             ///< for each image and step, whether it fires, and its numbers
  std::vector<detail::fixed_map> maps_;  ///< for each image and pass
  std::vector<float> numbers_;           ///< for each image, the numbers of all stages, kernels and fields
  std::vector<double> doubles_;          ///< for each image, the numbers of all maps that are not affine
};

namespace detail {

/// Gives planning and applying access to a plan.
struct plan_writer {
  static compiled_chain const& compiled(plan const& p) noexcept { return p.compiled_; }
  /// Where a chain is compiled that may yet be refused.
  static compiled_chain& draft(plan& p) noexcept { return p.draft_; }
  static fixed_map const* maps(plan const& p, index_t i) noexcept {
    return p.maps_.data() + i * static_cast<index_t>(p.compiled_.passes.size());
  }
  static float const* numbers(plan const& p, index_t i) noexcept {
    return p.numbers_.data() + i * p.compiled_.numbers_width;
  }
  static double const* doubles(plan const& p, index_t i) noexcept {
    return p.doubles_.data() + i * p.compiled_.doubles_width;
  }
  /// The items of pass k for image i.
  static warp_list warps(plan const& p, index_t i, std::size_t k) noexcept {
    compiled_chain const& c = p.compiled_;
    pass const& q = c.passes[k];
    return {c.warps.data() + q.warp, static_cast<int>(q.last_warp - q.warp), doubles(p, i), numbers(p, i)};
  }
  static float* drawn(plan& p, index_t i, int step) noexcept {
    return p.drawn_.data() + i * p.compiled_.drawn_width + p.compiled_.drawn_first[step];
  }
  /// Lays the plan out for a compiled chain and a number of images.
  static void fit(plan& p, chain const& c, compiled_chain const& compiled, index_t rows, key const& k) {
    p.rows_ = 0;  // empty, in case an allocation fails
    p.chain_ = c;
    p.compiled_ = compiled;
    p.drawn_.resize(static_cast<std::size_t>(rows * compiled.drawn_width));
    p.maps_.resize(static_cast<std::size_t>(rows) * compiled.passes.size());
    p.numbers_.resize(static_cast<std::size_t>(rows * compiled.numbers_width));
    p.doubles_.resize(static_cast<std::size_t>(rows * compiled.doubles_width));
    p.drawn_with = k;
    p.rows_ = rows;
  }
  /// Computes what follows from the drawn numbers of image i. Errors: a map that shrinks the image to nothing.
  static void derive(plan& p, index_t i) {
    compiled_chain const& c = p.compiled_;
    float const* const drawn = p.drawn_.data() + i * c.drawn_width;
    for (std::size_t k = 0; k < c.passes.size(); ++k)
      if (!make_map(p.chain_, c, c.passes[k], drawn, p.maps_[static_cast<std::size_t>(i) * c.passes.size() + k]))
        fail("the map of row " + text(i), "one that shrinks the image, or moves it, more than integers can hold",
             "scales whose product over the chain is at least 2^-13");
    float* const numbers = p.numbers_.data() + i * c.numbers_width;
    for (std::size_t k = 0; k < c.passes.size(); ++k) {
      make_kernel(p.chain_, c, c.passes[k], drawn, numbers);
      if (maps(p, i)[k].warped)
        make_warps(p.chain_, c, c.passes[k], drawn, p.drawn_with, static_cast<std::uint64_t>(p.drawn_with.first + i),
                   p.doubles_.data() + i * c.doubles_width, numbers);
    }
    for (stage const& s : c.stages)
      make_numbers(p.chain_, c, s, drawn, p.drawn_with, static_cast<std::uint64_t>(p.drawn_with.first + i),
                   numbers + s.first);
  }
  static void copy_drawn(plan const& from, plan& to) { to.drawn_ = from.drawn_; }
  /// Takes the drawn numbers of all images.
  static void set_drawn(plan& p, std::vector<float> const& drawn) { p.drawn_ = drawn; }
  static void clear(plan& p) noexcept { p.rows_ = 0; }
};

/// Range of an element type where the chain does not say it.
template <class T>
constexpr float range_of() noexcept {
  if constexpr (std::is_same_v<T, std::uint8_t>)
    return 255.0f;
  else if constexpr (mixaug::detail::is_integer_pixel<T>)
    return static_cast<float>((std::numeric_limits<decltype(T::value)>::max)());
  else
    return 1.0f;
}

/// Checks and compiles a chain for a batch of images, and draws its plan.
inline void make(chain const& c, index_t rows, image_facts const& in, key const& k, plan& into) {
  if (rows < 1 || rows > mixaug::detail::most_rows) fail("the batch", text(rows) + " rows", "1 to 2^40 - 2 samples");
  key const checked = mixaug::detail::checked(k, rows);
  compiled_chain& compiled = plan_writer::draft(into);
  compile(c, in, compiled);
  plan_writer::fit(into, c, compiled, rows, checked);
  try {
    for (index_t i = 0; i < rows; ++i) {
      for (int p = 0; p < static_cast<int>(c.steps.size()); ++p) {
        parameter_draws const d(checked, static_cast<std::uint64_t>(checked.first + i), p);
        float* const to = plan_writer::drawn(into, i, p);
        step const& s = c.steps[static_cast<std::size_t>(p)];
        bool const fires = d.fires(prob_of(s));
        to[0] = fires ? 1.0f : 0.0f;
        visit(s, [&](auto const& own) {
          if (fires)
            own.draw(d, compiled.facts[p], to + 1);
          else
            own.rest(compiled.facts[p], to + 1);
        });
      }
      plan_writer::derive(into, i);
    }
  } catch (...) {
    plan_writer::clear(into);
    throw;
  }
}

}  // namespace detail
}  // namespace mixaug::augment

namespace mixaug {

/// Draws the plan of a chain for the images of `x` (n, c, h, w), the signals (n, c, l) or the volumes into `into`,
/// reusing its memory. Only the extents and the element type of `x` are read. Image i is row key.first + i of the
/// global batch: any split over calls gives the same. Errors: invalid_argument for a bad option, key or shape, before
/// the plan is modified.
template <class T, int R, space S>
void make_plan(augment::chain const& c, tensor_view<T, R, S> const& x, key const& k, augment::plan& into) {
  using E = std::remove_const_t<T>;
  constexpr bool images = R >= 3 && R <= 5 && detail::is_pixel<E>;
  static_assert(R >= 3 && R <= 5,
                "mixaug: a chain of augmentations takes images, nchw(pointer, {n, c, h, w}) or nhwc, signals(pointer, "
                "{n, c, l}) or volumes(pointer, {n, c, d, h, w})");
  static_assert(detail::is_pixel<E>,
                "mixaug: a chain of augmentations takes pixels, and integers are taken for ids; if these are pixels, "
                "say so with as_pixels(view); ids follow a plan of their images: apply_masks(plan, ids, out)");
  if constexpr (images) {
    index_t const height = R == 3 ? 1 : x.extent[R - 2];
    augment::image_facts in{x.extent[1], height, x.extent[R - 1], c.range};
    if (R == 3) in.kind = augment::subject::signal;
    if constexpr (R == 5) {
      in.kind = augment::subject::volume;
      in.depth = x.extent[2];
      in.channels *= in.depth;
    }
    if (c.range == 0.0f) in.range = augment::detail::range_of<E>();
    augment::detail::make(c, x.extent[0], in, k, into);
  }
}
/// The same; returns the plan.
template <class T, int R, space S>
augment::plan make_plan(augment::chain const& c, tensor_view<T, R, S> const& x, key const& k) {
  augment::plan p;
  make_plan(c, x, k, p);
  return p;
}

}  // namespace mixaug

MIXAUG_EXACT_END

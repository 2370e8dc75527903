// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/mixed.hpp>
#include <vector>

MIXAUG_EXACT_BEGIN

/// Batches of images of different sizes, as loaders decode them, through a chain that gives one size: augmented and
/// collated in one pass, and mixed, where wanted.
namespace mixaug {

/// Images of one element type and of any sizes, each a view (1, c, h, w) with strides of its own: nhwc of a pointer, or
/// of a cv::Mat (interop/opencv.hpp). Owns nothing; `images` makes it.
template <class T>
struct image_list {
  tensor_view<T, 4> const* views = nullptr;
  index_t count = 0;
};
/// The list of images that a container with data() and size() holds, which must live as long as the list is used:
///   std::vector<ma::tensor_view<std::uint8_t, 4>> views;
///   for (auto const& one : decoded) views.push_back(ma::nhwc(one.data, {1, one.height, one.width, 3}));
///   auto plan = ma::make_plan(chain, ma::images(views), key);
template <class Views>
requires requires(Views& v) { v.data()[0].extent, v.size(); }
auto images(Views&& views) {
  using view = std::remove_cvref_t<decltype(views.data()[0])>;
  constexpr bool four = view::rank == 4 && view::memory == space::host;
  static_assert(std::is_lvalue_reference_v<Views>,
                "mixaug: these images would outlive the temporary list of their views; give the list a name first");
  static_assert(four, "mixaug: images(views) takes views of one image each, nhwc(pointer, {1, h, w, c}) or nchw");
  return image_list<typename view::element>{views.data(), static_cast<index_t>(views.size())};
}

namespace augment {
namespace detail {
struct ragged_writer;
}

/// What a chain does to each image of a ragged batch: a plan of one image for each. Image i is the global row
/// key.first + i, and is drawn and made as in a batch of images of one size.
class ragged_plan {
 public:
  /// The key it was drawn with. Its `first` is the global row of image 0.
  key drawn_with{};

  /// Number of images; 0 for a plan that was not made.
  index_t rows() const noexcept { return rows_; }
  /// The plan of image i, of a batch of one: for its boxes and points, and to write it as text.
  plan const& image(index_t i) const noexcept { return plans_[static_cast<std::size_t>(i)]; }
  /// What the chain gives.
  image_facts const& out() const noexcept { return image(0).out(); }
  /// The shape of it, (n, c, h, w) without memory: the batch for which a method plans that mixes it.
  tensor_view<float const, 4> output() const noexcept {
    return nchw<float const>(nullptr, {rows_, out().channels, out().height, out().width});
  }

 private:
  friend struct detail::ragged_writer;
  std::vector<plan> plans_;
  index_t rows_ = 0;
};

namespace detail {

inline std::string image_name(index_t i) { return "image " + text(i); }
inline std::string shape_of(image_facts const& f) {
  index_t const all[3] = {f.channels, f.height, f.width};
  return mixaug::detail::shape_text(all, 3);
}

struct ragged_writer {
  /// Draws the plan of each image.
  template <class T>
  static void make(chain const& c, image_list<T> const& x, key const& k, ragged_plan& into) {
    if (x.count < 1 || x.views == nullptr) fail("the batch", "empty", "at least one image");
    key const checked = mixaug::detail::checked(k, x.count);
    into.rows_ = 0;  // empty, in case an image is refused
    if (into.plans_.size() < static_cast<std::size_t>(x.count)) into.plans_.resize(static_cast<std::size_t>(x.count));
    for (index_t i = 0; i < x.count; ++i) {
      tensor_view<T, 4> const& v = x.views[i];
      if (v.extent[0] != 1)
        fail(image_name(i), "of shape " + mixaug::detail::shape_text(v.extent, 4), "one image, (1, c, h, w)");
      image_facts in{v.extent[1], v.extent[2], v.extent[3], c.range};
      if (c.range == 0.0f) in.range = range_of<std::remove_const_t<T>>();
      key one = checked;
      one.first = checked.first + i;
      plan& p = into.plans_[static_cast<std::size_t>(i)];
      detail::make(c, 1, in, one, p);
      image_facts const &got = p.out(), &wanted = into.plans_[0].out();
      if (got.channels != wanted.channels || got.height != wanted.height || got.width != wanted.width)
        fail(image_name(i), "of (c, h, w) = " + shape_of(got) + " after the chain",
             shape_of(wanted) + " as image 0: a chain that gives one size, by crop, resized_crop or affine's size");
    }
    into.drawn_with = checked;
    into.rows_ = x.count;
  }
};

/// Takes images of a list through their chains.
template <class T, class U>
struct ragged_body {
  ragged_plan const& own;
  tensor_view<T, 4> const* views;
  image<U> out;
  index_t out_sample;
  apply_scratch scratch;  ///< enough for each image
  index_t lanes;

  void operator()(index_t lane) const noexcept {
    each_of_lane(lane, lanes, own.rows(), scratch, out, out_sample,
                 [this](index_t i, image<U> const& to, apply_scratch const& mine) { one(i, to, mine); });
  }
  /// Takes image i into `to`.
  void one(index_t i, image<U> const& to, apply_scratch const& mine) const noexcept {
    using E = std::remove_const_t<T>;
    plan const& p = own.image(i);
    tensor_view<T, 4> const& v = views[i];
    image<E const> const from{v.data, v.stride[1], v.stride[2], v.stride[3], v.extent[2], v.extent[3], v.extent[1]};
    apply_scratch place = scratch_of<E>(plan_writer::compiled(p));
    place.base = mine.base;
    apply_body<E, U>{p, from, to, 0, 0, place, 1}.one(0, to, place);
  }
};

/// Checks that the images of a list are those of their plan, and that the output shares no memory with them; returns
/// the scratch that a thread needs.
template <class T, class U>
apply_scratch checked_list(ragged_plan const& p, image_list<T> const& x, U* out, layout5 const& to) {
  if (x.count != p.rows())
    fail("the list", text(x.count) + " images", text(p.rows()) + " images, for which the plan was made");
  check_integers<U>(plan_writer::compiled(p.image(0)));
  apply_scratch all;
  for (index_t i = 0; i < x.count; ++i) {
    std::string const name = image_name(i);
    layout5 const f =
        checked_images(x.views[i], p.image(i), p.image(i).in(), name.c_str(), ", for which the plan was made");
    if (overlap(byte_range_of(x.views[i].data, f), byte_range_of(out, to)))
      fail("the output", "sharing memory with " + name, "a buffer of its own");
    apply_scratch const own = scratch_of<std::remove_const_t<T>>(plan_writer::compiled(p.image(i)));
    if (own.bytes() > all.bytes()) all = own;
  }
  return all;
}
template <class T, class U>
inline constexpr bool takes =
    converts<std::remove_const_t<T>, U>&& fits_float<std::remove_const_t<T>> && !std::is_const_v<U>;

}  // namespace detail
}  // namespace augment

/// Draws the plan of a chain for images of different sizes into `into`, reusing its memory. Errors: those of a batch of
/// one size, images of different channels, a chain that does not give one size.
template <class T>
void make_plan(augment::chain const& c, image_list<T> const& x, key const& k, augment::ragged_plan& into) {
  static_assert(detail::is_pixel<std::remove_const_t<T>>,
                "mixaug: a chain of augmentations takes pixels, and integers are taken for ids; if these are pixels, "
                "say so with as_pixels(view)");
  augment::detail::ragged_writer::make(c, x, k, into);
}
/// The same; returns the plan.
template <class T>
augment::ragged_plan make_plan(augment::chain const& c, image_list<T> const& x, key const& k) {
  augment::ragged_plan p;
  make_plan(c, x, k, p);
  return p;
}

/// Takes the images of a list through their chains into `out` (n, c, h, w), of the size that the chain gives: the bits
/// are those of each image in a batch of its own. Errors: as those of a batch, by the number of the image.
template <backend Backend, class T, class U, space P>
void apply(Backend const& be, augment::ragged_plan const& p, image_list<T> const& x, tensor_view<U, 4, P> const& out) {
  constexpr bool here = Backend::memory == space::host && P == space::host;
  static_assert(here, "mixaug: images of different sizes are augmented on the host");
  static_assert(augment::detail::takes<T, U>,
                "mixaug: a chain writes floats, or the integer type that it reads, of at most 16 bits");
  if constexpr (here && augment::detail::takes<T, U>) {
    namespace own = augment::detail;
    if (p.rows() == 0) own::fail("the plan", "empty", "a plan that make_plan(chain, images, key) made");
    index_t const wanted[4] = {p.rows(), p.out().channels, p.out().height, p.out().width};
    for (int d = 0; d < 4; ++d)
      if (out.extent[d] != wanted[d])
        own::fail("the output", "of shape (n, c, h, w) = " + detail::shape_text(out.extent, 4),
                  detail::shape_text(wanted, 4) + ", what the plan's chain gives");
    detail::check_memory(out, "the output");
    detail::layout5 const fo = detail::to_layout5(out, 2, false, "the output");
    own::check_written("the output", fo);
    own::apply_scratch scratch = own::checked_list(p, x, out.data, fo);
    index_t const lanes = detail::greater(1, detail::lesser(be.lanes(), p.rows()));
    scratch.base = detail::kept_scratch().reserve(scratch.bytes() * static_cast<std::size_t>(lanes) + 64);
    be.items(lanes, own::ragged_body<T, U>{p, x.views, own::image_of<U>(out.data, fo), fo.stride[0], scratch, lanes});
  }
}

/// Augments and mixes images of a list at once: see apply(mix, augmented, x, out).
template <backend Backend, class R, class B, class T, class U, space P>
void apply(Backend const& be, plan<R, B> const& mix, augment::ragged_plan const& augmented, image_list<T> const& x,
           tensor_view<U, 4, P> const& out) {
  constexpr bool here = Backend::memory == space::host && P == space::host;
  static_assert(here, "mixaug: images of different sizes are augmented on the host");
  static_assert(augment::detail::takes<T, U>,
                "mixaug: a chain writes floats, or the integer type that it reads, of at most 16 bits");
  if constexpr (here && augment::detail::takes<T, U>) {
    namespace own = augment::detail;
    detail::check_made(mix.shape);
    if (augmented.rows() == 0) own::fail("the plan", "empty", "a plan that make_plan(chain, images, key) made");
    own::checked_output const o = own::checked_mix<std::remove_const_t<T>>(mix, augmented.rows(), augmented.out(), out);
    own::apply_scratch const scratch = own::checked_list(augmented, x, out.data, o.layout);
    own::run_mixed<U>(be, mix, out, o, scratch, [&](own::apply_scratch const& all, index_t lanes) {
      return own::ragged_body<T, U>{augmented, x.views, {}, 0, all, lanes};
    });
  }
}

MIXAUG_DEFAULT_BEGIN
/// The same on the default backend.
template <class T, class U, space P>
void apply(augment::ragged_plan const& p, image_list<T> const& x, tensor_view<U, 4, P> const& out) {
  mixaug::apply(default_backend{}, p, x, out);
}
template <class R, class B, class T, class U, space P>
void apply(plan<R, B> const& mix, augment::ragged_plan const& augmented, image_list<T> const& x,
           tensor_view<U, 4, P> const& out) {
  mixaug::apply(default_backend{}, mix, augmented, x, out);
}
MIXAUG_DEFAULT_END

}  // namespace mixaug

MIXAUG_EXACT_END

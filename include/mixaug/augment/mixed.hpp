// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/apply.hpp>
#include <mixaug/augment/augment.hpp>

MIXAUG_EXACT_BEGIN

/// Images augmented and mixed at once: the usual pipeline without the batch between.
namespace mixaug {
namespace augment {
namespace detail {

/// The kernel body of apply for one row, whose two sides stand in memory of their own, each a batch of one image.
template <class U, class R, class B>
struct pair_body : mixaug::detail::mix_body<U, R, B, space::host> {
  using base = mixaug::detail::mix_body<U, R, B, space::host>;
  typename base::sample begin(index_t i) const noexcept {
    typename base::sample s = base::begin(i);
    s.self = 0;
    if (s.source >= 0) s.source = 0;
    return s;
  }
};

/// An order of the rows in which an image that was augmented for one row is there for the next: from row to the row of
/// its partner, until a row comes again. `order` and `seen` have one element for each row.
template <class Plan>
void order_rows(Plan const& p, index_t* order, std::uint8_t* seen) noexcept {
  index_t const rows = p.shape.rows;
  for (index_t i = 0; i < rows; ++i) seen[i] = 0;
  index_t done = 0;
  for (index_t start = 0; start < rows; ++start)
    for (index_t i = start; i >= 0 && i < rows && seen[i] == 0;) {
      seen[i] = 1;
      order[done++] = i;
      index_t const next = p.partner.data[i] < 0 ? -1 : p.partner.data[i] - p.shape.first;
      i = next >= 0 && next < rows && p.self.data[next] == next ? next : -1;
    }
}

/// Augments and mixes the rows of a lane, with three images in its scratch: those of the row, and the first one of the
/// path that it follows, which the last row of a cycle reads.
template <class Images, class U, class R, class B>
struct mixed_body {
  Images images;  ///< one(i, to, scratch) takes image i into `to`
  pair_body<U, R, B> mix;
  image<U> slot;
  mixaug::detail::layout5 slot_layout;
  std::size_t slot_bytes;
  std::byte* slots;  ///< three for each lane
  index_t const* order;
  index_t rows, lanes;

  void operator()(index_t lane) const noexcept {
    held mine{slots + static_cast<std::size_t>(lane) * 3 * slot_bytes, {-1, -1, -1}, 0};
    apply_scratch scratch = images.scratch;
    scratch.base += static_cast<std::size_t>(lane) * scratch.bytes();
    for (index_t k = lane * rows / lanes; k < (lane + 1) * rows / lanes; ++k) row(order[k], mine, scratch);
  }

 private:
  /// The images that a lane holds.
  struct held {
    std::byte* memory;
    index_t of[3];
    int first;  ///< where the path began
  };
  U* data(held const& mine, int which) const noexcept {
    return reinterpret_cast<U*>(mine.memory + static_cast<std::size_t>(which) * slot_bytes);
  }
  /// Where image i stands; -1 = nowhere.
  static int place_of(held const& mine, index_t i) noexcept {
    for (int k = 0; k < 3; ++k)
      if (mine.of[k] == i) return k;
    return -1;
  }
  /// Makes sure that image i is there, in a place that is neither `used` nor, where there is another, the path's first.
  int fetch(index_t i, held& mine, int used, apply_scratch const& scratch) const noexcept {
    int k = place_of(mine, i);
    if (k >= 0) return k;
    for (k = 0; k == used || k == mine.first;) ++k;
    image<U> to = slot;
    to.data = data(mine, k);
    images.one(i, to, scratch);
    mine.of[k] = i;
    return k;
  }
  void row(index_t i, held& mine, apply_scratch const& scratch) const noexcept {
    auto const s = static_cast<mixaug::detail::mix_body<U, R, B, space::host> const&>(mix).begin(i);
    float m = 0.5f;
    bool const constant = s.region.constant(m);
    bool const other = s.source >= 0 && !(constant && m >= 1.0f);
    bool const continues = place_of(mine, s.self) >= 0;
    int const a = fetch(s.self, mine, -1, scratch);
    if (!continues) mine.first = a;
    int const b = other ? fetch(s.source, mine, a, scratch) : a;
    pair_body<U, R, B> own = mix;
    own.x = rows_at(data(mine, a));
    own.source = rows_at(data(mine, b));
    index_t const count = mixaug::detail::units_of(own).count;
    mixaug::detail::mix_items<pair_body<U, R, B>> const job{own, mixaug::detail::units_of(own)};
    for (index_t u = 0; u < count; ++u) job(i * count + u);
  }
  mixaug::detail::rows_view<U const> rows_at(U const* p) const noexcept {
    tensor_view<U const, 4> v;
    v.data = p;
    return mixaug::detail::to_rows<U const>(v, slot_layout, mix.out.px > 1);
  }
};

/// The output of a call that mixes, and the images that are mixed.
struct checked_output {
  mixaug::detail::layout5 layout;
  image_facts image;
};

/// Checks that a plan of mixing fits the images that a chain gives, and that the output fits both.
template <class T, class R, class B, class U, space S>
checked_output checked_mix(mixaug::plan<R, B> const& mix, index_t images, image_facts const& to,
                           tensor_view<U, 4, S> const& out) {
  using mixaug::detail::shape_text;
  plan_shape const& s = mix.shape;
  if (s.samples != images)
    fail("the plan of mixing", "one of " + text(s.samples) + " images",
         "one that make_plan(method, augmented.output(), key) made, of " + text(images));
  if (!s.own_source || !mix.flags().local)
    fail("partners lie outside these " + text(s.samples) +
         " images, and only these are augmented here; take both steps: apply(augmented, x, y), apply(mix, y, source, "
         "out), or set key.block");
  mixaug::detail::layout5 const f = mixaug::detail::checked(out, s, mix.constant_field(), "the output");
  index_t const wanted[4] = {s.rows, to.channels, to.height, to.width};
  for (int d = 0; d < 4; ++d)
    if (out.extent[d] != wanted[d])
      fail("the output", "of shape (n, c, h, w) = " + shape_text(out.extent, 4),
           shape_text(wanted, 4) + ", the rows of the plan of mixing, and what the chain gives");
  mixaug::detail::check_output("the output", f);
  mixaug::detail::check_element<U>(mix, f.extent[1]);
  return {f, to};
}

/// Augments and mixes all rows; `images(scratch, lanes)` makes what augments one image.
template <class U, class Backend, class R, class B, space S, class Images>
void run_mixed(Backend const& be, mixaug::plan<R, B> const& mix, tensor_view<U, 4, S> const& out,
               checked_output const& o, apply_scratch scratch, Images const& images) {
  using namespace mixaug::detail;
  image_facts const& to = o.image;
  bool const inside = interleaved(o.layout);
  tensor_view<U, 4> const slot = inside ? nhwc<U>(nullptr, {index_t{1}, to.height, to.width, to.channels})
                                        : nchw<U>(nullptr, {index_t{1}, to.channels, to.height, to.width});
  layout5 const fs = to_layout5(slot, 2, false, "the output");
  std::size_t const slot_bytes = aligned(static_cast<std::size_t>(to.channels * to.height * to.width) * sizeof(U));
  index_t const lanes = greater(1, lesser(be.lanes(), mix.shape.rows));
  std::size_t const rows = static_cast<std::size_t>(mix.shape.rows), threads = static_cast<std::size_t>(lanes);
  std::size_t const order_bytes = aligned(rows * sizeof(index_t)), seen_bytes = aligned(rows);
  std::byte* const memory =
      kept_scratch().reserve(order_bytes + seen_bytes + (scratch.bytes() + 3 * slot_bytes) * threads + 64);
  index_t* const order = reinterpret_cast<index_t*>(memory);
  order_rows(mix, order, reinterpret_cast<std::uint8_t*>(memory + order_bytes));
  std::byte* const slots = memory + order_bytes + seen_bytes;
  scratch.base = slots + 3 * slot_bytes * threads;

  pair_body<U, R, B> body;
  body.out = to_rows<U>(out, o.layout, inside);
  body.x = body.source = to_rows<U const>(slot, fs, inside);
  body.flat = body.out.flat() && body.x.flat();
  body.plan = mix.view();
  body.blend = mix.blend;
  body.source_first = mix.shape.first_of(true);
  body.stream = body.flat && larger_than_cache(body.out);
  auto const augmented = images(scratch, lanes);
  be.items(lanes,
           mixed_body<std::remove_const_t<decltype(augmented)>, U, R, B>{
               augmented, body, image_of<U>(slot.data, fs), fs, slot_bytes, slots, order, mix.shape.rows, lanes});
}

}  // namespace detail
}  // namespace augment

/// out = m A_i(x_i) + (1 - m) A_j(x_j): takes the images of `x` (n, c, h, w) through the chain of `augmented` and mixes
/// them by the plan of a method, made for augmented.output(), in one pass over memory: an image that was augmented for
/// one row stands in the cache for the row that reads it as its partner. The bits are those of both calls, one after
/// the other, with elements of `out` between; so are labels, losses and the adjoint. Each image is augmented once where
/// partners are a permutation; where several rows read one partner, again for most of them. Scratch: three images of
/// the output a thread.
///   auto mix = make_plan(cutmix{}, augmented.output(), key);
///   apply(mix, augmented, x, out);
/// Errors: those of both calls; partners that lie outside these rows (a second source, or other rows of a global batch:
/// augment them first); `out` that shares memory with x, for rows read each other. Methods that score pixels are
/// planned for pixels that are there: augment first, then plan and mix.
template <backend Backend, class R, class B, class T, class U, int Q, int P, space S>
void apply(Backend const& be, plan<R, B> const& mix, augment::plan const& augmented, tensor_view<T, Q, S> const& x,
           tensor_view<U, P, S> const& out) {
  using E = std::remove_const_t<T>;
  constexpr bool here = Backend::memory == space::host && S == space::host;
  static_assert(
      here,
      "mixaug: augmented and mixed at once on the host; on a device, by two calls, of augment::device_plan and "
      "of the mixing plan");
  static_assert(Q == 4 && P == 4, "mixaug: a chain of augmentations takes images, nchw(pointer, {n, c, h, w}) or nhwc");
  static_assert(!std::is_const_v<U>, "mixaug: the output is a view of const elements");
  constexpr bool types = augment::detail::converts<E, U>;
  static_assert(types || std::is_const_v<U>,
                "mixaug: a chain writes floats, or the integer type that it reads (as_pixels marks integers that are "
                "pixels)");
  static_assert(augment::detail::fits_float<E>,
                "mixaug: pixels are computed in float, which integers of 32 bits do not fit");
  if constexpr (here && Q == 4 && P == 4 && types && augment::detail::fits_float<E>) {
    namespace own = augment::detail;
    detail::check_made(mix.shape);
    auto const fx = own::checked_images(x, augmented, augmented.in(), "x", ", for which the plan was made");
    own::checked_output const o = own::checked_mix<E>(mix, augmented.rows(), augmented.out(), out);
    detail::check_apart("the output", out.data, o.layout, "x", x.data, fx, "");
    own::compiled_chain const& c = own::plan_writer::compiled(augmented);
    own::check_integers<U>(c);
    own::run_mixed<U>(be, mix, out, o, own::scratch_of<E>(c), [&](own::apply_scratch const& scratch, index_t lanes) {
      return own::apply_body<E, U>{augmented, own::image_of<E const>(x.data, fx), {}, fx.stride[0], 0, scratch, lanes};
    });
  }
}

MIXAUG_DEFAULT_BEGIN
/// The same on the default backend.
template <class R, class B, class T, class U, int Q, int P, space S>
void apply(plan<R, B> const& mix, augment::plan const& augmented, tensor_view<T, Q, S> const& x,
           tensor_view<U, P, S> const& out) {
  mixaug::apply(default_backend{}, mix, augmented, x, out);
}
MIXAUG_DEFAULT_END

}  // namespace mixaug

MIXAUG_EXACT_END

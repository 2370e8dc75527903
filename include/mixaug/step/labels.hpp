// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <limits>
#include <mixaug/backend/default.hpp>
#include <mixaug/step/apply.hpp>
#include <mixaug/step/inputs.hpp>

namespace mixaug {

struct soft_label_options {
  float smoothing = 0.0f;   ///< s in [0, 1): the class gets 1 - s + s / C, the others s / C
  index_t num_classes = 0;  ///< checked against the width of the output; 0 = the width
};

namespace detail {

/// Labels of one side: class ids spread over C columns, or rows of numbers.
template <class T>
struct id_labels {
  T const* id;
  index_t stride, classes;
  double on, off;
  MIXAUG_HD double operator()(index_t i, index_t c) const noexcept {
    auto const k = static_cast<index_t>(id[i * stride]);
    if (k < 0 || k >= classes)
      return static_cast<double>(float_of(0x7FC00000u));  // NaN: device ids are not checked before
    return k == c ? on : off;
  }
};
template <class T>
struct row_labels {
  T const* y;
  index_t stride, step;
  MIXAUG_HD double operator()(index_t i, index_t c) const noexcept {
    return static_cast<double>(y[i * stride + c * step]);
  }
};

/// out(i, c) = share_self(i) y(self, c) + share_partner(i) y(partner, c), in double, rounded once. A share of 0
/// leaves its side unread.
template <class T, class Plan, class Self, class Source>
struct label_body {
  Plan plan;
  Self self;
  Source source;
  T* out;
  index_t stride, step, width, source_first;
  bool gathered;

  MIXAUG_HD void operator()(index_t i, index_t lane, index_t lanes) const noexcept {
    double const a = static_cast<double>(plan.share_self.data[i]), b = static_cast<double>(plan.share_partner.data[i]);
    index_t const s = plan.self.data[i], p = gathered ? i : plan.partner.data[i] - source_first;
    bool const paired = b != 0.0 && plan.partner.data[i] >= 0;
    for (index_t c = lane; c < width; c += lanes) {
      double v = a == 1.0 ? self(s, c) : a == 0.0 ? 0.0 : a * self(s, c);
      if (paired) v = add_product<double>(b, source(p, c), v);
      out[i * stride + c * step] = static_cast<T>(v);
    }
  }
};

/// (n) or (n, d) as extents and strides.
template <class T, int R, space S>
five label_extents(tensor_view<T, R, S> const& v, char const* name) {
  static_assert(R <= 2, "mixaug: labels and targets are (n) or (n, d)");
  for (int d = 0; d < R; ++d)
    if (v.extent[d] <= 0)
      fail(name, "of shape " + shape_text(v.extent, R), "at least one element along each dimension");
  if (v.data == nullptr) fail(name, "a null pointer", "memory for " + shape_text(v.extent, R) + " elements");
  five f;
  for (int d = 0; d < R; ++d) f.extent[d] = v.extent[d], f.stride[d] = v.stride[d];
  if (!addressable(f, sizeof(T)))
    fail(name, "of shape " + shape_text(v.extent, R) + " and strides " + shape_text(v.stride, R),
         "elements that memory can hold");
  return f;
}

/// Whether row i of gathered rows is read; partner: null for rows that are not gathered.
inline bool has_partner(index_t const* partner, index_t i) noexcept { return partner == nullptr || partner[i] >= 0; }

/// One side as labels of `width` columns for targets of type Target, checked on the host; of gathered ones those of
/// rows that have a `partner`.
template <class Target, class T, int R, space S>
auto label_side(tensor_view<T, R, S> const& v, index_t width, soft_label_options const& o, char const* name,
                [[maybe_unused]] index_t const* partner = nullptr) {
  using U = std::remove_const_t<T>;
  if constexpr (std::is_integral_v<U>) {
    static_assert(R == 1, "mixaug: class ids are (n), one a sample; multi-label targets are float (n, num_classes)");
    if constexpr (S == space::host)
      for (index_t i = 0; i < v.extent[0]; ++i)
        if (auto const k = static_cast<index_t>(v(i)); (k < 0 || k >= width) && has_partner(partner, i))
          fail(std::string(name) + "(" + text(i) + ")", text(k),
               "a class in [0, " + text(width) + "), the width of the targets");
    double const off = static_cast<double>(o.smoothing) / static_cast<double>(width);
    return id_labels<U>{v.data, v.stride[0], width, 1.0 - static_cast<double>(o.smoothing) + off, off};
  } else {
    static_assert(std::is_same_v<U, float> || std::is_same_v<U, double>,
                  "mixaug: labels are integer class ids, float or double");
    if (R == 2 && v.extent[R - 1] != width)
      fail(name, "of width " + text(v.extent[R - 1]), "width " + text(width) + " as the output");
    if (R == 1 && width != 1) fail(name, "(n)", "(n, " + text(width) + ") as the output");
    [[maybe_unused]] constexpr double most = static_cast<double>((std::numeric_limits<Target>::max)());
    if constexpr (S == space::host)
      for (index_t i = 0; i < v.extent[0]; ++i)
        for (index_t c = 0; c < width; ++c)
          if (auto const k = static_cast<double>(v.data[i * v.stride[0] + (R == 2 ? c * v.stride[R - 1] : 0)]);
              !(std::fabs(k) <= most) && has_partner(partner, i))
            fail(std::string(name) + "(" + text(i) + ", " + text(c) + ")", text(k),
                 "a finite label that the targets can hold");
    return row_labels<U>{v.data, v.stride[0], R == 2 ? v.stride[R - 1] : 0};
  }
}

template <class Backend, class Plan, class Y, class Src, class Out>
void labels_from(Backend const& be, Plan const& p, Y const& y, Src const& source, Out const& out,
                 soft_label_options const& o, bool own, bool is_gathered) {
  check_spaces<Backend, Plan::memory, Y, Src, Out>();
  check_writable<Out>();
  using T = std::remove_const_t<typename Out::element>;
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>,
                "mixaug: mixed labels are float (or double): a class id cannot be mixed");
  if constexpr (Plan::memory == Backend::memory && Y::memory == Backend::memory && Src::memory == Backend::memory &&
                Out::memory == Backend::memory) {
    plan_shape const& s = p.shape;
    index_t const width = Out::rank == 2 ? out.extent[Out::rank - 1] : 1;
    check_made(s);
    five const fy = label_extents(y, "labels"), fs = label_extents(source, "the source's labels"),
               fo = label_extents(out, "the target matrix");
    if (o.num_classes != 0 && o.num_classes != width)
      fail("the target matrix", "of width " + text(width), "num_classes = " + text(o.num_classes));
    if (!(o.smoothing >= 0.0f && o.smoothing < 1.0f))
      fail("smoothing", text(static_cast<double>(o.smoothing)), "a number in [0, 1)");
    same_rows("labels", y.extent[0], s.samples);
    same_rows("the target matrix", out.extent[0], s.rows);
    if (own && !p.local)
      fail(
          "partners lie outside the batch; give their labels: the labels of the second source (or of the global batch) "
          "go between y and the output");
    if (!own) same_rows("the source's labels", source.extent[0], is_gathered ? s.rows : s.source_rows);
    index_t const step = Out::rank == 2 ? out.stride[Out::rank - 1] : 1;
    check_output("the target matrix", fo);
    check_apart("the target matrix", out.data, fo, "the labels", y.data, fy, "");
    if (!own) check_apart("the target matrix", out.data, fo, "the source's labels", source.data, fs, "");
    auto const a = label_side<T>(y, width, o, "labels");
    auto const b = label_side<T>(source, width, o, "the source's labels", is_gathered ? p.partner.data : nullptr);
    using view = std::remove_cvref_t<decltype(p.view())>;
    be.rows(
        label_body<T, view, std::remove_const_t<decltype(a)>, std::remove_const_t<decltype(b)>>{
            p.view(), a, b, out.data, out.stride[0], step, width, own ? s.first : 0, is_gathered},
        s.rows);
  }
}

}  // namespace detail

/// Dense soft labels (rows, num_classes), float32 whatever the images are:
/// out(i, c) = share_self(i) y_self(c) + share_partner(i) y_partner(c).
///   soft_labels(backend, plan, y, out, options)           the batch's own labels
///   soft_labels(backend, plan, y, source, out, options)   labels of a second source, or gathered(labels), of
///                                                         which rows without a partner are not read
/// Either side is class ids (n), spread with smoothing, or soft / multi-label rows (n, num_classes).
/// Errors: an id outside [0, num_classes), NaN labels, a matrix of another width (host views; ids on a
/// device are not read before, and a bad one gives a row of NaN).
template <backend Be, class R, class B, space S, class Y, class Out>
requires(is_tensor_view<Y>&& is_tensor_view<Out>) void soft_labels(Be const& be, plan<R, B, S> const& p, Y const& y,
                                                                   Out const& out, soft_label_options const& o = {}) {
  detail::labels_from(be, p, y, y, out, o, true, false);
}
template <backend Be, class R, class B, space S, class Y, class Src, class Out>
requires(is_tensor_view<Y>&& is_tensor_view<Src>&& is_tensor_view<Out>) void soft_labels(
    Be const& be, plan<R, B, S> const& p, Y const& y, Src const& source, Out const& out,
    soft_label_options const& o = {}) {
  detail::labels_from(be, p, y, source, out, o, false, false);
}
template <backend Be, class R, class B, space S, class Y, class Src, class Out>
void soft_labels(Be const& be, plan<R, B, S> const& p, Y const& y, gathered_rows<Src> const& source, Out const& out,
                 soft_label_options const& o = {}) {
  detail::labels_from(be, p, y, source.view, out, o, false, true);
}

/// Regression, multi-label or already soft targets, (n) or (n, d), mixed with the label coefficients; the
/// forms are those of soft_labels.
template <backend Be, class R, class B, space S, class Y, class... Rest>
requires(is_tensor_view<Y>) void mix_targets(Be const& be, plan<R, B, S> const& p, Y const& y, Rest const&... rest) {
  static_assert(
      !std::is_integral_v<typename Y::element>,
      "mixaug: class ids cannot be averaged; soft_labels(plan, class_ids, targets) spreads them over classes");
  if constexpr (!std::is_integral_v<typename Y::element>) soft_labels(be, p, y, rest...);
}

inline namespace MIXAUG_JOIN(v0_default_, MIXAUG_BACKEND) {

  /// The same on the default backend.
  template <class R, class B, space S, class Y, class Out>
  void soft_labels(plan<R, B, S> const& p, Y const& y, Out const& out, soft_label_options const& o = {}) {
    mixaug::soft_labels(default_backend{}, p, y, out, o);
  }
  template <class R, class B, space S, class Y, class Src, class Out>
  requires(is_tensor_view<Out>) void soft_labels(plan<R, B, S> const& p, Y const& y, Src const& source, Out const& out,
                                                 soft_label_options const& o = {}) {
    mixaug::soft_labels(default_backend{}, p, y, source, out, o);
  }
  template <class R, class B, space S, class... Views>
  void mix_targets(plan<R, B, S> const& p, Views const&... views) {
    mixaug::mix_targets(default_backend{}, p, views...);
  }

}  // namespace )
}  // namespace mixaug

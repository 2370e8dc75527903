// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <limits>
#include <mixaug/apply/apply.hpp>
#include <mixaug/backend/default.hpp>
#include <mixaug/plan/inputs.hpp>
#include <optional>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Side whose labels are smoothed: both, or one if the rows of the other are smoothed already (the history of
/// RecursiveMix, a teacher's rows).
enum class smooth : unsigned char { both, self, source };

/// Meaning of a NaN label: an error, or a missing label, which makes the mixed label NaN.
enum class missing : unsigned char { refused, nan };

/// Options of soft_labels and mix_targets: label smoothing, and missing labels.
struct soft_label_options {
  float smoothing = 0.0f;   ///< s in [0, 1): a class label t becomes t (1 - s) + s / C, for ids (1 and 0) as for rows
  index_t num_classes = 0;  ///< checked against the width of the output; 0 = the width
  mixaug::smooth smooth = mixaug::smooth::both;        ///< side whose labels are smoothed
  std::optional<index_t> ignore_index = std::nullopt;  ///< id of samples without a label, any integer
  mixaug::missing missing = mixaug::missing::refused;  ///< nan: NaN in a row marks a missing label
  /// In [0, 1]: targets become 1 where the mixed label, as it would be written, is greater, else 0 (a missing one stays
  /// NaN): multi-hot targets of binary cross entropy (timm's target_threshold).
  std::optional<float> threshold = std::nullopt;
};

namespace detail {

/// Id of samples without a label, in the form that bodies use.
struct ignored_id {
  index_t id = 0;
  bool given = false;
  constexpr ignored_id() = default;
  constexpr ignored_id(std::optional<index_t> const& o) noexcept : id(o.value_or(0)), given(o.has_value()) {}
  MIXAUG_HD constexpr bool operator()(index_t k) const noexcept { return given && k == id; }
};

/// t (1 - s) + s / C; without smoothing t itself, bit for bit: adding -0 leaves every number unchanged.
struct smoothing_map {
  double kept = 1.0, even = -0.0;
  smoothing_map() = default;
  smoothing_map(float s, index_t classes) noexcept {
    if (s == 0.0f) return;
    kept = 1.0 - static_cast<double>(s);
    even = static_cast<double>(s) / static_cast<double>(classes);
  }
  MIXAUG_HD double operator()(double t) const noexcept { return add_product<double>(kept, t, even); }
};

/// Labels of one side: class ids expanded to C columns, or rows of numbers.
template <class T>
struct id_labels {
  T const* id;
  index_t stride, classes;
  double on, off;
  ignored_id ignored;
  struct one {
    index_t k;
    double on, off;
    MIXAUG_HD double operator()(index_t c) const noexcept { return k == c ? on : off; }
  };
  /// Returns the labels of row i; -1 = none.
  MIXAUG_HD one row(index_t i) const noexcept {
    if (i < 0) return {-1, 0.0, 0.0};
    auto const k = static_cast<index_t>(id[i * stride]);
    if (ignored(k)) return {-1, 0.0, 0.0};
    if (k >= 0 && k < classes) return {k, on, off};
    double const unknown = static_cast<double>(float_of(0x7FC00000u));  // NaN: device ids are not checked before
    return {-1, unknown, unknown};
  }
};
template <class T>
struct row_labels {
  T const* y;
  index_t stride, step;
  smoothing_map smoothed;
  struct one {
    T const* y;
    index_t step;
    smoothing_map smoothed;
    MIXAUG_HD double operator()(index_t c) const noexcept { return smoothed(static_cast<double>(y[c * step])); }
  };
  /// Returns the labels of row i; -1 = none, which is not read.
  MIXAUG_HD one row(index_t i) const noexcept { return {i < 0 ? y : y + i * stride, step, smoothed}; }
};

/// Turns a mixed label into 0 or 1, if a threshold is given.
template <class T>
struct label_threshold {
  T at = 0;
  bool given = false;
  label_threshold() = default;
  explicit label_threshold(std::optional<float> const& o) noexcept
      : at(static_cast<T>(o.value_or(0.0f))), given(o.has_value()) {}
  MIXAUG_HD T operator()(T v) const noexcept {
    if (!given || is_nan(v)) return v;
    return v > at ? T{1} : T{0};
  }

 private:
  MIXAUG_HD static bool is_nan(T v) noexcept {
    auto const d = static_cast<double>(v);
    std::uint64_t u;
    std::memcpy(&u, &d, sizeof u);
    return (u & 0x7FFFFFFFFFFFFFFFu) > 0x7FF0000000000000u;
  }
};

/// out(i, c) = share_self(i) y(self, c) + share_partner(i) y(partner, c), computed in double and rounded once. A side
/// of share 0 is not read.
template <class T, class Plan, class Self, class Source>
struct label_body {
  Plan plan;
  Self self;
  Source source;
  T* out;
  index_t stride, step, width, source_first;
  bool gathered;
  label_threshold<T> limit;

  MIXAUG_HD void operator()(index_t i, index_t lane, index_t lanes) const noexcept {
    double const a = static_cast<double>(plan.share_self.data[i]), b = static_cast<double>(plan.share_partner.data[i]);
    index_t const s = plan.self.data[i], p = gathered ? i : plan.partner.data[i] - source_first;
    bool const paired = b != 0.0 && plan.partner.data[i] >= 0;
    auto const own = self.row(s);
    auto const other = source.row(paired ? p : index_t{-1});
    for (index_t c = lane; c < width; c += lanes) {
      double v = a == 1.0 ? own(c) : a == 0.0 ? 0.0 : a * own(c);
      if (paired) v = add_product<double>(b, other(c), v);
      out[i * stride + c * step] = limit(static_cast<T>(v));
    }
  }
};

/// Returns labels (n) or (n, d) as extents and strides.
template <class T, int R, space S>
layout5 label_extents(tensor_view<T, R, S> const& v, char const* name) {
  static_assert(R <= 2, "mixaug: labels and targets are (n) or (n, d)");
  for (int d = 0; d < R; ++d)
    if (v.extent[d] <= 0)
      fail(name, "of shape " + shape_text(v.extent, R), "at least one element along each dimension");
  if (v.data == nullptr) fail(name, "a null pointer", "memory for " + shape_text(v.extent, R) + " elements");
  layout5 f;
  for (int d = 0; d < R; ++d) f.extent[d] = v.extent[d], f.stride[d] = v.stride[d];
  if (!addressable(f, sizeof(T)))
    fail(name, "of shape " + shape_text(v.extent, R) + " and strides " + shape_text(v.stride, R),
         "elements that memory can hold");
  return f;
}

/// Returns the bits of |v|, whose order is that of the numbers, then infinity, then NaN, under every
/// compiler flag about NaN.
inline std::uint64_t magnitude_bits(double v) noexcept {
  std::uint64_t u;
  std::memcpy(&u, &v, sizeof u);
  return u & 0x7FFFFFFFFFFFFFFFu;
}
inline bool is_missing(double v) noexcept { return magnitude_bits(v) > 0x7FF0000000000000u; }

/// True if row i of gathered rows is read; `partner` is null for rows that are not gathered.
inline bool has_partner(index_t const* partner, index_t i) noexcept { return partner == nullptr || partner[i] >= 0; }

/// Returns one side as labels of `width` columns for targets of type Target, checked on the host; of gathered rows only
/// those with a `partner` are checked.
template <class Target, class T, int R, space S>
auto label_side(tensor_view<T, R, S> const& v, index_t width, soft_label_options const& o, bool smooth_this,
                char const* name, [[maybe_unused]] index_t const* partner = nullptr) {
  using U = std::remove_const_t<T>;
  float const smoothing = smooth_this ? o.smoothing : 0.0f;
  if constexpr (std::is_integral_v<U>) {
    static_assert(
        R == 1,
        "mixaug: class ids are (n), one a sample; multi-label targets are float (n, num_classes): convert the "
        "0 and 1 of multi-hot integers to float");
    ignored_id const ignored(o.ignore_index);
    if constexpr (S == space::host)
      for (index_t i = 0; i < v.extent[0]; ++i)
        if (auto const k = static_cast<index_t>(v(i)); (k < 0 || k >= width) && !ignored(k) && has_partner(partner, i))
          fail(std::string(name) + "(" + text(i) + ")", text(k),
               "a class in [0, " + text(width) + "), the width of the targets, or the ignore_index of the options");
    smoothing_map const smoothed(smoothing, width);
    return id_labels<U>{v.data, v.stride[0], width, smoothed(1.0), smoothed(0.0), ignored};
  } else {
    static_assert(std::is_same_v<U, float> || std::is_same_v<U, double>,
                  "mixaug: labels are integer class ids, float or double");
    if (R == 2 && v.extent[0] > 0 && v.extent[R - 1] != width)
      fail(name, "of width " + text(v.extent[R - 1]), "width " + text(width) + " as the output");
    if (R == 1 && width != 1) fail(name, "(n)", "(n, " + text(width) + ") as the output");
    if (R == 1 && smoothing != 0.0f)
      fail("smoothing", text(static_cast<double>(smoothing)) + " for labels (n) of one number a sample",
           "class ids or rows (n, num_classes), over whose classes it spreads; smooth::self and smooth::source leave "
           "out the other side");
    [[maybe_unused]] constexpr double most = static_cast<double>((std::numeric_limits<Target>::max)());
    if constexpr (S == space::host)
      for (index_t i = 0; i < v.extent[0]; ++i)
        for (index_t c = 0; c < width; ++c)
          if (auto const k = static_cast<double>(v.data[i * v.stride[0] + (R == 2 ? c * v.stride[R - 1] : 0)]);
              magnitude_bits(k) > magnitude_bits(most) && !(o.missing == missing::nan && is_missing(k)) &&
              has_partner(partner, i))
            fail(std::string(name) + "(" + text(i) + ", " + text(c) + ")", text(k),
                 "a finite label that the targets can hold (NaN for a missing one: missing::nan in the options)");
    return row_labels<U>{v.data, v.stride[0], R == 2 ? v.stride[R - 1] : 0, {smoothing, width}};
  }
}

/// Refuses options that no side of these types uses, so that none is ignored silently.
template <class Y, class Src>
void check_label_options(soft_label_options const& o) {
  constexpr bool ids = std::is_integral_v<typename Y::element> || std::is_integral_v<typename Src::element>;
  constexpr bool rows = !std::is_integral_v<typename Y::element> || !std::is_integral_v<typename Src::element>;
  if (!(o.smoothing >= 0.0f && o.smoothing < 1.0f))
    fail("smoothing", text(static_cast<double>(o.smoothing)), "a number in [0, 1)");
  if (o.threshold.has_value() && !(*o.threshold >= 0.0f && *o.threshold <= 1.0f))
    fail("threshold", text(static_cast<double>(*o.threshold)), "a number in [0, 1]");
  if (!ids && o.ignore_index.has_value())
    fail("ignore_index", text(*o.ignore_index) + " for rows of numbers",
         "class ids on one side at least; a missing number is NaN, with missing::nan in the options");
  if (!rows && o.missing != missing::refused)
    fail("missing::nan for class ids, which have no NaN; give the id of samples without a label as ignore_index");
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
    if (made_empty(s)) return no_rows(y, out);
    bool const empty = !own && !is_gathered && empty_source(s, source);
    layout5 const fy = label_extents(y, "labels"), fo = label_extents(out, "the target matrix");
    layout5 const fs = empty ? layout5{} : label_extents(source, "the source's labels");
    if (o.num_classes != 0 && o.num_classes != width)
      fail("the target matrix", "of width " + text(width), "num_classes = " + text(o.num_classes));
    check_label_options<Y, Src>(o);
    same_rows("labels", y.extent[0], s.samples);
    same_rows("the target matrix", out.extent[0], s.rows);
    if (own && !p.flags().local)
      fail(
          "partners lie outside the batch; give their labels: the labels of the second source (or of the global batch) "
          "go between y and the output");
    if (!own) same_rows("the source's labels", source.extent[0], is_gathered ? s.rows : s.source_rows);
    index_t const step = Out::rank == 2 ? out.stride[Out::rank - 1] : 1;
    check_output("the target matrix", fo);
    check_apart("the target matrix", out.data, fo, "the labels", y.data, fy, "");
    if (!own && !empty) check_apart("the target matrix", out.data, fo, "the source's labels", source.data, fs, "");
    auto const a = label_side<T>(y, width, o, o.smooth != smooth::source, "labels");
    auto const b = label_side<T>(source, width, o, o.smooth != smooth::self, "the source's labels",
                                 is_gathered ? p.partner.data : nullptr);
    using view = std::remove_cvref_t<decltype(p.view())>;
    run_rows(be,
             label_body<T, view, std::remove_const_t<decltype(a)>, std::remove_const_t<decltype(b)>>{
                 p.view(), a, b, out.data, out.stride[0], step, width, s.first_of(own), is_gathered,
                 label_threshold<T>(o.threshold)},
             s.rows);
  }
}

}  // namespace detail

/// Dense soft labels (rows, num_classes), float32 whatever the images are:
/// out(i, c) = share_self(i) y_self(c) + share_partner(i) y_partner(c).
///   soft_labels(backend, plan, y, out, options)           the batch's own labels
///   soft_labels(backend, plan, y, source, out, options)   labels of a second source, or gathered(labels), of
///                                                         which rows without a partner are not read
/// Either side is class ids (n), or soft / multi-label rows (n, num_classes). Both are smoothed in the same way, unless
/// options.smooth selects one side.
/// An id equal to options.ignore_index carries no label: its coefficient adds nothing, so the row is the other side's
/// coefficient times the other side's label, not renormalised, and zeros if both sides are ignored. With missing::nan a
/// target is NaN where a side whose coefficient is not 0 has NaN. With a threshold targets are 0 or 1.
/// Errors: an id outside [0, num_classes), NaN labels, a matrix of another width (host views; ids on a
/// device are not checked, and a bad one gives a row of NaN); smoothing of labels (n) that are not ids; an option
/// that neither side uses; a threshold outside [0, 1].
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

namespace detail {
template <class Y>
constexpr bool check_target_rows() {
  constexpr bool integers = std::is_integral_v<typename Y::element>, ids = integers && Y::rank == 1;
  static_assert(
      !ids, "mixaug: class ids cannot be averaged; soft_labels(plan, class_ids, targets) spreads them over classes");
  static_assert(!integers || ids,
                "mixaug: rows of integers (multi-hot labels, counts) are mixed as real numbers: convert them to float "
                "or double, labels(y, {n, d}), and give those to mix_targets");
  return !integers;
}
}  // namespace detail

/// Mixes regression, multi-label or soft targets, (n) or (n, d), with the label coefficients; the forms and the options
/// are those of soft_labels.
template <backend Be, class R, class B, space S, class Y, class Out>
requires(is_tensor_view<Y>&& is_tensor_view<Out>) void mix_targets(Be const& be, plan<R, B, S> const& p, Y const& y,
                                                                   Out const& out, soft_label_options const& o = {}) {
  if constexpr (detail::check_target_rows<Y>()) soft_labels(be, p, y, out, o);
}
template <backend Be, class R, class B, space S, class Y, class Src, class Out>
requires(is_tensor_view<Y>&& detail::is_operand<Src>&& is_tensor_view<Out>) void mix_targets(
    Be const& be, plan<R, B, S> const& p, Y const& y, Src const& source, Out const& out,
    soft_label_options const& o = {}) {
  if constexpr (detail::check_target_rows<Y>()) soft_labels(be, p, y, source, out, o);
}

MIXAUG_DEFAULT_BEGIN
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
template <class R, class B, space S, class Y, class Out>
void mix_targets(plan<R, B, S> const& p, Y const& y, Out const& out, soft_label_options const& o = {}) {
  mixaug::mix_targets(default_backend{}, p, y, out, o);
}
template <class R, class B, space S, class Y, class Src, class Out>
requires(is_tensor_view<Out>) void mix_targets(plan<R, B, S> const& p, Y const& y, Src const& source, Out const& out,
                                               soft_label_options const& o = {}) {
  mixaug::mix_targets(default_backend{}, p, y, source, out, o);
}
MIXAUG_DEFAULT_END
}  // namespace mixaug

MIXAUG_EXACT_END

// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/core/image_batch.hpp>
#include <mixaug/core/tensor_view.hpp>
#include <mixaug/plan/plan.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

/// Integer ids of any width, read as index_t.
class id_list {
 public:
  id_list() = default;
  template <class T, space S>
  explicit id_list(tensor_view<T, 1, S> const& v) noexcept
      : data_(v.data), n_(v.extent[0]), stride_(v.stride[0]), read_(&read<std::remove_const_t<T>>) {
    static_assert(std::is_integral_v<T>,
                  "mixaug: class ids, groups and indices are integers; soft labels go into targets(v)");
    static_assert(S == space::host,
                  "mixaug: planning reads ids on the host; give a host view (draws are made on the host)");
  }
  bool given() const noexcept { return read_ != nullptr; }
  index_t size() const noexcept { return n_; }
  index_t operator[](index_t i) const noexcept { return read_(data_, i * stride_); }
  void const* data() const noexcept { return data_; }

 private:
  template <class T>
  static index_t read(void const* p, index_t at) noexcept {
    return static_cast<index_t>(static_cast<T const*>(p)[at]);
  }
  void const* data_ = nullptr;
  index_t n_ = 0, stride_ = 0;
  index_t (*read_)(void const*, index_t) = nullptr;
};

/// Real rows (n, d), float or double, read as double.
class real_list {
 public:
  real_list() = default;
  template <class T, int R, space S>
  explicit real_list(tensor_view<T, R, S> const& v) noexcept
      : data_(v.data),
        n_(v.extent[0]),
        d_(R == 2 ? v.extent[R - 1] : 1),
        stride_(v.stride[0]),
        step_(R == 2 ? v.stride[R - 1] : 1),
        given_(true),
        is_double_(std::is_same_v<std::remove_const_t<T>, double>) {
    static_assert(R <= 2, "mixaug: targets, labels and weights are (n) or (n, d)");
    static_assert(std::is_same_v<std::remove_const_t<T>, float> || std::is_same_v<std::remove_const_t<T>, double>,
                  "mixaug: targets, labels and weights are float or double");
    static_assert(S == space::host, "mixaug: planning reads labels and weights on the host; give a host view");
  }
  bool given() const noexcept { return given_; }
  void const* data() const noexcept { return data_; }
  index_t size() const noexcept { return n_; }
  index_t width() const noexcept { return d_; }
  double at(index_t i, index_t j = 0) const noexcept {
    index_t const k = i * stride_ + j * step_;
    return is_double_ ? static_cast<double const*>(data_)[k] : static_cast<double>(static_cast<float const*>(data_)[k]);
  }

 private:
  void const* data_ = nullptr;
  index_t n_ = 0, d_ = 1, stride_ = 0, step_ = 1;
  bool given_ = false, is_double_ = false;
};

/// True for a batch of rank R in memory S.
template <class View, int R, space S>
inline constexpr bool is_batch_of = false;
template <class T, int R, space S>
inline constexpr bool is_batch_of<tensor_view<T, R, S>, R, S> = true;
template <class T, int R, space S>
inline constexpr bool is_batch_of<tensor_rows<T, R, S>, R, S> = true;

/// Loss weights that an object computes when they are read.
class weights_by_row {
 public:
  weights_by_row() = default;
  template <class W>
  explicit weights_by_row(W const& w) noexcept : object_(&w), rows_(w.rows()), read_(&read<W>) {
    static_assert(
        requires(index_t i) { static_cast<float>(w.weight(i)); },
        "mixaug: weights are a view (n), or an object with rows() and weight(row), such as weight::uncertainty");
  }
  bool given() const noexcept { return object_ != nullptr; }
  index_t rows() const noexcept { return rows_; }
  float operator[](index_t row) const { return read_(object_, row); }

 private:
  template <class W>
  static float read(void const* w, index_t row) {
    return static_cast<float>(static_cast<W const*>(w)->weight(row));
  }
  void const* object_ = nullptr;
  index_t rows_ = 0;
  float (*read_)(void const*, index_t) = nullptr;
};

}  // namespace detail

/// A user-given field m: (n, spatial...) floats.
struct given_field {
  float const* data = nullptr;
  space memory = space::host;
  int rank = 0;
  index_t extent[4] = {0, 1, 1, 1}, stride[4] = {0, 0, 0, 0};
  bool given() const noexcept { return rank != 0; }
};

/// Named inputs of a method's stages: the batch, and optional views. A rule that lacks an input throws an error that
/// names the call that adds it. Views have one row for each sample of the batch, or for each row of the global batch if
/// partners may lie outside the call's rows.
template <space S>
class input_set {
 public:
  explicit input_set(plan_shape const& s) noexcept : shape(s) {}

  /// (n) integers: the class of each sample.
  template <class V>
  input_set& class_ids(V const& v) {
    return ids = detail::id_list(v), *this;
  }
  /// (n) integers: the group of each sample (subpopulation, domain).
  template <class V>
  input_set& groups(V const& v) {
    return group_ids = detail::id_list(v), *this;
  }
  /// (n) std::int64_t: row number of each sample in the data set.
  template <class V>
  input_set& index(V const& v) {
    return places = detail::id_list(v), *this;
  }
  /// (n) or (n, d): regression labels or soft targets; finite.
  template <class V>
  input_set& targets(V const& v) {
    return labels = detail::real_list(v), *this;
  }
  /// (n, d): features by which rules compare samples; finite.
  template <class V>
  input_set& features(V const& v) {
    return feature_rows = detail::real_list(v), *this;
  }
  /// (n): a loss weight for each sample, copied to weight_self and, by partner, to weight_partner. Alternatively an
  /// object of the room weight/ that has a weight for every row of the data set, w.rows() and w.weight(row); this needs
  /// index(v), which gives the row numbers of the batch. Partners of a second source are row numbers of the data set
  /// already. The object is read while planning, and must live until then. If there is a second source, weights given
  /// as a view need source_weights(v) too.
  template <class V>
  input_set& weights(V const& v) {
    if constexpr (is_tensor_view<V>) {
      static_assert(V::rank == 1, "mixaug: weights are (n), one a sample");
      loss_weights = detail::real_list(v), row_weights = {};
    } else {
      row_weights = detail::weights_by_row(v), loss_weights = {};
    }
    return *this;
  }
  template <class V>
  requires(!is_tensor_view<V>) input_set& weights(V const&& temporary) = delete;
  /// (n, h, w): a score for each pixel (saliency, attention, CAM), finite and not negative, in the batch's memory
  /// space; or a coarser grid (attention over tokens), for rules that read one. Methods that read scores use these and
  /// run no detector.
  template <class View>
  requires detail::is_batch_of<View, 3, S> input_set& scores(View const& v) {
    static_assert(detail::is_real<std::remove_const_t<typename View::element>>, "mixaug: scores are real numbers");
    return score_maps = image_batch(v), *this;
  }
  /// (n, h, w), or (n, spatial...) of the batch, or of a coarser grid: m of each pixel, the weight of the sample
  /// itself; float32 in [0, 1]. On the device only for plans made there. For region::given_mask.
  template <class T, int R, space F>
  input_set& field(tensor_view<T, R, F> const& v) {
    static_assert(std::is_same_v<std::remove_const_t<T>, float>, "mixaug: a field is float32");
    static_assert(R >= 2 && R <= 4, "mixaug: a field is (n, spatial...), one number a pixel or a cell");
    given = {v.data, F, R};
    for (int d = 0; d < R; ++d) {
      given.extent[d] = v.extent[d];
      given.stride[d] = v.stride[d];
    }
    return *this;
  }
  /// Takes partners from a second source of `rows` rows (a data set, a support set, a history), which is passed to
  /// apply. With 0 rows no row has a partner, and a view of the source has extent 0 and any pointer.
  input_set& source_rows(index_t rows) {
    shape.source_rows = rows;
    shape.own_source = false;
    return *this;
  }
  /// Says that the second source is a slice whose row 0 is row `first` of the whole: the plan's partners are numbered
  /// as in the whole, while pairing rules, and lists of the source, count from the slice's row 0. For a process that
  /// holds a part of a history.
  input_set& source_first(index_t first) {
    shape.source_first = first;
    return *this;
  }
  /// (source rows) integers: the classes of the second source.
  template <class V>
  input_set& source_class_ids(V const& v) {
    return source_ids = detail::id_list(v), *this;
  }

  /// (source rows) integers, and weights: the groups and the loss weights of the second source.
  template <class V>
  input_set& source_groups(V const& v) {
    return source_group_ids = detail::id_list(v), *this;
  }
  template <class V>
  input_set& source_weights(V const& v) {
    static_assert(V::rank == 1, "mixaug: weights are (n), one a sample");
    return source_loss_weights = detail::real_list(v), *this;
  }
  /// (source rows) or (source rows, d): the targets and the features of the second source.
  template <class V>
  input_set& source_targets(V const& v) {
    return source_labels = detail::real_list(v), *this;
  }
  template <class V>
  input_set& source_features(V const& v) {
    return source_feature_rows = detail::real_list(v), *this;
  }
  /// (source rows, c, h, w): the images of the second source, or of the global batch if partners lie outside the call's
  /// rows; for methods that read the partners' pixels. In the batch's memory space.
  template <class View>
  requires detail::is_batch_of<View, 4, S> input_set& source_images(View const& v) {
    return source_pixels = image_batch(v), *this;
  }
  /// (source rows, h, w): the score maps of the second source.
  template <class View>
  requires detail::is_batch_of<View, 3, S> input_set& source_scores(View const& v) {
    static_assert(detail::is_real<std::remove_const_t<typename View::element>>, "mixaug: scores are real numbers");
    return source_maps = image_batch(v), *this;
  }

  plan_shape shape;
  detail::id_list ids, group_ids, places, source_ids, source_group_ids;
  detail::real_list labels, loss_weights, feature_rows, source_labels, source_feature_rows, source_loss_weights;
  detail::weights_by_row row_weights;
  image_batch pixels, score_maps, source_pixels, source_maps;
  given_field given;
};

namespace detail {
template <class>
inline constexpr bool is_input_set = false;
template <space S>
inline constexpr bool is_input_set<input_set<S>> = true;
}  // namespace detail

/// Returns the inputs of planning for a batch: rows and spatial extents from x (n, c, spatial...). A view of 0 rows,
/// with any pointer, is this call's part of a global batch that other calls plan (key.global > 0).
template <class X>
requires is_batch<X> input_set<X::memory> inputs(X const& x) {
  constexpr int R = X::rank;
  plan_shape s;
  s.rows = s.samples = x.extent[0];
  s.spatial = R > 2 ? R - 2 : 0;
  static_assert(R <= 5, "mixaug: a batch has at most three spatial dimensions (n, c, d, h, w)");
  for (int d = 0; d < R; ++d)
    if (x.extent[d] < (d == 0 ? 0 : 1))
      detail::fail("the batch", "of shape " + detail::shape_text(x.extent, R),
                   "at least one sample, and one element along each dimension");
  for (int d = 0; d < s.spatial; ++d) s.size[3 - s.spatial + d] = x.extent[2 + d];
  input_set<X::memory> in(s);
  in.pixels = image_batch(x);
  return in;
}

template <class X>
requires(!is_batch<X>) auto inputs(X const&) {
  static_assert(detail::always_false<X>,
                "mixaug: inputs(x) takes a view of the batch; wrap a pointer with its extents, "
                "nchw(pointer, {n, c, h, w}), or a container with its header of mixaug/interop/: nchw(container)");
}

namespace detail {

/// Throws if an input is missing; the error names the rule that reads it and the call that adds it.
template <class List>
void need(List const& v, char const* rule, char const* what, char const* call) {
  if (!v.given())
    fail(std::string(rule) + " reads " + what + ", which were not given; add them: mixaug::inputs(x)." + call);
}
inline void same_rows(char const* operand, index_t got, index_t expected) {
  if (got != expected) fail(operand, std::to_string(got) + " rows", std::to_string(expected) + " rows");
}

}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END

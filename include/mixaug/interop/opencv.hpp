// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/interop/run_time_tensor.hpp>
#include <opencv2/core.hpp>
#include <vector>

MIXAUG_EXACT_BEGIN

/// OpenCV's matrices as views, and lists of them as batches. Nothing is copied; a matrix counts its references, and a
/// view is none of them, so keep the matrix. Rows may be padded (a region of interest of a larger image).
///   nhwc<std::uint8_t>(m)    an image (h, w) of any number of channels as a batch of one; a stack (n, h, w) of images;
///                            a matrix (n, h, w, c) of one channel
///   nchw<float>(m)           a matrix (n, c, h, w) of one channel, as cv::dnn::blobFromImages makes it
///   masks<std::uint8_t>(m), scores<float>(m)        (h, w) as a batch of one, or (n, h, w)
///   features<float>(m)       (n, d)                 labels<float, 2>(m) the same, labels<float>(m) a row or a column
///   class_ids<int>(m), weights<float>(m)            a row or a column
/// and of std::vector<cv::Mat>, where the caller keeps the list of pointers, which says what the elements are:
///   std::vector<std::uint8_t*> pointers;
///   auto x = nhwc(mats, pointers);                  also masks(mats, pointers), scores(mats, pointers)
/// Images of three channels are in the order blue, green, red, as OpenCV reads files, and the detectors know it from
/// the view.
///
/// Errors, all mixaug::invalid_argument: other elements than the call names, other dimensions, an empty matrix,
/// matrices of a vector that differ in their elements, channels, size or the step of their rows.
namespace mixaug {
namespace detail {

/// What a matrix holds: rank extents and strides, the channels last.
struct mat_layout {
  int rank = 0;
  std::int64_t extent[6] = {}, stride[6] = {};
};
inline element_kind kind_of_depth(int depth) noexcept {
  constexpr element_kind kinds[] = {
      {element_code::unsigned_integer, 8}, {element_code::signed_integer, 8},  {element_code::unsigned_integer, 16},
      {element_code::signed_integer, 16},  {element_code::signed_integer, 32}, {element_code::floating_point, 32},
      {element_code::floating_point, 64},  {element_code::floating_point, 16}};  // CV_8U to CV_16F
  return depth >= 0 && depth < 8 ? kinds[depth] : element_kind{element_code::other, 0};
}
inline std::string mat_text(cv::Mat const& m) {
  std::string out = text(kind_of_depth(m.depth())) + ", ";
  for (int d = 0; d < m.dims; ++d) out += (d == 0 ? "" : " x ") + std::to_string(m.size[d]);
  return out + " of " + std::to_string(m.channels()) + (m.channels() == 1 ? " channel" : " channels");
}

/// Forms of a matrix that a name takes.
enum class mat_form { images, planes, maps, table, list };

/// Lays a matrix out in a form. Errors: a matrix that is empty or has other dimensions.
inline mat_layout layout_of(cv::Mat const& m, mat_form form, view_request what) {
  std::string const operand = std::string("the cv::Mat given to ") + what.name;
  if (m.empty()) fail(operand, "empty", "a matrix of at least one element");
  auto const element = static_cast<std::int64_t>(m.elemSize1());
  bool const interleaved = form == mat_form::images && m.dims < 4, one_image = m.dims == 2;
  bool fits = interleaved || m.channels() == 1;
  mat_layout out;
  auto const add = [&](std::int64_t extent, std::int64_t stride) {
    out.extent[out.rank] = extent;
    out.stride[out.rank++] = stride;
  };
  if (form == mat_form::list) {
    bool const row = m.dims == 2 && m.size[0] == 1;
    fits = fits && m.dims == 2 && (row || m.size[1] == 1);
    if (fits) add(m.size[row ? 1 : 0], static_cast<std::int64_t>(m.step[row ? 1 : 0]) / element);
  } else {
    bool const maps = form == mat_form::images || form == mat_form::maps;
    fits = fits && (form == mat_form::table    ? m.dims == 2
                    : form == mat_form::planes ? m.dims == 4
                    : form == mat_form::maps   ? m.dims == 2 || m.dims == 3
                                               : m.dims >= 2 && m.dims <= 4);
    if (fits && maps && one_image) add(1, m.size[0] * static_cast<std::int64_t>(m.step[0]) / element);
    for (int d = 0; d < m.dims && fits; ++d) {
      auto const step = static_cast<std::int64_t>(m.step[d]);
      if (step % element != 0)
        fail(operand, "of rows " + std::to_string(step) + " bytes apart", "a multiple of its elements' size");
      add(m.size[d], step / element);
    }
    if (fits && interleaved) add(m.channels(), 1);
  }
  if (!fits)
    fail(operand, mat_text(m),
         form == mat_form::images   ? "an image (h, w), a stack of images (n, h, w), or (n, h, w, c) of one channel"
         : form == mat_form::planes ? "(n, c, h, w) of one channel; an image, whose channels are interleaved, goes "
                                      "into nhwc"
         : form == mat_form::maps   ? "(h, w) or (n, h, w) of one channel"
         : form == mat_form::table  ? "(n, d) of one channel"
                                    : "a row or a column of one channel");
  return out;
}

/// Views a matrix in a form that has rank R.
template <class T, int R>
tensor_view<T, R> view_of_mat(cv::Mat const& m, mat_form form, view_request what) {
  mat_layout const layout = layout_of(m, form, what);
  run_time_tensor t;
  t.data = m.data;
  t.code = kind_of_depth(m.depth()).code;
  t.bits = kind_of_depth(m.depth()).bits;
  t.rank = layout.rank;
  t.extent = layout.extent;
  t.stride = layout.stride;
  t.noun = "cv::Mat";
  t.order = channel_order::bgr;
  return checked_view<T, R, space::host>(t, what);
}

/// Views a list of matrices, each one sample in a form that has rank R.
template <class T, int R>
tensor_rows<T, R> rows_of_mats(std::vector<cv::Mat> const& mats, std::vector<T*>& pointers, mat_form form,
                               view_request what) {
  pointers.clear();
  if (mats.empty()) fail(std::string("the list given to ") + what.name, "empty", "at least one cv::Mat");
  tensor_view<T, R> const one = view_of_mat<T, R>(mats[0], form, what);
  for (std::size_t i = 0; i < mats.size(); ++i) {
    cv::Mat const &m = mats[i], &first = mats[0];
    std::string const operand = "cv::Mat " + std::to_string(i) + " of the list given to " + what.name;
    if (m.empty() || m.type() != first.type() || m.size != first.size)
      fail(operand, m.empty() ? "empty" : mat_text(m), mat_text(first) + ", as the first");
    if (m.size[0] > 1 && m.step[0] != first.step[0])
      fail(operand, "of rows " + std::to_string(m.step[0]) + " bytes apart",
           std::to_string(first.step[0]) + ", as the first; a part of another image is cloned first");
    pointers.push_back(reinterpret_cast<T*>(m.data));
  }
  if (one.extent[0] != 1)
    fail(std::string("the first cv::Mat given to ") + what.name, mat_text(mats[0]), "one image each");
  return rows_of(pointers, one);
}

}  // namespace detail

/// An image, a stack of images, or (n, h, w, c), as a view (n, c, h, w).
template <class T>
tensor_view<T, 4> nhwc(cv::Mat const& m) {
  return detail::channels_second(detail::view_of_mat<T, 4>(m, detail::mat_form::images, {"nhwc", " (n, h, w, c)"}));
}
/// Images (n, c, h, w).
template <class T>
tensor_view<T, 4> nchw(cv::Mat const& m) {
  return detail::view_of_mat<T, 4>(m, detail::mat_form::planes, {"nchw", " (n, c, h, w)"});
}
/// Id masks (h, w) or (n, h, w).
template <class T>
auto masks(cv::Mat const& m) {
  return detail::as_ids(detail::view_of_mat<T, 3>(m, detail::mat_form::maps, {"masks", " (n, h, w)"}));
}
/// Score maps (h, w) or (n, h, w).
template <class T>
tensor_view<T, 3> scores(cv::Mat const& m) {
  return detail::view_of_mat<T, 3>(m, detail::mat_form::maps, {"scores", " (n, h, w)"});
}
/// Features (n, d).
template <class T>
tensor_view<T, 2> features(cv::Mat const& m) {
  return detail::view_of_mat<T, 2>(m, detail::mat_form::table, {"features", " (n, d)"});
}
/// Labels (n) of a row or a column, or labels<T, 2>(m) (n, d).
template <class T, int Rank = 1>
tensor_view<T, Rank> labels(cv::Mat const& m) {
  static_assert(Rank == 1 || Rank == 2, "mixaug: labels are (n) or (n, d): labels<T>(m) or labels<T, 2>(m)");
  return detail::view_of_mat<T, Rank>(m, Rank == 1 ? detail::mat_form::list : detail::mat_form::table,
                                      {"labels", Rank == 1 ? " (n)" : " (n, d)"});
}
/// Class ids of a row or a column.
template <class T>
tensor_view<T, 1> class_ids(cv::Mat const& m) {
  return detail::as_class_ids(detail::view_of_mat<T, 1>(m, detail::mat_form::list, {"class_ids", " (n)"}));
}
/// Weights of a row or a column.
template <class T>
tensor_view<T, 1> weights(cv::Mat const& m) {
  return detail::as_weights(detail::view_of_mat<T, 1>(m, detail::mat_form::list, {"weights", " (n)"}));
}

/// Images of one size as a batch (n, c, h, w). `pointers` is written, and must live as long as the batch; a list that
/// is kept has its memory for the next step.
template <class T>
tensor_rows<T, 4> nhwc(std::vector<cv::Mat> const& mats, std::vector<T*>& pointers) {
  // The channels of one image are its second axis, as in nhwc(m).
  auto v = detail::rows_of_mats<T, 4>(mats, pointers, detail::mat_form::images, {"nhwc", " (n, h, w, c)"});
  auto const rows = v;
  constexpr int from[4] = {0, 3, 1, 2};
  for (int d = 0; d < 4; ++d) {
    v.extent[d] = rows.extent[from[d]];
    v.stride[d] = rows.stride[from[d]];
  }
  return v;
}
/// Refused: matrices of images have their channels interleaved.
template <class T>
void nchw(std::vector<cv::Mat> const&, std::vector<T*>&) {
  static_assert(detail::always_false<T>,
                "mixaug: the channels of cv::Mat images are interleaved; give the list to nhwc(mats, pointers)");
}
/// Id masks of one size as a batch (n, h, w).
template <class T>
auto masks(std::vector<cv::Mat> const& mats, std::vector<T*>& pointers) {
  static_assert(std::is_integral_v<T>, "mixaug: id masks are integers; soft masks go into scores");
  auto const v = detail::rows_of_mats<T, 3>(mats, pointers, detail::mat_form::maps, {"masks", " (n, h, w)"});
  return detail::rows_like<typename detail::id_element<T>::type, space::host>(v, v.table);
}
/// Score maps of one size as a batch (n, h, w).
template <class T>
tensor_rows<T, 3> scores(std::vector<cv::Mat> const& mats, std::vector<T*>& pointers) {
  return detail::rows_of_mats<T, 3>(mats, pointers, detail::mat_form::maps, {"scores", " (n, h, w)"});
}

}  // namespace mixaug

MIXAUG_EXACT_END

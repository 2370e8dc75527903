// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/apply.hpp>
#include <mixaug/backend/default.hpp>
#include <mixaug/plan/detail/score_stage.hpp>
#include <mixaug/saliency/detector.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

/// Computes the maps of a batch: lane `lane` computes every lanes-th map.
template <class Detector>
struct map_items {
  Detector const& detector;
  image_batch images;
  tensor_view<float, 3> out;
  std::byte* scratch;
  std::size_t lane_bytes;
  index_t lanes;
  first_failure* failure;

  void operator()(index_t lane) const noexcept {
    index_t i = lane;
    try {
      for (; i < images.samples(); i += lanes) map_of(i, lane);
    } catch (...) {
      failure->keep(i);
    }
  }

 private:
  void map_of(index_t i, index_t lane) const {
    std::byte* const memory = scratch + static_cast<std::size_t>(lane) * lane_bytes;
    index_t const h = images.height(), w = images.width();
    bool const contiguous = (w == 1 || out.stride[2] == 1) && (h == 1 || out.stride[1] == w);
    float* const row = out.data + i * out.stride[0];
    auto* const map = reinterpret_cast<float*>(memory);
    if (contiguous) return void(detector(images, i, row, memory));
    detector(images, i, map, memory + aligned(4 * images.pixels()));
    for (index_t y = 0; y < h; ++y)
      for (index_t x = 0; x < w; ++x) row[y * out.stride[1] + x * out.stride[2]] = map[y * w + x];
  }
};

/// Checks the arguments of saliency_map and returns the images in the form that detectors read.
template <class X, class Out>
image_batch checked_images(X const& x, Out const& out) {
  for (int d = 0; d < X::rank; ++d)
    if (x.extent[d] <= 0)
      fail("the images", "of shape " + shape_text(x.extent, X::rank), "at least one element along each dimension");
  image_batch const images(x);
  index_t const expected[3] = {images.samples(), images.height(), images.width()};
  for (int d = 0; d < 3; ++d)
    if (out.extent[d] != expected[d])
      fail("the scores", "of shape " + shape_text(out.extent, 3),
           shape_text(expected, 3) + ", (n, h, w) of the images");
  check_memory(x, "the images");
  if (out.data == nullptr) fail("the scores", "a null pointer", "memory for " + shape_text(out.extent, 3) + " floats");
  layout5 const in = layout5_of(images);
  layout5 to;
  for (int d = 0; d < 3; ++d) to.extent[d + (d > 0) * 2] = out.extent[d], to.stride[d + (d > 0) * 2] = out.stride[d];
  if (!addressable(in, sizeof(typename X::element)) || !addressable(to, sizeof(float)))
    fail("the images or the scores",
         "of strides " + shape_text(x.stride, X::rank) + " and " + shape_text(out.stride, 3),
         "elements that memory can hold");
  written_memory<Out>("the scores", out, to).check_apart("the images", x, in, "");
  return images;
}

template <class Backend, class X, class Out>
constexpr bool check_map_types() {
  constexpr bool spaces = X::memory == Backend::memory && Out::memory == Backend::memory;
  static_assert(spaces,
                "mixaug: a device view was given to a host backend, or a host view to a device backend; wrap device "
                "pointers with on_device(view)");
  constexpr bool ranks = (X::rank == 4 || X::rank == 3) && Out::rank == 3;
  static_assert(ranks, "mixaug: saliency_map takes images (n, c, h, w), or (n, h, w), and writes scores (n, h, w)");
  constexpr bool floats = std::is_same_v<typename Out::element, float>;
  static_assert(floats, "mixaug: saliency_map writes scores of float; view them with scores(pointer, {n, h, w})");
  constexpr bool numbers = element_type_of<std::remove_const_t<typename X::element>>() != element_type::none;
  static_assert(numbers, "mixaug: the images are not of numbers");
  return spaces && ranks && floats && numbers;
}

}  // namespace detail

/// Computes the saliency map of every image: images (n, c, h, w), 1 or 3 channels, or (n, h, w), of any element type
/// and layout; scores (n, h, w), float, in [0, 1] (`given`: unchanged). One thread for each image. `scratch` grows to
/// what the detector needs for each thread, and is reused. Detectors: saliency::fine_grained, spectral_residual,
/// frequency_tuned, gradient_magnitude, given, or a user-defined type (see saliency/detector.hpp).
/// Errors: shapes that differ, channels that the detector does not read, a bad option, a score that `given` refuses. An
/// exception of a user-defined detector reaches the caller (of several, that of the lowest image); the scores
/// are then undefined.
template <host_backend Backend, saliency::detector D, class X, class Out>
requires(is_batch<X>&& is_tensor_view<Out>) void saliency_map(Backend const& be, D const& detector, X const& images,
                                                              Out const& scores, workspace<space::host>& scratch) {
  if constexpr (detail::check_map_types<Backend, X, Out>()) {
    image_batch const batch = detail::checked_images(images, scores);
    map_shape const shape{batch.channels(), batch.height(), batch.width()};
    detector.check(shape);
    if (detector.reads_scores()) detail::check_scores(be, "the maps", batch, scratch);
    index_t const lanes = detail::greater(1, detail::lesser(be.lanes(), batch.samples()));
    std::size_t const bytes = detail::aligned(4 * shape.pixels()) + detail::aligned(detector.bytes(shape));
    std::byte* const memory = scratch.reserve(bytes * static_cast<std::size_t>(lanes));
    detail::first_failure failure;
    be.items(lanes, detail::map_items<D>{detector, batch, scores, memory, bytes, lanes, &failure});
    failure.rethrow();
  }
}
/// The same with scratch that the calling thread keeps.
template <host_backend Backend, saliency::detector D, class X, class Out>
requires(is_batch<X>&& is_tensor_view<Out>) void saliency_map(Backend const& be, D const& detector, X const& images,
                                                              Out const& scores) {
  saliency_map(be, detector, images, scores, detail::kept_scratch());
}

MIXAUG_DEFAULT_BEGIN
/// The same on the default backend.
template <saliency::detector D, class X, class Out>
requires(is_batch<X>&& is_tensor_view<Out>) void saliency_map(D const& detector, X const& images, Out const& scores) {
  mixaug::saliency_map(default_backend{}, detector, images, scores);
}
MIXAUG_DEFAULT_END

}  // namespace mixaug

MIXAUG_EXACT_END

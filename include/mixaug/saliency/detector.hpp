// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/saliency/fine_grained.hpp>
#include <mixaug/saliency/frequency_tuned.hpp>
#include <mixaug/saliency/given.hpp>
#include <mixaug/saliency/spectral_residual.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::saliency {

/// A detector writes the h * w scores of image i, finite and >= 0, with scratch of bytes(shape) bytes, without
/// allocating. What it throws reaches the caller of saliency_map or make_plan, also out of a parallel loop.
template <class D>
concept detector = requires(D const& d, detail::image_batch const& images, detail::map_shape const& s, float* map,
                            std::byte* scratch) {
  d.check(s);
  { d.bytes(s) } -> std::convertible_to<std::size_t>;
  d(images, index_t{0}, map, scratch);
};

/// A detector chosen at run time, as methods hold it: assign any of the detectors of pixels to it.
class any {
 public:
  any() = default;
  any(fine_grained const& d) noexcept : which_(kind::fine_grained), first_(d) {}
  any(spectral_residual const& d) noexcept : which_(kind::spectral_residual), second_(d) {}
  any(frequency_tuned const& d) noexcept : which_(kind::frequency_tuned), third_(d) {}
  any(given const&) noexcept : which_(kind::given) {}

  bool is_given() const noexcept { return which_ == kind::given; }
  /// Calls f(the detector).
  template <class F>
  auto visit(F const& f) const {
    switch (which_) {
      case kind::spectral_residual:
        return f(second_);
      case kind::frequency_tuned:
        return f(third_);
      case kind::given:
        return f(given{});
      default:
        return f(first_);
    }
  }
  void check(detail::map_shape const& s) const { visit(check_of{s}); }
  std::size_t bytes(detail::map_shape const& s) const noexcept { return visit(bytes_of{s}); }
  void operator()(detail::image_batch const& images, index_t i, float* map, std::byte* scratch) const noexcept {
    visit(call_of{images, i, map, scratch});
  }

 private:
  enum class kind : unsigned char { fine_grained, spectral_residual, frequency_tuned, given };
  struct check_of {
    detail::map_shape const& s;
    template <class D>
    void operator()(D const& d) const {
      d.check(s);
    }
  };
  struct bytes_of {
    detail::map_shape const& s;
    template <class D>
    std::size_t operator()(D const& d) const {
      return d.bytes(s);
    }
  };
  struct call_of {
    detail::image_batch const& images;
    index_t i;
    float* map;
    std::byte* scratch;
    template <class D>
    void operator()(D const& d) const {
      d(images, i, map, scratch);
    }
  };
  kind which_ = kind::fine_grained;
  saliency::fine_grained first_{};
  saliency::spectral_residual second_{};
  saliency::frequency_tuned third_{};
};

}  // namespace mixaug::saliency

MIXAUG_EXACT_END

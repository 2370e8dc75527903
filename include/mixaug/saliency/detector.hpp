// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/saliency/fine_grained.hpp>
#include <mixaug/saliency/frequency_tuned.hpp>
#include <mixaug/saliency/given.hpp>
#include <mixaug/saliency/spectral_residual.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::saliency {

/// A detector writes the h * w scores of image i, finite and >= 0, with scratch of bytes(shape) bytes, without
/// allocating. reads_scores() is true for detectors that read given maps (saliency::rule returns false). An exception
/// that it throws reaches the caller of saliency_map or make_plan, also from a parallel loop.
template <class D>
concept detector = requires(D const& d, image_batch const& images, map_shape const& s, float* map, std::byte* scratch) {
  d.check(s);
  { d.reads_scores() } -> std::same_as<bool>;
  { d.bytes(s) } -> std::convertible_to<std::size_t>;
  d(images, index_t{0}, map, scratch);
};

/// A detector chosen at run time, as methods hold it: any of the detectors that read pixels can be assigned to it.
class any_detector {
 public:
  any_detector() = default;
  any_detector(fine_grained const& d) noexcept : which_(kind::fine_grained), fine_grained_(d) {}
  any_detector(spectral_residual const& d) noexcept : which_(kind::spectral_residual), spectral_residual_(d) {}
  any_detector(frequency_tuned const& d) noexcept : which_(kind::frequency_tuned), frequency_tuned_(d) {}
  any_detector(given const&) noexcept : which_(kind::given) {}

  bool reads_scores() const noexcept { return which_ == kind::given; }
  /// Calls f(the detector).
  template <class F>
  auto visit(F const& f) const {
    switch (which_) {
      case kind::spectral_residual:
        return f(spectral_residual_);
      case kind::frequency_tuned:
        return f(frequency_tuned_);
      case kind::given:
        return f(given{});
      default:
        return f(fine_grained_);
    }
  }
  void check(map_shape const& s) const {
    visit([&](auto const& d) { d.check(s); });
  }
  std::size_t bytes(map_shape const& s) const noexcept {
    return visit([&](auto const& d) { return d.bytes(s); });
  }
  void operator()(image_batch const& images, index_t i, float* map, std::byte* scratch) const noexcept {
    visit([&](auto const& d) { d(images, i, map, scratch); });
  }

 private:
  enum class kind : unsigned char { fine_grained, spectral_residual, frequency_tuned, given };
  kind which_ = kind::fine_grained;
  saliency::fine_grained fine_grained_{};
  saliency::spectral_residual spectral_residual_{};
  saliency::frequency_tuned frequency_tuned_{};
};

}  // namespace mixaug::saliency

MIXAUG_EXACT_END

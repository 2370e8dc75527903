// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/detail/step_memory.hpp>
#include <mixaug/plan/detail/device_score_stage.hpp>
#include <mixaug/saliency/detail/levels.hpp>

MIXAUG_EXACT_BEGIN

/// Common parts of the steps of detectors (backend/detail/device_steps.hpp). The formulas are those of the host.
namespace mixaug::detail {

/// Number of items that share a reduction.
inline constexpr index_t step_parts = 256;

/// First entries of `fast`: results of single items that all items read.
struct step_head {
  float low, high, most;
  std::int32_t on, off;
  float mean[3];
  float first[3];
};
struct step_part {
  float low, high;
};
inline constexpr std::size_t step_parts_at = 64, step_fast_bytes = step_parts_at + sizeof(step_part) * step_parts;

/// First steps of 8-bit detectors: steps 0 and 1 find an image's own minimum and maximum, if they are needed.
struct level_steps : step_images {
  pixel_rule rule;

  MIXAUG_HD bool own_range() const noexcept { return images.type != element_type::u8 && !rule.fixed(); }
  MIXAUG_HD void extremes(index_t k, index_t part, step_memory const& m) const noexcept {
    float low = FLT_MAX, high = -FLT_MAX;
    for (index_t p = part; p < pixels(); p += step_parts) {
      index_t const y = p / width(), x = p - y * width();
      for (index_t c = 0; c < images.channels(); ++c) {
        float const v = images.value(row(k), c, y, x);
        if (v >= -FLT_MAX && v <= FLT_MAX) low = v < low ? v : low, high = v > high ? v : high;
      }
    }
    m.shared_at<step_part>(step_parts_at)[part] = {low, high};
  }
  MIXAUG_HD void join_extremes(step_memory const& m) const noexcept {
    float low = FLT_MAX, high = -FLT_MAX;
    for (index_t j = 0; j < step_parts; ++j) {
      step_part const p = m.shared_at<step_part>(step_parts_at)[j];
      low = p.low < low ? p.low : low, high = p.high > high ? p.high : high;
    }
    auto& head = *m.shared_at<step_head>(0);
    head.low = low <= high ? low : 0.0f, head.high = low <= high ? high : 0.0f;
  }
  MIXAUG_HD std::uint8_t level(index_t k, index_t c, index_t y, index_t x, step_memory const& m) const noexcept {
    if (images.type == element_type::u8) return images.bytes(row(k), c, y)[x * images.stride[3]];
    auto const& head = *m.shared_at<step_head>(0);
    return level_of(images.value(row(k), c, y, x), rule.map(c, head.low, head.high));
  }
  MIXAUG_HD std::uint8_t gray(index_t k, index_t pixel, step_memory const& m) const noexcept {
    index_t const y = pixel / width(), x = pixel - y * width();
    if (images.channels() == 1) return level(k, 0, y, x, m);
    std::uint8_t const a = level(k, 0, y, x, m), g = level(k, 1, y, x, m), c = level(k, 2, y, x, m);
    return rule.red_first(images) ? gray_level(a, g, c) : gray_level(c, g, a);
  }
};

/// Last steps of detectors that divide by the maximum.
struct most_steps {
  MIXAUG_HD static void part(step_images const& s, index_t k, index_t part, step_memory const& m) noexcept {
    float most = 0.0f;
    for (index_t p = part; p < s.pixels(); p += step_parts) {
      float const v = s.score(k, p);
      most = v > most ? v : most;
    }
    m.shared_at<step_part>(step_parts_at)[part].high = most;
  }
  MIXAUG_HD static void join(step_memory const& m) noexcept {
    float most = 0.0f;
    for (index_t j = 0; j < step_parts; ++j) {
      float const v = m.shared_at<step_part>(step_parts_at)[j].high;
      most = v > most ? v : most;
    }
    m.shared_at<step_head>(0)->most = most;
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END

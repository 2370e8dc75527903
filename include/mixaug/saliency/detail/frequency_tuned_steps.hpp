// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/saliency/detail/fine_grained_steps.hpp>
#include <mixaug/saliency/frequency_tuned.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN

namespace mixaug::detail {

/// Memory: the table of light in `fast`; in `slow` the colours relative to that of the first pixel, the same after the
/// column blur, and the sums of rows.
template <>
struct steps_of<saliency::frequency_tuned> : level_steps {
  static constexpr int steps = 12;
  steps_of(step_images const& s, saliency::frequency_tuned const& d) noexcept : level_steps{s, d.pixels()} {}

  std::size_t fast_bytes() const noexcept { return step_fast_bytes + 4 * 256; }
  std::size_t slow_bytes() const noexcept {
    return 2 * aligned(4 * planes() * pixels()) + aligned(8 * planes() * height());
  }
  MIXAUG_HD index_t planes() const noexcept { return images.channels() == 1 ? 1 : 3; }
  MIXAUG_HD index_t count(int step) const noexcept {
    switch (step) {
      case 0:
        return own_range() ? step_parts : 0;
      case 1:
        return own_range() ? 1 : 0;
      case 2:
        return 256;
      case 3:
        return 1;
      case 5:
        return planes() * height();
      case 6:
        return planes();
      case 7:
        return planes() * pixels();
      case 9:
        return step_parts;
      case 10:
        return 1;
      default:
        return pixels();
    }
  }
  MIXAUG_HD void run(int step, index_t k, index_t item, step_memory const& m) const noexcept {
    std::size_t const plane = (static_cast<std::size_t>(4 * planes() * pixels()) + 63) / 64 * 64;
    float *const colours = m.global_at<float>(0), *const blurred = m.global_at<float>(plane);
    auto* const row_sums = m.global_at<double>(2 * plane);
    auto* const light = m.shared_at<float>(step_fast_bytes);
    auto& head = *m.shared_at<step_head>(0);
    index_t const h = height(), w = width(), all = pixels();
    switch (step) {
      case 0:
        return extremes(k, item, m);
      case 1:
        return join_extremes(m);
      case 2:
        light[item] = static_cast<float>(srgb_light(static_cast<int>(item)));
        return;
      case 3: {
        lab_responses const first = responses(k, 0, light, m);
        head.first[0] = first.x, head.first[1] = first.y, head.first[2] = first.z;
        return;
      }
      case 4: {
        lab_colour const d =
            lab_difference(responses(k, item, light, m), {head.first[0], head.first[1], head.first[2]});
        colours[item] = d.l;
        if (planes() == 3) colours[all + item] = d.a, colours[2 * all + item] = d.b;
        return;
      }
      case 5: {
        double sum = 0.0;
        for (index_t x = 0; x < w; ++x) sum += static_cast<double>(colours[item * w + x]);
        row_sums[item] = sum;
        return;
      }
      case 6: {
        double sum = 0.0;
        for (index_t y = 0; y < h; ++y) sum += row_sums[item * h + y];
        head.mean[item] = static_cast<float>(sum / static_cast<double>(all));
        return;
      }
      case 7: {
        index_t const c = item / all, p = item - c * all, y = p / w, x = p - y * w;
        float const* const a = colours + c * all + x;
        blurred[item] = binomial(a[reflect_101(y - 2, h) * w], a[reflect_101(y - 1, h) * w], a[y * w],
                                 a[reflect_101(y + 1, h) * w], a[reflect_101(y + 2, h) * w]);
        return;
      }
      case 8: {
        index_t const y = item / w, x = item - y * w;
        float square = 0.0f;
        for (index_t c = 0; c < planes(); ++c) {
          float const* const a = blurred + c * all + y * w;
          square = add_square(binomial(a[reflect_101(x - 2, w)], a[reflect_101(x - 1, w)], a[x],
                                       a[reflect_101(x + 1, w)], a[reflect_101(x + 2, w)]),
                              head.mean[c], square);
        }
        score(k, item) = square_root(square);
        return;
      }
      case 9:
        return most_steps::part(*this, k, item, m);
      case 10:
        return most_steps::join(m);
      default:
        score(k, item) = head.most < lab_noise ? 0.0f : score(k, item) / head.most;
    }
  }

 private:
  MIXAUG_HD lab_responses responses(index_t k, index_t pixel, float const* light, step_memory const& m) const noexcept {
    index_t const y = pixel / width(), x = pixel - y * width();
    if (images.channels() == 1) {
      float const f = lab_response(light[level(k, 0, y, x, m)]);
      return {f, f, f};
    }
    bool const rgb = rule.red_first(images);
    std::uint8_t const a = level(k, 0, y, x, m), g = level(k, 1, y, x, m), c = level(k, 2, y, x, m);
    return responses_of(light[rgb ? a : c], light[g], light[rgb ? c : a]);
  }
};

}  // namespace mixaug::detail

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END

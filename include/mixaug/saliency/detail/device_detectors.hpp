// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/saliency/detail/fine_grained_steps.hpp>
#include <mixaug/saliency/detail/frequency_tuned_steps.hpp>
#include <mixaug/saliency/detail/residual_steps.hpp>
#include <mixaug/saliency/detector.hpp>

MIXAUG_EXACT_BEGIN

/// Includes the steps of every detector on a device.
namespace mixaug::detail {

template <class Backend, class Scratch>
void device_detect(Backend const& be, saliency::any_detector const& d, step_images const& images, index_t maps,
                   Scratch& scratch) {
  d.visit([&](auto const& known) { device_detect(be, known, images, maps, scratch); });
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END

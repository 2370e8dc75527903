// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/config.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// The order of an image's three channels. of_view, the detectors' default, is what the view says: bgr for the matrices
/// of OpenCV, rgb for all others.
enum class channel_order : unsigned char { rgb, bgr, of_view };

}  // namespace mixaug

MIXAUG_EXACT_END

// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/config.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// The order of an image's three channels.
enum class channel_order : unsigned char { rgb, bgr };

}  // namespace mixaug

MIXAUG_EXACT_END

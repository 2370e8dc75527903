// SPDX-License-Identifier: MIT
#pragma once

namespace mixaug::saliency {

/// No stage of the method reads scores.
struct none {};

}  // namespace mixaug::saliency

// SPDX-License-Identifier: MIT
#pragma once

/// 0.x: a minor version may break sources. CMakeLists.txt reads the version from here.
#define MIXAUG_VERSION_MAJOR 0
#define MIXAUG_VERSION_MINOR 1
#define MIXAUG_VERSION_PATCH 0

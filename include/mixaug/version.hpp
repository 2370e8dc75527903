// SPDX-License-Identifier: MIT
#pragma once

/// Version 0.x: a minor version may break source compatibility. CMakeLists.txt reads the version from this file.
#define MIXAUG_VERSION_MAJOR 0
#define MIXAUG_VERSION_MINOR 2
#define MIXAUG_VERSION_PATCH 0

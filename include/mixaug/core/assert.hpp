// SPDX-License-Identifier: MIT
#pragma once

/// Checks the indices and the writes of user-defined rules. Enabled in debug builds (NDEBUG not defined); define
/// MIXAUG_ASSERT before the first header to replace it.
#if !defined(MIXAUG_ASSERT)
#  include <cassert>
#  define MIXAUG_ASSERT(condition) assert(condition)
#endif

// SPDX-License-Identifier: MIT
#pragma once

/// Guards what rules of a user's own write and index: on in debug builds (where NDEBUG is not defined), and overridable
/// by a definition before the first header.
#if !defined(MIXAUG_ASSERT)
#  include <cassert>
#  define MIXAUG_ASSERT(condition) assert(condition)
#endif

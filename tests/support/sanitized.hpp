#pragma once

namespace test {

/// Whether a sanitizer runs: it looks for other things than numbers, and makes each step slow.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace test

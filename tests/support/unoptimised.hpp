#pragma once

namespace test {

/// Whether each step is slow, as in the builds for the sanitizers: these look for other things than numbers.
#if defined(__OPTIMIZE__)
inline constexpr bool unoptimised = false;
#else
inline constexpr bool unoptimised = true;
#endif

}  // namespace test

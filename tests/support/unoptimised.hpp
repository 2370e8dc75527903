#pragma once
#include <cstdlib>

namespace test {

/// Whether each step is slow, as in the builds for the sanitizers: these look for other things than numbers.
#if defined(__OPTIMIZE__)
inline constexpr bool unoptimised = false;
#else
inline constexpr bool unoptimised = true;
#endif

/// Whether statistics may take their time: the environment says MIXAUG_TEST_LONG=1.
inline bool long_statistics() { return std::getenv("MIXAUG_TEST_LONG") != nullptr; }

}  // namespace test

#pragma once
#include <cstdlib>

namespace test {

/// True if each step is slow, as in the builds with sanitizers, which do not look for wrong numbers.
#if defined(__OPTIMIZE__)
inline constexpr bool unoptimised = false;
#else
inline constexpr bool unoptimised = true;
#endif

/// True if statistics may take long: the environment has MIXAUG_TEST_LONG=1.
inline bool long_statistics() { return std::getenv("MIXAUG_TEST_LONG") != nullptr; }

}  // namespace test

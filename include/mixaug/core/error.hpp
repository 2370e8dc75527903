// SPDX-License-Identifier: MIT
#pragma once
#include <cstdio>
#include <mixaug/core/config.hpp>
#include <stdexcept>
#include <string>

#if defined(__GNUC__) && !defined(__EXCEPTIONS)
#  error "mixaug: errors are exceptions; compile the units that include it with -fexceptions, and catch there"
#endif

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Exception thrown while planning or at the entry of apply. Its message names the operand, the value it got, the value
/// it expected, and the remedy. Inputs and outputs are unchanged when it is thrown; kernel bodies never throw.
struct invalid_argument : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

namespace detail {

/// Throws invalid_argument("mixaug: OPERAND is GOT; expected EXPECTED").
[[noreturn]] inline void fail(std::string const& operand, std::string const& got, std::string const& expected) {
  throw invalid_argument("mixaug: " + operand + " is " + got + "; expected " + expected);
}
[[noreturn]] inline void fail(std::string const& sentence) { throw invalid_argument("mixaug: " + sentence); }

inline std::string text(index_t v) { return std::to_string(v); }
/// Formats v as a short decimal for messages; std::to_string prints six decimals, so 1e-9 becomes 0.000000.
inline std::string text(double v) {
  char buffer[32] = {};
  std::snprintf(buffer, sizeof buffer, "%g", v);
  return buffer;
}

/// Formats extents as "(8, 3, 32, 32)".
inline std::string shape_text(index_t const* extent, int rank) {
  std::string out = "(";
  for (int d = 0; d < rank; ++d) {
    if (d != 0) out += ", ";
    out += std::to_string(extent[d]);
  }
  return out + ")";
}

}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END

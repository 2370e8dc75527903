// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace bench {

/// What the command line asked for.
struct options {
  bool quick = false, detail = false;
  double seconds = 1.5;  ///< a contest
  std::string only;      ///< contests whose names hold this text
};
inline options& chosen() {
  static options o;
  return o;
}

}  // namespace bench

// SPDX-License-Identifier: MIT
#pragma once
#include <cstdio>
#include <cstdlib>
#include <string>

namespace bench {

/// What the command line asked for.
struct options {
  bool quick = false, detail = false;
  bool large = false;    ///< kernel tables of up to 1e8 labels
  double seconds = 1.5;  ///< a contest
  std::string only;      ///< contests whose names hold this text
};
inline options& chosen() {
  static options o;
  return o;
}

inline options const& parse(int argc, char** argv) {
  options& o = chosen();
  for (int k = 1; k < argc; ++k) {
    std::string const a = argv[k];
    if (a == "--quick")
      o.quick = true, o.seconds = 0.35;
    else if (a == "--large")
      o.large = true;
    else if (a == "--only" && k + 1 < argc)
      o.only = argv[++k];
    else if (a == "--seconds" && k + 1 < argc)
      o.seconds = std::atof(argv[++k]);
    else if (a.rfind("--benchmark_", 0) == 0)
      o.detail = true;
    else
      std::fprintf(stderr, "bench: unknown argument %s (--quick, --large, --only TEXT, --seconds S, --benchmark_...)\n",
                   argv[k]),
          std::exit(2);
  }
  return o;
}

}  // namespace bench

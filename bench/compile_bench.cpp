// SPDX-License-Identifier: MIT
// The compile time of our headers beside that of the standard ones, as tests/rules/compile_time.sh measures it.
#include <cstdio>
#include <support/contest.hpp>
#include <support/options.hpp>

namespace {
using namespace bench;

#if defined(MIXAUG_BENCH_COMPILE)
/// A line of the script: "NAME standard headers S ms, ours O ms: P % (limit L %) ..."
void add_line(table& t, std::string const& line) {
  std::size_t const at = line.find("standard headers ");
  if (at == std::string::npos) return;
  long standard = 0, ours = 0, percent = 0, limit = 0;
  if (std::sscanf(line.c_str() + at, "standard headers %ld ms, ours %ld ms: %ld %% (limit %ld", &standard, &ours,
                  &percent, &limit) != 4)
    return;
  char ratio[32], target[32];
  std::snprintf(ratio, sizeof ratio, "%.2f", 100.0 / static_cast<double>(percent));
  std::snprintf(target, sizeof target, ">= %.2f", 100.0 / static_cast<double>(limit));
  t.rows.push_back({"compile " + line.substr(0, line.find_last_not_of(' ', at - 1) + 1) + ", standard headers",
                    std::to_string(ours) + " ms", std::to_string(standard) + " ms", ratio, target, percent <= limit});
}

suite const rows(70, [](table& t) {
  if (chosen().detail || (!chosen().only.empty() && chosen().only.find("compile") == std::string::npos)) return;
  std::FILE* const out = popen(MIXAUG_BENCH_COMPILE " 2>/dev/null", "r");
  if (out == nullptr) return;
  char line[256];
  while (std::fgets(line, sizeof line, out) != nullptr) add_line(t, line);
  pclose(out);
});
#endif

}  // namespace

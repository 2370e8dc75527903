#include <doctest/doctest.h>

#include <mixaug/backend/serial.hpp>
#include <mixaug/kernel/detail/line/table.hpp>

#include "reference/kernel_reference.hpp"
#include "reference/statistics.hpp"
#include "support/unoptimised.hpp"

namespace line_chi_test {

namespace ma = mixaug;
using ma::index_t;
using ma::detail::kernel_line_tuning;

namespace {

#ifndef MIXAUG_TEST_KERNEL_DRAWS  // many more are drawn by hand now and then
#  define MIXAUG_TEST_KERNEL_DRAWS 15000
#endif
constexpr int draws = MIXAUG_TEST_KERNEL_DRAWS;

/// What a table of millions of labels would need to reach: tails that are really drawn, cells as wide as the kernel,
/// windows that are all scanned or never.
struct setting {
  char const* name;
  kernel_line_tuning tuning;
  bool with_self = true, by_value = false;
  ma::kernel kind = ma::kernel::gaussian;
};
setting const settings[] = {
    {"as computed", {}},
    {"wide cells, always tables", {.width = 1.5, .scan_most = 0}},
    {"narrow cells, small scans", {.width = 0.0625, .scan_most = 4}},
    {"tables whose tails weigh", {.width = 0.3, .reach = 1.2, .scan_most = 0}},
    {"scans whose tails weigh", {.width = 0.3, .reach = 2.2}},
    {"without self, tables", {.width = 0.5, .scan_most = 2}, false},
    {"without self, scans", {}, false},
    {"any value, tables", {.width = 0.5, .scan_most = 2}, true, true},
    {"tophat", {}, true, false, ma::kernel::tophat},
    {"tophat, without self", {.width = 1.0}, false, false, ma::kernel::tophat},
};

struct verdict {
  double p = 1;
  bool tested = false;
};

template <class T>
verdict chi_square(std::vector<T> const& y, double h, setting const& s, std::uint64_t number) {
  ma::detail::sorted_table<T> const table(ma::labels(y.data(), {y.size()}), {h, s.kind, s.with_self}, ma::serial{},
                                          s.tuning);
  auto const view = table.view();
  auto const row = static_cast<index_t>(reference::uniform_of(number + (1u << 20)) * static_cast<double>(y.size()));
  double query = static_cast<double>(y[static_cast<std::size_t>(row)]);
  if (s.by_value) query = query + h * (3 * reference::uniform_of(number + (1u << 21)) - 1.5);
  auto const p = reference::kernel_row(y, query, h, s.kind == ma::kernel::tophat, s.with_self ? -1 : row);
  std::vector<double> seen(y.size()), observed, expected;
  double none = 0;
  for (int k = 0; k < draws; ++k) {
    ma::random const draw({.seed = number}, static_cast<std::uint64_t>(k), ma::purpose::pairing);
    index_t const j = s.by_value ? view.draw(query, -1, draw, 3) : view.draw_row(row, draw, 3);
    if (j < 0)
      none += 1;
    else
      seen[static_cast<std::size_t>(j)] += 1;
  }
  double total = 0;
  int possible = 0;
  for (std::size_t j : reference::by_label(y)) {
    observed.push_back(seen[j]), expected.push_back(p[j] * draws);
    total += p[j], possible += p[j] * draws > 10;
    if (p[j] * draws < 1e-9 && seen[j] > 0) return {0, true};
  }
  if (total == 0 || none > 0) return {total == 0 && none == draws ? 1.0 : 0.0, none != draws};
  return {reference::chi_square_p(observed, expected), possible > 3};
}

}  // namespace

TEST_CASE("partners are drawn in proportion to the kernel of all labels, whatever path the draw takes") {
  std::vector<double> all;
  int failures = 0, count = 0;
  std::uint64_t number = 0;
  double least = 1;
  bool const brief = test::unoptimised || !test::long_statistics();
  std::vector<std::size_t> const sizes(brief ? std::vector<std::size_t>{60} : std::vector<std::size_t>{60, 900});
  for (std::size_t n : sizes)
    for (int law = 0; law < reference::label_laws; ++law) {
      auto const y = reference::labels_of<float>(static_cast<reference::label_law>(law), n);
      std::vector<double> const wide(y.begin(), y.end());
      for (double h : {0.004, 0.1, 3.0})
        for (setting const& s : settings) {
          CAPTURE(s.name);
          CAPTURE(n);
          CAPTURE(law);
          CAPTURE(h);
          ++number;
          verdict const v = number % 3 == 0 ? chi_square(wide, h, s, number) : chi_square(y, h, s, number);
          ++count, failures += v.p == 0;
          CHECK(v.p > 0.01 / 420);
          if (v.tested) all.push_back(v.p), least = std::min(least, v.p);
        }
    }
  CHECK(count == 210 * static_cast<int>(sizes.size()));
  CHECK(failures == 0);
  CHECK(all.size() > 125 * sizes.size());
  std::sort(all.begin(), all.end());
  double const uniform = reference::ks_p(all);
  MESSAGE(all.size(), " chi-square tests of ", draws, " draws: least p ", least, ", uniformity ", uniform);
  CHECK(uniform > 0.001);
}

}  // namespace line_chi_test

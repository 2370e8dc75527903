// SPDX-License-Identifier: MIT
// --large: how the exact pairs of C-Mixup grow up to 1e8 labels (8 GB of memory, some minutes).
#include <sys/resource.h>

#include <mixaug/backend/openmp.hpp>
#include <optional>
#include <support/kernel_pairs.hpp>
#include <support/options.hpp>
#include <support/print.hpp>

namespace {
using namespace bench;
constexpr int queries = kernel_pairs::queries;

/// What two threads gain on random reads alone, four a query of a table of `bytes`.
double gain_of_reads(double bytes) {
  std::vector<std::uint64_t> const words(static_cast<std::size_t>(bytes / 8), 1);
  std::vector<std::uint64_t> out(queries);
  auto const read = [&](ma::index_t i) noexcept {
    for (auto k = static_cast<std::uint64_t>(4 * i), end = k + 4; k < end; ++k)
      out[static_cast<std::size_t>(i)] += words[(k + 1) * 0x9E3779B97F4A7C15u % words.size()];
  };
  ma::openmp{2}.items(queries, read);  // brings the pages in
  double const one = seconds_of([&] { ma::openmp{1}.items(queries, read); }, 20);
  return one / seconds_of([&] { ma::openmp{2}.items(queries, read); }, 20);
}

void grow(table& t, label_law law, char const* name, std::size_t n, double h) {
  auto const y = labels_of(law, n);
  std::optional<ma::detail::sorted_table<float>> table;
  double const build = seconds_of([&] { table.emplace(kernel_table(y, h, ma::openmp{2})); }, 1);
  auto made = std::make_unique<kernel_pairs>(y, std::move(*table));
  made->draw(ma::openmp{2});  // brings the pages in
  double const one = seconds_of([&] { made->draw(ma::serial{}); }, 5) / queries;
  double const two = seconds_of([&] { made->draw(ma::openmp{2}); }, 5) / queries;
  double const bytes = made->bytes(), each = made->bytes_a_label();
  made.reset();
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  t.head.push_back(std::string("kernel, ") + name + text(", %.0e labels", double(n)) + text(", h = %-6g: table ", h) +
                   text("%7.3f s (2 threads), ", build) + text("%5.1f bytes a label, draw ", each) +
                   text("%6.1f ns, 2 threads ", one * 1e9) + text("%6.1f ns (gain ", two * 1e9) +
                   text("%.2f, ", one / two) + text("of random reads %.2f), ", gain_of_reads(bytes)) +
                   text("peak memory %.2f GB", double(used.ru_maxrss) * 1024e-9));
}

suite const rows(61, [](table& t) {
  if (!chosen().large) return;
  for (std::size_t n = 10000; n <= 100000000; n *= 10)
    for (double h : {1e-3, 20.0 / double(n)}) grow(t, label_law::uniform, "uniform", n, h);
  grow(t, label_law::lognormal, "lognormal(3)", 100000000, 0.01);
});

}  // namespace

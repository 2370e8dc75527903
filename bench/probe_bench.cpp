// SPDX-License-Identifier: MIT
// What the machine gives in this run: bytes a second of copies, beside which the other rows are read.
#include <support/hand.hpp>
#include <support/print.hpp>

namespace {
using namespace bench;

suite const rows(0, [](table& t) {
  images<float> const b(photos);
  double const bytes = 8.0 * static_cast<double>(b.size.all());
  times const s = race([&] { std::memcpy(b.out, b.x, static_cast<std::size_t>(b.size.all()) * 4); },
                       [&] { hand::copy_streamed(b.out, b.x, b.size.all()); }, 0.5);
  t.head.push_back("memcpy " + text("%.1f", bytes / s.ours * 1e-9) + " GB/s, copy with non-temporal stores " +
                   text("%.1f", bytes / s.peer * 1e-9) + " GB/s (read + written, " + b.size.text() + " float32)");
});

}  // namespace

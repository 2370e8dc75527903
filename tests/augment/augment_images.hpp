#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <mixaug/augment/augment.hpp>
#include <vector>

#include "reference/augment_reference.hpp"
#include "support/memory.hpp"
#include "support/values.hpp"

namespace test {

namespace au = mixaug::augment;

/// n images of bytes, smooth with some noise, and with the extremes, so that gathers, clips and rounding are all seen.
inline std::vector<std::uint8_t> photos(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w,
                                        std::uint64_t seed = 1) {
  stream s(seed);
  std::vector<std::uint8_t> all;
  for (std::int64_t k = 0; k < n * c; ++k) {
    double const a = 6 * s.unit(), b = 6 * s.unit(), phase = 6 * s.unit();
    for (std::int64_t y = 0; y < h; ++y)
      for (std::int64_t x = 0; x < w; ++x) {
        double const v = 128 + 90 * std::sin(a * static_cast<double>(y) / 5 + b * static_cast<double>(x) / 5 + phase);
        double const mixed = v + 40 * (s.unit() - 0.5);
        all.push_back(static_cast<std::uint8_t>(s.below(40) == 0 ? (s.below(2) == 0 ? 0.0 : 255.0)
                                                                 : std::min(255.0, std::max(0.0, mixed))));
      }
  }
  return all;
}
/// Row i of a batch in logical order (n, c, h, w), as the reference takes it.
template <class T>
chain_reference::picture picture_of(std::vector<T> const& all, std::int64_t i, std::int64_t c, std::int64_t h,
                                    std::int64_t w) {
  chain_reference::picture p(c, h, w);
  for (std::size_t k = 0; k < p.value.size(); ++k)
    p.value[k] = as_double(all[static_cast<std::size_t>(i) * p.value.size() + k]);
  return p;
}
/// The largest distance of a batch from the reference, in units of the output's elements.
template <class T, class U>
double worst_gap(au::plan const& p, std::vector<T> const& in, std::vector<U> const& out,
                 chain_reference::reading const& how = {}) {
  double worst = 0;
  auto const &a = p.in(), &b = p.out();
  for (std::int64_t i = 0; i < p.rows(); ++i) {
    chain_reference::picture const wanted =
        chain_reference::augmented(p, i, picture_of(in, i, a.channels, a.height, a.width), how);
    chain_reference::picture const got = picture_of(out, i, b.channels, b.height, b.width);
    for (std::size_t k = 0; k < wanted.value.size(); ++k) {
      double const v = wanted.value[k], held = std::is_same_v<U, std::uint8_t> ? std::min(255.0, std::max(0.0, v)) : v;
      worst = std::max(worst, std::fabs(held - got.value[k]));
    }
  }
  return worst;
}
/// Applies a chain to bytes (n, c, h, w) in NCHW on the serial backend.
template <class U>
std::vector<U> applied(au::plan const& p, std::vector<std::uint8_t> const& in) {
  auto const &a = p.in(), &b = p.out();
  std::vector<U> out(static_cast<std::size_t>(p.rows() * b.channels * b.height * b.width));
  ma::apply(ma::serial{}, p, ma::nchw(in.data(), {p.rows(), a.channels, a.height, a.width}),
            ma::nchw(out.data(), {p.rows(), b.channels, b.height, b.width}));
  return out;
}
inline au::plan planned_chain(au::chain const& c, std::int64_t n, std::int64_t channels, std::int64_t h, std::int64_t w,
                              std::uint64_t seed = 1) {
  return ma::make_plan(c, ma::nchw<std::uint8_t>(nullptr, {n, channels, h, w}), ma::key{.seed = seed, .step = 3});
}

}  // namespace test

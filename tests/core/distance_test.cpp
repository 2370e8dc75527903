#include <doctest/doctest.h>

#include <mixaug/backend/serial.hpp>
#include <mixaug/kernel/detail/line/table.hpp>

#include "reference/kernel_reference.hpp"

namespace distance_test {

namespace ma = mixaug;
using ma::index_t;

TEST_CASE("the exponential of weights") {
  double worst = 0, worst_quick = 0;
  for (int k = 0; k <= 70000; ++k) {
    double const x = -0.01 * k + 1e-7 * (k % 7), want = std::exp(x);
    worst = std::max(worst, std::fabs(ma::detail::precise_falling_exp(x) / want - 1));
    float const f = static_cast<float>(0.01 * x);
    worst_quick = std::max(
        worst_quick, std::fabs(static_cast<double>(ma::detail::falling_exp(f)) - std::exp(static_cast<double>(f))));
  }
  CHECK(worst < 5e-16);
  CHECK(worst_quick < 0x1p-21);  // what the room of a quick scan is made of
  CHECK(ma::detail::precise_falling_exp(0.0) == 1.0);
  CHECK(ma::detail::precise_falling_exp(-1e300) < 1e-300);
}

TEST_CASE("a coin falls for a proposal where it is below the ratio of the weights") {
  ma::detail::kernel_arrays<double> table;  // bandwidth 1
  for (double nearest : {0.0, 0.3, 2.0, 6.0})
    for (int k = 0; k < 400; ++k) {
      double const t = nearest + 0.005 * k, ratio = std::exp((nearest - t) * (nearest + t) / 2);
      for (double step : {-0.2, -1e-3, -1e-9, 1e-9, 1e-3, 0.2}) {
        double const coin = ratio + step;
        if (coin < 0 || coin >= 1) continue;
        CHECK(table.accepts(0.0, t, {0, nearest, coin}) == (step < 0));
        CHECK(table.accepts(0.0, -t, {0, nearest, coin}) == (step < 0));
      }
    }
}

TEST_CASE_TEMPLATE("a scan in float decides as the one in double, or leaves it to that", T, float, double) {
  for (std::size_t n : {1u, 2u, 15u, 16u, 17u, 100u, 256u})
    for (double h : {0.01, 0.3, 4.0}) {
      auto const y = reference::labels_of<T>(reference::label_law::normal, n);
      ma::detail::sorted_table<T> const table(ma::labels(y.data(), {n}), {.bandwidth = h}, ma::serial{});
      auto const view = table.view();
      int vague = 0;
      constexpr int tries = 2000;
      for (int k = 0; k < tries; ++k) {
        auto const row = static_cast<std::size_t>(k) % n;
        index_t const self = k % 3 == 0 ? static_cast<index_t>(row) : -1;
        ma::detail::kernel_scan<T> const scan{view, static_cast<double>(y[row]), self, {0, static_cast<index_t>(n)}};
        double const u = reference::uniform_of(static_cast<std::uint64_t>(k));
        index_t const quick = scan.quick(u);
        if (quick == scan.vague)
          ++vague;
        else
          CHECK(quick == scan.exact(u));
      }
      if (h == 4.0 && n > 2) CHECK(vague < tries / 20);
    }
}

TEST_CASE("distances, with huge labels and tiny bandwidths") {
  using ma::detail::kernel_scale;
  CHECK(kernel_scale::of(0.5, 1.0)(1.0, 3.0) == 4.0);
  CHECK(kernel_scale::of(0x1p1022, 0x1p1023)(-0x1p1023, 0x1p1023) == 4.0);
  CHECK(kernel_scale::of(0x1p-1070, 1.0)(0x1p-1070, 0x1p-1068) == 3.0);
  CHECK(kernel_scale::of(0x1p-1070, 1.0)(0.0, 1e300) == HUGE_VAL);
  auto const s = kernel_scale::of(1.0, 1.0);
  CHECK(s.within(0.0, std::nextafter(1.0, 0.0)));
  CHECK(!s.within(0.0, 1.0));
  auto const d = ma::detail::exact_distance(1e20, 3.0), d0 = ma::detail::exact_distance(1e20, 4.0);
  CHECK(s.relative_exponent(d, d0) == doctest::Approx(1e20));
}

TEST_CASE("64 random bits to a number below n and a rest that is uniform again") {
  for (index_t n : {index_t{1}, index_t{3}, index_t{1000003}, index_t{0xFFFFFFFE}})
    for (std::uint64_t i = 0; i < 1000; ++i) {
      auto const bits = static_cast<std::uint64_t>(reference::uniform_of(i) * 0x1p53) << 11 | i;
      auto const want = ma::detail::multiply(bits, static_cast<std::uint64_t>(n));
      ma::detail::scaled_word const w(bits, n);
      CHECK(static_cast<std::uint64_t>(w.high) == want.high);
      CHECK(w.low == want.low);
    }
}

TEST_CASE("a word is scaled to more than 2^32 numbers by the same product") {
  for (std::uint64_t k = 0; k < 2000; ++k) {
    auto const word = static_cast<std::uint64_t>(reference::uniform_of(k) * 0x1p53) << 11 | k;
    ma::index_t const n = 1 + static_cast<ma::index_t>(reference::uniform_of(k + 7000) * 4294967294.0);
    ma::detail::scaled_word const narrow(word, n);
    ma::detail::wide_scaled_word const wide(word, n);
    CHECK(wide.high == narrow.high);
    CHECK(wide.low == narrow.low);
    CHECK(wide.unit() == narrow.unit());
    for (int bits : {33, 39}) {
      ma::detail::wide_scaled_word const power(word, ma::index_t{1} << bits);
      CHECK(power.high == static_cast<ma::index_t>(word >> (64 - bits)));
      CHECK(power.low == word << bits);
      // 3 word 2^bits / 2^64, by the thirds of the word that do not overflow
      ma::detail::wide_scaled_word const thrice(word, ma::index_t{3} << bits);
      std::uint64_t const high = word >> (64 - bits), rest = (word << bits) >> 2;
      CHECK(thrice.high == static_cast<ma::index_t>(3 * high + (3 * rest >> 62)));
    }
  }
}

}  // namespace distance_test

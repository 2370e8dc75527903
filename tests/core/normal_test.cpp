#include <doctest/doctest.h>

#include <cmath>
#include <mixaug/core/detail/math/degrees.hpp>
#include <mixaug/core/detail/math/normal.hpp>
#include <mixaug/mixaug.hpp>

#include "reference/philox.hpp"
#include "support/values.hpp"

namespace normal_test {

namespace ma = mixaug;

TEST_CASE("normal_quantile inverts the distribution function, in the middle and in the tails") {
  double worst = 0;
  for (double p = 1e-300; p < 0.5; p *= 1.01) {
    double const z = ma::detail::normal_quantile(p);
    worst = std::max(worst, std::fabs(std::erfc(-z / std::sqrt(2.0)) / 2 / p - 1) / std::max(1.0, z * z));
  }
  CHECK(worst < 1e-15);
  CHECK(ma::detail::normal_quantile(0.5) == 0.0);
  for (double p : {0.01, 0.2, 0.4})
    CHECK(std::fabs(ma::detail::normal_quantile(1 - p) + ma::detail::normal_quantile(p)) < 1e-14);
  CHECK(std::fabs(ma::detail::normal_quantile(1 - 0x1p-53) - 8.2095) < 1e-3);
}

TEST_CASE("normal_of is symmetric, has variance 1, at most 4.325, rises, and follows the quantile") {
  double square = 0, worst = 0, most = 0;
  int asymmetric = 0, falling = 0;
  for (std::uint32_t u = 0; u < 65536; ++u) {
    double const z = static_cast<double>(ma::detail::normal_of(static_cast<std::uint16_t>(u)));
    square += z * z;
    worst =
        std::max(worst, std::fabs(z - ma::detail::normal_quantile((u + 0.5) / 65536) / std::sqrt(0.9999797186525783)));
    most = std::max(most, z);
    if (u > 0) falling += z > static_cast<double>(ma::detail::normal_of(static_cast<std::uint16_t>(u - 1))) ? 0 : 1;
    asymmetric += ma::detail::normal_of(static_cast<std::uint16_t>(65535 - u)) == static_cast<float>(-z) ? 0 : 1;
  }
  CHECK(asymmetric == 0);
  CHECK(std::fabs(square / 65536 - 1) < 1e-6);
  CHECK(worst < 5.5e-4);
  CHECK(falling == 0);
  CHECK((most > 4.3249 && most < 4.325));
}

TEST_CASE("sines and cosines of degrees to 2e-16, exact at quarter turns") {
  long double worst = 0;
  for (int k = -60000; k < 60000; ++k) {
    double const degrees = k * 0.0713;
    auto const s = ma::detail::sine_cosine_of(degrees);
    long double const angle = static_cast<long double>(degrees) * 3.141592653589793238462643383279502884L / 180;
    worst = std::max(worst, std::fabs(static_cast<long double>(s.sine) - std::sin(angle)));
    worst = std::max(worst, std::fabs(static_cast<long double>(s.cosine) - std::cos(angle)));
  }
  CHECK(worst < 2e-16L);
  double const sines[4] = {0, 1, 0, -1};
  for (int k = -8; k <= 8; ++k) {
    auto const s = ma::detail::sine_cosine_of(90.0 * k);
    CHECK(s.sine == sines[(k + 8) % 4]);
    CHECK(s.cosine == sines[(k + 9) % 4]);
  }
}

TEST_CASE("16-bit parts of many draws are those of Philox, one after the other") {
  ma::key const k{.seed = 0x123456789ABCDEF0u, .step = 0xABCDEF0123u};
  std::uint64_t number[ma::detail::bits_width];
  std::uint16_t out[8 * ma::detail::bits_width];
  test::stream s(3);
  for (auto& n : number) n = s.bits() >> 24;
  std::uint64_t const row = 0xFEDCBA9876u;
  ma::detail::halves_of_numbers(k, row, static_cast<ma::purpose>(133), number, out);
  int wrong = 0;
  for (int i = 0; i < ma::detail::bits_width; ++i) {
    auto const r =
        reference::philox_4x32_10(reference::counter(row, k.step, 133, number[i]), static_cast<std::uint32_t>(k.seed),
                                  static_cast<std::uint32_t>(k.seed >> 32));
    for (int j = 0; j < 8; ++j) wrong += out[8 * i + j] == (r.at[j / 2] >> (j % 2 * 16) & 0xFFFFu) ? 0 : 1;
  }
  CHECK(wrong == 0);
}

}  // namespace normal_test

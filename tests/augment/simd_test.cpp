// Explicit SIMD, where the build's flags have it, against its plain form, at every length of a run.
#include <doctest/doctest.h>

#include <mixaug/augment/detail/read_tile.hpp>
#include <mixaug/core/detail/math/normal.hpp>

#include "support/memory.hpp"
#include "support/values.hpp"

MIXAUG_UNFUSED_BEGIN

namespace simd_test {

namespace simd = mixaug::augment::detail::simd;

TEST_CASE(
    "interleaved bytes to floats and words, forth and back, and back to bytes; nothing beyond the run is written") {
  test::stream s(1);
  for (int n = 0; n < 80; ++n) {
    std::vector<std::uint8_t> x(static_cast<std::size_t>(3 * n));
    for (std::uint8_t& v : x) v = static_cast<std::uint8_t>(s.below(256));
    for (int step : {3, -3}) {
      float channel[3][80];
      std::uint8_t const* const p = n == 0 ? nullptr : x.data() + (step > 0 ? 0 : 3 * (n - 1));
      int const done = simd::load_rgb(p, step, n, channel[0], channel[1], channel[2]);
      CHECK(done <= n);
      for (int k = 0; k < done; ++k)
        for (int c = 0; c < 3; ++c) CHECK(channel[c][k] == static_cast<float>(p[k * step + c]));
    }
    std::vector<std::uint8_t> turned(static_cast<std::size_t>(3 * n) + 3, 9);
    auto const last = static_cast<std::size_t>(n == 0 ? 0 : 3 * (n - 1));
    std::int64_t const reversed = simd::mirror_rgb(x.data() + last, n, turned.data());
    for (std::int64_t k = 0; k < 3 * reversed; ++k)
      CHECK(turned[static_cast<std::size_t>(k)] ==
            x[last - static_cast<std::size_t>(k / 3 * 3) + static_cast<std::size_t>(k % 3)]);
    for (std::size_t k = static_cast<std::size_t>(3 * reversed); k < turned.size(); ++k) CHECK(turned[k] == 9);
    std::vector<std::uint32_t> words(static_cast<std::size_t>(n) + 1, 77u);
    auto const packed = simd::pack_rgb(x.data(), n, words.data());
    for (std::int64_t k = 0; k < packed; ++k) {
      auto const at = static_cast<std::size_t>(3 * k);
      CHECK(words[static_cast<std::size_t>(k)] ==
            (std::uint32_t{x[at]} | std::uint32_t{x[at + 1]} << 8 | std::uint32_t{x[at + 2]} << 16));
    }
    CHECK(words.back() == 77u);
    float a[3][80];
    for (auto& row : a)
      for (float& v : row) v = static_cast<float>(s.below(511)) * 0.5f;
    std::vector<std::uint8_t> out(static_cast<std::size_t>(3 * n) + 3, 9);
    int const stored = simd::store_rgb(a[0], a[1], a[2], n, out.data());
    for (int k = 0; k < stored; ++k)
      for (int c = 0; c < 3; ++c)
        CHECK(out[static_cast<std::size_t>(3 * k + c)] == mixaug::augment::detail::element_of<std::uint8_t>(a[c][k]));
    for (int k = 3 * stored; k < 3 * n + 3; ++k) CHECK(out[static_cast<std::size_t>(k)] == 9);
  }
}

TEST_CASE("normal numbers of all 65536 values, and the random bits of 32 blocks") {
  std::vector<std::uint16_t> bits(65536);
  for (std::size_t k = 0; k < bits.size(); ++k) bits[k] = static_cast<std::uint16_t>(k);
  std::vector<float> v(bits.size(), 3.0f);
  int const done = simd::add_normal(v.data(), bits.data(), 65536, 2.5f);
  int differ = 0;
  for (int k = 0; k < done; ++k) {
    auto const at = static_cast<std::size_t>(k);
    float const wanted = 3.0f + mixaug::detail::rounded_product(2.5f, mixaug::detail::normal_of(bits[at]));
    differ += test::same_bits(v[at], wanted) ? 0 : 1;
  }
  CHECK(differ == 0);
  test::stream s(2);
  for (int k = 0; k < 20; ++k) {
    std::uint64_t number[32];
    for (std::uint64_t& one : number) one = s.bits() >> 24;
    mixaug::key const key{.seed = s.bits(), .step = s.bits() >> 24};
    std::uint64_t const row = s.bits() >> 24;
    auto const what = static_cast<mixaug::purpose>(128 + k);
    std::uint16_t a[256], b[256];
    simd::halves_of_numbers(key, row, what, number, a);
    mixaug::detail::halves_of_numbers(key, row, what, number, b);
    CHECK(std::memcmp(a, b, sizeof a) == 0);
  }
}

TEST_CASE("bilinear and bicubic values of packed pixels") {
  using mixaug::augment::detail::between;
  using mixaug::detail::rounded_product;
  test::stream s(3);
  constexpr int part = 64;
  std::uint64_t pairs[8][part];
  float w[8][part], out[3][part];
  for (auto& row : pairs)
    for (auto& v : row) v = s.bits();
  for (auto& row : w)
    for (float& v : row) v = static_cast<float>(s.unit() * 2 - 0.5);
  float* const planes[] = {out[0], out[1], out[2]};
  auto const byte = [](std::uint64_t v, int bit) { return static_cast<float>(v >> bit & 255u); };
  int const two = simd::bilinear<3>(pairs[0], pairs[1], w[0], w[1], part - 3, planes);
  for (int k = 0; k < two; ++k)
    for (int c = 0; c < 3; ++c) {
      float const a = between(byte(pairs[0][k], 8 * c), byte(pairs[0][k], 32 + 8 * c), w[0][k]);
      float const b = between(byte(pairs[1][k], 8 * c), byte(pairs[1][k], 32 + 8 * c), w[0][k]);
      CHECK(test::same_bits(out[c][k], between(a, b, w[1][k])));
    }
  int const four = simd::bicubic<3>(pairs[0], pairs[4], w[0], w[4], part, part, planes);
  for (int k = 0; k < four; ++k)
    for (int c = 0; c < 3; ++c) {
      float sum = 0.0f;
      for (int j = 0; j < 4; ++j) {
        float line = rounded_product(w[0][k], byte(pairs[j][k], 8 * c));
        line = line + rounded_product(w[1][k], byte(pairs[j][k], 32 + 8 * c));
        line = line + rounded_product(w[2][k], byte(pairs[4 + j][k], 8 * c));
        line = line + rounded_product(w[3][k], byte(pairs[4 + j][k], 32 + 8 * c));
        sum = sum + rounded_product(w[4 + j][k], line);
      }
      CHECK(test::same_bits(out[c][k], sum));
    }
}

}  // namespace simd_test

MIXAUG_UNFUSED_END

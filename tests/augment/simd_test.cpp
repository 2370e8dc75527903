// Explicit SIMD, where the build's flags have it, against its plain form, at every length of a run.
#include <doctest/doctest.h>

#include <mixaug/augment/detail/read_tile.hpp>
#include <mixaug/augment/detail/simd_blur.hpp>
#include <mixaug/augment/detail/simd_noise.hpp>

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
  int const done = simd::add_normal(v.data(), bits.data(), 65536, 2.5f * 0x1p-24f);
  int differ = 0;
  for (int k = 0; k < done; ++k) {
    auto const at = static_cast<std::size_t>(k);
    float const wanted =
        3.0f + mixaug::detail::rounded_product(2.5f * 0x1p-24f, mixaug::detail::normal_units(bits[at]));
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

TEST_CASE("sums of weighted rows, at every length; nothing beyond the run is written") {
  using mixaug::augment::detail::sum_rows_plainly;
  test::stream s(6);
  std::int16_t element[9][160];
  for (auto& row : element)
    for (auto& v : row) v = static_cast<std::int16_t>(static_cast<int>(s.below(256)) - 128);
  for (int n = 0; n < 140; ++n) {
    mixaug::augment::detail::weighted_rows rows;
    rows.count = 1 + n % 7;
    int left = 32767;
    for (int t = 0; t < rows.count; ++t) {
      rows.weight[t] = static_cast<std::int16_t>(s.below(static_cast<std::uint64_t>(left) + 1));
      left -= rows.weight[t];
      rows.a[t] = element[s.below(9)] + s.below(16);
      rows.b[t] = element[s.below(9)] + s.below(16);
    }
    std::int16_t words[2][160];
    std::uint8_t bytes[2][160];
    std::memset(words, 1, sizeof words);
    std::memset(bytes, 1, sizeof bytes);
    sum_rows_plainly<true>(rows, 0, n, 8, words[0]);
    int const pairs = simd::sum_rows<true>(rows, n, 8, words[1]);
    sum_rows_plainly<false>(rows, 0, n, 15, bytes[0]);
    int const singles = simd::sum_rows<false>(rows, n, 15, bytes[1]);
    CHECK(std::memcmp(words[0], words[1], static_cast<std::size_t>(pairs) * 2) == 0);
    CHECK(std::memcmp(bytes[0], bytes[1], static_cast<std::size_t>(singles)) == 0);
    for (int k = 0; k < n; ++k) {  // the plain loops against one sum an element
      int sum = 1 << 14, both = 1 << 7;
      for (int t = 0; t < rows.count; ++t) {
        sum += rows.weight[t] * rows.a[t][k];
        both += rows.weight[t] * (rows.a[t][k] + rows.b[t][k]);
      }
      CHECK(bytes[0][k] == (sum >> 15) + 128);
      CHECK(words[0][k] == both >> 8);
    }
    for (int k = n; k < 160; ++k) CHECK((words[1][k] == 257 && bytes[1][k] == 1));
  }
}

TEST_CASE("spots of pixels of three bytes; nothing beyond the run is written") {
  test::stream s(4);
  for (int n = 1; n <= 80; ++n)
    for (std::int32_t both : {1, 700, 32768, 65535, 65536}) {
      std::int32_t const salt = static_cast<std::int32_t>(s.below(static_cast<std::uint64_t>(both) + 1));
      std::uint16_t bits[80];
      for (auto& b : bits)
        b = static_cast<std::uint16_t>(s.below(3) == 0 ? (s.below(2) == 0 ? salt : both) - static_cast<int>(s.below(2))
                                                       : static_cast<int>(s.below(65536)));
      std::uint8_t out[246];
      std::memset(out, 9, sizeof out);
      int const done = simd::set_rgb(out, bits, n, salt, both);
      for (int k = 0; k < 246; ++k)
        CHECK(out[k] == (k >= 3 * done || bits[k / 3] >= both ? 9 : bits[k / 3] < salt ? 255 : 0));
    }
}

namespace detail = mixaug::augment::detail;

/// An image with its rim, of any words, and points in it: stepped ones, and the same in a list.
struct packed_points {
  static constexpr int height = 9, width = 11, most = 80;
  std::vector<std::uint32_t> words;
  detail::packed_image image;
  detail::stepped_points steps{};
  std::int32_t x[most + detail::listed_points::more] = {}, y[most + detail::listed_points::more] = {};

  explicit packed_points(test::stream& s) {
    for (std::size_t k = 0; k < detail::packed_image::bytes(height, width, 1) / 4; ++k)
      words.push_back(static_cast<std::uint32_t>(s.bits()));
    image.row = width + 2;
    image.data = words.data() + image.row + 1;
    // the first and the last of the points anywhere between the centres of the rim
    auto const anywhere = [&](int side) {
      return static_cast<std::int64_t>(s.unit() * static_cast<double>(side + 1) * 0x1p32);
    };
    steps.x = anywhere(width);
    steps.y = anywhere(height);
    steps.step_x = (anywhere(width) - steps.x) / most;
    steps.step_y = (anywhere(height) - steps.y) / most;
    for (int k = 0; k < most; ++k) {
      x[k] = steps.x_at(k);
      y[k] = steps.y_at(k);
    }
  }
  std::int32_t sum(int k, int c) const {
    auto const tap = [&](int j, int i) {
      std::int64_t const at = ((y[k] >> 15) + j) * image.row + (x[k] >> 15) + i;
      return static_cast<std::int32_t>(image.origin()[at] >> (8 * c) & 255u);
    };
    return detail::between_bytes(tap(0, 0), tap(0, 1), tap(1, 0), tap(1, 1), x[k] & 32767, y[k] & 32767);
  }
};

TEST_CASE("bilinear sums of packed bytes, for floats and bytes in any layout; nothing beyond the run is written") {
  test::stream s(4);
  for (int n = 1; n < packed_points::most; ++n) {
    packed_points const p(s);
    int const channels = 2 + n % 3;
    int wrong = 0;
    for (int way = 0; way < 3; ++way) {
      auto const gather = [&](auto const& to) {
        if (way == 0) detail::gather_plainly(p.image, p.steps, n, to, 0);
        if (way == 1) detail::gather_packed(p.image, p.steps, n, to, 0);
        if (way == 2) detail::gather_packed(p.image, detail::listed_points{p.x, p.y}, n, to, 0);
      };
      std::vector<float> floats(4 * 100, 7.0f);
      gather(detail::float_run{floats.data(), 100, channels});
      for (int c = 0; c < 4; ++c)
        for (int k = 0; k < 100; ++k) {
          float const wanted = c < channels && k < n ? detail::float_of_sum(p.sum(k, c)) : 7.0f;
          wrong += test::same_bits(floats[static_cast<std::size_t>(100 * c + k)], wanted) ? 0 : 1;
        }
      for (int layout = 0; layout < 3; ++layout) {  // interleaved, planes, both with gaps
        std::vector<std::uint8_t> bytes(1000, 7), wanted(1000, 7);
        mixaug::index_t const plane = layout == 0   ? 1
                                      : layout == 1 ? 100
                                                    : 2,
                              column = layout == 0   ? channels
                                       : layout == 1 ? 1
                                                     : 9;
        gather(detail::byte_run{bytes.data(), plane, column, channels});
        for (int c = 0; c < channels; ++c)
          for (int k = 0; k < n; ++k)
            wanted[static_cast<std::size_t>(c * plane + k * column)] = detail::byte_of_sum(p.sum(k, c));
        wrong += bytes == wanted ? 0 : 1;
      }
    }
    CAPTURE(n);
    CHECK(wrong == 0);
  }
}

TEST_CASE("bicubic values of packed bytes, at every length of a run; nothing beyond it is written") {
  using mixaug::detail::rounded_product;
  test::stream s(3);
  constexpr int part = 64, row = 40;
  std::vector<std::uint32_t> words;
  for (int k = 0; k < 10 * row; ++k) words.push_back(static_cast<std::uint32_t>(s.bits()));
  std::int32_t place[part];
  float w[8][part];
  for (std::int32_t& v : place) v = static_cast<std::int32_t>(s.below(6 * row - 4));
  for (auto& line : w)
    for (float& v : line) v = static_cast<float>(s.unit() * 2 - 0.5);
  auto const check = [&]<int Channels>(std::integral_constant<int, Channels>) {
    std::vector<std::uint32_t> held = words;
    if (Channels == 3)
      for (std::uint32_t& v : held) v &= 0xFFFFFFu;
    if (Channels == 2)
      for (std::uint32_t& v : held) v &= 0xFFFFu;
    for (int n = 1; n <= part; ++n) {
      std::vector<float> out(4 * part, 7.0f);
      float* const planes[] = {out.data(), out.data() + part, out.data() + 2 * part, out.data() + 3 * part};
      int const made = simd::bicubic_bytes<Channels>(held.data(), row, place, w[0], w[4], part, n, planes);
      CHECK((made == 0 || made == n));
      int wrong = 0;
      for (int c = 0; c < 4; ++c)
        for (int k = 0; k < part; ++k) {
          float sum = 0.0f;
          for (int j = 0; j < 4; ++j) {
            auto const byte = [&](int i) {
              return static_cast<float>(held[static_cast<std::size_t>(place[k] + j * row + i)] >> (8 * c) & 255u);
            };
            float line = rounded_product(w[0][k], byte(0));
            for (int i = 1; i < 4; ++i) line = line + rounded_product(w[i][k], byte(i));
            sum = sum + rounded_product(w[4 + j][k], line);
          }
          bool const is_made = c < Channels && k < made;
          wrong += test::same_bits(out[static_cast<std::size_t>(c * part + k)], is_made ? sum : 7.0f) ? 0 : 1;
        }
      CHECK(wrong == 0);
    }
  };
  check(std::integral_constant<int, 2>());
  check(std::integral_constant<int, 3>());
  check(std::integral_constant<int, 4>());
}

}  // namespace simd_test

MIXAUG_UNFUSED_END

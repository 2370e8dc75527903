#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <mixaug/saliency/detail/center_surround.hpp>
#include <new>

#include "reference/fine_grained.hpp"
#include "support/unoptimised.hpp"
#include "support/values.hpp"

namespace center_surround_test {

namespace ma = mixaug;
using ma::index_t;
using reference::bytes;

namespace {
/// Exactly the memory that the kernel asks for, full of rubbish.
struct memory {
  explicit memory(std::size_t n)
      : size(n), data(static_cast<std::byte*>(::operator new (n + 64, std::align_val_t{64}))) {
    std::memset(data, 0xEE, n + 64);
  }
  ~memory() { ::operator delete (data, std::align_val_t{64}); }
  bool kept() const { return std::count(data + size, data + size + 64, std::byte{0xEE}) == 64; }
  std::size_t size;
  std::byte* data;
};

/// Our map as levels 0..255: each score must be k / 255 to the bit.
bytes levels_of(bytes const& gray, index_t h, index_t w) {
  REQUIRE(gray.size() == static_cast<std::size_t>(h * w));
  memory const scratch(ma::detail::center_surround_bytes(h, w)), map(4 * gray.size());
  auto* const scores = reinterpret_cast<float*>(map.data);
  ma::detail::center_surround(gray.data(), h, w, scores, scratch.data);
  REQUIRE(scratch.kept());
  REQUIRE(map.kept());
  bytes out;
  for (std::size_t i = 0; i < gray.size(); ++i) {
    out.push_back(static_cast<std::uint8_t>(scores[i] * 255.0f + 0.5f));
    REQUIRE(scores[i] == static_cast<float>(out[i]) * (1.0f / 255.0f));
  }
  return out;
}

bytes pattern(index_t h, index_t w, index_t channels) {
  bytes out;
  for (index_t y = 0; y < h; ++y)
    for (index_t x = 0; x < w; ++x)
      for (index_t c = 0; c < channels; ++c)
        out.push_back(static_cast<std::uint8_t>(31 * y + 17 * x + 53 * c + (x * y) % 29 * (c + 1)));
  return channels == 3 ? reference::gray_of_bgr(out) : out;
}
/// Kinds: noise, constant, two levels, blocks with noise, smooth with a bright spot.
bytes image(index_t h, index_t w, int kind, test::stream& s) {
  bytes out;
  index_t const base = s.below(256), side = 1 + s.below(40), py = s.below(h), px = s.below(w);
  for (index_t y = 0; y < h; ++y)
    for (index_t x = 0; x < w; ++x) {
      index_t const near = (y - py) * (y - py) + (x - px) * (x - px);
      index_t const v = kind == 0   ? s.below(256)
                        : kind == 1 ? base
                        : kind == 2 ? s.below(2) * 255
                        : kind == 3 ? (x / side + y / side) % 2 * 200 + s.below(20)
                        : near < 9  ? 255
                                    : (x + 2 * y) / 3 % 256;
      out.push_back(static_cast<std::uint8_t>(v));
    }
  return out;
}
std::uint64_t fnv1a(bytes const& v) {
  std::uint64_t h = 0xCBF29CE484222325u;
  for (std::uint8_t b : v) h = (h ^ b) * 0x100000001B3u;
  return h;
}
bytes const golden16{255, 237, 191, 139, 91,  39,  9,   64,  117, 166, 196, 190, 119, 20,  26,  32,  220, 203, 157, 105,
                     53,  0,   52,  104, 147, 172, 163, 120, 39,  43,  80,  83,  142, 122, 74,  20,  33,  88,  135, 159,
                     153, 110, 36,  37,  100, 134, 140, 134, 51,  28,  18,  76,  125, 153, 150, 110, 39,  42,  114, 154,
                     157, 131, 103, 88,  40,  64,  117, 156, 150, 104, 30,  48,  117, 160, 171, 151, 111, 63,  16,  0,
                     132, 147, 175, 159, 70,  48,  128, 171, 177, 157, 120, 74,  25,  24,  71,  89,  178, 163, 123, 49,
                     60,  160, 191, 166, 126, 80,  34,  12,  64,  119, 166, 184, 123, 71,  22,  91,  143, 166, 137, 85,
                     37,  6,   52,  104, 156, 199, 227, 237, 19,  62,  128, 146, 131, 97,  48,  0,   52,  95,  131, 165,
                     193, 196, 169, 154, 128, 134, 131, 103, 60,  11,  39,  91,  137, 162, 147, 113, 95,  61,  0,   28,
                     131, 111, 68,  22,  24,  76,  116, 147, 174, 156, 61,  40,  80,  94,  117, 134, 56,  31,  18,  67,
                     116, 147, 131, 95,  76,  30,  68,  151, 166, 140, 114, 108, 34,  61,  113, 153, 171, 144, 45,  54,
                     100, 117, 146, 155, 126, 80,  39,  24,  129, 156, 187, 174, 116, 30,  80,  169, 189, 166, 132, 89,
                     40,  6,   47,  66,  212, 227, 214, 106, 26,  120, 172, 187, 163, 117, 66,  14,  33,  86,  130, 149,
                     249, 255, 211, 57,  106, 190, 198, 175, 132, 84,  32,  14,  67,  120, 164, 186};
}  // namespace

TEST_CASE("OpenCV's maps of the patterns, 16 x 16 in full, the others as FNV-1a") {
  struct {
    index_t h, w, channels;
    std::uint64_t blurred, map;
  } const rows[] = {{16, 16, 1, 0xE6752BAE713D9B1D, 0xF597A5E807AC9A80},
                    {24, 40, 3, 0xCB1A355C4C9FA3C7, 0xB1607E4B49F25306},
                    {32, 32, 3, 0x3D993CC57BE8F6B0, 0xF725B898F86A710A},
                    {64, 64, 3, 0x39BC53A2E3DF5DF0, 0x3D06F4D20653E442},
                    {96, 80, 3, 0x072D57330915A8ED, 0x8FEA249B7B62C020}};
  CHECK(levels_of(pattern(16, 16, 1), 16, 16) == golden16);
  for (auto const& r : rows) {
    CAPTURE(r.h);
    bytes const gray = pattern(r.h, r.w, r.channels);
    CHECK(fnv1a(reference::gaussian_3x3(reference::gaussian_3x3(gray, r.h, r.w), r.h, r.w)) == r.blurred);
    CHECK(fnv1a(reference::fine_grained(gray, r.h, r.w)) == r.map);
    CHECK(fnv1a(levels_of(gray, r.h, r.w)) == r.map);
  }
}

TEST_CASE("any size and content: the reference to the bit") {
  test::stream s(1);
  auto same = [&](index_t h, index_t w, int kind) {
    INFO(h, " x ", w, ", kind ", kind);
    bytes const gray = image(h, w, kind, s);
    REQUIRE(levels_of(gray, h, w) == reference::fine_grained(gray, h, w));
  };
  for (int k = 0; k < (test::unoptimised ? 30 : 150); ++k) same(1 + s.below(70), 1 + s.below(70), k % 5);
  for (int kind = 0; kind < 5; ++kind) {
    for (index_t n : {1, 2, 15, 16, 17, 31, 32, 33, 113, 225, 257})
      same(1, n, kind), same(n, 1, kind), same(n, 3, kind);
    same(225, 227, kind), same(300, 111, kind), same(255, 256, kind), same(97, 369, kind), same(230, 257, kind);
  }
  same(3, 3000, 0), same(3000, 3, 0), same(2, 70000, 3), same(40, 1031, 4), same(1031, 40, 2);  // sums above 2^24, too
}

TEST_CASE("an image without differences has no salient pixel") {
  for (std::uint8_t v : {std::uint8_t{0}, std::uint8_t{7}, std::uint8_t{255}})
    for (index_t n : {1, 5, 130})
      CHECK(levels_of(bytes(static_cast<std::size_t>(n * n), v), n, n) == bytes(static_cast<std::size_t>(n * n)));
}

TEST_CASE("quotients by reciprocals are exact at every denominator, next to every integer") {
  using namespace ma::detail;
  for (int k = 0; k < surround_scales; ++k)
    CHECK((surround_fine(surround_scale(k)) || 4 * surround_scale(k) * surround_scale(k) - 1 <= 12543));
  for (std::int32_t q = 1; q <= 50175; ++q) {
    float const r = surround_reciprocal(static_cast<float>(q + 1)), d = static_cast<float>(q);
    bool right = true;
    for (std::int32_t k = 0; k < 255; ++k)
      for (std::int32_t p : {k * q, k * q + q - 1}) {
        float const above = static_cast<float>(p), below = -above;
        right = right && truncated_quotient<true>(above, d, r) == k && truncated_quotient<true>(below, d, r) == -k;
        if (q <= 12543)
          right = right && truncated_quotient<false>(above, d, r) == k && truncated_quotient<false>(below, d, r) == -k;
      }
    REQUIRE(right);
  }
}

TEST_CASE("the formulas that kernels share: levels in integers, by a gain, and in float are one") {
  using namespace ma::detail;
  for (std::int32_t most = 1; most <= 1530; ++most)
    for (std::int32_t v = 0; v <= most; ++v) {
      float const part = static_cast<float>(v) / static_cast<float>(most);
      std::int32_t const level = static_cast<std::int32_t>(255.0 * static_cast<double>(part));
      if (surround_level(v, most) != level ||
          static_cast<std::int32_t>(static_cast<float>(v) * surround_gain(most)) != level)
        FAIL(v);
    }
  for (std::int32_t v = 0; v <= 510; ++v)
    CHECK(surround_score(v / 2, v - v / 2) == static_cast<float>(v < 255 ? v : 255) * (1.0f / 255.0f));
  CHECK((surround_step(100, 60, 3) == 40 && surround_step(77, 77, 1) == 0));
  CHECK(surround_step(100, 20, 4) == -6);  // 20 - 80 / 3
}

}  // namespace center_surround_test

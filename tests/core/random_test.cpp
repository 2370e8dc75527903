#include <doctest/doctest.h>

#include <mixaug/core/random.hpp>
#include <vector>

#include "reference/philox.hpp"
#include "reference/statistics.hpp"

namespace random_test {

namespace ma = mixaug;
using ma::index_t;

namespace {
void known_answer(reference::four in, std::uint32_t k0, std::uint32_t k1, reference::four expected) {
  auto const ours = ma::detail::philox({{in.at[0], in.at[1], in.at[2], in.at[3]}}, k0, k1);
  auto const theirs = reference::philox_4x32_10(in, k0, k1);
  for (int j = 0; j < 4; ++j) {
    CHECK(ours.w[j] == expected.at[j]);
    CHECK(theirs.at[j] == expected.at[j]);
  }
}

std::vector<double> counts_of(index_t n, index_t draws, ma::key const& k) {
  std::vector<double> counts(static_cast<std::size_t>(n));
  for (index_t row = 0; row < draws; ++row) {
    index_t const v = ma::random(k, static_cast<std::uint64_t>(row), ma::purpose::region).below(n, 3);
    REQUIRE((v >= 0 && v < n));
    counts[static_cast<std::size_t>(v)] += 1;
  }
  return counts;
}
}  // namespace

TEST_CASE("Philox4x32-10 gives the published answers") {
  std::uint32_t const f = 0xFFFFFFFFu;
  known_answer({{0, 0, 0, 0}}, 0, 0, {{0x6627E8D5u, 0xE169C58Du, 0xBC57AC4Cu, 0x9B00DBD8u}});
  known_answer({{f, f, f, f}}, f, f, {{0x408F276Du, 0x41C83B0Eu, 0xA20BC7C6u, 0x6D5451FDu}});
  known_answer({{0x243F6A88u, 0x85A308D3u, 0x13198A2Eu, 0x03707344u}}, 0xA4093822u, 0x299F31D0u,
               {{0xD16CFE09u, 0x94FDCCEBu, 0x5001E420u, 0x24126EA1u}});
}

TEST_CASE("the counter holds row, step, purpose and draw number, and the key is the seed") {
  std::uint64_t const top = (std::uint64_t{1} << 40) - 1;
  for (std::uint64_t row : {std::uint64_t{0}, std::uint64_t{7}, std::uint64_t{0xAB12345678}, top})
    for (std::uint64_t step : {std::uint64_t{0}, std::uint64_t{3}, std::uint64_t{0xCD87654321}, top})
      for (int what = 1; what <= 5; ++what)
        for (std::uint64_t draw : {std::uint64_t{0}, std::uint64_t{9}, std::uint64_t{0xEF13572468}, top}) {
          ma::key const k{.seed = 0xFEDCBA9876543210u, .step = step};
          ma::random const ours(k, row, static_cast<ma::purpose>(what));
          auto const w = reference::philox_4x32_10(
              reference::counter(row, step, static_cast<std::uint64_t>(what), draw), 0x76543210u, 0xFEDCBA98u);
          REQUIRE(ours.bits(draw) == (w.at[0] | std::uint64_t{w.at[1]} << 32));
          REQUIRE(ours.bits(draw, 1) == (w.at[2] | std::uint64_t{w.at[3]} << 32));
        }
}

TEST_CASE("bits_of_rows gives the numbers of random, also where the row's words roll over") {
  for (std::uint64_t row :
       {std::uint64_t{0}, std::uint64_t{12345}, std::uint64_t{0xFFFFFFF0}, (std::uint64_t{1} << 40) - 32}) {
    ma::key const k{.seed = 99, .step = 0x123456789A};
    std::uint64_t lanes[ma::detail::bits_width];
    ma::detail::bits_of_rows(k, row, ma::purpose::ratio, lanes);
    for (std::uint64_t i = 0; i < ma::detail::bits_width; ++i)
      REQUIRE(lanes[i] == ma::random(k, row + i, ma::purpose::ratio).bits(0));
  }
}

TEST_CASE("bits_of_draws gives the numbers of random, also where the draw's words roll over") {
  for (std::uint64_t number :
       {std::uint64_t{0}, std::uint64_t{224}, std::uint64_t{0xFFFFFFF0}, (std::uint64_t{1} << 40) - 32}) {
    ma::random const draw({.seed = 99, .step = 0x123456789A}, 0x123456789B, ma::purpose::region);
    std::uint64_t first[ma::detail::bits_width], second[ma::detail::bits_width];
    ma::detail::bits_of_draws(draw, number, first, second);
    for (std::uint64_t i = 0; i < ma::detail::bits_width; ++i) {
      REQUIRE(first[i] == draw.bits(number + i));
      REQUIRE(second[i] == draw.bits(number + i, 1));
    }
  }
}

TEST_CASE("draws are equal if seed, step, row and purpose are") {
  ma::random const draw({.seed = 99, .step = 3}, 4, ma::purpose::region);
  CHECK(draw == ma::random({.seed = 99, .step = 3, .first = 7}, 4, ma::purpose::region));
  CHECK(draw != ma::random({.seed = 98, .step = 3}, 4, ma::purpose::region));
  CHECK(draw != ma::random({.seed = 99, .step = 2}, 4, ma::purpose::region));
  CHECK(draw != ma::random({.seed = 99, .step = 3}, 5, ma::purpose::region));
  CHECK(draw != ma::random({.seed = 99, .step = 3}, 4, ma::purpose::ratio));
}

TEST_CASE("64 x 64 bits multiply to 128") {
  std::uint64_t const all = ~std::uint64_t{0};
  CHECK(ma::detail::multiply(all, all).high == all - 1);
  CHECK(ma::detail::multiply(all, all).low == 1);
  CHECK(ma::detail::multiply(0x123456789ABCDEF0u, 0xFEDCBA9876543210u).high == 0x121FA00AD77D7422u);
  CHECK(ma::detail::multiply(0x123456789ABCDEF0u, 0xFEDCBA9876543210u).low == 0x236D88FE5618CF00u);
}

TEST_CASE("uniform lies in [0, 1) and is uniform") {
  std::vector<double> counts(200);
  for (std::uint64_t row = 0; row < 100000; ++row) {
    double const u = ma::random({.seed = 5}, row, ma::purpose::fires).uniform();
    REQUIRE((u >= 0.0 && u < 1.0));
    counts[static_cast<std::size_t>(u * 200)] += 1;
  }
  CHECK(reference::uniform_p(counts) > reference::level(1));
  CHECK(ma::random::unit(~std::uint64_t{0}) < 1.0);
  CHECK(ma::random::unit(0) == 0.0);
}

TEST_CASE("below(n) is uniform on {0, ..., n - 1}") {
  for (index_t n : {3, 5, 7, 10, 1000}) {
    CAPTURE(n);
    CHECK(reference::uniform_p(counts_of(n, 400 * n, {.seed = 17})) > reference::level(5));
  }
  for (double v : counts_of(1, 10, {})) CHECK(v == 10);
}

TEST_CASE("below(n) has no bias where 2^64 is far from a multiple of n") {
  // With n = 3 * 2^61, multiplying without rejection gives residues 0, 1, 2 the chances 3 : 3 : 2.
  index_t const n = index_t{3} << 61;
  std::vector<double> residue(3), eighth(8);
  for (std::uint64_t row = 0; row < 20000; ++row) {
    index_t const v = ma::random({.seed = 23}, row, ma::purpose::pairing).below(n);
    REQUIRE((v >= 0 && v < n));
    residue[static_cast<std::size_t>(v % 3)] += 1;
    eighth[static_cast<std::size_t>(v / (n / 8))] += 1;
  }
  CHECK(reference::uniform_p(residue) > reference::level(2));
  CHECK(reference::uniform_p(eighth) > reference::level(2));
}

TEST_CASE("other rows, steps, purposes, seeds and numbers give other bits") {
  ma::key const k{.seed = 1, .step = 1};
  std::uint64_t const one = ma::random(k, 1, ma::purpose::ratio).bits(1);
  CHECK(one != ma::random(k, 2, ma::purpose::ratio).bits(1));
  CHECK(one != ma::random(k, 1, ma::purpose::region).bits(1));
  CHECK(one != ma::random(k, 1, ma::purpose::ratio).bits(2));
  CHECK(one != ma::random({.seed = 1, .step = 2}, 1, ma::purpose::ratio).bits(1));
  CHECK(one != ma::random({.seed = 2, .step = 1}, 1, ma::purpose::ratio).bits(1));
  CHECK(ma::random(k, 1, ma::purpose::ratio).below(1 << 30, 4) !=
        ma::random(k, 1, ma::purpose::ratio).below(1 << 30, 5));
}

}  // namespace random_test

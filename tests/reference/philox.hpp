#pragma once
#include <cstdint>

/// Philox4x32-10 as the paper prints it (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as
/// 1, 2, 3; SC 2011), and the library's counter layout bit by bit.
namespace reference {

struct four {
  std::uint32_t at[4];
};

inline four philox_4x32_10(four r, std::uint32_t key0, std::uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    if (round > 0) key0 += 0x9E3779B9u, key1 += 0xBB67AE85u;  // golden ratio, sqrt(3) - 1
    std::uint64_t const left = std::uint64_t{r.at[0]} * 0xD2511F53u;
    std::uint64_t const right = std::uint64_t{r.at[2]} * 0xCD9E8D57u;
    r = {{static_cast<std::uint32_t>(right >> 32) ^ r.at[1] ^ key0, static_cast<std::uint32_t>(right),
          static_cast<std::uint32_t>(left >> 32) ^ r.at[3] ^ key1, static_cast<std::uint32_t>(left)}};
  }
  return r;
}

/// The 128-bit counter, low to high: row (40 bits), step (40), purpose (8), draw number (40).
inline four counter(std::uint64_t row, std::uint64_t step, std::uint64_t purpose, std::uint64_t draw) {
  std::uint64_t const field[4] = {row, step, purpose, draw};
  int const width[4] = {40, 40, 8, 40};
  four out{{0, 0, 0, 0}};
  for (int f = 0, at = 0; f < 4; ++f)
    for (int bit = 0; bit < width[f]; ++bit, ++at)
      if ((field[f] >> bit & 1) != 0) out.at[at / 32] |= std::uint32_t{1} << at % 32;
  return out;
}

}  // namespace reference

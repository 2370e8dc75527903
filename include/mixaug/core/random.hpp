// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/config.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Everything that the draws of a plan depend on. The call plans rows [first, first + n) of a global batch of `global`
/// rows (0 = n). Partners stay inside blocks of `block` rows (0 = the global batch). Rows and steps have 40 bits.
struct key {
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
  index_t first = 0, global = 0, block = 0;
  friend constexpr bool operator==(key const&, key const&) = default;
};

/// Decision that a draw serves. It is a field of the counter, so that no two decisions share random bits. Step p of a
/// chain of augmentations draws its numbers with purpose 64 + p, and those of its pixels with 128 + p, p < 64.
enum class purpose : std::uint8_t { choice = 1, fires, pairing, ratio, region, layer, noise };

namespace detail {

struct words {
  std::uint32_t w[4];
};

/// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC 2011): 128 random bits from a counter and a key.
MIXAUG_HD constexpr words philox(words counter, std::uint32_t k0, std::uint32_t k1) noexcept {
  std::uint32_t a = counter.w[0], b = counter.w[1], c = counter.w[2], d = counter.w[3];
  for (int round = 0; round < 10; ++round) {
    std::uint64_t const p = std::uint64_t{0xD2511F53u} * a, q = std::uint64_t{0xCD9E8D57u} * c;
    a = static_cast<std::uint32_t>(q >> 32) ^ b ^ k0;
    b = static_cast<std::uint32_t>(q);
    c = static_cast<std::uint32_t>(p >> 32) ^ d ^ k1;
    d = static_cast<std::uint32_t>(p);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{a, b, c, d}};
}

struct product {
  std::uint64_t high, low;
};
/// Product of two 64-bit integers in 128 bits, portable to device code.
MIXAUG_HD constexpr product multiply(std::uint64_t a, std::uint64_t b) noexcept {
  std::uint64_t const al = a & 0xFFFFFFFFu, ah = a >> 32, bl = b & 0xFFFFFFFFu, bh = b >> 32;
  std::uint64_t const ll = al * bl, lh = al * bh, hl = ah * bl;
  std::uint64_t const middle = (ll >> 32) + (lh & 0xFFFFFFFFu) + (hl & 0xFFFFFFFFu);
  return {ah * bh + (lh >> 32) + (hl >> 32) + (middle >> 32), (middle << 32) | (ll & 0xFFFFFFFFu)};
}

}  // namespace detail

/// Row number of the draws that hold for a whole batch (`mode::batch`).
inline constexpr std::uint64_t batch_row = (std::uint64_t{1} << 40) - 1;

namespace detail {
inline constexpr int bits_width = 32;
}  // namespace detail
class random;
namespace detail {
void bits_of_draws(random const& draw, std::uint64_t number, std::uint64_t* first, std::uint64_t* second) noexcept;
}  // namespace detail

/// Random numbers of one (seed, step, row, purpose). Draw number k is the same on every backend, for every number of
/// threads and every split of the batch. 128-bit counter, low to high: row 40, step 40, purpose 8, draw 40.
class random {
 public:
  MIXAUG_HD constexpr random(key const& k, std::uint64_t row, purpose what) noexcept
      : k0_(static_cast<std::uint32_t>(k.seed)),
        k1_(static_cast<std::uint32_t>(k.seed >> 32)),
        c0_(static_cast<std::uint32_t>(row)),
        c1_(static_cast<std::uint32_t>((row >> 32 & 0xFFu) | k.step << 8)),
        c2_(static_cast<std::uint32_t>((k.step >> 24 & 0xFFFFu) | std::uint64_t(what) << 16)) {}

  /// 64 uniform bits; `half` picks one of the two 64-bit words of a block, `number` has 40 bits.
  MIXAUG_HD constexpr std::uint64_t bits(std::uint64_t number, int half = 0) const noexcept {
    detail::words const r = detail::philox(
        {{c0_, c1_, c2_ | static_cast<std::uint32_t>(number << 24), static_cast<std::uint32_t>(number >> 8)}}, k0_,
        k1_);
    return std::uint64_t{r.w[2 * half]} | std::uint64_t{r.w[2 * half + 1]} << 32;
  }

  /// Uniform on [0, 1): a multiple of 2^-53.
  MIXAUG_HD constexpr double uniform(std::uint32_t number = 0) const noexcept { return unit(bits(number)); }
  /// Converts 64 bits to a number in [0, 1).
  MIXAUG_HD static constexpr double unit(std::uint64_t bits) noexcept {
    return static_cast<double>(bits >> 11) * 0x1p-53;
  }

  /// Uniform on {0, ..., n - 1}, n > 0, without bias (Lemire 2019: multiply, then reject the short interval).
  MIXAUG_HD constexpr index_t below(index_t n, std::uint32_t number = 0) const noexcept {
    std::uint64_t const m = static_cast<std::uint64_t>(n);
    for (std::uint64_t attempt = 0;; ++attempt) {  // the attempt is the top 8 of the 40 bits
      detail::product const p =
          detail::multiply(bits(std::uint64_t{number} | (attempt >> 1 & 0xFFu) << 32, attempt & 1), m);
      if (p.low >= m || p.low >= (0 - m) % m) return static_cast<index_t>(p.high);
    }
  }
  /// The same, for a caller that already has `first` = bits(number) (detail::bits_of_rows).
  MIXAUG_HD constexpr index_t below(index_t n, std::uint32_t number, std::uint64_t first) const noexcept {
    std::uint64_t const m = static_cast<std::uint64_t>(n);
    detail::product const p = detail::multiply(first, m);
    return p.low >= m || p.low >= (0 - m) % m ? static_cast<index_t>(p.high) : below(n, number);
  }

  /// True if all draws are the same.
  friend constexpr bool operator==(random const&, random const&) = default;

 private:
  friend void detail::bits_of_draws(random const&, std::uint64_t, std::uint64_t*, std::uint64_t*) noexcept;
  std::uint32_t k0_, k1_, c0_, c1_, c2_;
};

namespace detail {

/// Counters of bits_width blocks, word by word, in lanes that the compiler vectorises; then their random bits.
struct counter_lanes {
  std::uint32_t a[bits_width], b[bits_width], c[bits_width], d[bits_width];

  void encrypt(std::uint32_t k0, std::uint32_t k1) noexcept {
    for (int round = 0; round < 10; ++round) {
      for (int i = 0; i < bits_width; ++i) {  // separate loops, which compilers know how to widen
        std::uint32_t const ph = static_cast<std::uint32_t>(std::uint64_t{0xD2511F53u} * a[i] >> 32),
                            pl = 0xD2511F53u * a[i];
        std::uint32_t const qh = static_cast<std::uint32_t>(std::uint64_t{0xCD9E8D57u} * c[i] >> 32),
                            ql = 0xCD9E8D57u * c[i];
        a[i] = qh ^ b[i] ^ k0;
        b[i] = ql;
        c[i] = ph ^ d[i] ^ k1;
        d[i] = pl;
      }
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
  }
};

/// Bits of rows [row, row + 32): out[i] = random(k, row + i, what).bits(number), computed in lanes that the compiler
/// vectorises. If a second output array is given, it receives bits(number, 1).
inline void bits_of_rows(key const& k, std::uint64_t row, purpose what, std::uint64_t* out, std::uint64_t number = 0,
                         std::uint64_t* second = nullptr) noexcept {
  counter_lanes v;
  for (int i = 0; i < bits_width; ++i) {
    std::uint64_t const r = row + static_cast<std::uint64_t>(i);
    v.a[i] = static_cast<std::uint32_t>(r);
    v.b[i] = static_cast<std::uint32_t>((r >> 32 & 0xFFu) | k.step << 8);
    v.c[i] = static_cast<std::uint32_t>((k.step >> 24 & 0xFFFFu) | std::uint64_t(what) << 16 | number << 24);
    v.d[i] = static_cast<std::uint32_t>(number >> 8);
  }
  v.encrypt(static_cast<std::uint32_t>(k.seed), static_cast<std::uint32_t>(k.seed >> 32));
  for (int i = 0; i < bits_width; ++i) out[i] = std::uint64_t{v.a[i]} | std::uint64_t{v.b[i]} << 32;
  for (int i = 0; i < bits_width && second != nullptr; ++i)
    second[i] = std::uint64_t{v.c[i]} | std::uint64_t{v.d[i]} << 32;
}

/// Bits of draws [number, number + 32) of one row: first[i] = draw.bits(number + i), second[i] = draw.bits(number + i,
/// 1).
inline void bits_of_draws(random const& draw, std::uint64_t number, std::uint64_t* first,
                          std::uint64_t* second) noexcept {
  counter_lanes v;
  for (int i = 0; i < bits_width; ++i) {
    std::uint64_t const at = number + static_cast<std::uint64_t>(i);
    v.a[i] = draw.c0_;
    v.b[i] = draw.c1_;
    v.c[i] = draw.c2_ | static_cast<std::uint32_t>(at << 24);
    v.d[i] = static_cast<std::uint32_t>(at >> 8);
  }
  v.encrypt(draw.k0_, draw.k1_);
  for (int i = 0; i < bits_width; ++i) {
    first[i] = std::uint64_t{v.a[i]} | std::uint64_t{v.b[i]} << 32;
    second[i] = std::uint64_t{v.c[i]} | std::uint64_t{v.d[i]} << 32;
  }
}

/// Random numbers of 16 bits for many draws of one row: out[8 i + j], j < 8, are the 16-bit parts, low to high, of the
/// 128 bits of random(k, row, what) with the number number[i], i < bits_width, in lanes that the compiler vectorises.
inline void halves_of_numbers(key const& k, std::uint64_t row, purpose what, std::uint64_t const* number,
                              std::uint16_t* MIXAUG_RESTRICT out) noexcept {
  counter_lanes v;
  for (int i = 0; i < bits_width; ++i) {
    v.a[i] = static_cast<std::uint32_t>(row);
    v.b[i] = static_cast<std::uint32_t>((row >> 32 & 0xFFu) | k.step << 8);
    v.c[i] = static_cast<std::uint32_t>((k.step >> 24 & 0xFFFFu) | std::uint64_t(what) << 16 | number[i] << 24);
    v.d[i] = static_cast<std::uint32_t>(number[i] >> 8);
  }
  v.encrypt(static_cast<std::uint32_t>(k.seed), static_cast<std::uint32_t>(k.seed >> 32));
  for (int i = 0; i < bits_width; ++i) {
    std::uint16_t* const o = out + 8 * i;
    o[0] = static_cast<std::uint16_t>(v.a[i]);
    o[1] = static_cast<std::uint16_t>(v.a[i] >> 16);
    o[2] = static_cast<std::uint16_t>(v.b[i]);
    o[3] = static_cast<std::uint16_t>(v.b[i] >> 16);
    o[4] = static_cast<std::uint16_t>(v.c[i]);
    o[5] = static_cast<std::uint16_t>(v.c[i] >> 16);
    o[6] = static_cast<std::uint16_t>(v.d[i]);
    o[7] = static_cast<std::uint16_t>(v.d[i] >> 16);
  }
}

}  // namespace detail

}  // namespace mixaug

MIXAUG_EXACT_END

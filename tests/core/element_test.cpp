#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <mixaug/core/element.hpp>
#include <mixaug/mixaug.hpp>
#if defined(__SSE__)
#  include <xmmintrin.h>
#endif

#include "support/values.hpp"

namespace element_test {

namespace ma = mixaug;

namespace {
/// -1 where the conversion of every float near v agrees with the definition.
template <class Half>
bool wrong_near(float v, int fraction_bits) {
  float at = v;
  for (int k = 0; k < 3; ++k) at = std::nextafter(at, -HUGE_VALF);
  for (int k = 0; k < 7; ++k, at = std::nextafter(at, HUGE_VALF))
    for (float f : {at, -at}) {
      auto const got = ma::detail::from_float<Half>(f).bits;
      if (std::isnan(f) ? !std::isnan(reference::decode16(got, fraction_bits))
                        : got != reference::encode16(static_cast<double>(f), fraction_bits))
        return true;
    }
  return false;
}

template <class Half>
void conversions(int fraction_bits) {
  int wrong_up = 0, wrong_down = 0, not_back = 0;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    Half const h{static_cast<std::uint16_t>(bits)};
    double const v = reference::decode16(h.bits, fraction_bits);
    float const f = ma::detail::to_float(h);
    bool const nan = std::isnan(v);
    if (nan ? !std::isnan(f) : static_cast<double>(f) != v || std::signbit(f) != std::signbit(v)) ++wrong_up;
    if (!nan && ma::detail::from_float<Half>(f).bits != h.bits) ++not_back;
    if (nan || (bits & 0x8000) != 0) continue;
    // the value, the middle between it and the next one, and their neighbours: every rounding there is
    double const next = reference::decode16(static_cast<std::uint16_t>(bits + 1), fraction_bits);
    double const middle = std::isinf(next)
                              ? v + (v - reference::decode16(static_cast<std::uint16_t>(bits - 1), fraction_bits)) / 2
                              : v + (next - v) / 2;
    if (wrong_near<Half>(f, fraction_bits) ||
        (!std::isinf(v) && wrong_near<Half>(static_cast<float>(middle), fraction_bits)))
      ++wrong_down;
  }
  CHECK(wrong_up == 0);
  CHECK(not_back == 0);
  CHECK(wrong_down == 0);
  test::stream s(3);
  int wrong_random = 0;
  for (int k = 0; k < 300000; ++k) {  // any bits: also NaN, infinities, floats below the 16-bit subnormals
    float const f = ma::detail::float_of(static_cast<std::uint32_t>(s.bits()));
    auto const got = ma::detail::from_float<Half>(f).bits;
    if (std::isnan(f) ? !std::isnan(reference::decode16(got, fraction_bits))
                      : got != reference::encode16(static_cast<double>(f), fraction_bits))
      ++wrong_random;
  }
  CHECK(wrong_random == 0);
}
}  // namespace

TEST_CASE("the reference of 16-bit floats knows published values") {
  CHECK(reference::decode_float16(0x3C00) == 1.0);
  CHECK(reference::decode_float16(0x7BFF) == 65504.0);
  CHECK(reference::decode_float16(0x0001) == 0x1p-24);
  CHECK(reference::decode_float16(0xC000) == -2.0);
  CHECK(reference::encode_float16(65520.0) == 0x7C00);
  CHECK(reference::encode_float16(65519.99) == 0x7BFF);
  CHECK(reference::encode_float16(0x1p-25) == 0);
  CHECK(reference::encode_float16(0x1.8p-24) == 2);
  CHECK(reference::decode_bfloat16(0x3F80) == 1.0);
  CHECK(reference::encode_bfloat16(3.14159265) == 0x4049);
}

TEST_CASE("float16 converts exactly up, and to nearest even down") { conversions<ma::float16>(10); }
TEST_CASE("bfloat16 converts exactly up, and to nearest even down") { conversions<ma::bfloat16>(7); }

TEST_CASE("bytes are mixed by the integer formula, for every pair of bytes") {
  test::stream s(11);
  int wrong = 0;
  for (int k = 0; k < 400; ++k) {
    float m = static_cast<float>(s.unit());
    if (k < 40) m = static_cast<float>((k * 1680 + (k % 3) - 1)) / 65536.0f;  // on the grid, and around the middle
    if (k >= 40 && k < 60) m = (0.5f + static_cast<float>(s.below(65536))) / 65536.0f;  // ties of the weight
    if (k == 60) m = std::nextafter(1.0f, 0.0f);
    if (k == 61) m = std::numeric_limits<float>::denorm_min();
    if (k == 62) m = 0.5f;
    if (!(m > 0.0f && m < 1.0f)) continue;
    auto const w = static_cast<std::int64_t>(std::floor(static_cast<double>(m) * 65536.0 + 0.5));
    ma::detail::mixer<std::uint8_t> const mix(m);
    for (int a = 0; a < 256; ++a)
      for (int b = 0; b < 256; ++b)
        if (mix(static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b)) != (a * w + b * (65536 - w) + 32768) >> 16)
          ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("floats are mixed by fma(m, a, (1 - m) b), without fma within one ulp of max(|a|, |b|)") {
  test::stream s(12);
  int wrong = 0, far = 0;
  for (int k = 0; k < 20000; ++k) {
    float const m = static_cast<float>(s.unit()), q = 1.0f - m;
    float const a = test::any_value<float>(s), b = test::any_value<float>(s);
    float const got = ma::detail::mixer<float>(m)(a, b), fused = std::fma(m, a, q * b);
    float const top = std::fmax(std::fabs(a), std::fabs(b)), ulp = std::nextafter(top, HUGE_VALF) - top;
#if defined(__FP_FAST_FMAF)
    if (got != fused) ++wrong;
#else
    if (std::fabs(got - fused) > ulp) ++wrong;
#endif
    double const exact =
        static_cast<double>(m) * static_cast<double>(a) + (1.0 - static_cast<double>(m)) * static_cast<double>(b);
    if (std::fabs(static_cast<double>(got) - exact) > 2 * static_cast<double>(ulp)) ++far;
  }
  CHECK(wrong == 0);
  CHECK(far == 0);
}

#if defined(__SSE__)
TEST_CASE("float16 keeps its subnormals where the processor takes those of float for 0, in every part of a row") {
  namespace ma = mixaug;
  constexpr ma::index_t n = 83;  // whole vectors and a tail
  std::vector<ma::float16> x, plain(2 * n), flushed(2 * n);
  for (ma::index_t j = 0; j < 2 * n; ++j) x.push_back({static_cast<std::uint16_t>(1 + j % n * 12)});
  auto const plan = ma::make_plan(ma::with(ma::mixup{}, ma::pairing::reverse{}, ma::ratio::constant{0.25f}),
                                  ma::features(x.data(), {2, n}), ma::key{});
  ma::apply(ma::serial{}, plan, ma::features(std::as_const(x).data(), {2, n}), ma::features(plain.data(), {2, n}));
  unsigned const before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);  // flush to zero, denormals are zero
  ma::apply(ma::serial{}, plan, ma::features(std::as_const(x).data(), {2, n}), ma::features(flushed.data(), {2, n}));
  bool const exact =
      ma::detail::to_float(ma::float16{0x0001}) == 0x1p-24f && ma::detail::to_float(ma::float16{0x83FF}) == -0x3FFp-24f;
  _mm_setcsr(before);
  CHECK(exact);
  CHECK(flushed == plain);
  CHECK(plain[5] == x[5]);
}
#endif

}  // namespace element_test

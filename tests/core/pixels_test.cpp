#include <doctest/doctest.h>

#include "reference/mix_reference.hpp"
#include "support/values.hpp"

namespace pixels_test {

namespace ma = mixaug;

namespace {

template <class T, class E>
constexpr bool becomes = std::is_same_v<typename decltype(ma::as_pixels(ma::features<T>(nullptr, {2, 3})))::element, E>;

static_assert(becomes<std::int16_t, ma::pixel<std::int16_t>> &&
              becomes<std::uint16_t const, ma::pixel<std::uint16_t> const>);
static_assert(becomes<signed char, ma::pixel<signed char>> && becomes<std::uint32_t, ma::pixel<std::uint32_t>>);
static_assert(becomes<std::uint8_t, std::uint8_t> && becomes<float const, float const> &&
              becomes<ma::float16, ma::float16>);

template <class T>
std::vector<T> integers(ma::index_t count, std::uint64_t seed) {
  test::stream s(seed);
  std::vector<T> v(static_cast<std::size_t>(count));
  for (T& k : v) k = test::any_integer<T>(s);
  return v;
}

constexpr int n = 4, source_n = 6, width = 70;

}  // namespace

TEST_CASE_TEMPLATE("a pair of integer pixels is mixed to the nearest, halves up", T, std::int8_t, std::int16_t,
                   std::uint16_t, std::int32_t, std::uint32_t) {
  constexpr T low = std::numeric_limits<T>::min(), high = std::numeric_limits<T>::max();
  test::stream s(1);
  int wrong = 0;
  for (int k = 0; k < 20000; ++k) {
    float m = static_cast<float>(s.unit());
    if (k % 5 == 0) m = (0.5f + static_cast<float>(s.below(65536))) / 65536.0f;  // ties of the weight
    if (k % 7 == 0) m = 0.5f;                                                    // ties of the sum
    if (k == 0) m = std::nextafter(1.0f, 0.0f);
    if (k == 1) m = std::numeric_limits<float>::denorm_min();
    if (k == 2) m = std::nextafter(0x1p-17f, 0.0f);  // w = 0: adding 0.5 in float would round up
    T const values[] = {low, high, T{0}, T{1}, static_cast<T>(-1), test::any_integer<T>(s), test::any_integer<T>(s)};
    ma::detail::mixer<ma::pixel<T>> const mix(m);
    for (T a : values)
      for (T b : values) wrong += mix({a}, {b}).value == reference::mixed_integers(a, b, m) ? 0 : 1;
  }
  CHECK(wrong == 0);
  ma::detail::mixer<ma::pixel<T>> const half(0.5f);
  CHECK(half({T{2}}, {T{3}}).value == T{3});
  if constexpr (std::is_signed_v<T>) CHECK(half({T{-2}}, {T{-3}}).value == T{-2});
  CHECK(half({high}, {high}).value == high);
  CHECK(half({low}, {low}).value == low);
}

TEST_CASE_TEMPLATE("plain integers mix as pixels in every form of apply", T, std::int16_t, std::uint32_t) {
  auto const x = integers<T>(n * width, 2), source = integers<T>(source_n * width, 3);
  std::vector<T> out(x.size());
  auto const in = ma::as_pixels(ma::signals(x.data(), {n, 1, width}));
  auto const to = ma::as_pixels(ma::signals(out.data(), {n, 1, width}));
  auto const wrong = [&](auto const& p, std::vector<T> const& from, bool gathered = false) {
    int count = 0;
    for (ma::index_t i = 0; i < n; ++i)
      for (ma::index_t e = 0; e < width; ++e) {
        auto const k = static_cast<std::size_t>(i * width + e);
        T const b = from[static_cast<std::size_t>((gathered ? i : p.partner[i]) * width + e)];
        count += out[k] == reference::mixed_integers(x[k], b, p.ratio[i]) ? 0 : 1;
      }
    return count;
  };
  auto const method = with(ma::mixup{}, ma::pairing::derangement{}, ma::ratio::uniform{0.2f, 0.8f});
  auto const p = ma::make_plan(method, in, ma::key{.seed = 4});
  ma::apply(p, in, to);
  CHECK(wrong(p, x) == 0);
  auto mine = x;
  ma::apply_inplace(p, ma::as_pixels(ma::signals(mine.data(), {n, 1, width})));
  CHECK(mine == out);

  auto const second = ma::make_plan(with(ma::mixup{}, ma::ratio::uniform{0.2f, 0.8f}),
                                    ma::inputs(in).source_rows(source_n), ma::key{.seed = 5});
  auto const other = ma::as_pixels(ma::signals(source.data(), {source_n, 1, width}));
  ma::apply(second, in, other, to);
  CHECK(wrong(second, source) == 0);
  ma::apply(ma::serial{}, second, in, other, to);
  std::vector<T> rows;
  for (ma::index_t i = 0; i < n; ++i)
    rows.insert(rows.end(), source.begin() + second.partner[i] * width,
                source.begin() + (second.partner[i] + 1) * width);
  ma::apply(second, in, ma::gathered(ma::as_pixels(ma::signals(rows.data(), {n, 1, width}))), to);
  CHECK(wrong(second, rows, true) == 0);
}

TEST_CASE("integer pixels have the saliency maps of their integers, and guide a plan") {
  auto const pixels = integers<std::int16_t>(n * 24 * 24, 6);
  auto const x = ma::nchw(pixels.data(), {n, 1, 24, 24});
  std::vector<float> a(n * 24 * 24), b(a);
  ma::saliency::fine_grained const detector{.range = {-1024, 3072}};
  ma::saliency_map(ma::serial{}, detector, x, ma::scores(a.data(), {n, 24, 24}));
  ma::saliency_map(ma::serial{}, detector, ma::as_pixels(x), ma::scores(b.data(), {n, 24, 24}));
  CHECK(a == b);
  CHECK(a[0] != a[5]);
  std::vector<std::int16_t> out(pixels.size());
  auto const p = ma::make_plan(ma::serial{}, ma::saliencymix{}, ma::as_pixels(x), ma::key{.seed = 7});
  ma::apply(p, ma::as_pixels(x), ma::as_pixels(ma::nchw(out.data(), {n, 1, 24, 24})));
  CHECK(out != pixels);
}

}  // namespace pixels_test

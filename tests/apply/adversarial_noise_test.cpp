// Noise of adversarial training, from its definition pixel by pixel, and what is refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <mixaug/apply/adversarial_noise.hpp>
#include <mixaug/mixaug.hpp>
#include <vector>

#include "reference/statistics.hpp"
#include "support/memory.hpp"
#include "support/refusal.hpp"
#include "support/values.hpp"

namespace adversarial_noise_test {

namespace ma = mixaug;
using ma::index_t;
using test::refusal;

namespace {

constexpr index_t n = 5, c = 3, h = 7, w = 9;

std::vector<float> pixels(index_t count, double low, double high, std::uint64_t seed) {
  test::stream draw(seed);
  std::vector<float> all;
  for (index_t k = 0; k < count; ++k)
    all.push_back(static_cast<float>(low + (high - low) * static_cast<double>(draw.below(1001)) / 1000));
  return all;
}
auto view(std::vector<float>& v) { return ma::nchw(v.data(), {static_cast<index_t>(v.size()) / (c * h * w), c, h, w}); }

}  // namespace

TEST_CASE("uniform noise is uniform in [-eps, eps] / 255 of the pixels' range, for every pixel its own") {
  index_t const rows = 40;
  std::vector<float> x(static_cast<std::size_t>(rows * c * h * w), 0.5f), out(x.size());
  ma::adversarial_noise const noise{.eps = 20};
  ma::add_uniform_noise(noise, view(x), ma::key{.seed = 4}, view(out));
  std::vector<double> places;
  for (float v : out) places.push_back((static_cast<double>(v) - 0.5) * 255 / 20 / 2 + 0.5);
  CHECK(*std::min_element(places.begin(), places.end()) >= -1e-5);
  CHECK(*std::max_element(places.begin(), places.end()) <= 1 + 1e-5);
  double products = 0;  // neighbours, and the same place of the next row, are not alike
  for (std::size_t k = 0; k + c * h * w < places.size(); ++k)
    products += (places[k] - 0.5) * (places[k + 1] + places[k + c * h * w] - 1);
  CHECK(std::fabs(products) < 4 * std::sqrt(2.0 * static_cast<double>(places.size()) / 144));
  std::sort(places.begin(), places.end());
  CHECK(reference::ks_p(places) > 1e-3);
}

TEST_CASE(
    "adversarial noise is u clip(n + (eps + 2) / 255 sign(gradient)), with the n of uniform noise, cut to the range") {
  std::vector<float> x = pixels(n * c * h * w, 0.1, 0.9, 1), uniform(x.size()), out(x.size());
  std::vector<float> gradient = pixels(n * c * h * w, -1, 1, 2);
  for (std::size_t k = 0; k < gradient.size(); k += 7) gradient[k] = 0;
  gradient[3] = NAN;
  for (double eps : {0.5, 10.0, 200.0}) {
    ma::adversarial_noise const noise{.eps = static_cast<float>(eps)};
    ma::key const key{.seed = 9, .step = 3};
    // Where nothing is cut, the noise is the difference to the images.
    std::vector<float> grey(x.size(), 0.5f), grey_noise(x.size());
    ma::add_uniform_noise(noise, view(grey), key, view(grey_noise));
    ma::add_uniform_noise(noise, view(x), key, view(uniform));
    ma::add_adversarial_noise(noise, view(x), view(gradient), key, view(out));
    double part = -1;
    for (std::size_t k = 0; k < x.size(); ++k) {
      double const drawn = eps > 120 ? NAN : static_cast<double>(grey_noise[k]) - 0.5;
      if (eps > 120) {
        CHECK((out[k] >= 0 && out[k] <= 1 && uniform[k] >= 0 && uniform[k] <= 1));
        continue;
      }
      CHECK(uniform[k] == doctest::Approx(std::clamp(static_cast<double>(x[k]) + drawn, 0.0, 1.0)).epsilon(1e-6));
      double const g = static_cast<double>(gradient[k]), sign = g > 0 ? 1 : g < 0 ? -1 : 0;
      double const worse = std::clamp(drawn + (eps + 2) / 255 * sign, -eps / 255, eps / 255);
      double const added = static_cast<double>(out[k]) - static_cast<double>(x[k]);
      if (part < 0 && sign != 0) part = added / worse;
      if (part >= 0) CHECK(added == doctest::Approx(part * worse).scale(1).epsilon(1e-5));
    }
    if (eps < 120) CHECK((part > 0 && part < 1));
  }
}

TEST_CASE("normalised images have the noise of their pixels in [0, 1], channel by channel, and a range has it scaled") {
  std::vector<float> x = pixels(n * c * h * w, 0, 1, 5), out(x.size());
  ma::key const key{.seed = 11};
  ma::add_uniform_noise(ma::adversarial_noise{}, view(x), key, view(out));
  ma::adversarial_noise const loaded{.normalised = {{0.5f, 0.4f, 0.3f}, {0.2f, 0.25f, 0.3f}}};
  std::vector<float> z(x.size()), z_out(x.size()), levels(x.size()), levels_out(x.size());
  for (std::size_t k = 0; k < x.size(); ++k) {
    std::size_t const channel = k / (h * w) % c;
    z[k] = (x[k] - loaded.normalised.mean[channel]) / loaded.normalised.std[channel];
    levels[k] = 255 * x[k];
  }
  ma::add_uniform_noise(loaded, view(z), key, view(z_out));
  ma::add_uniform_noise(ma::adversarial_noise{.range = {0, 255}}, view(levels), key, view(levels_out));
  for (std::size_t k = 0; k < x.size(); ++k) {
    std::size_t const channel = k / (h * w) % c;
    double const back = static_cast<double>(z_out[k]) * static_cast<double>(loaded.normalised.std[channel]) +
                        static_cast<double>(loaded.normalised.mean[channel]);
    CHECK(back == doctest::Approx(static_cast<double>(out[k])).scale(1).epsilon(1e-6));
    CHECK(levels_out[k] == doctest::Approx(255 * static_cast<double>(out[k])).scale(255).epsilon(1e-6));
  }
}

TEST_CASE("noise follows the global row, in place too, and leaves alone what is not finite") {
  std::vector<float> x = pixels(n * c * h * w, 0, 1, 6), whole(x.size()), parts(x.size());
  std::vector<float> gradient = pixels(n * c * h * w, -1, 1, 7);
  x[5] = INFINITY;
  x[6] = NAN;
  ma::adversarial_noise const noise{};
  ma::add_adversarial_noise(noise, view(x), view(gradient), ma::key{.seed = 1, .step = 2}, view(whole));
  CHECK(std::isinf(whole[5]));
  CHECK(std::isnan(whole[6]));
  for (index_t first = 0; first < n; first += 2) {
    index_t const rows = std::min<index_t>(2, n - first);
    auto const part = [&](std::vector<float>& v) { return ma::nchw(v.data() + first * c * h * w, {rows, c, h, w}); };
    ma::add_adversarial_noise(noise, part(x), part(gradient),
                              ma::key{.seed = 1, .step = 2, .first = first, .global = n}, part(parts));
  }
  CHECK(test::first_difference(whole, parts) == -1);
  std::vector<float> own = x;
  ma::add_adversarial_noise(noise, view(own), view(gradient), ma::key{.seed = 1, .step = 2}, view(own));
  CHECK(test::first_difference(whole, own) == -1);
  // Channels last, the same pixels.
  std::vector<float> last(x.size()), last_out(x.size());
  for (index_t i = 0; i < n; ++i)
    for (index_t p = 0; p < h * w; ++p)
      for (index_t k = 0; k < c; ++k)
        last[static_cast<std::size_t>((i * h * w + p) * c + k)] = x[static_cast<std::size_t>((i * c + k) * h * w + p)];
  ma::add_adversarial_noise(noise, ma::nhwc(last.data(), {n, h, w, c}), view(gradient), ma::key{.seed = 1, .step = 2},
                            ma::nhwc(last_out.data(), {n, h, w, c}));
  bool same = true;
  for (index_t i = 0; i < n; ++i)
    for (index_t p = 0; p < h * w; ++p)
      for (index_t k = 0; k < c; ++k)
        same = same && test::same_bits(last_out[static_cast<std::size_t>((i * h * w + p) * c + k)],
                                       whole[static_cast<std::size_t>((i * c + k) * h * w + p)]);
  CHECK(same);
}

TEST_CASE("each side gets noise with its chance, whatever the other") {
  ma::adversarial_noise const noise{.prob = 0.25f};
  double count[4] = {};
  int const steps = 4000;
  for (int k = 0; k < steps; ++k) {
    auto const sides = ma::sides_of(noise, ma::key{.seed = 8, .step = static_cast<std::uint64_t>(k)});
    ++count[2 * sides.self + sides.partner];
  }
  std::vector<double> const seen(count, count + 4), expected = {2250, 750, 750, 250};
  CHECK(reference::chi_square_p(seen, expected) > 1e-3);
  CHECK_FALSE(ma::sides_of(ma::adversarial_noise{.prob = 0}, ma::key{}).any());
  CHECK(ma::sides_of(ma::adversarial_noise{.prob = 1}, ma::key{}) == ma::noisy_sides{true, true});
}

TEST_CASE("what is not right is refused, and nothing is written") {
  std::vector<float> x = pixels(n * c * h * w, 0, 1, 6), gradient = x, out(x.size(), -1);
  auto const has = [](std::string const& text, char const* part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
  };
  auto const refused = [&](ma::adversarial_noise const& noise, char const* part) {
    CHECK(has(refusal([&] { ma::add_uniform_noise(noise, view(x), ma::key{}, view(out)); }), part));
  };
  refused({.eps = -1}, "adversarial_noise's eps is -1");
  refused({.eps = NAN}, "adversarial_noise's eps is nan");
  refused({.eps = 256}, "levels in [0, 255]");
  refused({.prob = 1.5f}, "adversarial_noise's prob is 1.5");
  refused({.range = {1, 1}}, "adversarial_noise's range is {1, 1}");
  refused({.normalised = {{0.5f}, {0.2f}}}, "without a std for channel 1");
  auto const small = ma::nchw(out.data(), {n, c, h, w - 1});
  CHECK(has(refusal([&] { ma::add_uniform_noise(ma::adversarial_noise{}, view(x), ma::key{}, small); }),
            "out is of extents"));
  auto const moved = ma::nchw(x.data() + 1, {n - 1, c, h, w});
  auto const first = ma::nchw(x.data(), {n - 1, c, h, w});
  CHECK(has(refusal([&] { ma::add_uniform_noise(ma::adversarial_noise{}, first, ma::key{}, moved); }),
            "sharing memory with x"));
  CHECK(has(refusal([&] {
              ma::add_adversarial_noise(ma::adversarial_noise{}, view(x), ma::nchw<float>(nullptr, {n, c, h, w}),
                                        ma::key{}, view(out));
            }),
            "the gradient is a null pointer"));
  CHECK(has(refusal([&] {
              ma::add_adversarial_noise(ma::adversarial_noise{}, view(x), ma::nchw(gradient.data(), {n, c, w, h}),
                                        ma::key{}, view(out));
            }),
            "the gradient is of extents"));
  CHECK(has(refusal([&] {
              ma::add_uniform_noise(ma::adversarial_noise{}, view(x), ma::key{.first = 3, .global = 4}, view(out));
            }),
            "key"));
  CHECK(std::all_of(out.begin(), out.end(), [](float v) { return test::same_bits(v, -1.0f); }));
}

}  // namespace adversarial_noise_test

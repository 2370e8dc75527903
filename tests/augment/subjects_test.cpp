// Signals and volumes: each is the image that it stands for, and steps that make no sense for it are refused.
#include <doctest/doctest.h>

#include <mixaug/augment/plan_text.hpp>
#include <sstream>

#include "augment/augment_images.hpp"
#include "support/refusal.hpp"

namespace subjects_test {

namespace au = ma::augment;
using ma::index_t;

namespace {

constexpr index_t n = 5, c = 2;

bool has(std::string const& text, char const* part) { return text.find(part) != std::string::npos; }
std::vector<float> numbers(std::size_t many) {
  test::stream s(3);
  std::vector<float> v(many);
  for (float& q : v) q = static_cast<float>(4 * s.unit() - 2);
  return v;
}

}  // namespace

TEST_CASE("signals: crop, flip, shift and scale by their definitions; values have no range") {
  index_t const l = 40, to = 32;
  auto const x = numbers(static_cast<std::size_t>(n * c * l));
  std::vector<float> out(static_cast<std::size_t>(n * c * to));
  auto const in = ma::signals(x.data(), {n, c, l});
  auto const view = ma::signals(out.data(), {n, c, to});
  auto const at = [&](index_t i, index_t ch, index_t k) {
    return k < 0 || k >= l ? 0.0 : static_cast<double>(x[static_cast<std::size_t>((i * c + ch) * l + k)]);
  };
  au::chain const copies{au::crop{.size = {1, to}, .padding = 6}, au::flip{.horizontal = 0.5f}};
  auto const p = ma::make_plan(copies, in, ma::key{.seed = 2});
  ma::apply(ma::serial{}, p, in, view);
  bool beyond = false;
  for (index_t i = 0; i < n; ++i)
    for (index_t ch = 0; ch < c; ++ch)
      for (index_t k = 0; k < to; ++k) {
        index_t const first = static_cast<index_t>(p.drawn(i, 0)[1]);
        bool const mirrored = p.drawn(i, 1)[0] != 0.0f;
        CHECK(p.drawn(i, 0)[0] == 0.0f);
        beyond = beyond || first < 0 || first > l - to;
        CHECK(static_cast<double>(view(i, ch, k)) == at(i, ch, first + (mirrored ? to - 1 - k : k)));
      }
  CHECK(beyond);
  // a shift and a stretch about the middle, read between numbers
  au::chain const moved{au::affine{.translate = {0.2f, 0}, .scale = {0.8f, 1.3f}, .size = {1, to}}};
  auto const q = ma::make_plan(moved, in, ma::key{.seed = 2});
  ma::apply(ma::serial{}, q, in, view);
  for (index_t i = 0; i < n; ++i)
    for (index_t ch = 0; ch < c; ++ch)
      for (index_t k = 0; k < to; ++k) {
        double const shift = static_cast<double>(q.drawn(i, 0)[1]), scale = static_cast<double>(q.drawn(i, 0)[3]);
        double const from = l / 2.0 + (static_cast<double>(k) + 0.5 - to / 2.0 - shift) / scale - 0.5;
        auto const low = static_cast<index_t>(std::floor(from));
        double const f = from - static_cast<double>(low);
        CHECK(static_cast<double>(view(i, ch, k)) ==
              doctest::Approx((1 - f) * at(i, ch, low) + f * at(i, ch, low + 1)).epsilon(1e-3));
      }
  // brightness, noise and contrast about the mean keep what is below 0
  au::chain const values{au::color_jitter{.brightness = {0.5f, 2}, .contrast = {0.5f, 2}, .about = au::about::mean},
                         au::normalise{.mean = {0.5f, -0.5f}, .std = {2, 3}}};
  std::vector<float> same(x.size());
  auto const r = ma::make_plan(values, in, ma::key{.seed = 2});
  ma::apply(ma::serial{}, r, in, ma::signals(same.data(), {n, c, l}));
  for (index_t i = 0; i < n; ++i) {
    double mean = 0;
    for (index_t ch = 0; ch < c; ++ch)
      for (index_t k = 0; k < l; ++k) mean += at(i, ch, k) / (c * l);
    double const b = static_cast<double>(r.drawn(i, 0)[0]), f = static_cast<double>(r.drawn(i, 0)[1]);
    for (index_t ch = 0; ch < c; ++ch)
      for (index_t k = 0; k < l; ++k) {
        double const v = b * mean + f * (b * at(i, ch, k) - b * mean);
        CHECK(static_cast<double>(same[static_cast<std::size_t>((i * c + ch) * l + k)]) ==
              doctest::Approx((v - (ch == 0 ? 0.5 : -0.5)) / (ch == 0 ? 2 : 3)).epsilon(1e-5));
      }
  }
  // a blur of one row is the blur of its numbers: that of an image whose rows are all alike
  au::chain const blurred{au::gaussian_blur{.sigma = {2, 2}}, au::gaussian_noise{.sigma = {0.1f, 0.1f}}};
  std::vector<float> rows;
  for (std::size_t k = 0; k < static_cast<std::size_t>(n * c); ++k)
    for (int y = 0; y < 3; ++y)
      rows.insert(rows.end(), x.begin() + static_cast<std::ptrdiff_t>(k) * l,
                  x.begin() + static_cast<std::ptrdiff_t>(k + 1) * l);
  std::vector<float> image(rows.size());
  au::chain wide = blurred;
  wide.steps.pop_back();
  ma::apply(ma::serial{}, ma::make_plan(wide, ma::nchw(rows.data(), {n, c, 3, l}), ma::key{.seed = 2}),
            ma::nchw(rows.data(), {n, c, 3, l}), ma::nchw(image.data(), {n, c, 3, l}));
  au::chain no_noise = wide;
  ma::apply(ma::serial{}, ma::make_plan(no_noise, in, ma::key{.seed = 2}), in, ma::signals(same.data(), {n, c, l}));
  for (std::size_t k = 0; k < same.size(); ++k)
    CHECK(same[k] == doctest::Approx(image[k / l * 3 * l + k % l]).epsilon(1e-4));
}

TEST_CASE("volumes: every slice goes the way of an image, and noise differs between slices") {
  index_t const d = 4, h = 12, w = 15;
  auto const x = numbers(static_cast<std::size_t>(n * c * d * h * w));
  au::chain steps{au::crop{.size = {10, 12}, .padding = 2}, au::flip{.horizontal = 0.5f, .vertical = 0.5f},
                  au::elastic{.alpha = {1, 2}, .sigma = {3, 4}}};
  auto const in = ma::volumes(x.data(), {n, c, d, h, w});
  auto const p = ma::make_plan(steps, in, ma::key{.seed = 2});
  std::vector<float> out(static_cast<std::size_t>(n * c * d * 10 * 12)), flat(out.size());
  ma::apply(ma::serial{}, p, in, ma::volumes(out.data(), {n, c, d, 10, 12}));
  auto const slices = ma::nchw(x.data(), {n, c * d, h, w});
  ma::apply(ma::serial{}, ma::make_plan(steps, slices, ma::key{.seed = 2}), slices,
            ma::nchw(flat.data(), {n, c * d, 10, 12}));
  CHECK(test::first_difference(out, flat) == -1);
  // three channels and slices are no colours
  au::chain const noise{au::color_jitter{.contrast = {0.5f, 1.5f}, .about = au::about::mean},
                        au::gaussian_noise{.sigma = {0.1f, 0.1f}}};
  std::vector<float> ones(static_cast<std::size_t>(n * 3 * h * w), 0.5f), noisy(ones.size());
  ma::apply(ma::serial{}, ma::make_plan(noise, ma::volumes(ones.data(), {n, 1, 3, h, w}), ma::key{.seed = 2}),
            ma::volumes(ones.data(), {n, 1, 3, h, w}), ma::volumes(noisy.data(), {n, 1, 3, h, w}));
  CHECK(noisy[0] != noisy[static_cast<std::size_t>(h * w)]);
}

TEST_CASE("slices of volumes are cropped and mirrored with their images, whatever stands between") {
  index_t const d = 13, h = 12, w = 14;
  auto const x = numbers(static_cast<std::size_t>(n * c * d * h * w));
  au::affine const turned{.degrees = {-30, 30}, .interpolation = au::interpolation::bilinear};
  au::gamma const brighter{.gamma = {1, 2}};
  au::chain const chains[] = {
      au::chain{au::crop{.size = {12, 14}, .depth = 9}, au::flip{.horizontal = 0.5f, .depth = 0.5f}},
      au::chain{au::flip{.depth = 0.5f}, au::crop{.size = {12, 14}, .depth = 9}},
      au::chain{au::crop{.size = {10, 12}, .depth = 11}, turned, au::flip{.depth = 0.5f},
                au::crop{.size = {8, 9}, .depth = 10, .prob = 0.5f}},
      au::chain{au::flip{.depth = 1}, brighter, au::crop{.size = {12, 14}, .depth = 1}, brighter,
                au::gaussian_blur{.sigma = {1, 1}}}};
  for (au::chain const& steps : chains) {
    auto const p =
        ma::make_plan(steps, ma::volumes(x.data(), {n, c, d, h, w}), ma::key{.seed = 4, .first = 3, .global = 20});
    index_t const od = p.out().depth, oh = p.out().height, ow = p.out().width;
    CHECK(p.out().channels == c * od);
    std::vector<float> out(static_cast<std::size_t>(n * c * od * oh * ow));
    ma::apply(p, ma::volumes(x.data(), {n, c, d, h, w}), ma::volumes(out.data(), {n, c, od, oh, ow}));
    // The same without slices: each volume's slices are chosen by hand, and go through the plane's part of the chain.
    au::chain planar = steps;
    for (au::step& s : planar.steps) {
      if (auto* const cut = std::get_if<au::crop>(&s)) cut->depth = 0;
      if (auto* const mirror = std::get_if<au::flip>(&s)) mirror->depth = 0;
    }
    auto const q = ma::make_plan(planar, ma::volumes(x.data(), {n, c, d, h, w}), p.drawn_with);
    std::vector<float> all(static_cast<std::size_t>(n * c * d * oh * ow));
    ma::apply(q, ma::volumes(x.data(), {n, c, d, h, w}), ma::volumes(all.data(), {n, c, d, oh, ow}));
    std::size_t const plane = static_cast<std::size_t>(oh * ow);
    for (index_t i = 0; i < n; ++i) {
      std::vector<index_t> slices;
      for (index_t z = 0; z < d; ++z) slices.push_back(z);
      for (int k = 0; k < static_cast<int>(steps.steps.size()); ++k) {
        auto const& s = steps.steps[static_cast<std::size_t>(k)];
        if (auto const* const cut = std::get_if<au::crop>(&s)) {
          auto const first = slices.begin() + static_cast<std::ptrdiff_t>(p.drawn(i, k)[2]);
          CHECK(static_cast<index_t>(p.drawn(i, k)[2]) <= static_cast<index_t>(slices.size()) - cut->depth);
          slices = std::vector<index_t>(first, first + static_cast<std::ptrdiff_t>(cut->depth));
        } else if (std::holds_alternative<au::flip>(s) && p.drawn(i, k)[2] != 0) {
          std::reverse(slices.begin(), slices.end());
        }
      }
      CHECK(static_cast<index_t>(slices.size()) == od);
      for (index_t channel = 0; channel < c; ++channel)
        for (index_t z = 0; z < od; ++z) {
          float const* const got = out.data() + static_cast<std::size_t>((i * c + channel) * od + z) * plane;
          float const* const wanted =
              all.data() +
              static_cast<std::size_t>((i * c + channel) * d + slices[static_cast<std::size_t>(z)]) * plane;
          CHECK(std::equal(got, got + plane, wanted));
        }
    }
    std::stringstream text;
    ma::write_plan(text, p);
    auto const again = ma::read_augment_plan(text);
    std::vector<float> same(out.size());
    ma::apply(again, ma::volumes(x.data(), {n, c, d, h, w}), ma::volumes(same.data(), {n, c, od, oh, ow}));
    CHECK(same == out);
  }
  // bytes of two to four slices, whose pixels are packed where they keep their places
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(n * 3 * h * w)), turned_over(bytes.size()),
      whole(bytes.size());
  for (std::size_t k = 0; k < bytes.size(); ++k) bytes[k] = static_cast<std::uint8_t>(k * 37 % 256);
  auto const in = ma::volumes(bytes.data(), {n, 1, 3, h, w});
  auto const apply = [&](au::chain const& steps, std::vector<std::uint8_t>& to) {
    ma::apply(ma::make_plan(steps, in, ma::key{.seed = 8}), in, ma::volumes(to.data(), {n, 1, 3, h, w}));
  };
  apply(au::chain{au::flip{.depth = 1}, turned}, turned_over);
  apply(au::chain{au::flip{}, turned}, whole);
  std::size_t const plane = static_cast<std::size_t>(h * w);
  for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i)
    for (std::size_t z = 0; z < 3; ++z)
      for (std::size_t k = 0; k < plane; ++k) {
        int const gap = turned_over[(3 * i + z) * plane + k] - whole[(3 * i + 2 - z) * plane + k];
        CHECK((gap >= -1 && gap <= 1));
      }
}

TEST_CASE("plans of signals and volumes are texts, and are applied to what they were made for") {
  au::chain const steps{au::crop{.size = {1, 8}}};
  std::vector<float> x(2 * 3 * 12), out(2 * 3 * 8, -1.0f);
  auto const in = ma::signals(x.data(), {2, 3, 12});
  auto const p = ma::make_plan(steps, in, ma::key{.seed = 1});
  std::stringstream text;
  ma::write_plan(text, p);
  auto const q = ma::read_augment_plan(text);
  CHECK(q.in().kind == au::subject::signal);
  CHECK(q.drawn(1, 0)[1] == p.drawn(1, 0)[1]);
  ma::apply(ma::serial{}, q, in, ma::signals(out.data(), {2, 3, 8}));
  auto const images = ma::make_plan(au::chain{au::flip{}}, ma::nchw(x.data(), {2, 3, 3, 4}), ma::key{.seed = 1});
  CHECK(has(test::refusal([&] { ma::apply(images, in, ma::signals(x.data(), {2, 3, 12})); }), "images (n, c, h, w)"));
  auto const volume = ma::volumes(x.data(), {2, 1, 3, 4, 3});
  CHECK(has(test::refusal([&] { ma::apply(p, volume, volume); }), "signals (n, c, l)"));
  CHECK(has(test::refusal([&] { ma::apply(au::plan{}, volume, volume); }), "the plan is empty"));
  auto const v = ma::make_plan(au::chain{au::flip{.horizontal = 1}}, volume, ma::key{.seed = 1});
  auto const other = ma::volumes(x.data(), {2, 3, 1, 4, 3});
  CHECK(has(test::refusal([&] { ma::apply(v, other, other); }), "of 3 slices"));
  auto const apart = ma::volumes(x.data(), {1, 2, 2, 3, 3}, {36, 9, 18, 3, 1});
  auto const u = ma::make_plan(au::chain{au::flip{}}, apart, ma::key{.seed = 1});
  CHECK(has(test::refusal([&] { ma::apply(u, apart, apart); }), "slice by slice"));
}

TEST_CASE("steps that make no sense for signals or volumes are refused, and say what does") {
  auto const signal = ma::signals<float>(nullptr, {2, 3, 50});
  auto const volume = ma::volumes<float>(nullptr, {2, 1, 3, 20, 20});
  auto const refused = [](au::step const& s, auto const& x) {
    return test::refusal([&] { ma::make_plan(au::chain{s}, x, ma::key{}); });
  };
  for (au::step const& s : std::vector<au::step>{au::perspective{},
                                                 au::lens{},
                                                 au::elastic{},
                                                 au::resized_crop{.size = {1, 20}},
                                                 au::gamma{},
                                                 au::grayscale{},
                                                 au::pca_color{},
                                                 au::vignette{},
                                                 au::salt_and_pepper{},
                                                 au::occlusion{},
                                                 au::motion_blur{},
                                                 au::color_jitter{.saturation = {0, 1}},
                                                 au::color_jitter{.contrast = {0.5f, 1}},
                                                 au::crop{.size = {1, 9}},
                                                 au::flip{.vertical = 0.5f},
                                                 au::affine{.degrees = {-1, 1}},
                                                 au::affine{.translate = {0, 0.1f}},
                                                 au::affine{.shear = {0, 1}},
                                                 au::affine{.size = {2, 9}},
                                                 au::gaussian_blur{.border = au::border::constant}}) {
    CAPTURE(s.index());
    bool const fine = std::holds_alternative<au::crop>(s);
    CHECK(has(refused(s, signal), "makes no sense for signals") == !fine);
  }
  CHECK(has(refused(au::crop{.size = {2, 9}}, signal), "augment::crop's size is {2, 9}"));
  for (au::step const& s :
       std::vector<au::step>{au::grayscale{}, au::pca_color{}, au::vignette{}, au::salt_and_pepper{}, au::occlusion{},
                             au::color_cast{}, au::color_jitter{.hue = {0, 0.1f}}, au::normalise{.mean = {1, 2, 3}},
                             au::crop{.size = {9, 9}, .fill = {1, 2, 3}}}) {
    CAPTURE(s.index());
    CHECK(has(refused(s, volume), "makes no sense for volumes"));
  }
  CHECK(has(refused(au::crop{.size = {9, 9}, .depth = 4}, volume), "crop's depth is 4; expected 0 to the 3 slices"));
  CHECK(has(refused(au::crop{.size = {9, 9}, .depth = -1}, volume), "crop's depth"));
  CHECK(has(refused(au::crop{.size = {1, 9}, .depth = 1}, signal), "only volumes have slices"));
  CHECK(has(refused(au::flip{.depth = 0.5f}, signal), "only volumes have slices"));
  CHECK(has(refused(au::flip{.depth = 1.5f}, volume), "flip's depth"));
}

}  // namespace subjects_test

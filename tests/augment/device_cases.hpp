#pragma once
#include <doctest/doctest.h>

#include <mixaug/augment/device_follow.hpp>

#include "augment/augment_cases.hpp"
#include "support/refusal.hpp"

namespace augment_cases {

/// Every step alone.
inline std::vector<au::chain> single_steps() {
  return {au::chain{au::crop{.size = {19, 40}, .padding = 6, .padding_mode = au::border::reflect}},
          au::chain{au::flip{.horizontal = 0.5f, .vertical = 0.5f}},
          au::chain{au::resized_crop{.size = {9, 12}}},
          au::chain{au::affine{.degrees = {90, 90}, .size = {30, 23}}},
          au::chain{au::affine{.degrees = {-30, 30}, .translate = {0.2f, 0.1f}, .scale = {0.5f, 2}}},
          au::chain{au::perspective{.distortion = 0.5f, .fill = {7, 80, 200}}},
          au::chain{au::lens{.k1 = {0.1f, 0.4f}, .interpolation = au::interpolation::bicubic}},
          au::chain{au::elastic{.alpha = {1, 3}, .sigma = {3, 8}, .interpolation = au::interpolation::nearest}},
          au::chain{au::color_jitter{.brightness = {0.5f, 1.5f}, .contrast = {0.5f, 1.5f}}},
          au::chain{au::color_jitter{.contrast = {0.5f, 1.5f}, .about = au::about::mean, .prob = 0.7f}},
          au::chain{au::pca_color{}},
          au::chain{au::color_cast{}},
          au::chain{au::grayscale{.prob = 0.5f}},
          au::chain{au::gamma{.gamma = {0.5f, 2}}},
          au::chain{au::vignette{.radius = {0, 0.5f}, .strength = {0.2f, 1}}},
          au::chain{au::gaussian_noise{.sigma = {0, 30}}},
          au::chain{au::salt_and_pepper{.amount = {0, 0.2f}}},
          au::chain{au::salt_and_pepper{.amount = {0, 0.2f}, .exact_count = true}},
          au::chain{au::occlusion{.fill = {1, 2, 3}, .prob = 0.8f}},
          au::chain{au::occlusion{.noise = true}},
          au::chain{au::gaussian_blur{.sigma = {0.1f, 3}, .prob = 0.8f}},
          au::chain{au::gaussian_blur{.sigma = {1, 2}, .border = au::border::constant, .fill = {9, 90, 200}}},
          au::chain{au::motion_blur{.length = {1, 11}, .angle = {0, 360}, .direction = {-1, 1}}},
          au::chain{au::motion_blur{.length = {5, 9}, .angle = {0, 90}, .border = au::border::constant, .fill = 77}}};
}

/// A plan of a chain on a device.
template <class Backend, class X>
auto chain_plan(Backend const& be, au::chain const& c, X const& x, ma::key const& k) {
  if constexpr (Backend::memory == ma::space::host) {
    au::device_plan<ma::space::host> p;
    ma::stage(c, x, k, p);
    return p;
  } else {
    return make_plan(be, c, x, k);  // found by its arguments
  }
}

/// Applies a chain to a batch on a device and on the host; the first element that differs, or -1.
template <class Backend, class T, class U, int R>
index_t device_gap(Backend const& be, au::chain const& c, ma::tensor_view<T, R> const& in, std::vector<T> const& values,
                   ma::tensor_view<U, R> const& out,
                   ma::key const& k = {.seed = 7, .step = 5, .first = 3, .global = 99}) {
  auto const p = chain_plan(be, c, in, k);
  auto here = test::place<ma::serial>(in, values);
  auto there = test::place<Backend>(in, values, 1);
  auto wanted = test::room<ma::serial>(out);
  auto got = test::room<Backend>(out, 1);
  ma::apply(ma::serial{}, p.host(), here.view(), wanted.view());
  ma::apply(be, p, there.view(), got.view());
  CHECK(got.intact());
  return test::first_difference(got.read(), wanted.read());
}

/// Values of elements of type T, most of them in the range, some beyond it.
template <class T>
std::vector<T> device_values(index_t many, double range) {
  test::stream s(11);
  std::vector<T> all;
  for (index_t k = 0; k < many; ++k) {
    auto const v = static_cast<float>(range * (1.1 * s.unit() - 0.05));
    if constexpr (mixaug::detail::is_integer_pixel<T>)
      all.push_back({static_cast<decltype(T::value)>(v)});
    else if constexpr (std::is_same_v<T, std::uint8_t>)
      all.push_back(static_cast<std::uint8_t>(s.below(256)));
    else
      all.push_back(mixaug::detail::from_float<T>(v));
  }
  return all;
}

/// Chains for any number of channels: one pass, and several with everything between.
inline std::vector<au::chain> plain_chains(float range) {
  auto const noise = au::gaussian_noise{.sigma = {0, 0.1f * range}};
  auto const contrast = au::color_jitter{.contrast = {0.5f, 1.5f}, .about = au::about::mean, .prob = 0.7f};
  au::affine const turned{.degrees = {-40, 40}, .translate = {0.2f, 0.2f}, .scale = {0.4f, 1.4f}, .prob = 0.8f};
  return {au::chain{au::crop{.size = {5, 7}, .padding = 3}, au::flip{.horizontal = 0.5f}},
          au::chain{turned, noise, contrast, au::gamma{.gamma = {0.5f, 2}}},
          au::chain{contrast, au::gaussian_blur{.sigma = {0, 1.5f}}, contrast, turned, noise,
                    au::elastic{.alpha = {0, 1}, .sigma = {2, 4}, .interpolation = au::interpolation::bicubic}}};
}

template <class Backend, class T, class U>
void device_elements(index_t channels, index_t h, index_t w) {
  index_t const n = 3;
  float const range = mixaug::augment::detail::range_of<T>();
  auto const values = device_values<T>(n * channels * h * w, static_cast<double>(range));
  for (au::chain const& chain : plain_chains(range)) {
    auto const planes = ma::nchw<T>(nullptr, {n, channels, h, w});
    auto const pixels = ma::nhwc<T>(nullptr, {n, h, w, channels});
    auto const out = ma::make_plan(chain, planes, ma::key{}).out();
    CHECK(device_gap(Backend{}, chain, planes, values, ma::nhwc<U>(nullptr, {n, out.height, out.width, channels})) ==
          -1);
    CHECK(device_gap(Backend{}, chain, pixels, values,
                     ma::nchw<U>(nullptr, {n, channels, out.height, out.width},
                                 {channels * (out.height + 1) * (out.width + 2) + 5, (out.height + 1) * (out.width + 2),
                                  out.width + 2, 1})) == -1);
  }
}

/// Masks of a chain on a device and on the host.
template <class Backend, class T>
void device_masks(au::chain const& chain, std::vector<T> const& values, index_t n, index_t h, index_t w) {
  Backend const be{};
  auto const layout = ma::nchw<std::uint8_t>(nullptr, {n, 3, h, w});
  auto const p = chain_plan(be, chain, layout, ma::key{.seed = 3});
  index_t const oh = p.out().height, ow = p.out().width;
  auto const view_of = [](T* data, index_t rows, index_t height, index_t width) {
    ma::tensor_view<T, 3> v;
    v.data = data;
    index_t const extent[3] = {rows, height, width}, stride[3] = {height * width, width, 1};
    std::copy_n(extent, 3, v.extent);
    std::copy_n(stride, 3, v.stride);
    return v;
  };
  auto here = test::place<ma::serial>(view_of(nullptr, n, h, w), values);
  auto there = test::place<Backend>(view_of(nullptr, n, h, w), values, 1);
  auto wanted = test::room<ma::serial>(view_of(nullptr, n, oh, ow));
  auto got = test::room<Backend>(view_of(nullptr, n, oh, ow), 1);
  ma::apply_masks(ma::serial{}, p.host(), here.view(), wanted.view());
  ma::apply_masks(be, p, there.view(), got.view());
  CHECK(test::first_difference(got.read(), wanted.read()) == -1);
  CHECK(got.intact());
}

}  // namespace augment_cases

TEST_CASE_TEMPLATE_DEFINE("a device gives the bits of the host for every step and chain", Backend, augment_device) {
  using namespace augment_cases;
  index_t const n = 5, c = 3, h = 23, w = 30;
  auto const photos = test::photos(n, c, h, w);
  auto const x = ma::nchw<std::uint8_t>(nullptr, {n, c, h, w});
  auto all = single_steps();
  for (au::chain const& more : chains()) all.push_back(more);
  int number = 0;
  for (au::chain const& chain : all) {
    CAPTURE(number);
    ++number;
    auto const out = ma::make_plan(chain, x, ma::key{}).out();
    CHECK(device_gap(Backend{}, chain, x, photos, ma::nchw<std::uint8_t>(nullptr, {n, c, out.height, out.width})) ==
          -1);
    CHECK(device_gap(Backend{}, chain, x, photos, ma::nhwc<float>(nullptr, {n, out.height, out.width, c})) == -1);
  }
}

TEST_CASE_TEMPLATE_DEFINE("a device takes elements, layouts, channels and sizes as the host", Backend,
                          augment_device_elements) {
  using namespace augment_cases;
  device_elements<Backend, std::uint8_t, std::uint8_t>(1, 13, 21);
  device_elements<Backend, std::uint8_t, float>(4, 5, 300);
  device_elements<Backend, std::uint8_t, ma::float16>(17, 9, 8);
  device_elements<Backend, float, float>(3, 17, 9);
  device_elements<Backend, float, double>(2, 8, 8);
  device_elements<Backend, double, float>(3, 9, 11);
  device_elements<Backend, ma::float16, ma::float16>(3, 9, 11);
  device_elements<Backend, ma::bfloat16, ma::bfloat16>(1, 9, 11);
  device_elements<Backend, ma::pixel<std::int16_t>, ma::pixel<std::int16_t>>(3, 9, 11);
  device_elements<Backend, ma::pixel<std::uint16_t>, float>(1, 9, 11);
}

TEST_CASE_TEMPLATE_DEFINE("a device takes signals, volumes and chains that normalise as the host", Backend,
                          augment_device_subjects) {
  using namespace augment_cases;
  Backend const be{};
  index_t const n = 4;
  au::color_jitter const contrast{.brightness = {0.5f, 1.5f}, .contrast = {0.5f, 2}, .about = au::about::mean};
  au::chain const of_signals{au::crop{.size = {1, 70}, .padding = 4},
                             au::flip{.horizontal = 0.5f},
                             au::affine{.translate = {0.1f, 0}},
                             au::gaussian_noise{.sigma = {0, 1}},
                             contrast,
                             au::gaussian_blur{.sigma = {0.5f, 2}},
                             au::normalise{.mean = 0.1f, .std = 2}};
  auto const numbers = device_values<float>(n * 5 * 90, 3);
  CHECK(device_gap(be, of_signals, ma::signals<float>(nullptr, {n, 5, 90}), numbers,
                   ma::signals<float>(nullptr, {n, 5, 70})) == -1);
  au::chain const of_volumes{au::affine{.degrees = {-30, 30}}, au::gaussian_noise{.sigma = {0, 0.1f}}, contrast,
                             au::motion_blur{.length = {1, 5}}, au::gamma{.gamma = {0.5f, 2}}};
  auto const voxels = device_values<float>(n * 2 * 5 * 11 * 8, 1);
  CHECK(device_gap(be, of_volumes, ma::volumes<float>(nullptr, {n, 2, 5, 11, 8}), voxels,
                   ma::volumes<float>(nullptr, {n, 2, 5, 11, 8})) == -1);
  // slices that are cropped and mirrored, more than a group of channels, between maps and copied
  au::crop const slices{.size = {9, 8}, .depth = 10};
  au::flip const turned_over{.horizontal = 0.5f, .depth = 0.5f};
  au::affine const turned{.degrees = {-30, 30}};
  auto const many = device_values<float>(n * 2 * 13 * 11 * 8, 1);
  for (au::chain const& chain :
       {au::chain{slices, turned_over}, au::chain{turned_over, turned, slices, contrast},
        au::chain{contrast, slices, au::gaussian_noise{.sigma = {0, 0.1f}}, turned_over, turned}})
    CHECK(device_gap(be, chain, ma::volumes<float>(nullptr, {n, 2, 13, 11, 8}), many,
                     ma::volumes<float>(nullptr, {n, 2, 10, 9, 8})) == -1);
  // one slice of three channels, and as many slices as colours
  for (index_t const depth : {1, 3}) {
    auto const in = ma::volumes<std::uint8_t>(nullptr, {n, 3, depth, 9, 8});
    auto const bytes = device_values<std::uint8_t>(in.size(), 255);
    CHECK(device_gap(be, au::chain{contrast, turned, turned_over, contrast}, in, bytes, in) == -1);
  }
  index_t const h = 12, w = 14;
  auto const x = test::photos(n, 3, h, w);
  au::chain const normalised{au::flip{.horizontal = 0.5f}, au::vignette{.radius = {0, 0.5f}},
                             au::normalise{.mean = {120, 110, 100}, .std = {60, 61, 62}}};
  CHECK(device_gap(be, normalised, ma::nhwc<std::uint8_t>(nullptr, {n, h, w, 3}), x,
                   ma::nchw<float>(nullptr, {n, 3, h, w})) == -1);
  au::chain each = chains()[8];
  each.clip_each_step = true;
  for (auto const& k :
       {ma::key{}, ma::key{.seed = 1, .step = 1ull << 39, .first = index_t{1} << 33, .global = index_t{1} << 34}})
    CHECK(device_gap(be, each, ma::nhwc<std::uint8_t>(nullptr, {n, h, w, 3}), x,
                     ma::nchw<std::uint8_t>(nullptr, {n, 3, h, w}), k) == -1);
}

TEST_CASE_TEMPLATE_DEFINE("masks on a device are those of the host", Backend, augment_device_masks) {
  using namespace augment_cases;
  index_t const n = 3, h = 23, w = 30;
  std::vector<std::int64_t> ids;
  test::stream s(5);
  for (index_t k = 0; k < n * h * w; ++k) ids.push_back(static_cast<std::int64_t>(s.below(20)));
  std::vector<float> const floats(ids.begin(), ids.end());
  auto all = single_steps();
  for (au::chain const& more : chains()) all.push_back(more);
  for (au::chain const& chain : all) {
    device_masks<Backend>(chain, ids, n, h, w);
    device_masks<Backend>(chain, floats, n, h, w);
  }
}

TEST_CASE_TEMPLATE_DEFINE("a device plan is refused where its host plan is, and nothing is written", Backend,
                          augment_device_refusals) {
  using namespace augment_cases;
  Backend const be{};
  auto const has = [](std::string const& text, char const* part) { return text.find(part) != std::string::npos; };
  auto const layout = ma::nchw<std::uint8_t>(nullptr, {2, 3, 8, 8});
  auto const wide = ma::nchw<std::uint8_t>(nullptr, {2, 3, 8, 9});
  std::vector<std::uint8_t> const values(2 * 3 * 8 * 9, 7);
  auto x = test::place<Backend>(layout, std::vector<std::uint8_t>(2 * 3 * 8 * 8, 7));
  auto other = test::place<Backend>(wide, values);
  auto out = test::room<Backend>(layout);
  auto p = chain_plan(be, au::chain{au::affine{.degrees = {5, 5}}}, layout, ma::key{});
  CHECK(has(test::refusal([&] { ma::apply(be, p, other.view(), out.view()); }), "x is of shape"));
  CHECK(has(test::refusal([&] { ma::apply(be, p, x.view(), other.view()); }), "what the plan's chain gives"));
  CHECK(has(test::refusal([&] { ma::apply(be, p, out.view(), out.view()); }), "sharing memory with x"));
  CHECK(test::refusal([&] { ma::stage(au::chain{}, layout, ma::key{}, p); }) != "");
  decltype(p) const unmade;
  CHECK(has(test::refusal([&] { ma::apply(be, unmade, x.view(), out.view()); }), "empty (default-constructed"));
  auto const normalising = chain_plan(be, au::chain{au::normalise{.mean = 1, .std = 2}}, layout, ma::key{});
  CHECK(has(test::refusal([&] { ma::apply(be, normalising, x.view(), out.view()); }), "of integers"));
  CHECK(test::first_difference(out.read(), std::vector<std::uint8_t>(2 * 3 * 8 * 8, 0)) == -1);
}

#define TEST_AUGMENT_DEVICE(BACKEND)                           \
  TEST_CASE_TEMPLATE_INVOKE(augment_device, BACKEND);          \
  TEST_CASE_TEMPLATE_INVOKE(augment_device_elements, BACKEND); \
  TEST_CASE_TEMPLATE_INVOKE(augment_device_subjects, BACKEND); \
  TEST_CASE_TEMPLATE_INVOKE(augment_device_masks, BACKEND);    \
  TEST_CASE_TEMPLATE_INVOKE(augment_device_refusals, BACKEND)

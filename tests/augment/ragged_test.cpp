// Images of different sizes: each is what it is in a batch of its own, wherever it stands in the list.
#include <doctest/doctest.h>

#include <mixaug/augment/ragged.hpp>
#include <mixaug/method/cutmix.hpp>
#include <mixaug/plan/make_plan.hpp>

#include "augment/augment_images.hpp"
#include "support/count_allocations.hpp"
#include "support/refusal.hpp"

namespace ragged_test {

namespace au = ma::augment;
using ma::index_t;

namespace {

constexpr index_t n = 6;
constexpr index_t sides[n][2] = {{20, 30}, {33, 21}, {18, 18}, {70, 25}, {19, 300}, {24, 24}};

/// The serial backend with the work divided for three threads.
struct three_lanes : ma::serial {
  index_t lanes() const noexcept { return 3; }
};
bool has(std::string const& text, char const* part) { return text.find(part) != std::string::npos; }

/// Images of all sizes, one after the other planar, interleaved, and with padded rows.
struct images {
  std::vector<std::vector<std::uint8_t>> memory;
  std::vector<std::vector<std::uint8_t>> planar;
  std::vector<ma::tensor_view<std::uint8_t const, 4>> views;

  images() {
    for (index_t i = 0; i < n; ++i) {
      index_t const h = sides[i][0], w = sides[i][1];
      planar.push_back(test::photos(1, 3, h, w, static_cast<std::uint64_t>(i + 1)));
      index_t const row = i % 3 == 0 ? w : i % 3 == 1 ? 3 * w : 3 * w + 7;
      memory.emplace_back(static_cast<std::size_t>(i % 3 == 0 ? 3 * h * w : h * row));
      auto& m = memory.back();
      views.push_back(i % 3 == 0 ? ma::nchw<std::uint8_t const>(m.data(), {1, 3, h, w})
                                 : ma::nhwc<std::uint8_t const>(m.data(), {1, h, w, 3}, {h * row, row, 3, 1}));
      auto const& v = views.back();
      for (index_t c = 0; c < 3; ++c)
        for (index_t y = 0; y < h; ++y)
          for (index_t x = 0; x < w; ++x)
            m[static_cast<std::size_t>(c * v.stride[1] + y * v.stride[2] + x * v.stride[3])] =
                planar.back()[static_cast<std::size_t>((c * h + y) * w + x)];
    }
  }
};
std::vector<au::chain> chains() {
  return {au::chain{au::crop{.size = {18, 20}, .padding = 4}, au::flip{.horizontal = 0.5f}},
          au::chain{au::resized_crop{.size = {18, 20}}, au::color_jitter{.brightness = {0.5f, 1.5f}}},
          au::chain{au::gaussian_blur{.sigma = {0.5f, 2}}, au::affine{.degrees = {-20, 20}, .size = {18, 20}},
                    au::gaussian_noise{.sigma = {1, 4}}},
          au::chain{au::elastic{.alpha = {1, 2}}, au::salt_and_pepper{.amount = {0.1f, 0.1f}, .exact_count = true},
                    au::resized_crop{.size = {18, 20}}}};
}

}  // namespace

TEST_CASE("an image of a list is the image of a batch of one size, at its global row") {
  images const all;
  for (au::chain const& c : chains()) {
    ma::key const key{.seed = 4, .step = 2, .first = 10, .global = 40};
    auto const list = ma::images(all.views);
    auto const p = ma::make_plan(c, list, key);
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(n * 3 * 18 * 20));
    std::vector<float> floats(bytes.size()), threads(bytes.size());
    ma::apply(ma::serial{}, p, list, ma::nchw(bytes.data(), {n, 3, 18, 20}));
    ma::apply(ma::serial{}, p, list, ma::nhwc(floats.data(), {n, 18, 20, 3}));
    ma::apply(three_lanes{}, p, list, ma::nhwc(threads.data(), {n, 18, 20, 3}));
    CHECK(test::first_difference(threads, floats) == -1);
    for (index_t i = 0; i < n; ++i) {
      ma::key one = key;
      one.first = key.first + i;
      auto const q = ma::make_plan(c, ma::nchw<std::uint8_t>(nullptr, {1, 3, sides[i][0], sides[i][1]}), one);
      auto const wanted = test::applied<std::uint8_t>(q, all.planar[static_cast<std::size_t>(i)]);
      std::vector<std::uint8_t> const got(bytes.begin() + i * 3 * 18 * 20, bytes.begin() + (i + 1) * 3 * 18 * 20);
      CHECK(test::first_difference(got, wanted) == -1);
    }
    // mixed at once: the bits of both calls
    auto const mix = ma::make_plan(ma::cutmix{}, p.output(), ma::key{.seed = 9});
    std::vector<std::uint8_t> two(bytes.size()), once(bytes.size());
    ma::apply(ma::serial{}, mix, ma::nchw(bytes.data(), {n, 3, 18, 20}), ma::nchw(two.data(), {n, 3, 18, 20}));
    ma::apply(ma::serial{}, mix, p, list, ma::nchw(once.data(), {n, 3, 18, 20}));
    CHECK(test::first_difference(once, two) == -1);
  }
}

TEST_CASE("lists of images that do not fit are refused by the number of the image") {
  images all;
  au::chain const c = chains()[0];
  auto const list = ma::images(all.views);
  auto const p = ma::make_plan(c, list, ma::key{});
  std::vector<std::uint8_t> out(static_cast<std::size_t>(n * 3 * 18 * 20), 9);
  auto const to = ma::nchw(out.data(), {n, 3, 18, 20});
  auto const planned = [&](au::chain const& steps) {
    return test::refusal([&] { ma::make_plan(steps, ma::images(all.views), ma::key{}); });
  };
  CHECK(has(planned(au::chain{au::flip{.horizontal = 0.5f}}), "image 1 is of (c, h, w) = (3, 33, 21)"));
  CHECK(has(planned(au::chain{au::crop{.size = {19, 19}}}), "augment::crop's size is {19, 19}"));
  auto const refused = [&](auto const& plan, auto const& from, auto const& into) {
    return test::refusal([&] { ma::apply(ma::serial{}, plan, from, into); });
  };
  CHECK(has(refused(au::ragged_plan{}, list, to), "the plan is empty"));
  CHECK(has(refused(p, list, ma::nchw(out.data(), {n, 3, 20, 18})), "what the plan's chain gives"));
  auto fewer = all.views;
  fewer.pop_back();
  CHECK(has(refused(p, ma::images(fewer), to), "5 images"));
  auto swapped = all.views;
  std::swap(swapped[0], swapped[1]);
  CHECK(has(refused(p, ma::images(swapped), to), "image 0 is of shape"));
  auto missing = all.views;
  missing[2].data = nullptr;
  CHECK(has(refused(p, ma::images(missing), to), "image 2 is a null pointer"));
  auto shared = all.views;
  shared[5].data = out.data();
  CHECK(has(refused(p, ma::images(shared), to), "sharing memory with image 5"));
  auto other = all.views;
  other[3].extent[0] = 2;
  CHECK(has(test::refusal([&] { ma::make_plan(c, ma::images(other), ma::key{}); }), "image 3 is of shape"));
  other = all.views;
  other[4].extent[1] = 1;
  CHECK(has(test::refusal([&] { ma::make_plan(c, ma::images(other), ma::key{}); }), "image 4 is of (c, h, w)"));
  other.clear();
  CHECK(has(test::refusal([&] { ma::make_plan(c, ma::images(other), ma::key{}); }), "the batch is empty"));
  CHECK(std::count(out.begin(), out.end(), 9) == static_cast<index_t>(out.size()));
}

TEST_CASE("nothing is allocated after the first step of a list") {
  if (!test::counts_allocations()) return;
  images const all;
  std::vector<std::uint8_t> out(static_cast<std::size_t>(n * 3 * 18 * 20));
  for (au::chain const& c : chains()) {
    au::ragged_plan p;
    auto const step = [&](std::uint64_t s) {
      ma::make_plan(c, ma::images(all.views), ma::key{.step = s}, p);
      ma::apply(ma::serial{}, p, ma::images(all.views), ma::nchw(out.data(), {n, 3, 18, 20}));
    };
    step(0);
    auto const before = test::allocations();
    for (std::uint64_t s = 1; s < 4; ++s) step(s);
    CHECK(test::allocations() == before);
  }
}

}  // namespace ragged_test

#include <doctest/doctest.h>

#include <limits>

#include "augment/augment_images.hpp"
#include "support/refusal.hpp"

namespace refusals_test {

namespace au = ma::augment;
using ma::index_t;

namespace {

constexpr float no_number = std::numeric_limits<float>::quiet_NaN();

struct bad_step {
  au::step step;
  char const *operand, *got;
};
std::string planned(au::chain const& c, index_t channels = 3) {
  au::plan p = test::planned_chain(au::chain{au::flip{}}, 2, 1, 3, 3);
  std::string const said = test::refusal([&] {
    ma::make_plan(c, ma::nchw<std::uint8_t>(nullptr, {2, channels, 10, 12}), ma::key{.seed = 1}, p);
  });
  CHECK((said.empty() || (p.rows() == 2 && p.in().height == 3)));  // the plan is as it was
  return said;
}

}  // namespace

TEST_CASE("planning refuses bad options, and says which, what it got and what it expected") {
  for (bad_step const& b : {
           bad_step{au::crop{}, "augment::crop's size", "{0, 0}"},
           {au::crop{.size = {11, 12}}, "augment::crop's size",
            "{11, 12}; expected at most the image's {height, width} = {10, 12}"},
           {au::crop{.size = {8, 70000}}, "augment::crop's size", "{8, 70000}"},
           {au::crop{.size = {8, 8}, .padding = -1}, "augment::crop's padding", "-1"},
           {au::crop{.size = {8, 8}, .padding = 10, .padding_mode = au::border::reflect}, "augment::crop's padding",
            "10"},
           {au::crop{.size = {8, 8}, .fill = {1, 2}}, "augment::crop's fill", "2 numbers"},
           {au::crop{.size = {8, 8}, .fill = {1, 2, no_number}}, "augment::crop's fill", "nan"},
           {au::flip{.horizontal = 1.5f}, "augment::flip's horizontal", "1.5"},
           {au::flip{.vertical = no_number}, "augment::flip's vertical", "nan"},
           {au::flip{.prob = -0.5f}, "augment::flip's prob", "-0.5"},
           {au::resized_crop{}, "augment::resized_crop's size", "{0, 0}"},
           {au::resized_crop{.size = {8, 8}, .scale = {0, 1}}, "augment::resized_crop's scale", "{0, 1}"},
           {au::resized_crop{.size = {8, 8}, .scale = {0.9f, 0.1f}}, "augment::resized_crop's scale", "{0.9, 0.1}"},
           {au::resized_crop{.size = {8, 8}, .ratio = {2, 1}}, "augment::resized_crop's ratio", "{2, 1}"},
           {au::resized_crop{.size = {8, 8}, .antialias = 2}, "augment::resized_crop's antialias", "2"},
           {au::affine{.degrees = {15, -15}}, "augment::affine's degrees", "{15, -15}"},
           {au::affine{.translate = {1.5f, 0}}, "augment::affine's translate.x", "1.5"},
           {au::affine{.scale = {0, 1}}, "augment::affine's scale", "{0, 1}"},
           {au::affine{.shear = {0, 90, 0, 0}}, "augment::affine's shear of x", "{0, 90}"},
           {au::affine{.shear = {0, 0, 9, 8}}, "augment::affine's shear of y", "{9, 8}"},
           {au::affine{.size = {0, 5}}, "augment::affine's size", "{0, 5}"},
           {au::affine{.fill = {1, 2, 3, 4, 5, 6, 7, 8, 9}}, "augment::affine's fill", "9 numbers"},
           {au::color_jitter{.brightness = {1.2f, 0.8f}}, "augment::color_jitter's brightness", "{1.2, 0.8}"},
           {au::color_jitter{.contrast = {-1, 1}}, "augment::color_jitter's contrast", "{-1, 1}"},
           {au::color_jitter{.hue = {-0.6f, 0}}, "augment::color_jitter's hue", "{-0.6, 0}"},
           {au::pca_color{.alphastd = -1}, "augment::pca_color's alphastd", "-1"},
           {au::pca_color{.eigenvectors = {{1, 1, 0}, {0, 1, 0}, {0, 0, 1}}}, "augment::pca_color's eigenvectors",
            "columns 0 and 1 have the product 1"},
           {au::color_cast{.chance = 2}, "augment::color_cast's chance", "2"},
           {au::gamma{.gamma = {0, 1}}, "augment::gamma's gamma", "{0, 1}"},
           {au::vignette{.radius = {0, 1}}, "augment::vignette's radius", "{0, 1}"},
           {au::vignette{.strength = {0, 2}}, "augment::vignette's strength", "{0, 2}"},
           {au::normalise{.std = 0.0f}, "augment::normalise's std", "0"},
           {au::normalise{.mean = {1, 2}}, "augment::normalise's mean", "2 numbers"},
           {au::gaussian_noise{.sigma = {-1, 1}}, "augment::gaussian_noise's sigma", "{-1, 1}"},
           {au::salt_and_pepper{.amount = {0, 2}}, "augment::salt_and_pepper's amount", "{0, 2}"},
           {au::salt_and_pepper{.salt = -1}, "augment::salt_and_pepper's salt", "-1"},
           {au::occlusion{.scale = {0.5f, 2}}, "augment::occlusion's scale", "{0.5, 2}"},
           {au::perspective{.distortion = 1}, "augment::perspective's distortion", "1"},
           {au::lens{.k1 = {0.5f, 0.1f}}, "augment::lens's k1", "{0.5, 0.1}"},
           {au::lens{.k1 = {-0.4f, 0}}, "augment::lens's k1 and k2", "{-0.4, 0} and {0, 0}"},
           {au::elastic{.alpha = {-1, 1}}, "augment::elastic's alpha", "{-1, 1}"},
           {au::elastic{.sigma = {0.5f, 1}}, "augment::elastic's sigma", "{0.5, 1}"},
           {au::elastic{.fill = {1, 2}}, "augment::elastic's fill", "2 numbers"},
           {au::gaussian_blur{.sigma = {-1, 1}}, "augment::gaussian_blur's sigma", "{-1, 1}"},
           {au::gaussian_blur{.kernel_size = 4}, "augment::gaussian_blur's kernel_size", "4"},
           {au::gaussian_blur{.fill = {1, 2}}, "augment::gaussian_blur's fill", "2 numbers"},
           {au::motion_blur{.length = {0, 64}}, "augment::motion_blur's length", "{0, 64}"},
           {au::motion_blur{.direction = {-2, 1}}, "augment::motion_blur's direction", "{-2, 1}"},
       }) {
    au::chain c;
    c.steps = {b.step};
    std::string const said = planned(c);
    CAPTURE(said);
    CHECK(said.find(std::string(b.operand) + " is ") != std::string::npos);
    CHECK(said.find(b.got) != std::string::npos);
    CHECK(said.find("; expected ") != std::string::npos);
  }
  CHECK(planned(au::chain{}).find("the chain is empty") != std::string::npos);
  au::chain many;
  many.steps.assign(65, au::flip{});
  CHECK(planned(many).find("65 steps; expected at most 64") != std::string::npos);
  many.steps.pop_back();
  CHECK(planned(many).empty());
  au::chain of_range{au::flip{}};
  of_range.range = -1;
  CHECK(planned(of_range).find("the chain's range is -1") != std::string::npos);
  for (au::chain const& three :
       {au::chain{au::grayscale{}}, au::chain{au::pca_color{}}, au::chain{au::color_jitter{.hue = {0, 0.1f}}}})
    CHECK(planned(three, 4).find("needs three channels, R, G and B, and the images have 4") != std::string::npos);
  CHECK(planned(au::chain{au::color_cast{}}, 9).find("9 channels; expected at most 8") != std::string::npos);
  au::chain small;
  for (int k = 0; k < 4; ++k) small.steps.push_back(au::affine{.scale = {0.01f, 0.01f}});
  au::plan p;
  CHECK(test::refusal([&] {
          ma::make_plan(small, ma::nchw<float>(nullptr, {1, 1, 8, 8}), ma::key{.seed = 1}, p);
        }).find("shrinks the image") != std::string::npos);
  CHECK(p.rows() == 0);
}

TEST_CASE("planning refuses bad batches and keys") {
  au::chain const c{au::flip{}};
  auto const said = [&](index_t n, index_t ch, index_t h, index_t w, ma::key const& k) {
    return test::refusal([&] { ma::make_plan(c, ma::nchw<float>(nullptr, {n, ch, h, w}), k); });
  };
  CHECK(said(0, 1, 2, 2, {}).find("the batch is 0 rows") != std::string::npos);
  CHECK(said(1, 0, 2, 2, {}).find("(0, 2, 2)") != std::string::npos);
  CHECK(said(1, 1, 65536, 2, {}).find("at most 65535 pixels a side") != std::string::npos);
  CHECK(said(4, 1, 2, 2, {.first = 2, .global = 5}).find("set key.global") != std::string::npos);
  CHECK(said(4, 1, 2, 2, {.step = std::uint64_t{1} << 40}).find("key.step") != std::string::npos);
}

TEST_CASE("apply refuses what is not the plan's, and writes nothing") {
  std::vector<float> x(2 * 3 * 8 * 9, 1.0f), out(2 * 3 * 8 * 9, -1.0f);
  std::vector<std::uint8_t> bytes(x.size(), 9), byte_out(x.size(), 7);
  auto const view = ma::nchw(x.data(), {2, 3, 8, 9});
  auto const to = ma::nchw(out.data(), {2, 3, 8, 9});
  auto const p = ma::make_plan(au::chain{au::affine{.degrees = {5, 5}}}, view, ma::key{.seed = 1});
  auto const say = [&](au::plan const& q, auto const& a, auto const& b) {
    std::string const said = test::refusal([&] { ma::apply(ma::serial{}, q, a, b); });
    CHECK(std::count(out.begin(), out.end(), -1.0f) == static_cast<std::ptrdiff_t>(out.size()));
    CHECK(std::count(byte_out.begin(), byte_out.end(), 7) == static_cast<std::ptrdiff_t>(byte_out.size()));
    return said;
  };
  CHECK(say(au::plan{}, view, to).find("the plan is empty") != std::string::npos);
  CHECK(say(p, ma::nchw(x.data(), {1, 3, 8, 9}), to)
            .find("x is of shape (n, c, h, w) = (1, 3, 8, 9); expected (2, 3, 8, 9)") != std::string::npos);
  CHECK(say(p, view, ma::nchw(out.data(), {2, 3, 9, 8})).find("the output is of shape") != std::string::npos);
  CHECK(say(p, view, ma::nchw(out.data(), {2, 1, 8, 9})).find("what the plan's chain gives") != std::string::npos);
  CHECK(say(p, ma::nchw<float>(nullptr, {2, 3, 8, 9}), to).find("x is a null pointer") != std::string::npos);
  CHECK(say(p, view, ma::nchw<float>(nullptr, {2, 3, 8, 9})).find("the output is a null pointer") != std::string::npos);
  CHECK(say(p, view, view).find("sharing memory with x; expected a buffer of its own") != std::string::npos);
  CHECK(say(p, view, ma::nchw(out.data(), {2, 3, 8, 9}, {216, 72, 8, 1})).find("overlapping itself") !=
        std::string::npos);
  CHECK(say(p, view, ma::nchw(out.data(), {2, 3, 8, 9}, {INT64_MAX / 2, 72, 9, 1}))
            .find("elements that memory can hold") != std::string::npos);
  // a plan of one number of channels, replayed on another
  auto const q = ma::make_plan(au::chain{au::normalise{}}, ma::nchw(bytes.data(), {2, 3, 8, 9}), ma::key{.seed = 1});
  CHECK(say(q, ma::nchw(bytes.data(), {2, 1, 8, 9}), ma::nchw(out.data(), {2, 1, 8, 9}))
            .find("for which the plan was made") != std::string::npos);
  CHECK(say(q, ma::nchw(bytes.data(), {2, 3, 8, 9}), ma::nchw(byte_out.data(), {2, 3, 8, 9}))
            .find("expected floats, for the chain normalises") != std::string::npos);
}

}  // namespace refusals_test

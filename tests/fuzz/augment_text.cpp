// Texts of plans of chains: refused by a sentence, or read, written again to the same text, and applied to small images
// without an error of the sanitizers. Memory follows the text.

#include <mixaug/augment/follow.hpp>
#include <mixaug/augment/plan_text.hpp>
#include <mixaug/augment/recipes.hpp>
#include <algorithm>
#include <sstream>

#include "fuzz.hpp"
#include "heap.hpp"

namespace fuzz {

namespace ma = mixaug;
namespace au = ma::augment;
using ma::index_t;

char const* const name = "augment_text";
std::int64_t const short_runs = 4000;

namespace {

std::string written(au::plan const& p) {
  std::ostringstream out;
  ma::write_plan(out, p);
  return out.str();
}
std::string text_of(au::chain const& c, index_t n = 2, std::uint64_t seed = 1) {
  return written(ma::make_plan(c, ma::nchw<std::uint8_t>(nullptr, {n, 3, 12, 11}), ma::key{.seed = seed}));
}

/// Applies a plan to bytes and to floats, and moves a mask, a box and a point.
void apply(au::plan const& p) {
  au::image_facts const &a = p.in(), &b = p.out();
  index_t const n = p.rows();
  auto const in_size = static_cast<std::size_t>(n * a.channels * a.height * a.width),
             out_size = static_cast<std::size_t>(n * b.channels * b.height * b.width);
  stream s(1);
  std::vector<std::uint8_t> x(in_size), mask(static_cast<std::size_t>(n * a.height * a.width)),
      mask_out(static_cast<std::size_t>(n * b.height * b.width)), flags(static_cast<std::size_t>(n));
  for (std::uint8_t& v : x) v = static_cast<std::uint8_t>(s.bits());
  std::vector<float> out(out_size), box(static_cast<std::size_t>(4 * n), 1.0f), point(static_cast<std::size_t>(2 * n));
  auto const in = ma::nchw(x.data(), {n, a.channels, a.height, a.width});
  ma::apply(ma::serial{}, p, in, ma::nhwc(out.data(), {n, b.height, b.width, b.channels}));
  std::vector<std::uint8_t> bytes(out_size);
  bool normalises = false;
  for (au::step const& one : p.chain().steps) normalises = normalises || std::holds_alternative<au::normalise>(one);
  if (!normalises) ma::apply(ma::serial{}, p, in, ma::nchw(bytes.data(), {n, b.channels, b.height, b.width}));
  ma::apply_masks(ma::serial{}, p, ma::masks(mask.data(), {n, a.height, a.width}),
                  ma::masks(mask_out.data(), {n, b.height, b.width}));
  auto const kept = ma::row_major(flags.data(), ma::extents<2>{n, 1});
  auto const boxes = ma::row_major(box.data(), ma::extents<3>{n, 1, 4});
  auto const points = ma::row_major(point.data(), ma::extents<3>{n, 1, 2});
  ma::apply_boxes(p, boxes, boxes, kept);
  ma::apply_points(p, points, points, kept);
}

}  // namespace

std::vector<std::string> corpus() {
  au::chain each{au::color_jitter{.contrast = {0.5f, 1.5f}, .hue = {-0.1f, 0.1f}, .about = au::about::mean},
                 au::salt_and_pepper{.amount = {0.1f, 0.2f}, .exact_count = true}, au::occlusion{.noise = true}};
  each.clip_each_step = true;
  std::vector<std::string> all{
      text_of(au::chain{au::crop{.size = {8, 9}, .padding = 2, .padding_mode = au::border::reflect},
                        au::flip{.horizontal = 0.5f, .prob = 0.5f}}),
      text_of(au::chain{au::affine{.degrees = {-30, 30}, .scale = {0.2f, 2}, .shear = {-10, 10}, .fill = {1, 2, 3}},
                        au::gamma{.gamma = {0.5f, 2}}, au::vignette{.strength = {0, 1}}, au::normalise{}}),
      text_of(au::chain{au::elastic{.alpha = {1, 2}, .sigma = {2, 3}}, au::perspective{.distortion = 0.3f},
                        au::lens{.k1 = {-0.1f, 0.2f}}, au::gaussian_noise{.sigma = {1, 2}}}),
      text_of(au::chain{au::gaussian_blur{.sigma = {0.5f, 2}}, au::motion_blur{.length = {2, 5}, .angle = {0, 90}},
                        au::resized_crop{.size = {7, 6}}}),
      text_of(each),
      text_of(au::bengio2011(0.5f)),
      text_of(au::deep_image2015({8, 8})),
      text_of(au::chain{au::pca_color{}, au::grayscale{.prob = 0.5f}, au::color_cast{.amount = {-9, 9}}}, 3, 7)};
  all.push_back(written(ma::make_plan(au::chain{au::crop{.size = {1, 8}, .padding = 2}, au::gaussian_noise{}},
                                      ma::signals<float>(nullptr, {2, 2, 9}), ma::key{})));
  all.push_back(written(ma::make_plan(au::chain{au::crop{.size = {4, 5}, .padding = 2}},
                                      ma::volumes<float>(nullptr, {1, 1, 3, 5, 6}), ma::key{})));
  return all;
}

bool one(std::string_view input) {
  std::istringstream in{std::string(input)};
  au::plan p;
  std::int64_t const before = heap::bytes;
  heap::begin();
  try {
    p = ma::read_augment_plan(in);
  } catch (ma::invalid_argument const& e) {
    require_sentence(e.what());
  }
  auto const size = static_cast<std::int64_t>(input.size());
  if (heap::most_bytes - before > (std::int64_t{1} << 26) + 16384 * size + (1 << 18))
    wrong(std::to_string(heap::most_bytes - before) + " bytes for a text of " + std::to_string(size));
  if (p.rows() == 0) return false;
  std::string const text = written(p);
  std::istringstream again(text);
  require(written(ma::read_augment_plan(again)) == text, "read back, the text is another");
  index_t const limit = 1000;
  au::image_facts const &a = p.in(), &b = p.out();
  index_t inner = 0;
  for (index_t side : {a.height * a.width, b.height * b.width}) inner = side > inner ? side : inner;
  for (au::step const& one : p.chain().steps) {  // sizes between the passes
    if (auto const* c = std::get_if<au::crop>(&one)) inner = std::max(inner, c->size.height * c->size.width);
    if (auto const* c = std::get_if<au::resized_crop>(&one)) inner = std::max(inner, c->size.height * c->size.width);
    if (auto const* c = std::get_if<au::affine>(&one)) inner = std::max(inner, c->size.height * c->size.width);
  }
  if (a.channels > 20 || p.rows() > 8 || inner > limit) return true;
  apply(p);
  return true;
}

}  // namespace fuzz

#include <doctest/doctest.h>

#include <mixaug/augment/plan_text.hpp>
#include <sstream>

#include "augment/augment_images.hpp"
#include "reference/statistics.hpp"
#include "support/refusal.hpp"

namespace plan_test {

namespace au = ma::augment;
using ma::index_t;

namespace {

/// Every step, with every option away from its default.
au::chain everything() {
  return au::chain{
      au::crop{.size = {20, 24}, .padding = 2, .padding_mode = au::border::reflect},
      au::flip{.horizontal = 0.5f, .vertical = 0.25f, .prob = 0.75f},
      au::affine{.degrees = {-10, 20},
                 .translate = {0.1f, 0.2f},
                 .scale = {0.9f, 1.3f},
                 .shear = {-5, 6, -7, 8},
                 .size = {22, 21},
                 .interpolation = au::interpolation::bicubic,
                 .border = au::border::reflect,
                 .fill = {1, 2, 3},
                 .antialias = 0.9f,
                 .prob = 0.75f},
      au::color_jitter{.brightness = {0.8f, 1.2f},
                       .contrast = {0.7f, 1.3f},
                       .saturation = {0.5f, 2},
                       .hue = {-0.1f, 0.2f},
                       .about = au::about::mean,
                       .prob = 0.5f},
      au::pca_color{.alphastd = 0.2f, .eigenvalues = {0.3f, 0.2f, 0.1f}, .prob = 0.5f},
      au::color_cast{.amount = {-20, 20}, .chance = 0.4f, .prob = 0.5f},
      au::grayscale{.prob = 0.2f},
      au::gamma{.gamma = {0.5f, 2}, .prob = 0.5f},
      au::vignette{.radius = {0.1f, 0.5f}, .strength = {0.1f, 0.9f}, .prob = 0.5f},
      au::gaussian_noise{.sigma = {1, 9}, .prob = 0.5f},
      au::salt_and_pepper{.amount = {0.01f, 0.1f}, .salt = 0.3f, .exact_count = true, .prob = 0.5f},
      au::resized_crop{.size = {16, 17},
                       .scale = {0.3f, 1},
                       .ratio = {0.5f, 2},
                       .interpolation = au::interpolation::nearest,
                       .antialias = 0,
                       .prob = 0.5f},
      au::occlusion{.scale = {0.1f, 0.2f}, .ratio = {0.5f, 2}, .fill = {9, 8, 7}, .noise = true, .prob = 0.5f},
      au::gaussian_blur{
          .sigma = {0.2f, 2}, .kernel_size = 7, .border = au::border::constant, .fill = 4.0f, .prob = 0.5f},
      au::motion_blur{.length = {0, 6},
                      .angle = {0, 360},
                      .direction = {-1, 1},
                      .border = au::border::edge,
                      .fill = {1, 2, 3},
                      .prob = 0.5f},
      au::perspective{.distortion = 0.3f, .border = au::border::edge, .prob = 0.75f},
      au::lens{.k1 = {-0.1f, 0.2f}, .k2 = {0, 0.1f}, .border = au::border::edge, .fill = {1, 2, 3}, .prob = 0.75f},
      au::elastic{.alpha = {1, 2}, .sigma = {2, 4}, .border = au::border::edge, .prob = 0.75f},
      au::normalise{.mean = {1, 2, 3}, .std = {4, 5, 6}}};
}
bool same_draws(au::plan const& a, index_t i, au::plan const& b, index_t j) {
  for (int p = 0; p < static_cast<int>(a.chain().steps.size()); ++p) {
    if (a.fired(i, p) != b.fired(j, p)) return false;
    for (int n = 0; n < au::detail::numbers_of(a.chain().steps[static_cast<std::size_t>(p)]); ++n)
      if (!test::same_bits(a.drawn(i, p)[n], b.drawn(j, p)[n])) return false;
  }
  return true;
}
double ks(std::vector<double> u) {
  std::sort(u.begin(), u.end());
  return reference::ks_p(u);
}

}  // namespace

TEST_CASE("images of a global batch are the same for any split, in the plan and in the pixels") {
  index_t const n = 12;
  auto const x = test::photos(n, 3, 20, 24);
  auto const whole = ma::make_plan(everything(), ma::nchw(x.data(), {n, 3, 20, 24}), ma::key{.seed = 5, .step = 2});
  auto const wanted = test::applied<float>(whole, x);
  std::size_t const in_row = x.size() / 12, out_row = wanted.size() / 12;
  for (index_t part : {index_t{1}, index_t{4}, index_t{6}})
    for (index_t first = 0; first < n; first += part) {
      auto const p = ma::make_plan(everything(), ma::nchw(x.data(), {part, 3, 20, 24}),
                                   ma::key{.seed = 5, .step = 2, .first = first, .global = n});
      std::vector<std::uint8_t> const some(x.begin() + first * static_cast<index_t>(in_row),
                                           x.begin() + (first + part) * static_cast<index_t>(in_row));
      auto const got = test::applied<float>(p, some);
      for (index_t i = 0; i < part; ++i) CHECK(same_draws(whole, first + i, p, i));
      CHECK(std::memcmp(got.data(), wanted.data() + first * static_cast<index_t>(out_row), got.size() * 4) == 0);
    }
  auto const other = ma::make_plan(everything(), ma::nchw(x.data(), {n, 3, 20, 24}), ma::key{.seed = 5, .step = 3});
  CHECK_FALSE(same_draws(whole, 0, other, 0));
}

TEST_CASE("a step that is added at the end changes nothing before it") {
  au::chain longer = everything(), c = longer;
  longer.steps.push_back(au::flip{.horizontal = 0.5f});
  auto const x = ma::nchw<float>(nullptr, {20, 3, 20, 24});
  auto const a = ma::make_plan(c, x, ma::key{.seed = 1}), b = ma::make_plan(longer, x, ma::key{.seed = 1});
  for (index_t i = 0; i < 20; ++i) CHECK(same_draws(a, i, b, i));
}

TEST_CASE("a plan that is kept is made anew, and allocates nothing the second time") {
  auto const x = ma::nchw<std::uint8_t>(nullptr, {5, 3, 20, 24});
  au::plan p;
  ma::make_plan(everything(), x, ma::key{.seed = 1}, p);
  float const* const where = p.drawn(0, 0);
  ma::make_plan(everything(), x, ma::key{.seed = 2}, p);
  CHECK(p.drawn(0, 0) == where);
  CHECK(same_draws(p, 3, ma::make_plan(everything(), x, ma::key{.seed = 2}), 3));
}

TEST_CASE("text reads back to the same plan and the same pixels") {
  auto const x = test::photos(6, 3, 20, 24);
  au::chain c = everything();
  for (bool each : {false, true}) {
    c.clip_each_step = each;
    auto const p = ma::make_plan(c, ma::nchw(x.data(), {6, 3, 20, 24}),
                                 ma::key{.seed = 77, .step = 5, .first = 100, .global = 1000});
    std::stringstream text, again;
    ma::write_plan(text, p);
    auto const q = ma::read_augment_plan(text);
    ma::write_plan(again, q);
    CHECK(text.str() == again.str());
    CHECK(q.drawn_with == p.drawn_with);
    for (index_t i = 0; i < 6; ++i) CHECK(same_draws(p, i, q, i));
    CHECK(test::first_difference(test::applied<float>(p, x), test::applied<float>(q, x)) == -1);
    std::ostringstream people;
    people << p;
    CHECK(people.str().find("crop") != std::string::npos);
  }
}

TEST_CASE("texts that are not plans are refused by their line") {
  auto const p = ma::make_plan(au::chain{au::crop{.size = {8, 8}, .padding = 1}, au::occlusion{}},
                               ma::nchw<float>(nullptr, {2, 1, 9, 9}), ma::key{.seed = 1});
  std::ostringstream out;
  ma::write_plan(out, p);
  auto const with = [&](std::string const& from, std::string const& to) {
    std::string text = out.str();
    auto const at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    std::istringstream in(text);
    return test::refusal([&] { ma::read_augment_plan(in); });
  };
  CHECK(with("rows 2", "rows 2").empty());
  CHECK(with("mixaug-augment 1", "mixaug-plan 3").find("line 1 of the plan text") != std::string::npos);
  CHECK(with("augment 1", "augment 2").find("version 1") != std::string::npos);
  CHECK(with("rows 2", "rows 0").find("line 2") != std::string::npos);
  CHECK(with("rows 2", "rows 1000000000000").find("rows of the global batch") != std::string::npos);
  CHECK(with("size 9 9", "size 9 70000").find("[1, 65535]") != std::string::npos);
  CHECK(with("clip once", "clip twice").find("once or each_step") != std::string::npos);
  CHECK(with("steps 2", "steps 65").find("[1, 64]") != std::string::npos);
  CHECK(with("\ncrop", "\ncrab").find("the name of a step") != std::string::npos);
  CHECK(with("padding 1", "padding -1").find("augment::crop's padding is -1") != std::string::npos);
  CHECK(with("padding 1", "padding 0").find("numbers") == std::string::npos);
  CHECK(with("end 2", "end 3").find("[2, 2]") != std::string::npos);
  CHECK(with("end 2\n", "").find("truncated") != std::string::npos);
  std::string const text = out.str();
  std::string const row =
      text.substr(text.find("\n1 ") + 1, text.find('\n', text.find("\n1 ") + 1) - text.find("\n1 ") - 1);
  CHECK(with(row, "1 0.5 0 0 1 0 1 0 1").find("numbers that it may draw") != std::string::npos);
  CHECK(with(row, "1 0 0 0 1 0 1 0 10").find("numbers that it may draw") != std::string::npos);
  CHECK(with(row, "1 0 0 0 1 0 1 0 nan").find("a finite number") != std::string::npos);
  CHECK(with(row, "2 0 0 0 1 0 1 0 1").find("[0, 1]") != std::string::npos);
  CHECK(with(row, "1 0 0 0 1 0 1 0 1 7").find("the end of the line") != std::string::npos);
}

TEST_CASE("a short text asks for no more memory than it may") {
  auto const p = ma::make_plan(au::chain{au::salt_and_pepper{.amount = {0.5f, 0.5f}, .exact_count = true}},
                               ma::nchw<float>(nullptr, {2, 1, 9, 9}), ma::key{.seed = 1});
  std::ostringstream out;
  ma::write_plan(out, p);
  std::string text = out.str();
  text.replace(text.find("size 9 9"), 8, "size 30000 30000");
  std::istringstream in(text);
  std::string const said = test::refusal([&] { ma::read_augment_plan(in); });
  CHECK(said.find("make the plan again from its chain and key") != std::string::npos);
}

TEST_CASE("laws of the draws") {
  index_t const n = reference::draws(16000);
  au::chain const c{
      au::crop{.size = {28, 20}, .padding = 2},
      au::flip{.horizontal = 0.3f, .vertical = 0.6f},
      au::affine{.degrees = {-30, 60}, .translate = {0.1f, 0.2f}, .scale = {0.5f, 2}, .shear = {-10, 20, 5, 6}},
      au::color_jitter{.brightness = {0.5f, 1}, .contrast = {1, 3}, .saturation = {0, 1}, .hue = {-0.1f, 0.3f}},
      au::pca_color{.alphastd = 0.3f},
      au::color_cast{.amount = {-20, 20}, .chance = 0.25f},
      au::gamma{.gamma = {0.5f, 2}, .prob = 0.4f}};
  auto const p = ma::make_plan(c, ma::nchw<float>(nullptr, {n, 3, 30, 30}), ma::key{.seed = 3});
  std::vector<double> rows(7), columns(15), flips(4), fires(2);
  std::vector<std::vector<double>> uniform(10), normal(3);
  double chosen[4] = {};
  std::vector<double> amount;
  for (index_t i = 0; i < n; ++i) {
    rows[static_cast<std::size_t>(p.drawn(i, 0)[0] + 2)] += 1;
    columns[static_cast<std::size_t>(p.drawn(i, 0)[1] + 2)] += 1;
    flips[static_cast<std::size_t>(p.drawn(i, 1)[0] + 2 * p.drawn(i, 1)[1])] += 1;
    double const low[10] = {-30, -3, -6, 0.5, -10, 5, 0.5, 1, 0, -0.1}, high[10] = {60, 3, 6, 2, 20, 6, 1, 3, 1, 0.3};
    // the crop is 28 x 20: shifts up to a tenth of 20, a fifth of 28
    double const shift[2] = {2, 5.6};
    for (std::size_t k = 0; k < 10; ++k) {
      double const v = static_cast<double>(k < 6 ? p.drawn(i, 2)[k] : p.drawn(i, 3)[k - 6]);
      double const a = k == 1 || k == 2 ? -shift[k - 1] : low[k], b = k == 1 || k == 2 ? shift[k - 1] : high[k];
      uniform[k].push_back((v - a) / (b - a));
    }
    for (std::size_t k = 0; k < 3; ++k)
      normal[k].push_back(std::erfc(-static_cast<double>(p.drawn(i, 4)[k]) / 0.3 / std::sqrt(2.0)) / 2);
    int coins = 0;
    for (int k = 0; k < 3; ++k)
      if (p.drawn(i, 5)[k] != 0.0f) ++coins, amount.push_back((static_cast<double>(p.drawn(i, 5)[k]) + 20) / 40);
    chosen[coins] += 1;
    fires[p.fired(i, 6) ? 1 : 0] += 1;
  }
  int const tests = 20;
  double const all = static_cast<double>(n);
  CHECK(reference::uniform_p(rows) > reference::level(tests));
  CHECK(reference::uniform_p(columns) > reference::level(tests));
  CHECK(reference::chi_square_p(flips, {0.28 * all, 0.12 * all, 0.42 * all, 0.18 * all}) > reference::level(tests));
  CHECK(reference::chi_square_p(fires, {0.6 * all, 0.4 * all}) > reference::level(tests));
  CHECK(reference::chi_square_p({chosen, chosen + 4}, {27 / 64.0 * all, 27 / 64.0 * all, 9 / 64.0 * all, all / 64}) >
        reference::level(tests));
  CHECK(ks(amount) > reference::level(tests));
  for (auto const& u : uniform) CHECK(ks(u) > reference::level(tests));
  for (auto const& u : normal) CHECK(ks(u) > reference::level(tests));
}

TEST_CASE("resized_crop: area, ratio and place by their laws, rounded sides, and the part that is left for others") {
  index_t const n = reference::draws(8000);
  au::chain const c{au::resized_crop{.size = {8, 8}, .scale = {0.2f, 0.4f}}};
  auto const p = ma::make_plan(c, ma::nchw<float>(nullptr, {n, 1, 500, 700}), ma::key{.seed = 3});
  std::vector<double> area, ratio, y, x;
  for (index_t i = 0; i < n; ++i) {
    double const h = static_cast<double>(p.drawn(i, 0)[2]), w = static_cast<double>(p.drawn(i, 0)[3]);
    area.push_back((h * w / 350000 - 0.2) / 0.2);
    ratio.push_back((std::log(w / h) + std::log(4 / 3.0)) / (2 * std::log(4 / 3.0)));
    y.push_back((static_cast<double>(p.drawn(i, 0)[0]) + 0.5) / (500 - h + 1));
    x.push_back((static_cast<double>(p.drawn(i, 0)[1]) + 0.5) / (700 - w + 1));
  }
  for (auto const& list : {area, ratio, y, x}) CHECK(ks(list) > reference::level(4));
  // no part of 90 % with a ratio of 1 fits 40 x 100: the central square
  auto const q = ma::make_plan(au::chain{au::resized_crop{.size = {8, 8}, .scale = {0.9f, 1}, .ratio = {1, 1}}},
                               ma::nchw<float>(nullptr, {1, 1, 40, 100}), ma::key{.seed = 3});
  CHECK(q.drawn(0, 0)[0] == 0.0f);
  CHECK(q.drawn(0, 0)[1] == 30.0f);
  CHECK(q.drawn(0, 0)[2] == 40.0f);
  CHECK(q.drawn(0, 0)[3] == 40.0f);
}

}  // namespace plan_test

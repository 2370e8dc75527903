#include <doctest/doctest.h>

#include <algorithm>
#include <mixaug/plan/plan_text.hpp>
#include <sstream>

#include "support/plans.hpp"

namespace plan_traits_test {

namespace ma = mixaug;
using ma::index_t;

namespace {

constexpr index_t n = 4;
auto const images = ma::nchw<float>(nullptr, {n, 1, 8, 8});

template <class F>
std::string refusal(F const& call) {
  try {
    call();
  } catch (ma::invalid_argument const& e) {
    return e.what();
  }
  return "";
}

template <class R, class B>
ma::any_plan read_back(ma::plan<R, B> const& p) {
  std::stringstream text;
  ma::write_plan(text, p);
  return ma::read_plan(text);
}

/// Ids of 8 and 32 bits follow every step of the method, or none; so do plans made of its plans.
template <class Method>
void check_ids(char const* name, Method const& method, bool follow, bool in_place) {
  CAPTURE(name);
  std::vector<std::uint8_t> bytes(n * 64, 3), mixed(n * 64);
  std::vector<int> ids(n * 64, 3), mixed_ids(n * 64), half(n * 16, 3);
  auto const mask = ma::masks(bytes.data(), {n, index_t{8}, index_t{8}});
  auto const mask32 = ma::masks(ids.data(), {n, index_t{8}, index_t{8}});
  for (std::uint64_t step = 0; step < 40; ++step) {
    CAPTURE(step);
    auto const p = ma::make_plan(method, images, ma::key{.seed = 1, .step = step});
    auto const copy = p;
    REQUIRE((p.flags().blends == !follow && p.flags().in_order && p.flags().local));
    REQUIRE((copy.flags().blends == p.flags().blends && copy.flags().moved == p.flags().moved));
    auto const told = [&](auto const& plan) {
      std::string const a = refusal([&] {
        ma::apply(plan, mask, ma::masks(mixed.data(), {n, index_t{8}, index_t{8}}));
      });
      std::string const b = refusal([&] {
        ma::apply(plan, mask32, ma::masks(mixed_ids.data(), {n, index_t{8}, index_t{8}}));
      });
      std::string const c = refusal([&] { ma::apply_inplace(plan, mask32); });
      REQUIRE(a.empty() == follow);
      REQUIRE(b.empty() == follow);
      REQUIRE(c.empty() == in_place);
      if (!follow)
        REQUIRE(a.find("this plan blends pixels (some m may lie between 0 and 1, or a box is resized linearly), "
                       "and ids cannot be blended") != std::string::npos);
    };
    told(p), told(ma::to_any(p)), told(read_back(p)), told(ma::rescaled(ma::rescaled(p, {4, 4}), {8, 8}));
  }
}

/// A ratio rule and a kind of the user's own that say nothing of what they draw.
struct silent_ratio : ma::ratio::rule {
  float value;
  silent_ratio const& sampler() const noexcept { return *this; }
  float operator()(std::uint64_t, ma::row_of_batch const&) const noexcept { return value; }
};
struct false_ratio : silent_ratio {
  false_ratio const& sampler() const noexcept { return *this; }
  bool fractional() const noexcept { return false; }
};
struct own_kind : ma::kind::boxes {
  static constexpr ma::field_weights holds = ma::field_weights::any;
};
struct own_region : ma::region::random_box {
  using kind = own_kind;
  bool blends() const noexcept { return true; }
};

/// Boxes of another place, by a rule that does not say that they move, and by one that says they do not.
struct silent_corner : ma::region::rule<ma::kind::box_pair> {
  template <class Columns>
  void operator()(Columns const& c, ma::row_facts const& r, ma::random const&) const {
    c.to[r.row] = {0, 1, 0, 2, 0, 2};
    c.from[r.row] = {0, 1, 2, 4, 2, 4};
  }
};
struct false_corner : silent_corner {
  bool moves() const { return false; }
  bool blends() const { return false; }
};

}  // namespace

TEST_CASE("whether ids can follow is a property of the method, never of what a step drew") {
  using ma::ratio::constant, ma::ratio::uniform;
  auto const batch = ma::mode::batch;
  ma::one_of either(ma::mixup{}, ma::cutmix{}), unused(ma::mixup{}, ma::cutmix{}),
      never(ma::mixup{.prob = 0}, ma::cutmix{});
  ma::one_of const pastes(ma::cutmix{}, ma::cutout{.length = 4});
  either.mode = batch, either.weight[0] = 0.1f, unused.weight[0] = 0;
  check_ids("one_of(mixup, cutmix)", either, false, false);
  check_ids("one_of with another pairing", with(either, ma::pairing::reverse{}), false, false);
  check_ids("one_of of what pastes", pastes, true, true);
  check_ids("one_of whose mixup has weight 0", unused, true, true);
  check_ids("one_of whose mixup has prob 0", never, true, true);
  check_ids("mixup now and then", ma::mixup{.prob = 0.2f, .mode = batch}, false, false);
  check_ids("mixup whose ratios are nearly all 0 and 1", ma::mixup{.alpha = 1e-4f}, false, false);
  check_ids("mixup with prob 0", ma::mixup{.prob = 0}, true, true);
  check_ids("mixup of 0", with(ma::mixup{}, constant{0}), true, true);
  check_ids("mixup of 1", with(ma::mixup{}, constant{1}), true, true);
  check_ids("mixup of 0.5", with(ma::mixup{.prob = 0.2f}, constant{0.5f}), false, false);
  check_ids("uniform of one number", with(ma::mixup{}, uniform{1, 1}), true, true);
  check_ids("uniform of 0.5", with(ma::mixup{}, uniform{0.5f, 0.5f}), false, false);
  check_ids("uniform", with(ma::mixup{.prob = 0.2f}, uniform{0.999f, 1}), false, false);
  check_ids("a ratio of the user's own", with(ma::mixup{}, silent_ratio{{}, 1.0f}), false, false);
  check_ids("cutmix", ma::cutmix{.mode = batch}, true, true);
  check_ids("fmix", ma::fmix{}, true, true);
  check_ids("fmix, hardly soft", ma::fmix{.max_soft = 1e-9f, .prob = 0.2f}, false, false);
  check_ids("smoothmix", ma::smoothmix{.prob = 0.2f}, false, false);
}

TEST_CASE("8-bit id masks of frames and volumes are pasted, with any strides, and never blended") {
  std::int64_t const turned[] = {1, 0};
  auto const pairs = ma::pairing::given{ma::indices(turned, {2})};
  auto const half = with(ma::mixup{}, pairs, ma::ratio::constant{0.5f});
  auto const paste = with(ma::cutmix{.placement = ma::placement::inside}, pairs, ma::ratio::constant{0.5f});
  std::vector<std::uint8_t> ids(400, 7), mixed(400, 9);
  auto const check = [&](auto const& x, auto const& in, auto const& out, index_t boxed, index_t row) {
    for (index_t k = 0; k < 400; ++k) ids[static_cast<std::size_t>(k)] = static_cast<std::uint8_t>(k < 200 ? 0 : 2);
    CHECK(refusal([&] { ma::apply(ma::make_plan(half, x, ma::key{}), in, out); }).find("ids cannot be blended") !=
          std::string::npos);
    CHECK(std::count(mixed.begin(), mixed.end(), 9) == 400);
    ma::apply(ma::make_plan(paste, x, ma::key{}), in, out);
    CHECK(std::count(mixed.begin(), mixed.begin() + 200, 2) == boxed);  // the sides of the box, and 0 beside it
    CHECK(std::count(mixed.begin(), mixed.begin() + 200, 0) == row - boxed);
    CHECK(std::count(mixed.begin() + 200, mixed.end(), 0) == boxed);
    CHECK(std::count(mixed.begin(), mixed.end(), 9) == 400 - 2 * row);
    std::fill(mixed.begin(), mixed.end(), std::uint8_t{9});
  };
  auto const signals = ma::signals<float>(nullptr, {2, 3, 60});
  auto const volumes = ma::volumes<float>(nullptr, {2, 1, 4, 5, 6});
  check(signals, ma::masks(ids.data(), {2, 60}, {200, 3}), ma::masks(mixed.data(), {2, 60}, {200, 2}), 30, 60);
  check(volumes, ma::masks(ids.data(), {2, 4, 5, 6}, {200, 48, 8, 1}),
        ma::masks(mixed.data(), {2, 4, 5, 6}, {200, 40, 8, 1}), 3 * 3 * 4, 120);
  // half the volume: 0.5^(1/3) = 0.794 of each side
  std::vector<std::uint8_t> dense(240);
  CHECK(ma::masks(dense.data(), {2, 4, 5, 6}).stride[0] == 120);
  CHECK(refusal([&] {
          ma::apply_inplace(ma::make_plan(half, volumes, ma::key{}), ma::masks(dense.data(), {2, 4, 5, 6}));
        }).find("ids cannot be blended") != std::string::npos);
  CHECK(refusal([&] {
          ma::apply_inplace(ma::make_plan(half, signals, ma::key{}), ma::masks(dense.data(), {2, 60}));
        }).find("ids cannot be blended") != std::string::npos);
}

TEST_CASE("a kind that does not say what it holds may blend; a rule that says what is not so is refused") {
  CHECK(ma::make_plan(with(ma::cutmix{}, own_region{}), images, ma::key{}).flags().blends);
  CHECK_FALSE(ma::make_plan(with(ma::cutmix{.prob = 0}, own_region{}), images, ma::key{}).flags().blends);
  CHECK_THROWS_WITH_AS(ma::make_plan(with(ma::mixup{}, false_ratio{{{}, 0.5f}}), images, ma::key{}),
                       doctest::Contains("the field of row 0 blends, but"), ma::invalid_argument);
  CHECK_THROWS_WITH_AS(
      ma::make_plan(with(ma::cutmix{}, false_corner{}), images, ma::key{}),
      doctest::Contains(
          "row 0 reads its source at another place than it writes, but its region rule says moves() = false"),
      ma::invalid_argument);
}

TEST_CASE("whether a plan can be applied in place is a property of the method too") {
  std::vector<float> x(n * 64);
  auto const view = ma::nchw(x.data(), {n, index_t{1}, index_t{8}, index_t{8}});
  auto const moving = with(ma::cutmix{}, test::random_pair{});
  auto const silent = with(ma::cutmix{}, silent_corner{});
  ma::one_of either(ma::cutmix{}, moving), unused(ma::cutmix{}, moving);
  either.mode = ma::mode::batch, either.weight[1] = 0.1f, unused.weight[1] = 0;
  for (std::uint64_t step = 0; step < 40; ++step) {
    ma::key const k{.step = step};
    auto const refused = [&](auto const& p) {
      return refusal([&] { ma::apply_inplace(p, view); }).find("this plan may paste pixels at another place") !=
             std::string::npos;
    };
    auto const all = [&](auto const& p) {
      return refused(p) && refused(ma::to_any(p)) && refused(read_back(p)) &&
             refused(ma::rescaled(ma::rescaled(p, {4, 4}), {8, 8}));
    };
    REQUIRE(all(ma::make_plan(either, images, k)));
    REQUIRE(
        all(ma::make_plan(with(ma::cutmix{.prob = 0.1f, .mode = ma::mode::batch}, test::random_pair{}), images, k)));
    REQUIRE(all(ma::make_plan(silent, images, k)));
    REQUIRE_FALSE(refused(ma::make_plan(unused, images, k)));
  }
}

TEST_CASE(
    "whether partners may lie outside the call follows from the key and the pairing rule, not from the partners "
    "drawn") {
  std::vector<float> x(n * 64), out(n * 64), weights(n, 1.0f);
  auto const view = ma::nchw(x.data(), {2, 1, 8, 8}), room = ma::nchw(out.data(), {2, 1, 8, 8});
  std::int64_t const inside[] = {1, 0};
  auto const given = with(ma::cutmix{}, ma::pairing::given{ma::indices(inside, {2})});
  for (std::uint64_t step = 0; step < 40; ++step) {
    ma::key const part{.step = step, .global = 4}, blocks{.step = step, .global = 4, .block = 2},
        across{.step = step, .first = 1, .global = 4, .block = 2};
    REQUIRE_FALSE(ma::make_plan(ma::cutmix{}, view, part).flags().local);
    REQUIRE_FALSE(read_back(ma::make_plan(ma::cutmix{}, view, part)).flags().local);
    REQUIRE_FALSE(ma::make_plan(ma::one_of(ma::cutout{.length = 4}, ma::cutmix{}), view, part).flags().local);
    REQUIRE(refusal([&] {
              ma::apply(ma::make_plan(ma::cutmix{}, view, part), view, room);
            }).find("partners lie outside") != std::string::npos);
    REQUIRE_FALSE(ma::make_plan(ma::cutmix{}, view, across).flags().local);
    REQUIRE(ma::make_plan(ma::cutmix{}, view, blocks).flags().local);
    REQUIRE(read_back(ma::make_plan(ma::cutmix{}, view, blocks)).flags().local);
    REQUIRE(ma::make_plan(ma::cutout{.length = 4}, view, part).flags().local);
    REQUIRE(ma::make_plan(given, view, part).flags().local);
    // what partners outside would be read from is asked for at every step
    REQUIRE(refusal([&] {
              ma::make_plan(ma::cutmix{}, ma::inputs(view).weights(ma::weights(weights.data(), {2})), part);
            }).find("weights is 2 rows; expected 4 rows") != std::string::npos);
    REQUIRE(refusal([&] {
              ma::make_plan(ma::serial{}, ma::saliencymix{}, view, part);
            }).find("add them: mixaug::inputs(x).source_images(v)") != std::string::npos);
    REQUIRE(refusal([&] { ma::make_plan(ma::serial{}, ma::saliencymix{}, view, blocks); }).empty());
  }
}

TEST_CASE("rows of other samples than their own are mixed by apply, and refused in place") {
  std::istringstream text(
      "mixaug-plan 3\nrows 2 samples 2 source_rows 2 own_source 1 first 0\nsize\nkey 1 0 0 2 0\nblends 1 moves 0 local "
      "1\nchoice 0 whole mix\n"
      "columns choice self partner ratio share_self share_partner weight_self weight_partner field\n0 1 0 0.25 0.25 "
      "0.75 1 1\n0 1 0 0.5 0.5 0.5 1 1\nend 2\n");
  ma::any_plan p = ma::read_plan(text);
  CHECK_FALSE(p.flags().in_order);
  float a[] = {10, 20}, o[2];
  ma::apply(p, ma::features(a, {2, 1}), ma::features(o, {2, 1}));
  CHECK((o[0] == 12.5f && o[1] == 15.0f));
  auto const refused = [&](auto const& plan) {
    return refusal([&] {
             ma::apply_inplace(plan, ma::features(a, {2, 1}));
           }).find("its column self is not 0, 1, 2, ...") != std::string::npos;
  };
  CHECK(refused(p));
  ma::any_plan const copy = p;
  CHECK(refused(copy));
  CHECK((a[0] == 10.0f && a[1] == 20.0f));
  p.edit([](auto const& columns) { columns.self[0] = 0; });
  CHECK_FALSE(refused(p));
  auto edited = ma::make_plan(ma::mixup{}, ma::features(a, {2, 1}), ma::key{});
  edited.edit([](auto const& columns) { columns.self[0] = 1; });
  CHECK(refused(edited));
  CHECK_FALSE(ma::to_any(edited).flags().in_order);
}

TEST_CASE("a plan of mixup fits every size and rank as any_plan, too, and a plan of boxes does not") {
  std::vector<float> images(4 * 3 * 8 * 8), hidden(4 * 10);
  for (std::size_t k = 0; k < hidden.size(); ++k) hidden[k] = static_cast<float>(k * 7 % 13);
  auto const x = ma::nchw(images.data(), {4, 3, 8, 8});
  auto const features = ma::features(hidden.data(), {4, 10});
  auto const mixed_by = [&](auto const& plan) {
    std::vector<float> out(hidden.size()), back(hidden.size()), field(4), own = hidden;
    ma::apply(plan, features, ma::features(out.data(), {4, 10}));
    ma::apply_adjoint(plan, features, ma::features(back.data(), {4, 10}));
    ma::write_field(plan, ma::labels(field.data(), {4}));
    ma::apply_inplace(plan, ma::features(own.data(), {4, 10}));
    CHECK(own == out);
    out.insert(out.end(), back.begin(), back.end());
    out.insert(out.end(), field.begin(), field.end());
    return out;
  };
  auto const p = ma::make_plan(ma::mixup{}, x, ma::key{.seed = 3});
  CHECK(p.constant_field());
  CHECK(ma::to_any(p).constant_field());
  CHECK(mixed_by(ma::to_any(p)) == mixed_by(p));
  CHECK(mixed_by(read_back(p)) == mixed_by(p));

  // A plan that was made for features knows no image: boxes of images are kept whole, with the ratio's weights.
  auto const of_features = ma::make_plan(ma::mixup{}, features, ma::key{.seed = 3});
  auto const boxes_by = [](auto const& plan) {
    std::vector<float> corners, seen(4 * 2 * 4), weight(4 * 2);
    for (int i = 0; i < 4; ++i) corners.insert(corners.end(), {1, 3, 2, 5});
    ma::apply_boxes(plan, ma::row_major<float const>(corners.data(), ma::extents<3>{4, 1, 4}),
                    ma::row_major<float>(seen.data(), ma::extents<3>{4, 2, 4}),
                    ma::row_major<float>(weight.data(), ma::extents<2>{4, 2}));
    seen.insert(seen.end(), weight.begin(), weight.end());
    return seen;
  };
  CHECK(boxes_by(ma::to_any(of_features)) == boxes_by(of_features));

  ma::any_plan const boxes = ma::to_any(ma::make_plan(ma::cutmix{}, x, ma::key{.seed = 3}));
  ma::any_plan const either = ma::to_any(ma::make_plan(ma::one_of(ma::mixup{}, ma::cutmix{}), x, ma::key{.seed = 3}));
  for (ma::any_plan const* each : {&boxes, &either}) {
    CHECK_FALSE(each->constant_field());
    CHECK(refusal([&] { mixed_by(*each); }).find("x is") != std::string::npos);
  }
}

TEST_CASE("every key that planning takes reads back from text, up to its last number") {
  index_t const most = (index_t{1} << 40) - 2;
  float x[4] = {};
  auto const view = ma::features(x, {2, 2});
  for (ma::key const& k :
       {ma::key{.block = most}, ma::key{.seed = ~std::uint64_t{0}}, ma::key{.step = (std::uint64_t{1} << 40) - 1},
        ma::key{.global = most}, ma::key{.first = most - 2, .global = most, .block = 2},
        ma::key{.first = most - 2, .global = most, .block = most}}) {
    // reverse looks its partners up: a permutation of 2^40 rows has no room
    auto const p = ma::make_plan(with(ma::mixup{}, ma::pairing::reverse{}), view, k);
    CHECK(read_back(p).drawn_with == p.drawn_with);
  }
  auto const far =
      ma::make_plan(ma::mixup{}, ma::inputs(view).source_rows(most - 1), ma::key{.first = most - 2, .global = most});
  CHECK(read_back(far).shape == far.shape);
  auto const refused = [&](ma::key const& k) { return refusal([&] { ma::make_plan(ma::mixup{}, view, k); }); };
  CHECK(refused({.block = most + 1})
            .find("the key's first, global, block is 0, 0, 1099511627775; expected three numbers in [0, 2^40 - 2]") !=
        std::string::npos);
  CHECK(refused({.block = index_t{1} << 40}).find("three numbers in [0, 2^40 - 2]") != std::string::npos);
  CHECK(refused({.step = std::uint64_t{1} << 40}).find("key.step is 1099511627776; expected less than 2^40") !=
        std::string::npos);
  CHECK(refused({.first = most - 1, .global = most}).find("rows of the global batch of 1099511627774 rows") !=
        std::string::npos);
  CHECK(refused({.first = most - 1}).find("rows of the global batch of 2 rows") != std::string::npos);
}

}  // namespace plan_traits_test

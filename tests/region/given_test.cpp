#include <doctest/doctest.h>

#include <limits>
#include <mixaug/plan/plan_text.hpp>
#include <sstream>

#include "reference/mix_reference.hpp"
#include "support/compare_plans.hpp"
#include "support/values.hpp"

namespace given_test {

using ma::index_t;

namespace {

std::string refusal(auto const& act) {
  try {
    act();
  } catch (ma::invalid_argument const& e) {
    return e.what();
  }
  return "";
}
bool has(std::string const& text, char const* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("lambdas of the caller: labels, shares and pixels follow them, where the gate fires") {
  std::vector<float> const lambda{0, 0.25f, 0.5f, 1, 0.125f, 0.75f};
  std::vector<double> const wide(lambda.begin(), lambda.end());
  auto const values = test::any_values<float>(6 * 2 * 5 * 5, 3);
  std::vector<float> out(values.size());
  auto const x = ma::nchw(values.data(), {6, 2, 5, 5});
  auto const p = ma::make_plan(with(ma::mixup{}, ma::ratio::given{ma::labels(lambda.data(), {6})}), x, ma::key{});
  auto const q = ma::make_plan(with(ma::mixup{}, ma::ratio::given{ma::labels(wide.data(), {6})}), x, ma::key{});
  CHECK(test::same_plan(p, q));
  CHECK(p.blends);
  for (index_t i = 0; i < 6; ++i) {
    CHECK(p.ratio[i] == lambda[static_cast<std::size_t>(i)]);
    CHECK(p.share_self[i] == p.ratio[i]);
    CHECK(p.share_partner[i] == 1 - p.ratio[i]);
  }
  ma::apply(p, x, ma::nchw(out.data(), {6, 2, 5, 5}));
  CHECK(reference::first_wrong(p, values, values, out, test::exact<ma::serial>()) == -1);

  auto const boxes = ma::make_plan(with(ma::cutmix{}, ma::ratio::given{ma::labels(lambda.data(), {6})}),
                                   ma::nchw<float>(nullptr, {6, 1, 8, 8}), ma::key{});
  CHECK(!boxes.blends);
  CHECK(boxes.region.box(3).empty());
  CHECK(boxes.region.box(2).y1 - boxes.region.box(2).y0 <= 5);

  auto const some = ma::make_plan(with(ma::mixup{.prob = 0.5f}, ma::ratio::given{ma::labels(lambda.data(), {6})}), x,
                                  ma::key{.seed = 2});
  index_t kept = 0;
  for (index_t i = 0; i < 6; ++i) {
    bool const own = some.ratio[i] == lambda[static_cast<std::size_t>(i)];
    CHECK((own || some.ratio[i] == 1));
    kept += own ? 0 : 1;
  }
  CHECK((kept > 0 && kept < 6));
}

TEST_CASE("what is given for the global batch serves every part of it") {
  std::vector<float> const lambda{0, 0.25f, 0.5f, 1, 0.125f, 0.75f, 0.875f, 0.375f};
  std::vector<std::int32_t> box;
  for (std::int32_t i = 0; i < 8; ++i) box.insert(box.end(), {i, i + 1, 0, 8 - i});
  auto const method = with(ma::cutmix{}, ma::pairing::reverse{}, ma::ratio::given{ma::labels(lambda.data(), {8})},
                           ma::region::given_boxes{ma::boxes(box.data(), {8, 4})});
  auto const whole = ma::make_plan(method, ma::nchw<float>(nullptr, {8, 1, 9, 8}), ma::key{});
  for (index_t part = 0; part < 2; ++part) {
    auto const p =
        ma::make_plan(method, ma::nchw<float>(nullptr, {4, 1, 9, 8}), ma::key{.first = 4 * part, .global = 8});
    for (index_t i = 0; i < 4; ++i) {
      CHECK(p.region.box(i) == whole.region.box(4 * part + i));
      CHECK(p.ratio[i] == whole.ratio[4 * part + i]);
    }
  }
  CHECK(has(refusal([&] { ma::make_plan(method, ma::nchw<float>(nullptr, {4, 1, 9, 8}), ma::key{}); }), "is 8 rows"));
  CHECK(has(refusal([&] {
              ma::make_plan(method, ma::nchw<float>(nullptr, {4, 1, 9, 8}), ma::key{.first = 4, .global = 9});
            }),
            "expected 4, or the 9 of the global batch"));
}

TEST_CASE("boxes of the caller: pasted, empty, overlapping, several a sample, at every rank") {
  std::vector<std::int32_t> const box{
      0, 4, 0, 5, 2, 6, 3, 8,  // overlap in 2..4 x 3..5
      0, 0, 0, 0, 9, 9, 7, 7,  // nothing
      0, 9, 0, 8, 1, 2, 1, 2,  // all
  };
  auto const values = test::any_values<float>(3 * 2 * 9 * 8, 4);
  std::vector<float> out(values.size());
  auto const x = ma::nchw(values.data(), {3, 2, 9, 8});
  auto const p = ma::make_plan(
      with(ma::cutmix{}, ma::pairing::reverse{}, ma::region::given_boxes{ma::boxes(box.data(), {3, 2, 4})}), x,
      ma::key{});
  CHECK(p.share_self[0] == static_cast<float>(1.0 - (20.0 + 20.0 - 4.0) / 72.0));
  CHECK(p.share_self[1] == 1);
  CHECK(p.share_self[2] == 0);
  ma::apply(p, x, ma::nchw(out.data(), {3, 2, 9, 8}));
  CHECK(reference::first_wrong(p, values, values, out, true) == -1);
  std::ostringstream text;
  ma::write_plan(text, p);
  std::istringstream back(text.str());
  std::ostringstream again;
  ma::write_plan(again, ma::read_plan(back));
  CHECK(again.str() == text.str());

  std::vector<std::int32_t> const line{1, 3, 0, 6}, volume{0, 2, 1, 3, 2, 6, 0, 0, 0, 0, 0, 0};
  auto const signals = ma::make_plan(with(ma::cutmix{}, ma::region::given_boxes{ma::boxes(line.data(), {2, 2})}),
                                     ma::signals<float>(nullptr, {2, 1, 6}), ma::key{});
  CHECK(signals.region.box(1) == ma::box{0, 1, 0, 1, 0, 6});
  auto const volumes = ma::make_plan(with(ma::cutmix{}, ma::region::given_boxes{ma::boxes(volume.data(), {2, 6})}),
                                     ma::volumes<float>(nullptr, {2, 1, 2, 3, 6}), ma::key{});
  CHECK(volumes.region.box(0) == ma::box{0, 2, 1, 3, 2, 6});
  CHECK(volumes.region.box(1) == ma::no_box);
}

TEST_CASE("with clean rows the boxes are those of the mixes") {
  std::vector<std::int32_t> const box{0, 4, 0, 5, 2, 6, 3, 8};
  auto const p = ma::make_plan(
      with(ma::cutmix{}, ma::region::given_boxes{ma::boxes(box.data(), {2, 4})}, ma::when{.clean_rows = true}),
      ma::nchw<float>(nullptr, {2, 2, 9, 8}), ma::key{});
  CHECK(p.rows() == 4);
  CHECK(p.region.box(2) == ma::box{0, 1, 0, 4, 0, 5});
  CHECK(p.region.box(3) == ma::box{0, 1, 2, 6, 3, 8});
  CHECK(p.region.box(0).empty());
}

TEST_CASE("what given ratios and boxes refuse leaves a kept plan as it was") {
  auto const x = ma::nchw<float>(nullptr, {2, 1, 9, 8});
  auto const ratios = [&](std::vector<float> const& v, std::size_t n) {
    return refusal(
        [&] { ma::make_plan(with(ma::mixup{}, ma::ratio::given{ma::labels(v.data(), {n})}), x, ma::key{}); });
  };
  CHECK(has(ratios({0.5f, 1.5f}, 2), "the ratio of row 1 is 1.5; expected a ratio in [0, 1]"));
  CHECK(has(ratios({-0.1f, 0.5f}, 2), "the ratio of row 0 is -0.1"));
  CHECK(has(ratios({0.5f, std::numeric_limits<float>::quiet_NaN()}, 2), "the ratio of row 1 is nan"));
  CHECK(has(ratios({0.5f}, 1), "ratio::given's lambda is 1 rows; expected 2 rows"));
  CHECK(has(refusal([&] {
              ma::make_plan(with(ma::mixup{}, ma::ratio::given{ma::labels<float>(nullptr, {2})}), x, ma::key{});
            }),
            "a null pointer"));

  std::vector<std::int32_t> const fine{0, 4, 0, 5, 2, 6, 3, 8};
  auto kept = ma::make_plan(with(ma::cutmix{}, ma::region::given_boxes{ma::boxes(fine.data(), {2, 4})}), x, ma::key{});
  auto const before = kept;
  auto const boxes = [&](std::vector<std::int32_t> const& v, auto const& extents) {
    return refusal([&] {
      ma::make_plan(with(ma::cutmix{}, ma::region::given_boxes{ma::boxes(v.data(), extents)}), x, ma::key{}, kept);
    });
  };
  using two = ma::extents<2>;
  CHECK(has(boxes({0, 4, 0, 5, 0, 10, 0, 5}, two{2, 4}),
            "box 0 of row 1 of region::given_boxes is [0, 10) along axis 0; expected 0 <= begin <= end <= 9"));
  CHECK(has(boxes({0, 4, -1, 5, 0, 9, 0, 5}, two{2, 4}),
            "box 0 of row 0 of region::given_boxes is [-1, 5) along axis 1"));
  CHECK(has(boxes({0, 4, 6, 5, 0, 9, 0, 5}, two{2, 4}), "is [6, 5) along axis 1"));
  CHECK(has(boxes({0, 4, 0, 5}, two{1, 4}), "region::given_boxes's boxes is 1 rows; expected 2 rows"));
  CHECK(has(boxes({0, 4, 0, 5}, two{2, 2}), "2 numbers a box; expected 4"));
  CHECK(has(boxes(std::vector<std::int32_t>(2 * 65 * 4), ma::extents<3>{2, 65, 4}),
            "65 boxes a sample; expected 1 to 64"));
  CHECK(test::same_plan(kept, before));
  CHECK(has(refusal([&] {
              ma::make_plan(with(ma::cutmix{}, ma::region::given_boxes{ma::boxes(fine.data(), {2, 4})}),
                            ma::features<float>(nullptr, {2, 4}), ma::key{});
            }),
            "needs spatial extents"));
}

}  // namespace given_test

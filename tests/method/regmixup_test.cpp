#include <doctest/doctest.h>

#include <mixaug/plan/plan_text.hpp>
#include <sstream>
#include <string>

#include "reference/mix_reference.hpp"
#include "support/compare_plans.hpp"

namespace regmixup_test {

namespace ma = mixaug;
using ma::index_t;

namespace {

auto const layout = ma::nchw<float>(nullptr, {5, 3, 6, 6});

bool refused(auto const& call, char const* part) {
  try {
    call();
  } catch (ma::invalid_argument const& e) {
    return std::string(e.what()).find(part) != std::string::npos;
  }
  return false;
}

}  // namespace

TEST_CASE("regmixup: n clean rows, then the n mixes that mixup of the same key makes") {
  auto const p = ma::make_plan(ma::regmixup{.eta = 0.5f}, layout, ma::key{.seed = 2});
  auto const mixes = ma::make_plan(ma::mixup{.alpha = 10}, layout, ma::key{.seed = 2});
  REQUIRE(p.rows() == 10);
  for (index_t i = 0; i < 5; ++i) {
    CHECK((p.self[i] == i && p.partner[i] == -1 && p.ratio[i] == 1.0f && ma::pixel_share(p, i) == 1.0));
    CHECK((p.share_self[i] == 1.0f && p.share_partner[i] == 0.0f && p.weight_self[i] == 1.0f));
    CHECK((p.self[5 + i] == i && p.partner[5 + i] == mixes.partner[i] && p.ratio[5 + i] == mixes.ratio[i]));
    CHECK((p.share_self[5 + i] == mixes.share_self[i] && p.share_partner[5 + i] == mixes.share_partner[i]));
    CHECK((p.weight_self[5 + i] == 0.5f && p.weight_partner[5 + i] == 0.5f));
  }
  auto const one = ma::make_plan(ma::regmixup{.mode = ma::mode::batch}, layout, ma::key{.seed = 2});
  for (index_t i = 6; i < 10; ++i) CHECK(one.ratio[i] == one.ratio[5]);
  for (index_t first : {0, 2}) {
    auto const part = ma::make_plan(ma::regmixup{.eta = 0.5f}, ma::nchw<float>(nullptr, {2, 3, 6, 6}),
                                    ma::key{.seed = 2, .first = first, .global = 5});
    for (index_t i = 0; i < 2; ++i) {
      CHECK(part.self[2 + i] == i);
      CHECK((part.partner[2 + i] == p.partner[5 + first + i] && part.ratio[2 + i] == p.ratio[5 + first + i]));
    }
  }
}

TEST_CASE("regmixup: twice the mean of the pair losses is CE(f(x), y) + eta CE(f(x'), y')") {
  std::vector<float> const weights{1, 2, 3, 4, 5};
  auto const in = ma::inputs(layout).weights(ma::weights(weights.data(), {5}));
  auto const p = ma::make_plan(ma::regmixup{.eta = 3}, in, ma::key{.seed = 7});
  auto const own = test::any_values<double>(10, 1), other = test::any_values<double>(10, 2);
  std::vector<double> out(10);
  ma::pair_loss(p, ma::labels(own.data(), {10}), ma::labels(other.data(), {10}), ma::labels(out.data(), {10}));
  double clean = 0, mixed = 0, sum = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    double const lambda = static_cast<double>(p.ratio[5 + i]), wi = static_cast<double>(weights[i]);
    clean += wi * own[i] / 5;
    double const lj =
        (1 - lambda) * static_cast<double>(weights[static_cast<std::size_t>(p.partner[5 + i])]) * other[5 + i];
    mixed += (lambda * wi * own[5 + i] + lj) / 5;
  }
  for (double v : out) sum += v;
  CHECK(2 * sum / 10 == doctest::Approx(clean + 3 * mixed).epsilon(1e-6));
}

TEST_CASE("regmixup: soft labels of 2 n rows from n class ids") {
  std::vector<int> const ids{0, 2, 1, 2, 0};
  std::vector<float> soft(30);
  auto const p = ma::make_plan(with(ma::regmixup{}, ma::pairing::reverse{}), layout, ma::key{.seed = 7});
  ma::soft_labels(p, ma::class_ids(ids.data(), {5}), ma::features(soft.data(), {10, 3}));
  for (std::size_t i = 0; i < 10; ++i)
    for (int c = 0; c < 3; ++c) {
      std::size_t const s = i % 5;
      float const a = ids[s] == c ? 1.0f : 0.0f, b = ids[4 - s] == c ? 1.0f : 0.0f, m = p.ratio[i];
      CHECK(soft[3 * i + static_cast<std::size_t>(c)] == doctest::Approx(i < 5 ? a : m * a + (1 - m) * b));
    }
}

TEST_CASE("regmixup: of gathered rows, 2 n of them, the clean ones are not read") {
  std::vector<int> const ids{0, 2, 1, 2, 0};
  auto const p = ma::make_plan(ma::regmixup{}, layout, ma::key{.seed = 7});
  auto const y = ma::class_ids(ids.data(), {5});
  float const none = std::numeric_limits<float>::quiet_NaN();
  std::vector<int> partners(10, -1);
  std::vector<float> rows(30, none), own(15, 0), soft(30), gathered(30), logits = test::any_values<float>(30, 1),
                                                                         loss(10), again(10);
  for (std::size_t i = 0; i < 5; ++i) own[3 * i + static_cast<std::size_t>(ids[i])] = 1;
  for (std::size_t i = 5; i < 10; ++i) {
    auto const j = static_cast<std::size_t>(p.partner[i]);
    partners[i] = ids[j];
    for (std::size_t c = 0; c < 3; ++c) rows[3 * i + c] = own[3 * j + c];
  }
  auto const from = ma::gathered(ma::class_ids(partners.data(), {10}));
  auto const z = ma::features(logits.data(), {10, 3});
  ma::soft_labels(p, y, ma::features(soft.data(), {10, 3}));
  ma::soft_labels(ma::serial{}, p, y, from, ma::features(gathered.data(), {10, 3}));
  CHECK(gathered == soft);
  ma::soft_labels(ma::serial{}, p, ma::features(own.data(), {5, 3}), ma::gathered(ma::features(rows.data(), {10, 3})),
                  ma::features(gathered.data(), {10, 3}));
  CHECK(gathered == soft);
  ma::pair_cross_entropy(p, z, y, ma::labels(loss.data(), {10}));
  ma::pair_cross_entropy(p, z, y, from, ma::labels(again.data(), {10}));
  CHECK(loss == again);
  partners[7] = -1;
  CHECK(refused([&] { ma::pair_cross_entropy(p, z, y, from, ma::labels(again.data(), {10})); },
                "source_class_ids(7) is -1"));
}

TEST_CASE("regmixup at another size with boxes, and replayed from text") {
  auto const p = ma::make_plan(with(ma::regmixup{}, ma::region::random_box{}), layout, ma::key{.seed = 3});
  auto const large = ma::rescaled(p, ma::extents<2>{12, 12});
  auto const values = test::any_values<float>(5 * 144, 1);
  auto const x = ma::nchw(values.data(), {5, 1, 12, 12});
  std::vector<float> out(10 * 144), again(out);
  ma::apply(large, x, ma::nchw(out.data(), {10, 1, 12, 12}));
  CHECK(reference::first_wrong(large, values, values, out, true) == -1);
  CHECK(test::first_difference(std::vector<float>(out.begin(), out.begin() + 5 * 144), values) == -1);
  std::stringstream text;
  ma::write_plan(text, large);
  ma::apply(ma::read_plan(text), x, ma::nchw(again.data(), {10, 1, 12, 12}));
  CHECK(test::first_difference(out, again) == -1);
}

TEST_CASE("regmixup refuses what cannot be: in place, inside one_of, beside score maps, wrong outputs") {
  auto values = test::any_values<float>(5 * 108, 1);
  auto const x = ma::nchw(values.data(), {5, 3, 6, 6});
  auto const p = ma::make_plan(ma::regmixup{}, x, ma::key{});
  std::vector<float> out(10 * 108);
  CHECK(refused([&] { ma::apply_inplace(p, x); }, "10 rows for 5 samples"));
  CHECK(refused([&] { ma::apply(p, x, ma::nchw(out.data(), {5, 3, 6, 6})); }, "10 rows"));
  CHECK(refused([&] { ma::make_plan(ma::one_of(ma::mixup{}, ma::regmixup{}), x, ma::key{}); },
                "output_rows{.clean = true} doubles"));
  CHECK(refused(
      [&] { ma::make_plan(ma::serial{}, with(ma::saliencymix{}, ma::output_rows{.clean = true}), x, ma::key{}); },
      "output_rows{.clean = true} with a method that reads score maps"));
  CHECK(refused([&] { ma::make_plan(ma::regmixup{.eta = -1}, x, ma::key{}); }, "eta is -1"));
  std::vector<float> const heavy{1, 1, 3e38f, 1, 1};
  CHECK(refused(
      [&] { ma::make_plan(ma::regmixup{.eta = 10}, ma::inputs(x).weights(ma::weights(heavy.data(), {5})), ma::key{}); },
      "times mixed_weight"));
  // The partner's weight counts too: of a second source, and of a row that another call plans.
  std::vector<float> const light(5, 1.0f);
  std::int64_t const partners[] = {0, 1, 2, 0, 0}, others[] = {5, 6, 5, 6, 7};
  auto const too_heavy = [&](std::int64_t const* rows, auto const& in, ma::key const& k) {
    auto const m = with(ma::regmixup{.eta = 10}, ma::pairing::given{ma::indices(rows, {5})});
    return refused([&] { ma::make_plan(m, in, k); }, "a loss weight of the mix of row ");
  };
  auto const sourced = [&](std::vector<float> const& source) {
    return ma::inputs(x)
        .weights(ma::weights(light.data(), {5}))
        .source_rows(3)
        .source_weights(ma::weights(source.data(), {3}));
  };
  CHECK(too_heavy(partners, sourced({1, 1, 3e38f}), {}));
  CHECK_FALSE(too_heavy(partners, sourced({1, 1, 3e37f}), {}));
  std::vector<float> global(10, 1.0f);
  global[7] = 3e38f;
  CHECK(too_heavy(others, ma::inputs(x).weights(ma::weights(global.data(), {10})), {.global = 10}));
  CHECK(refused([&] { ma::make_plan(ma::regmixup{.alpha = -1}, x, ma::key{}); }, "alpha"));
  CHECK(refused([&] { ma::make_plan(with(ma::mixup{}, ma::output_rows{.mixed_weight = -2}), x, ma::key{}); },
                "mixed_weight is -2"));
}

}  // namespace regmixup_test

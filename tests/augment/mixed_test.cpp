#include <doctest/doctest.h>

#include <mixaug/augment/mixed.hpp>
#include <mixaug/mixaug.hpp>
#include <mixaug/plan/any_plan.hpp>

#include "augment/mixed_cases.hpp"
#include "support/count_allocations.hpp"
#include "support/refusal.hpp"

namespace mixed_test {

namespace au = ma::augment;
using augment_cases::one_pass_is_two;
using ma::index_t;

namespace {

constexpr index_t n = 12, h = 20, w = 22;

au::chain moved() {
  return au::chain{au::crop{.size = {18, 18}, .padding = 2}, au::flip{.horizontal = 0.5f},
                   au::affine{.degrees = {-15, 15}}, au::color_jitter{.brightness = {0.7f, 1.4f}}};
}
bool has(std::string const& text, char const* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("every kind of field, and partners that are no permutation") {
  auto const x = test::photos(n, 3, h, w);
  auto const p = test::planned_chain(moved(), n, 3, h, w);
  auto const check = [&](auto const& mix) { one_pass_is_two<ma::serial>(ma::to_any(mix), p, x); };
  for (std::uint64_t const seed : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}}) {
    ma::key const key{.seed = seed};
    check(ma::make_plan(ma::fmix{}, p.output(), key));
    check(ma::make_plan(ma::gridmix{}, p.output(), key));
    check(ma::make_plan(ma::resizemix{}, p.output(), key));
    check(ma::make_plan(ma::cutout{}, p.output(), key));
    check(ma::make_plan(ma::regmixup{}, p.output(), key));
    check(ma::make_plan(ma::one_of{ma::cutmix{.prob = 0.5f}, ma::mixup{}}, p.output(), key));
    // most rows have the partner 0; one has none, one is its own
    std::vector<std::int64_t> partners(static_cast<std::size_t>(n), 0);
    partners[3] = 7, partners[7] = 7, partners[8] = 3, partners[5] = -1;
    auto const given = ma::with(ma::cutmix{}, ma::pairing::given{ma::indices(partners.data(), {n})});
    check(ma::make_plan(given, p.output(), key));
  }
}

TEST_CASE("splits of a global batch: each image is its global row's") {
  auto const x = test::photos(n, 3, h, w);
  std::size_t const half = x.size() / 2;
  for (index_t first : {index_t{0}, n / 2}) {
    ma::key const key{.seed = 3, .step = 9, .first = first, .global = n, .block = n / 2};
    std::vector<std::uint8_t> const some(x.begin() + (first == 0 ? 0 : static_cast<std::ptrdiff_t>(half)),
                                         x.begin() + static_cast<std::ptrdiff_t>(first == 0 ? half : x.size()));
    auto const p = ma::make_plan(moved(), ma::nchw(some.data(), {n / 2, 3, h, w}), key);
    one_pass_is_two<ma::serial>(ma::make_plan(ma::cutmix{}, p.output(), key), p, some);
  }
}

TEST_CASE("signed numbers, 16-bit floats and normalised outputs between are those of both calls") {
  auto const x = test::photos(n, 3, h, w);
  au::chain c = moved();
  c.steps.push_back(au::normalise{.mean = {125, 123, 114}, .std = {63, 62, 67}});
  auto const p = test::planned_chain(c, n, 3, h, w);
  auto const mix = ma::make_plan(ma::mixup{}, p.output(), ma::key{.seed = 1});
  using augment_cases::in_two_passes;
  auto const halves = in_two_passes<ma::float16>(mix, p, x);
  std::vector<ma::float16> out(halves.size());
  auto const in = ma::nchw(x.data(), {n, 3, h, w});
  ma::apply(mix, p, in, ma::nchw(out.data(), {n, 3, 18, 18}));
  CHECK(test::first_difference(out, halves) == -1);
  auto const floats = in_two_passes<float>(mix, p, x);
  std::vector<float> out_floats(floats.size());
  ma::apply(mix, p, in, ma::nchw(out_floats.data(), {n, 3, 18, 18}));
  CHECK(test::first_difference(out_floats, floats) == -1);
}

TEST_CASE("nothing is allocated after the first step") {
  if (!test::counts_allocations()) return;
  auto const x = test::photos(n, 3, h, w);
  auto const in = ma::nhwc(x.data(), {n, h, w, 3});
  std::vector<float> out(static_cast<std::size_t>(n * 3 * 18 * 18));
  au::plan p;
  ma::plan_of<ma::cutmix> mix;
  au::chain const c = moved();
  auto const step = [&](std::uint64_t s) {
    ma::make_plan(c, in, ma::key{.step = s}, p);
    ma::make_plan(ma::cutmix{}, p.output(), ma::key{.step = s}, mix);
    ma::apply(ma::serial{}, mix, p, in, ma::nchw(out.data(), {n, 3, 18, 18}));
  };
  step(0);
  auto const before = test::allocations();
  for (std::uint64_t s = 1; s < 6; ++s) step(s);
  CHECK(test::allocations() == before);
}

TEST_CASE("what cannot be done at once is refused by a sentence, and nothing is written") {
  auto const x = test::photos(n, 3, h, w);
  auto const p = test::planned_chain(moved(), n, 3, h, w);
  auto const in = ma::nchw(x.data(), {n, 3, h, w});
  std::vector<float> out(static_cast<std::size_t>(n * 3 * 18 * 18), -7.0f);
  auto const to = ma::nchw(out.data(), {n, 3, 18, 18});
  auto const refused = [&](auto const& mix, auto const& from, auto const& into) {
    return test::refusal([&] { ma::apply(mix, p, from, into); });
  };
  auto const mix = ma::make_plan(ma::cutmix{}, p.output(), ma::key{.seed = 1});
  CHECK(has(refused(ma::plan_of<ma::cutmix>{}, in, to), "the plan is empty"));
  CHECK(has(test::refusal([&] { ma::apply(mix, au::plan{}, in, to); }), "the plan is empty"));
  CHECK(has(refused(mix, ma::nchw(x.data(), {n, 3, w, h}), to), "x is of shape"));
  CHECK(has(refused(mix, in, ma::nchw(out.data(), {n, 3, 20, 22})), "rescaled(plan, extents)"));
  CHECK(has(refused(mix, in, ma::nchw(out.data(), {n - 1, 3, 18, 18})), "the rows of the plan of mixing"));
  CHECK(has(refused(ma::make_plan(ma::mixup{}, p.output(), ma::key{}), in, ma::nchw(out.data(), {n, 3, 9, 36})),
            "what the chain gives"));
  auto const source = ma::make_plan(ma::cutmix{}, ma::inputs(p.output()).source_rows(5), ma::key{.seed = 1});
  CHECK(has(refused(source, in, to), "only these are augmented here"));
  auto const far = ma::make_plan(ma::cutmix{}, p.output(), ma::key{.seed = 1, .global = 4 * n});
  CHECK(has(refused(far, in, to), "set key.block"));
  auto const other = ma::make_plan(ma::cutmix{}, ma::nchw<float>(nullptr, {n + 1, 3, 18, 18}), ma::key{.seed = 1});
  CHECK(has(refused(other, in, to), "make_plan(method, augmented.output(), key)"));
  auto const scored =
      test::refusal([&] { ma::make_plan(ma::serial{}, ma::saliencymix{}, p.output(), ma::key{.seed = 1}); });
  CHECK(has(scored, "pixels that can be read"));
  std::vector<std::uint8_t> bytes(x.size());
  au::chain const same{au::flip{.horizontal = 0.5f}};
  auto const q = test::planned_chain(same, n, 3, h, w);
  auto const flat = ma::make_plan(ma::cutmix{}, q.output(), ma::key{.seed = 1});
  std::vector<std::uint8_t> own = x;
  CHECK(has(
      test::refusal([&] {
        ma::apply(flat, q, ma::nchw<std::uint8_t const>(own.data(), {n, 3, h, w}), ma::nchw(own.data(), {n, 3, h, w}));
      }),
      "sharing memory with x"));
  CHECK(test::first_difference(own, x) == -1);
  au::chain norm = moved();
  norm.steps.push_back(au::normalise{});
  auto const r = test::planned_chain(norm, n, 3, h, w);
  CHECK(has(test::refusal([&] {
              ma::apply(ma::make_plan(ma::cutmix{}, r.output(), ma::key{.seed = 1}), r, in,
                        ma::nchw(bytes.data(), {n, 3, 18, 18}));
            }),
            "the chain normalises"));
  CHECK(std::count(out.begin(), out.end(), -7.0f) == static_cast<index_t>(out.size()));
  CHECK(std::count(bytes.begin(), bytes.end(), 0) == static_cast<index_t>(bytes.size()));
}

}  // namespace mixed_test

// A weight rule of the user's own: written, combined by one_of, and refused where it returns no weight.
#include <doctest/doctest.h>

#include <limits>
#include <mixaug/mixaug.hpp>
#include <mixaug/plan/plan_text.hpp>
#include <sstream>
#include <vector>

namespace weight_rule_test {
namespace ma = mixaug;

constexpr ma::index_t n = 12;
std::vector<float> pixels(n * 3 * 4 * 4);
std::vector<int> const classes = {0, 1, 2, 0, 1, 2, 0, 0, 0, 1, 1, 2};
auto const x = ma::nchw(pixels.data(), {n, 3, 4, 4});

/// The weight of a sample is that of its class.
struct by_class : ma::weight::rule {
  std::vector<float> of_class;
  explicit by_class(std::vector<float> w) : of_class(std::move(w)) {}
  template <class Task>
  void check(Task const& task) const {
    ma::detail::need(task.in.ids, "by_class", "class ids", "class_ids(v)");
  }
  template <class Task>
  float of_sample(Task const& task, ma::index_t i) const {
    return of_class[static_cast<std::size_t>(task.in.ids[i])];
  }
  template <class Task>
  float of_partner(Task const& task, ma::index_t, ma::index_t p) const {
    return of_sample(task, p);
  }
};

auto batch() { return ma::inputs(x).class_ids(ma::class_ids(classes.data(), {n})); }

TEST_CASE("a weight rule writes the weights of both labels, in a method and in one_of") {
  by_class const heavy({1.0f, 2.5f, 8.0f}), light({0.25f, 0.5f, 0.0f});
  auto const one = ma::make_plan(ma::with(ma::mixup{}, heavy), batch(), ma::key{.seed = 4});
  for (ma::index_t i = 0; i < n; ++i) {
    CHECK(one.weight_self[i] == heavy.of_class[static_cast<std::size_t>(classes[static_cast<std::size_t>(i)])]);
    CHECK(one.weight_partner[i] ==
          heavy.of_class[static_cast<std::size_t>(classes[static_cast<std::size_t>(one.partner[i])])]);
  }
  auto const two = ma::make_plan(ma::one_of(ma::with(ma::mixup{}, heavy), ma::with(ma::cutmix{}, light), ma::cutout{}),
                                 batch(), ma::key{.seed = 5});
  int seen[3] = {};
  for (ma::index_t i = 0; i < n; ++i) {
    auto const k = static_cast<std::size_t>(classes[static_cast<std::size_t>(i)]);
    float const want[3] = {heavy.of_class[k], light.of_class[k], 1.0f};
    CHECK(two.weight_self[i] == want[two.choice[i]]);
    ++seen[two.choice[i]];
  }
  CHECK((seen[0] > 0 && seen[1] > 0 && seen[2] > 0));
}

TEST_CASE("the weights of a mix are those of its rule times mixed_weight") {
  by_class const heavy({1.0f, 2.5f, 8.0f});
  auto const p = ma::make_plan(ma::with(ma::regmixup{.eta = 0.5f}, heavy), batch(), ma::key{.seed = 6});
  for (ma::index_t i = 0; i < n; ++i) {
    float const w = heavy.of_class[static_cast<std::size_t>(classes[static_cast<std::size_t>(i)])];
    CHECK(p.weight_self[i] == w);
    CHECK(p.weight_self[n + i] == 0.5f * w);
  }
}

TEST_CASE("a weight rule is refused before the plan is touched: without its input, and for what is no weight") {
  auto plan = ma::make_plan(ma::with(ma::mixup{}, by_class({1, 1, 1})), batch(), ma::key{.seed = 7});
  std::ostringstream before;
  ma::write_plan(before, plan);
  auto const refused = [&](auto const& rule, auto const& in, char const* sentence) {
    std::string said;
    try {
      ma::make_plan(ma::with(ma::mixup{}, rule), in, ma::key{.seed = 8}, plan);
    } catch (ma::invalid_argument const& e) {
      said = e.what();
    }
    CAPTURE(said);
    CHECK(said.find(sentence) != std::string::npos);
    std::ostringstream after;
    ma::write_plan(after, plan);
    CHECK(after.str() == before.str());
  };
  refused(by_class({1, 1, 1}), ma::inputs(x), "by_class reads class ids, which were not given");
  refused(by_class({1, -0.5f, 1}), batch(), "a finite float >= 0 from the weight rule");
  refused(by_class({1, 1, std::numeric_limits<float>::infinity()}), batch(), "from the weight rule");
  refused(by_class({std::numeric_limits<float>::quiet_NaN(), 1, 1}), batch(), "from the weight rule");
}

}  // namespace weight_rule_test

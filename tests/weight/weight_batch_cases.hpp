#pragma once
#include "weight/weight_cases.hpp"

/// Weights of a batch from its losses and groups, on a backend.
namespace test {

template <class T>
struct losses_of_groups {
  std::vector<T> losses;
  std::vector<std::int64_t> groups;
  losses_of_groups(index_t n, index_t k, std::uint64_t seed) {
    stream s(seed);
    for (index_t i = 0; i < n; ++i) {
      groups.push_back(s.below(k));
      losses.push_back(static_cast<T>(s.unit() * 4 * static_cast<double>(1 + groups.back()) / static_cast<double>(k)));
    }
  }
  std::vector<long double> exact() const { return {losses.begin(), losses.end()}; }
};

/// q and the weights of every step. Strides of 2 for the losses and 3 for the output.
template <class Be, class T>
std::vector<std::vector<double>> dro_steps(Be const& be, w::group_dro_options const& o,
                                           std::vector<losses_of_groups<T>> const& steps) {
  w::group_dro_of<Be::memory> state(o);
  std::vector<std::vector<double>> out;
  for (auto const& b : steps) {
    auto const n = static_cast<index_t>(b.losses.size());
    auto l = place<Be>(ma::labels<T>(nullptr, {n}, {2}), b.losses);
    auto g = place<Be>(ma::indices<std::int64_t>(nullptr, {n}), b.groups);
    auto weights = room<Be>(ma::labels<double>(nullptr, {n}, {3}));
    state.update(be, l.view(), g.view(), weights.view());
    CHECK(weights.intact());
    out.push_back(weights.read());
  }
  return out;
}
template <class Be, class T>
void check_dro(Be const& be, index_t k, w::group_dro_options o, std::size_t of_paper = 7) {
  CAPTURE(k);
  std::vector<losses_of_groups<T>> steps;
  std::uint64_t seed = 1;
  for (index_t n : {1, 5, 256, 257, 3000, 40, 41}) steps.emplace_back(n, n == 5 ? 1 : k, ++seed);
  std::vector<std::int64_t> counts;
  for (index_t g = 0; g < k; ++g) counts.push_back(1 + g * g);
  o.groups = k, o.counts = ma::indices(static_cast<std::int64_t const*>(counts.data()), {k});
  auto const got = dro_steps(be, o, steps), serial = dro_steps(ma::serial{}, o, steps);
  reference::group_dro paper{o.step_size, o.adjustment, counts};
  for (std::size_t t = 0; t < steps.size(); ++t) {
    CAPTURE(t);
    CHECK(first_difference(got[t], serial[t]) == -1);
    if (t < of_paper) CHECK(near(got[t], paper.update(steps[t].exact(), steps[t].groups), 1e-13));
    for (double v : got[t]) REQUIRE(std::isfinite(v));
  }
}

template <class Be, class T>
void check_cvar(Be const& be, std::vector<T> const& losses, double fraction) {
  CAPTURE(losses.size());
  CAPTURE(fraction);
  auto const n = static_cast<index_t>(losses.size());
  auto l = place<Be>(ma::labels<T>(nullptr, {n}, {2}), losses);
  auto out = room<Be>(ma::labels<double>(nullptr, {n}, {2}));
  w::cvar_of<Be::memory> rule({.fraction = fraction});
  rule.weights(be, l.view(), out.view());
  auto const got = out.read();
  CHECK(out.intact());
  std::vector<long double> const exact{losses.begin(), losses.end()};
  CHECK(near(got, reference::cvar_weights(exact, fraction), 1e-12 * static_cast<double>(n)));
  long double sum = 0, risk = 0;
  for (std::size_t i = 0; i < got.size(); ++i) sum += got[i], risk += got[i] * exact[i] / static_cast<long double>(n);
  CHECK(static_cast<double>(sum) == doctest::Approx(static_cast<double>(n)).epsilon(1e-12));
  CHECK(static_cast<double>(risk) ==
        doctest::Approx(static_cast<double>(reference::cvar(exact, fraction))).epsilon(1e-11));
}

/// The host's table where the backend reaches it.
template <class Be>
auto table_for(w::group_table const& t) {
  return w::group_table_of<Be::memory>(t);
}

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("group DRO: states and weights of algorithm 1, groups that are absent, the bits of serial",
                          Backend, same_group_dro) {
  Backend const be;
  for (test::index_t const k : {1, 2, 4, 150}) {
    test::check_dro<Backend, float>(be, k, {});
    test::check_dro<Backend, double>(be, k, {.step_size = 0.3, .adjustment = 2.5});
  }
  test::check_dro<Backend, float>(be, 3, {.step_size = 300},
                                  2);  // exp of 1200: nothing overflows; then q is held at 2^-1000
}

TEST_CASE_TEMPLATE_DEFINE("CVaR: the worst fraction, the share at the edge, ties", Backend, same_cvar) {
  Backend const be;
  test::stream s(5);
  for (test::index_t const n : {1, 2, 7, 64, 1024, 1500}) {
    std::vector<float> one, ties;
    std::vector<double> wide;
    for (test::index_t i = 0; i < n; ++i) {
      one.push_back(test::any_value<float>(s)), ties.push_back(static_cast<float>(s.below(4)) - 1.5f);
      wide.push_back(std::ldexp(s.unit() - 0.5, static_cast<int>(s.below(400)) - 200));
      if (i % 5 == 0) ties.back() = i % 2 == 0 ? 0.0f : -0.0f;
    }
    for (double const a : {1.0, 0.5, 0.3, 0.1, 0.001}) {
      test::check_cvar(be, one, a), test::check_cvar(be, ties, a);
      test::check_cvar(be, wide, a);
    }
  }
}

TEST_CASE_TEMPLATE_DEFINE("tables of groups, and a batch's mean", Backend, same_tables) {
  Backend const be;
  std::vector<std::int64_t> const counts{10, 0, 4, 86};
  std::vector<std::int32_t> groups;
  test::stream s(6);
  for (int i = 0; i < 5000; ++i) groups.push_back(static_cast<std::int32_t>(s.below(4)));
  auto const given = ma::indices(counts.data(), {4});
  auto const empty = ma::weight::empty_group::weightless;
  ma::weight::inverse_frequency const inverse(given, {.empty = empty});
  ma::weight::effective_number const effective(given, {.beta = 0.99, .empty = empty});
  for (ma::weight::group_table const* t : {static_cast<ma::weight::group_table const*>(&inverse),
                                           static_cast<ma::weight::group_table const*>(&effective)}) {
    auto const there = test::table_for<Backend>(*t);
    auto const got = test::some_weights(be, there, groups);
    for (std::size_t i = 0; i < got.size(); ++i) REQUIRE(got[i] == static_cast<float>(t->of(groups[i])));
  }
  for (test::index_t const n : {1, 3, 1024, 1025, 4096, 5000, 600000}) {
    CAPTURE(n);
    std::vector<float> v;
    for (test::index_t i = 0; i < n; ++i) v.push_back(static_cast<float>(s.unit() * 3));
    auto a = test::place<Backend>(ma::labels<float>(nullptr, {n}, {2}), v);
    auto b = test::place<ma::serial>(ma::labels<float>(nullptr, {n}), v);
    ma::workspace<Backend::memory> scratch;
    ma::weight::scale_to_mean_one(be, a.view(), scratch), ma::weight::scale_to_mean_one(ma::serial{}, b.view());
    auto const got = a.read();
    CHECK(test::first_difference(got, b.read()) == -1);
    double mean = 0;
    for (float x : got) mean += static_cast<double>(x) / static_cast<double>(n);
    CHECK(mean == doctest::Approx(1).epsilon(1e-6));
  }
}

#define TEST_WEIGHTS(...)                                 \
  TEST_CASE_TEMPLATE_INVOKE(same_records, __VA_ARGS__);   \
  TEST_CASE_TEMPLATE_INVOKE(same_errors, __VA_ARGS__);    \
  TEST_CASE_TEMPLATE_INVOKE(same_group_dro, __VA_ARGS__); \
  TEST_CASE_TEMPLATE_INVOKE(same_cvar, __VA_ARGS__);      \
  TEST_CASE_TEMPLATE_INVOKE(same_tables, __VA_ARGS__)

// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/detail/either.hpp>
#include <mixaug/plan/recipe.hpp>
#include <mixaug/plan/pairing_task.hpp>
#include <mixaug/plan/detail/either_kind.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

inline constexpr int most_methods = 8;

/// One rule of each method, in order; every stage follows the choice.
template <class First, class... Rest>
struct rules {
  First head;
  rules<Rest...> rest;
};
template <class Only>
struct rules<Only> {
  Only head;
};

template <class... Rules>
struct either_pairing {
  rules<Rules...> all;
  template <class Task>
  void operator()(Task const& task) const {
    call(all, task, 0);
  }

 private:
  template <class Task, class... R>
  static void call(rules<R...> const& r, Task const& task, int member) {
    Task own = task;
    own.member = member;
    r.head(own);
    if constexpr (sizeof...(R) > 1) call(r.rest, task, member + 1);
  }
};

template <class First, class... Rest>
struct either_sampler {
  First head;
  either_sampler<Rest...> rest;
  float operator()(std::uint64_t bits, int choice) const noexcept {
    return choice == 0 ? head(bits) : rest(bits, choice - 1);
  }
};
template <class Only>
struct either_sampler<Only> {
  Only head;
  float operator()(std::uint64_t bits, int) const noexcept { return head(bits); }
};

template <class... Rules>
struct either_ratio {
  rules<Rules...> all;
  auto sampler() const { return make(all); }
  void check(plan_shape const& s) const { check_all(all, s); }

  template <class... R>
  static void check_all(rules<R...> const& r, plan_shape const& s) {
    if constexpr (requires { r.head.check(s); }) r.head.check(s);
    if constexpr (sizeof...(R) > 1) check_all(r.rest, s);
  }

 private:
  template <class Only>
  static auto make(rules<Only> const& r) {
    return either_sampler<std::remove_cvref_t<decltype(r.head.sampler())>>{r.head.sampler()};
  }
  template <class F, class S, class... R>
  static auto make(rules<F, S, R...> const& r) {
    auto rest = make(r.rest);
    return join(r.head.sampler(), rest);
  }
  template <class H, class... R>
  static auto join(H head, either_sampler<R...> const& rest) {
    return either_sampler<H, R...>{head, rest};
  }
};

template <class... Rules>
struct either_region {
  using kind = mixaug::kind::either<typename Rules::kind...>;
  rules<Rules...> all;

  template <class Columns>
  void operator()(Columns const& columns, row_facts const& row, random const& draw, int choice) const {
    call(all, columns, row, draw, choice);
  }
  static constexpr bool reads_scores = (scored<Rules> || ...);
  index_t box_count() const noexcept { return most(all); }
  void check(plan_shape const& s) const { either_ratio<Rules...>::check_all(all, s); }

 private:
  template <class Columns, class... R>
  static void call(rules<R...> const& r, Columns const& columns, row_facts const& row, random const& draw, int choice) {
    if constexpr (sizeof...(R) == 1)
      r.head(columns, row, draw);
    else if (choice == 0)
      r.head(columns.head, row, draw);
    else
      call(r.rest, columns.rest, row, draw, choice - 1);
  }
  template <class... R>
  static index_t most(rules<R...> const& r) noexcept {
    index_t n = 1;
    if constexpr (requires { r.head.box_count(); }) n = r.head.box_count();
    if constexpr (sizeof...(R) > 1) n = greater(n, most(r.rest));
    return n;
  }
};

template <class... Rules>
struct either_label {
  rules<Rules...> all;
  label_shares operator()(row_facts const& row, double pixel_share, int choice) const {
    return call(all, row, pixel_share, choice);
  }

 private:
  template <class... R>
  static label_shares call(rules<R...> const& r, row_facts const& row, double share, int choice) {
    if constexpr (sizeof...(R) > 1)
      if (choice > 0) return call(r.rest, row, share, choice - 1);
    return r.head(row, share);
  }
};

/// How the choice is drawn, and each method's own mode and prob.
template <std::size_t N>
struct either_when {
  static constexpr int methods = static_cast<int>(N);
  mixaug::when each[N];
  float weight[N];
  mixaug::mode mode;

  mixaug::when of(int choice) const noexcept { return each[choice]; }
  int choose(random const& draw) const noexcept {
    double total = 0.0, at = 0.0;
    for (float w : weight) total += static_cast<double>(w);
    double const u = draw.uniform() * total;
    int last = 0;
    for (int k = 0; k < methods; ++k) {
      if (weight[k] > 0.0f) last = k;
      at += static_cast<double>(weight[k]);
      if (u < at) return k;
    }
    return last;
  }
  void check() const {
    float total = 0.0f;
    for (float w : weight) {
      if (!(w >= 0.0f && w < 1e30f)) fail("one_of's weight", text(static_cast<double>(w)), "a finite number >= 0");
      total += w;
    }
    if (!(total > 0.0f)) fail("one_of's weights are all 0; at least one method needs a weight > 0");
  }
};

}  // namespace detail

/// Each sample (or batch, `mode`) is mixed by one of up to 8 methods, chosen with probabilities proportional
/// to `weight` (timm's switch_prob). The choice is drawn first; every stage follows it, so each method keeps
/// its pairing, ratio, region, blend, label rule, mode and prob.
///   auto either = one_of(mixup{.alpha = 0.8f}, cutmix{.alpha = 1}); either.mode = mode::batch;
template <method... M>
struct one_of {
  static_assert(sizeof...(M) >= 1 && sizeof...(M) <= detail::most_methods, "mixaug: one_of takes 1 to 8 methods");
  static_assert(!(... || detail::chooses<detail::stages_t<M>>),
                "mixaug: one_of inside one_of; list all methods in one, with weights");

  static_assert((detail::has_rules<detail::stages_t<M>> && ...),
                "mixaug: a method inside one_of has a stage that is no rule; plan with it alone, and the compiler "
                "names what is missing");

  explicit one_of(M const&... m) : methods(chain(m...)) {
    for (float& w : weight) w = 1.0f;
  }

  detail::rules<M...> methods;
  float weight[sizeof...(M)];
  mixaug::mode mode = mixaug::mode::sample;

  auto stages() const {
    detail::either_when<sizeof...(M)> when{};
    when.mode = mode;
    for (std::size_t k = 0; k < sizeof...(M); ++k) when.weight[k] = weight[k];
    when.check();
    return build(methods, when, 0);
  }

 private:
  template <class When, class... Stages>
  static auto assemble(When const& when, Stages const&... s) {
    return recipe{detail::either_pairing<decltype(s.pairing)...>{chain(s.pairing...)},
                  detail::either_ratio<decltype(s.ratio)...>{chain(s.ratio...)},
                  detail::either_region<decltype(s.region)...>{chain(s.region...)},
                  blends(s.blend...),
                  detail::either_label<decltype(s.label)...>{chain(s.label...)},
                  when,
                  chain(detail::saliency_of(s)...)};
  }
  template <class When, class... Rest, class... Done>
  static auto build(detail::rules<Rest...> const& r, When& when, int k, Done const&... done) {
    auto const s = detail::stages_of(r.head);
    when.each[k] = detail::when_of(s);
    if constexpr (sizeof...(Rest) > 1)
      return build(r.rest, when, k + 1, done..., s);
    else
      return assemble(when, done..., s);
  }
  template <class Only>
  static detail::rules<Only> chain(Only const& only) {
    return {only};
  }
  template <class First, class... Rest>
  static detail::rules<First, Rest...> chain(First const& first, Rest const&... rest) requires(sizeof...(Rest) > 0) {
    return {first, chain(rest...)};
  }
  template <class Only>
  static blend::either<Only> blends(Only const& only) {
    blend::either<Only> e;
    static_cast<Only&>(e) = only;
    return e;
  }
  template <class First, class... Rest>
  static blend::either<First, Rest...> blends(First const& first, Rest const&... rest) requires(sizeof...(Rest) > 0) {
    blend::either<First, Rest...> e;
    e.head = first;
    e.rest = blends(rest...);
    return e;
  }
};
template <class... M>
one_of(M const&...) -> one_of<M...>;

}  // namespace mixaug

MIXAUG_EXACT_END

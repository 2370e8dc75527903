#pragma once
#include <doctest/doctest.h>

#if defined(__unix__) || defined(__APPLE__)
#  include <sys/wait.h>
#  include <unistd.h>

#  include <mixaug/kernel/gaussian_kernel.hpp>

#  include "support/values.hpp"

namespace test {

/// What `good()` says in a child of fork(); a child that waits for threads that do not exist is ended after 20 seconds.
template <class Act>
bool good_in_child(Act const& good) {
  pid_t const child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::alarm(20);
    ::_exit(good() ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
/// The same in a child of a child.
template <class Act>
bool good_in_grandchild(Act const& good) {
  return good_in_child([&] { return good() && good_in_child(good); });
}

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("a child of fork() has one lane and the parent's bits, where the parent used threads before",
                          Backend, same_after_fork) {
  namespace ma = mixaug;
  auto const values = test::any_values<float>(16 * 3 * 32 * 32, 2);
  std::vector<float> parent(values.size()), child(values.size());
  auto const x = ma::nchw(values.data(), {16, 3, 32, 32});
  auto const plan = ma::make_plan(ma::cutmix{}, x, ma::key{.seed = 1});
  Backend const be{};
  ma::apply(be, plan, x, ma::nchw(parent.data(), {16, 3, 32, 32}));
  CHECK(test::good_in_grandchild([&] {
    ma::apply(be, plan, x, ma::nchw(child.data(), {16, 3, 32, 32}));
    return be.lanes() == 1 && child == parent;
  }));
  ma::apply(be, plan, x, ma::nchw(child.data(), {16, 3, 32, 32}));  // the parent goes on with its threads
  CHECK(child == parent);
}

TEST_CASE_TEMPLATE_DEFINE("tables built in a child of fork() are those of the parent", Backend,
                          same_tables_after_fork) {
  namespace ma = mixaug;
  constexpr ma::index_t n = 40000, m = 50;
  auto const y = test::any_values<double>(2 * n, 3);
  std::vector<std::int64_t> rows(m), parent(m), child(m);
  for (ma::index_t i = 0; i < m; ++i) rows[static_cast<std::size_t>(i)] = 701 * i;
  auto const draw = [&](std::vector<std::int64_t>& to, auto const& labels) {
    ma::pairing::gaussian_kernel const table(Backend{}, labels, {.bandwidth = 0.01});
    table.draw(Backend{}, ma::indices(static_cast<std::int64_t const*>(rows.data()), {m}), {.seed = 4},
               ma::indices(to.data(), {m}));
  };
  auto const same = [&](auto const& labels) {
    draw(parent, labels);
    CHECK(test::good_in_child([&] { return draw(child, labels), child == parent; }));
  };
  same(ma::labels(y.data(), {n}));
  same(ma::features(y.data(), {n, 2}));
}
#endif

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <mixaug/metric/group_accuracy.hpp>
#include <string>

namespace group_accuracy_bad_input_test {

namespace ma = mixaug;

namespace {

template <class T>
auto view(std::vector<T> const& v) {
  return ma::class_ids(v.data(), {v.size()});
}

std::vector<ma::index_t> counts(ma::group_accuracy const& m) {
  std::vector<ma::index_t> v;
  for (ma::index_t g = 0; g < m.groups(); ++g) v.push_back(m.count(g)), v.push_back(m.correct(g));
  return v;
}

}  // namespace

TEST_CASE("what does not fit is refused, and nothing is counted") {
  ma::group_accuracy m(3), four(4);
  std::vector<int> const ids{0, 1, 2, 0}, beyond{0, 1, 3, 0}, negative{0, -1, 2, 0};
  std::vector<std::uint64_t> const far{0, 1, 2, ~std::uint64_t{0}};
  double const nan = std::nan("");
  std::vector<double> const shares{1, -1, 0}, unknown{1, nan, 0}, endless{1, 1, HUGE_VAL};
  m.update(view(ids), view(ids), view(ids));
  auto const before = counts(m);
  auto const ints = [&](int n) { return ma::class_ids(ids.data(), {n}); };
  auto const none = ma::class_ids<int>(nullptr, {4});
  auto const adjusted = [&](std::vector<double> const& v, int n = 3) {
    m.adjusted_average(ma::weights(v.data(), {n}));
  };
  struct refusal {
    std::function<void()> call;
    std::string sentence;
  };
  std::vector<refusal> const table{
      {[&] { m.update(ints(4), ints(3), ints(4)); }, "class_ids is 3 rows; expected 4 rows"},
      {[&] { m.update(ints(4), ints(4), ints(2)); }, "group_ids is 2 rows; expected 4 rows"},
      {[&] { m.update(ints(0), ints(1), ints(0)); }, "class_ids is 1 rows; expected 0 rows"},
      {[&] { m.update(none, ints(4), ints(4)); }, "predictions is a null pointer; expected 4 integers"},
      {[&] { m.update(ints(4), none, ints(4)); }, "class_ids is a null pointer"},
      {[&] { m.update(ints(4), ints(4), none); }, "group_ids is a null pointer"},
      {[&] { m.update(ints(4), ints(4), view(beyond)); }, "group_ids(2) is 3; expected a group in [0, 3)"},
      {[&] { m.update(ints(4), ints(4), view(negative)); }, "group_ids(1) is -1; expected a group in [0, 3)"},
      {[&] { m.update(ints(4), ints(4), view(far)); }, "group_ids(3) is -1; expected a group in [0, 3)"},
      {[&] { m.accuracy(3); }, "the group is 3; expected a group in [0, 3)"},
      {[&] { m.count(-1); }, "the group is -1; expected a group in [0, 3)"},
      {[&] { m.merge(m); }, "the merged group_accuracy is this one; expected what another"},
      {[&] { m.merge(four); }, "of 4 groups; expected 3 groups"},
      {[&] { ma::group_accuracy(0); }, "number of groups is 0; expected at least 1"},
      {[&] { adjusted(shares); }, "shares(1) is -1; expected a finite number >= 0"},
      {[&] { adjusted(unknown); }, "shares(1) is nan; expected a finite number >= 0"},
      {[&] { adjusted(endless); }, "shares(2) is inf; expected a finite number >= 0"},
      {[&] { adjusted(shares, 2); }, "shares is 2 rows; expected 3 rows"},
      {[&] { m.adjusted_average(ma::weights<double>(nullptr, {3})); }, "shares is a null pointer; expected 3 numbers"},
  };
  for (refusal const& r : table) {
    CAPTURE(r.sentence);
    std::string message;
    try {
      r.call();
    } catch (ma::invalid_argument const& e) {
      message = e.what();
    }
    CHECK(message.rfind("mixaug: ", 0) == 0);
    CHECK(message.find(r.sentence) != std::string::npos);
    CHECK(counts(m) == before);
  }
}

}  // namespace group_accuracy_bad_input_test

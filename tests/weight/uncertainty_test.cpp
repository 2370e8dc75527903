#include <mixaug/weight/uncertainty.hpp>

#include "weight/weight_cases.hpp"

namespace uncertainty_test {

namespace {
namespace ma = mixaug;
namespace w = ma::weight;
using ma::index_t;

/// One prediction for each row against the label 0: right where it is 0.
template <class P>
void record(w::uncertainty& r, index_t epoch, std::vector<P> const& p, index_t first = 0) {
  std::vector<std::int64_t> const zeros(p.size());
  auto const n = static_cast<index_t>(p.size());
  r.record(ma::serial{}, epoch, ma::class_ids(p.data(), {n}), ma::class_ids(zeros.data(), {n}), first);
}
template <class P>
void record_ids(w::uncertainty& r, index_t epoch, std::vector<int> const& ids, std::vector<P> const& p) {
  std::vector<std::uint8_t> const zeros(p.size());
  auto const n = static_cast<index_t>(p.size());
  r.record(ma::serial{}, epoch, ma::class_ids(ids.data(), {n}), ma::class_ids(p.data(), {n}),
           ma::class_ids(zeros.data(), {n}));
}
}  // namespace

TEST_CASE("the last epoch of the window counts like the others") {
  w::uncertainty r(3, {.epochs = 5, .eta = 10});
  for (index_t e = 0; e < 4; ++e) record<int>(r, e, {0, 0, 1});
  CHECK(r.weight(0) == 1.0f);
  record<int>(r, 4, {0, 1, 0});  // nothing follows it
  CHECK(r.recorded() == 5);
  CHECK(r.u(0) == 0.0);
  CHECK(r.u(1) == doctest::Approx(0.2));
  CHECK(r.u(2) == doctest::Approx(0.8));
  CHECK(r.weight(1) == 3.0f);
}

TEST_CASE("epochs outside the window change nothing; a part of the window averages over what there is") {
  w::uncertainty r(2, {.first_epoch = 2, .epochs = 3, .eta = 4});
  for (index_t e : {0, 1, 5, 6, 100}) record<int>(r, e, {0, 0});
  CHECK(r.recorded() == 0);
  CHECK_THROWS_AS(r.weight(0), ma::invalid_argument);
  record<int>(r, 3, {0, 1});
  CHECK(r.recorded() == 1);
  CHECK(r.has_epoch(3));
  CHECK_FALSE((r.has_epoch(2) || r.has_epoch(4) || r.has_epoch(5)));
  CHECK(r.weight(0) == 1.0f);
  CHECK(r.weight(1) == 5.0f);
  record<int>(r, 4, {1, 1}), record<int>(r, 5, {0, 0});
  CHECK(r.recorded() == 2);
  CHECK(r.weight(0) == 3.0f);
}

TEST_CASE("a rank without rows records the epoch alone") {
  w::uncertainty r(3, {.epochs = 5});
  auto const none = ma::class_ids(static_cast<int*>(nullptr), {0});
  r.record(ma::serial{}, 2, none, none);
  r.record(ma::serial{}, 3, none, none, none);
  CHECK(r.recorded() == 2);
  CHECK(r.u(0) == 1.0);
  w::uncertainty visited(3, {.epochs = 5});
  record<int>(visited, 2, {0, 0, 1});
  record<int>(visited, 3, {0, 1, 1});
  r.merge(visited);
  CHECK(r.recorded() == 2);
  CHECK(r.u(1) == doctest::Approx(0.5));
}

TEST_CASE("samples never visited: wrong as published, or ignored") {
  w::uncertainty published(3, {.epochs = 4, .eta = 8}),
      ignore(3, {.epochs = 4, .eta = 8, .unvisited = w::unvisited::ignore});
  for (w::uncertainty* r : {&published, &ignore}) {
    record_ids<int>(*r, 0, {0, 1}, {0, 1});
    record_ids<int>(*r, 1, {0}, {1});
    record<int>(*r, 2, {1}, 1);
  }
  CHECK(published.u(0) == doctest::Approx(2.0 / 3));
  CHECK(published.weight(1) == 9.0f);
  CHECK(published.weight(2) == 9.0f);  // the highest
  CHECK(ignore.weight(0) == 5.0f);
  CHECK(ignore.weight(1) == 9.0f);
  CHECK(ignore.weight(2) == 1.0f);
}

TEST_CASE("a sample that comes twice counts twice; counters stop at their most") {
  w::uncertainty r(2, {.epochs = 2, .eta = 1, .unvisited = w::unvisited::ignore});
  record_ids<int>(r, 0, {0, 0, 0, 1}, {0, 1, 1, 0});
  CHECK(r.u(0) == doctest::Approx(2.0 / 3));
  for (int k = 0; k < 100; ++k) record_ids<int>(r, 1, {0, 0, 1}, {1, 1, 0});  // 15 visits are the most of half a byte
  CHECK(r.u(0) == 1.0);
  CHECK(r.u(1) == 0.0);
  for (index_t const epochs : {255, 256}) {
    w::uncertainty p(2, {.epochs = epochs, .eta = 1});
    for (int k = 0; k < 65536; ++k) record_ids<int>(p, k % 2, {0}, {0});  // 0 again, did they wrap
    CHECK(p.u(0) == 0.0);
    CHECK(p.u(1) == 1.0);
    record<int>(p, 2, {1, 0});
    CHECK(p.u(1) == doctest::Approx(2.0 / 3));
  }
}

TEST_CASE("counters are exact at their end: right in every epoch is u = 0, wrong in one is 1 / T") {
  for (auto const policy : {w::unvisited::as_wrong, w::unvisited::ignore})
    for (index_t const epochs : {15, 16, 255, 256, 65535}) {
      CAPTURE(epochs);
      w::uncertainty r(4, {.epochs = epochs, .eta = 1, .unvisited = policy}), first(r), second(r);
      for (index_t e = 0; e < epochs; ++e) {
        std::vector<int> const p{0, e == 7 ? 1 : 0, e == epochs - 1 ? 1 : 0, 1};
        record<int>(r, e, p), record<int>(e % 2 == 0 ? first : second, e, p);
      }
      first.merge(second);
      for (auto const* whole : {&r, &first}) {
        double const each = 1.0 / static_cast<double>(epochs);
        CHECK(whole->recorded() == epochs);
        CHECK((whole->u(0) == 0.0 && whole->u(1) == each && whole->u(2) == each && whole->u(3) == 1.0));
      }
    }
}

TEST_CASE(
    "normalise::mean_one: a record, a merge and a load after fit make the mean stale, and stale weights are refused") {
  w::uncertainty_options const o{.epochs = 4, .normalise = w::normalise::mean_one};
  w::uncertainty r(2, o), other(2, o);
  std::vector<float> out(2);
  auto const stale = [&] {
    CHECK_THROWS_WITH_AS(r.weight(0), doctest::Contains("the mean of the weights is not known"), ma::invalid_argument);
    CHECK_THROWS_AS(r.weights(ma::serial{}, ma::weights(out.data(), {2})), ma::invalid_argument);
  };
  auto const fitted = [&](float a, float b) {  // weights 1 + u over their mean
    r.fit(ma::serial{});
    r.weights(ma::serial{}, ma::weights(out.data(), {2}));
    CHECK((out[0] == doctest::Approx(a) && out[1] == doctest::Approx(b) && r.weight(1) == out[1]));
  };
  record<int>(r, 0, {1, 0});
  stale();
  fitted(4.0f / 3, 2.0f / 3);
  record<int>(r, 9, {1, 1});  // outside the window: nothing changes
  CHECK(r.weight(1) == out[1]);
  record<int>(r, 1, {0, 0});
  stale();
  fitted(6.0f / 5, 4.0f / 5);
  record_ids<int>(r, 2, {0, 1}, {0, 0});
  stale();
  fitted(8.0f / 7, 6.0f / 7);
  record<int>(other, 3, {0, 1});
  r.merge(other);
  stale();
  fitted(1.0f, 1.0f);
  r.set_marks(other.marks());  // as a load does
  stale();
}

TEST_CASE("a record that was moved from is empty, and a copy of an empty one too") {
  w::uncertainty small(10, {}), large(100000, {});
  record<int>(small, 0, std::vector<int>(10, 1)), record<int>(large, 0, std::vector<int>(100000, 1));
  small = std::move(large);  // 100000 rows and 10 counters would write beyond the block
  CHECK((small.rows() == 100000 && small.u(99999) == 1 && small.recorded() == 1));
  CHECK((large.rows() == 0 && large.recorded() == 0 && large.bytes() == 0));
  CHECK_FALSE(large.has_epoch(0));
  CHECK_THROWS_AS(record<int>(large, 0, std::vector<int>(10, 1)), ma::invalid_argument);
  CHECK_THROWS_AS(small.merge(large), ma::invalid_argument);
  large = w::uncertainty(2, {});
  record<int>(large, 0, {0, 1});
  CHECK((large.u(0) == 0 && large.u(1) == 1));
  large = w::uncertainty();
  w::uncertainty const nothing;
  small = nothing;
  CHECK((small.rows() == 0 && small.counters().data() == nullptr && small.marks() == nullptr));
  CHECK_THROWS_AS(small.u(0), ma::invalid_argument);
}

TEST_CASE("u needs no mean") {
  w::uncertainty r(2, {.normalise = w::normalise::mean_one});
  record<int>(r, 0, {0, 1});
  CHECK((r.u(0) == 0 && r.u(1) == 1));
  w::just_train_twice const twice(r, {.lambda_up = 5});
  CHECK((twice.weight(0) == 1 && twice.weight(1) == 5 && twice.errors() == 1));
  CHECK_THROWS_AS(r.weight(0), ma::invalid_argument);
}

TEST_CASE("the error set is where u exceeds wrong_above, row by row and all at once") {
  w::uncertainty r(3, {.epochs = 2});
  record<int>(r, 0, {0, 0, 1});
  record<int>(r, 1, {0, 1, 1});  // u is 0, 1/2 and 1
  for (double above : {0.25, 0.5, 0.75}) {
    w::just_train_twice const twice(r, {.lambda_up = 5, .wrong_above = above});
    bool const half = above < 0.5;
    CHECK((!twice.in_error_set(0) && twice.in_error_set(1) == half && twice.in_error_set(2)));
    CHECK((twice.weight(0) == 1 && twice.weight(1) == (half ? 5.0f : 1.0f) && twice.weight(2) == 5));
    CHECK(twice.errors() == (half ? 2 : 1));
    CHECK(test::all_weights(ma::serial{}, twice) == std::vector<double>{1, half ? 5.0 : 1.0, 5});
  }
}

TEST_CASE("bytes a sample") {
  auto const bytes = [](index_t epochs, w::unvisited policy) {
    return w::uncertainty(1000, {.epochs = epochs, .unvisited = policy}).bytes() / 1000;
  };
  CHECK((bytes(1, w::unvisited::as_wrong) == 1 && bytes(255, w::unvisited::as_wrong) == 1));
  CHECK((bytes(256, w::unvisited::as_wrong) == 2 && bytes(65535, w::unvisited::as_wrong) == 2));
  CHECK((bytes(15, w::unvisited::ignore) == 1 && bytes(16, w::unvisited::ignore) == 2));
  CHECK((bytes(255, w::unvisited::ignore) == 2 && bytes(256, w::unvisited::ignore) == 4));
}

TEST_CASE("integers of every type; -1 is not the largest unsigned") {
  w::uncertainty r(4, {.eta = 1});
  std::vector<std::int8_t> const p{-1, 1, 2, 127};
  std::vector<std::uint64_t> const y{~std::uint64_t{0}, 1, 3, 127};
  r.record(ma::serial{}, 0, ma::class_ids(p.data(), {4}), ma::class_ids(y.data(), {4}));
  CHECK((r.u(0) == 1 && r.u(1) == 0 && r.u(2) == 1 && r.u(3) == 0));
}

TEST_CASE("records of several processes make the record of one") {
  for (auto const policy : {w::unvisited::as_wrong, w::unvisited::ignore})
    for (index_t const epochs : {6, 20, 300}) {
      w::uncertainty_options const o{.first_epoch = 1, .epochs = epochs, .eta = 5, .unvisited = policy};
      auto const all = test::any_visits(500, 6, 9);
      auto const one = test::recorded(ma::serial{}, 500, o, all);
      std::vector<test::visits> part[3];
      for (std::size_t k = 0; k < all.size(); ++k)
        part[policy == w::unvisited::ignore ? k % 3 : k / 3 % 3].push_back(all[k]);  // rows, or epochs
      auto sum = test::recorded(ma::serial{}, 500, o, part[0]);
      for (int k = 1; k < 3; ++k) sum.merge(test::recorded(ma::serial{}, 500, o, part[k]));
      CHECK(sum.recorded() == one.recorded());
      CHECK(test::first_difference(test::all_weights(ma::serial{}, sum), test::all_weights(ma::serial{}, one)) == -1);
    }
  w::uncertainty a(2, {.eta = 1}), b(2, {.eta = 1});
  for (int k = 0; k < 200; ++k) record<int>(a, 0, {0, 1}), record<int>(b, 0, {0, 1});
  a.merge(b);  // 400 in a byte
  CHECK((a.u(0) == 0 && a.u(1) == 1 && a.recorded() == 1));
}

}  // namespace uncertainty_test

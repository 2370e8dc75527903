#include "bad_input/refusals.hpp"
#include "weight/weight_batch_cases.hpp"

namespace refusals_test {

using namespace bad_input;
namespace w = ma::weight;

namespace {

/// Sources of weights, and what they must not write to.
struct sources : world {
  std::vector<int> p{0, 1, 2, 3}, y{0, 1, 1, 1};
  std::vector<std::int64_t> rows{0, 3, 2, 1}, bad_rows{0, 1, 4, 2}, negative{0, -1, 2, 3}, counts{1, 2, 3},
      empty{1, 0, 2}, minus{1, -1, 2}, none{0, 0};
  std::vector<float> l{1, 2, 3, 4}, l_nan{1, no_number, 2, 3}, l_inf{1, 2, 3, infinite}, q{1, 0, 1};
  std::vector<float> to = std::vector<float>(4, -1.0f);
  w::uncertainty record{4, {.epochs = 3, .eta = 2}}, fresh{4, {.epochs = 3, .eta = 2}},
      scaled{4, {.normalise = w::normalise::mean_one}};
  w::group_dro dro{{.groups = 3}};
  sources() {
    record.record(ma::serial{}, 0, ids(p), ids(y)), scaled.record(ma::serial{}, 0, ids(p), ids(y));
    std::vector<int> const g{0, 0, 1, 1};
    dro.update(ma::serial{}, ma::labels(l.data(), {4}), ids(g));
  }
  static ma::tensor_view<int const, 1> ids(std::vector<int> const& v) { return ma::class_ids(v.data(), {4}); }
  static auto list(std::vector<std::int64_t> const& v) {
    return ma::indices(v.data(), {static_cast<index_t>(v.size())});
  }
  static auto loss(std::vector<float> const& v) { return ma::labels(v.data(), {static_cast<index_t>(v.size())}); }
  auto room() { return ma::weights(to.data(), {4}); }
};

}  // namespace

TEST_CASE("records, tables, states and rules refuse what they cannot use, and write nothing") {
  sources s;
  ma::serial const be;
  auto const made = [](w::uncertainty_options const& o, index_t n = 4) { w::uncertainty(n, o); };
  auto const dro = [](w::group_dro_options const& o) { w::group_dro{o}; };
  auto const before = test::all_weights(be, s.record);
  double const q0 = s.dro.q(0);
  refuse(
      s,
      {
          {"no rows", [&] { made({}, 0); }, "the record's rows", "is 0", "a number of samples"},
          {"first epoch", [&] { made({.first_epoch = -1}); }, "first_epoch", "is -1", "an epoch >= 0"},
          {"window 0", [&] { made({.epochs = 0}); }, "epochs", "is 0", "[1, 65535]"},
          {"window long", [&] { made({.epochs = 65536}); }, "epochs", "is 65536", "[1, 65535]"},
          {"eta < 0", [&] { made({.eta = -1}); }, "eta", "is -1", "a finite number >= 0"},
          {"c NaN", [&] { made({.c = std::nan("")}); }, "c", "nan", "a finite number >= 0"},
          {"eta + c", [&] { made({.eta = 3e38, .c = 3e38}); }, "eta + c", "is 6e+38", "a float can hold"},
          {"by groups", [&] { made({.normalise = w::normalise::groups_one}); }, "normalise", "groups_one",
           "none or mean_one"},
          {"epoch < 0", [&] { s.record.record(be, -1, s.ids(s.p), s.ids(s.y)); }, "epoch", "is -1", ">= 0"},
          {"lengths", [&] { s.record.record(be, 0, s.list(s.counts), s.ids(s.y)); }, "predictions", "of 3 elements",
           "4, as the labels"},
          {"null", [&] { s.record.record(be, 0, ma::class_ids<int>(nullptr, {4}), s.ids(s.y)); }, "predictions",
           "a null pointer", "4 elements"},
          {"labels, no predictions", [&] { s.record.record(be, 0, ma::class_ids(s.p.data(), {0}), s.ids(s.y)); },
           "predictions", "of 0 elements", "at least one"},
          {"predictions, no labels", [&] { s.record.record(be, 0, s.ids(s.p), ma::class_ids(s.y.data(), {0})); },
           "predictions", "4 rows", "0 rows"},
          {"a batch too long",
           [&] {
             std::vector<int> const five(5);
             s.record.record(be, 0, ma::class_ids(five.data(), {5}), ma::class_ids(five.data(), {5}));
           },
           "labels", "of 5 elements", "at most 4, as the record has rows"},
          {"a stride beyond memory",
           [&] { s.record.record(be, 0, ma::class_ids(s.p.data(), {4}, {huge / 2}), s.ids(s.y)); }, "predictions",
           "stride 4611686018427387903", "memory can hold"},
          {"losses beyond memory", [&] { w::cvar({}).weights(be, ma::labels(s.l.data(), {4}, {huge}), s.room()); },
           "losses", "of 4 elements and stride", "memory can hold"},
          {"past the end", [&] { s.record.record(be, 0, s.ids(s.p), s.ids(s.y), 1); }, "first_row", "is 1", "[0, 0]"},
          {"before the start", [&] { s.record.record(be, 0, s.ids(s.p), s.ids(s.y), -1); }, "first_row", "is -1",
           "4 rows"},
          {"id too large", [&] { s.record.record(be, 1, s.list(s.bad_rows), s.ids(s.p), s.ids(s.y)); }, "ids(2)",
           "is 4", "a row of the record in [0, 4)"},
          {"id < 0", [&] { s.record.record(be, 1, s.list(s.negative), s.ids(s.p), s.ids(s.y)); }, "ids(1)", "is -1",
           "[0, 4)"},
          {"ids short", [&] { s.record.record(be, 1, s.list(s.counts), s.ids(s.p), s.ids(s.y)); }, "ids",
           "of 3 elements", "4, as the labels"},
          {"nothing recorded", [&] { s.fresh.weight(0); }, "the record", "without an epoch of its window [0, 3)",
           "record(backend, epoch, ...)"},
          {"nothing recorded, all", [&] { s.fresh.weights(be, s.room()); }, "the record", "without an epoch",
           "at least one"},
          {"nothing recorded, some", [&] { s.fresh.weights(be, s.list(s.rows), s.room()); }, "the record",
           "without an epoch", "at least one"},
          {"row", [&] { s.record.weight(4); }, "the row", "is 4", "[0, 4)"},
          {"row < 0", [&] { s.record.u(-1); }, "the row", "is -1", "[0, 4)"},
          {"room", [&] { s.record.weights(be, ma::weights(s.to.data(), {3})); }, "the output", "of 3 elements",
           "4, as the record has rows"},
          {"a stride of 0", [&] { s.record.weights(be, ma::labels(s.to.data(), {4}, {0})); }, "the output",
           "of stride 0", "its own element"},
          {"bad ids", [&] { s.record.weights(be, s.list(s.bad_rows), s.room()); }, "ids(2)", "is 4", "[0, 4)"},
          {"stale", [&] { s.scaled.weight(0); }, "the mean of the weights", "not known", "fit(backend)"},
          {"fit of none", [&] { s.record.fit(be); }, "normalise", "is none", "mean_one"},
          {"moved from",
           [&] {
             auto a = w::uncertainty(4, {});
             auto const b = std::move(a);
             a.u(0);
           },
           "the record", "empty", "a number of rows"},
          {"default", [&] { w::uncertainty().weight(0); }, "the record", "empty", "a number of rows"},
          {"a table moved from",
           [&] {
             w::inverse_frequency a(s.list(s.counts));
             auto const b = std::move(a);
             a.of(0);
           },
           "the table", "empty (default-constructed, or moved from)", "groups of a data set"},
          {"a default table, by row", [&] { w::effective_number().weight(0); }, "the table", "empty", "counts"},
          {"a default table, by group", [&] { w::effective_number().weights(be, s.ids(s.y), s.room()); }, "the table",
           "empty", "counts"},
          {"DRO moved from",
           [&] {
             w::group_dro a({.groups = 3});
             auto const b = std::move(a);
             a.q(0);
           },
           "the state", "empty (moved from)", "a number of groups"},
          {"DRO moved from, update",
           [&] {
             w::group_dro a({.groups = 3});
             auto const b = std::move(a);
             a.update(be, s.loss(s.l), s.ids(s.y));
           },
           "the state", "empty", "groups"},
          {"DRO moved from, weights",
           [&] {
             auto a = s.dro;
             auto const b = std::move(a);
             a.weights(be, s.ids(s.y), s.room());
           },
           "the state", "empty", "groups"},
          {"DRO moved from, restore",
           [&] {
             auto a = s.dro;
             auto const b = std::move(a);
             a.restore(s.loss(s.l));
           },
           "the state", "empty", "groups"},
          {"JTT of nothing", [&] { w::just_train_twice().errors(); }, "the record", "empty", "a number of rows"},
          {"merge of another size", [&] { s.record.merge(w::uncertainty(5, {.epochs = 3, .eta = 2})); },
           "the record to merge", "of 5 rows", "4, as this one"},
          {"merge of other options", [&] { s.record.merge(w::uncertainty(4, {.epochs = 4, .eta = 2})); },
           "the record to merge", "other options", "the same window"},
          {"merge of itself", [&] { s.record.merge(s.record); }, "the record to merge", "this one", "another process"},
          {"lambda_up", [&] { w::just_train_twice(s.record, {.lambda_up = -2}); }, "lambda_up", "is -2", ">= 0"},
          {"wrong_above", [&] { w::just_train_twice(s.record, {.lambda_up = 2, .wrong_above = 1}); }, "wrong_above",
           "is 1", "[0, 1)"},
          {"lambda_up not given", [&] { w::just_train_twice(s.record, {}); }, "lambda_up", "is 0",
           "tune it on validation data"},
          {"JTT of no epoch", [&] { w::just_train_twice(s.fresh, {.lambda_up = 2}); }, "the record", "without an epoch",
           "at least one"},
          {"an empty group", [&] { w::inverse_frequency(s.list(s.empty)); }, "group 1", "without a sample",
           "weightless"},
          {"a negative count", [&] { w::inverse_frequency(s.list(s.minus)); }, "counts(1)", "is -1", ">= 0"},
          {"no sample", [&] { w::effective_number(s.list(s.none), {.empty = w::empty_group::weightless}); }, "counts",
           "without a sample", "a data set"},
          {"a group too far", [&] { w::inverse_frequency(s.ids(s.p), 3); }, "groups(3)", "is 3", "a group in [0, 3)"},
          {"no groups", [&] { w::inverse_frequency(s.ids(s.p), 0); }, "the number of groups", "is 0", "[1, 2^32]"},
          {"too many groups", [&] { w::inverse_frequency(s.ids(s.p), index_t{1} << 33); }, "the number of groups",
           "8589934592", "[1, 2^32]"},
          {"rows of counts", [&] { w::inverse_frequency(s.list(s.counts)).weight(0); }, "the row", "is 0",
           "made from counts"},
          {"groups of a batch", [&] { w::inverse_frequency(s.list(s.counts)).weights(be, s.ids(s.p), s.room()); },
           "groups(3)", "is 3", "[0, 3)"},
          {"beta 1", [&] { w::effective_number(s.list(s.counts), {.beta = 1}); }, "beta", "is 1", "[0, 1)"},
          {"beta NaN", [&] { w::effective_number(s.list(s.counts), {.beta = std::nan("")}); }, "beta", "nan", "[0, 1)"},
          {"DRO of no group", [&] { dro({}); }, "groups", "is 0", "[1, 1000000]"},
          {"step", [&] { dro({.groups = 3, .step_size = 0}); }, "step_size", "is 0", "> 0"},
          {"C", [&] { dro({.groups = 3, .adjustment = -1}); }, "adjustment", "is -1", ">= 0"},
          {"C without counts", [&] { dro({.groups = 3, .adjustment = 1}); }, "counts", "of 0 elements", "at least one"},
          {"C of an empty group", [&] { dro({.groups = 3, .adjustment = 1, .counts = s.list(s.empty)}); }, "counts(1)",
           "is 0", "> 0"},
          {"loss NaN", [&] { s.dro.update(be, s.loss(s.l_nan), s.ids(s.y)); }, "losses(1)", "nan", "a finite loss"},
          {"group", [&] { s.dro.update(be, s.loss(s.l), s.ids(s.p)); }, "groups(3)", "is 3", "a group in [0, 3)"},
          {"weights of another batch", [&] { s.dro.weights(be, s.list(s.counts), ma::weights(s.to.data(), {3})); },
           "groups", "of 3 elements", "4, as the batch of the last update"},
          {"weights of an absent group",
           [&] {
             std::vector<int> const g{0, 2, 1, 1};
             s.dro.weights(be, s.ids(g), s.room());
           },
           "groups(1)", "is 2", "the last update had"},
          {"weights before an update", [&] { w::group_dro({.groups = 3}).weights(be, s.ids(s.y), s.room()); },
           "the state", "without a batch", "update(backend"},
          {"weights after restore",
           [&] {
             std::vector<double> const q{0.5, 0.25, 0.25};
             std::vector<int> const g{0, 0, 1, 1};
             auto a = s.dro;
             a.restore(ma::weights(q.data(), {3}));
             a.weights(be, s.ids(g), s.room());
           },
           "the state", "without a batch", "update(backend"},
          {"q of 0", [&] { s.dro.restore(s.loss(s.q)); }, "q(1)", "is 0", "> 0"},
          {"fraction 0", [&] { w::cvar({.fraction = 0}); }, "fraction", "is 0", "(0, 1]"},
          {"fraction > 1", [&] { w::cvar({.fraction = 1.5}); }, "fraction", "is 1.5", "(0, 1]"},
          {"CVaR of inf", [&] { w::cvar({}).weights(be, s.loss(s.l_inf), s.room()); }, "losses(3)", "inf",
           "a finite loss"},
          {"CVaR in place", [&] { w::cvar({}).weights(be, s.room(), s.room()); }, "the output",
           "sharing memory with losses", "a buffer of its own"},
          {"a negative weight",
           [&] {
             std::vector<float> v{3, 1, -1, 1};
             w::scale_to_mean_one(be, ma::weights(v.data(), {4}));
           },
           "weights(2)", "is -1", "a weight >= 0"},
          {"mean of 0",
           [&] {
             std::vector<float> z(4);
             w::scale_to_mean_one(be, ma::weights(z.data(), {4}));
           },
           "the mean of the weights", "is 0", "> 0"},
          {"an infinite mean",
           [&] {
             std::vector<double> v(4, 1e308);
             w::scale_to_mean_one(be, ma::weights(v.data(), {4}));
           },
           "the mean of the weights", "is inf", "finite and > 0"},
      });
  CHECK(test::all_weights(be, s.record) == before);
  CHECK(s.dro.q(0) == q0);
  CHECK(s.record.recorded() == 1);
  CHECK(s.to == std::vector<float>(4, -1.0f));
}

}  // namespace refusals_test

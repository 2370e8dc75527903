#include <mixaug/pairing/class_similarity.hpp>

#include "bad_input/refusals.hpp"

namespace similarity_test {

using namespace bad_input;
using ma::pairing::class_similarity;

namespace {

/// What similarity-guided pairing reads, right and wrong, beside the world's four images of classes 0, 1, 2, 4.
struct classes : world {
  std::vector<float> s = std::vector<float>(25, 0.5f), s_nan = s, s_infinite = s, f = counting<float>(6 * 3), f_nan = f;
  std::vector<std::int64_t> counts{9, 1, 1, 1, 9}, negative{9, 1, -1, 1, 9};
  std::vector<int> bad_source{0, 1, 2, -1, 4, 0};
  classes() { s_nan[5 * 2 + 3] = no_number, s_infinite[5 * 1 + 1] = infinite, f_nan[3 * 2] = no_number; }
  ma::tensor_view<float const, 2> five(std::vector<float> const& v) { return ma::features(v.data(), {5, 5}); }
  ma::tensor_view<float const, 2> rows(std::vector<float> const& v, index_t n) {
    return ma::features(v.data(), {n, 3});
  }
  auto in() { return ma::inputs(batch()).class_ids(class_ids()); }
  auto second() { return in().source_rows(6).source_class_ids(ma::class_ids(source_classes.data(), {6})); }
};

}  // namespace

TEST_CASE("class_similarity refuses matrices, options, ids and features that do not fit, and leaves the plan alone") {
  classes w;
  auto const with_inputs = [&](class_similarity rule, auto const& in, ma::key const& k = {}) {
    if (rule.similarity.data == nullptr && rule.similarity.extent[0] == 0) rule.similarity = w.five(w.s);
    ma::make_plan(with(ma::cutmix{}, rule), in, k, w.reused);
  };
  auto const plan = [&](class_similarity const& rule) { with_inputs(rule, w.in()); };
  auto const matrix = [&](float const* p, index_t a, index_t b) { plan({.similarity = ma::features(p, {a, b})}); };
  auto const counts = [&](std::int64_t const* p, index_t n, float at_most = 0.5f) {
    plan({.at_most = at_most, .class_counts = ma::indices(p, {n})});
  };
  std::string const rule = "pairing::class_similarity";
  refuse(
      w,
      {
          {"not square", [&] { matrix(w.s.data(), 5, 4); }, rule + "'s similarity", "of shape (5, 4)", "(5, 5)"},
          {"empty", [&] { matrix(w.s.data(), 0, 4); }, rule + "'s similarity", "of shape (0, 4)", "(n, d)"},
          {"null", [&] { matrix(nullptr, 5, 5); }, rule + "'s similarity", "a null pointer", "(5, 5) numbers"},
          {"none at all", [&] { ma::make_plan(with(ma::cutmix{}, class_similarity{}), w.in(), ma::key{}, w.reused); },
           rule + "'s similarity", "(0, 0)", "(n, d)"},
          {"a class too few", [&] { matrix(w.s.data(), 4, 4); }, "class_ids(3)", "is 4",
           "a class in [0, 4), as " + rule + "'s similarity has"},
          {"ids out of range",
           [&] { with_inputs({}, ma::inputs(w.batch()).class_ids(ma::class_ids(w.bad_classes.data(), {4}))); },
           "class_ids(2)", "is 5", "a class in [0, 5)"},
          {"source ids out of range",
           [&] { with_inputs({}, w.in().source_rows(6).source_class_ids(ma::class_ids(w.bad_source.data(), {6}))); },
           "source_class_ids(3)", "is -1", "a class in [0, 5)"},
          {"no ids", [&] { with_inputs({}, ma::inputs(w.batch())); }, rule, "class ids, which were not given",
           "mixaug::inputs(x).class_ids(v)"},
          {"no ids of the source", [&] { with_inputs({}, w.in().source_rows(6)); }, rule,
           "class ids of the second source", "source_class_ids(v)"},
          {"ids of a part", [&] { with_inputs({}, w.in(), {.global = 8}); }, rule, "the block [0, 8)",
           "class ids for all 8 rows"},
          {"similarity NaN", [&] { plan({.similarity = w.five(w.s_nan)}); }, rule + "'s similarity(2, 3)", "nan",
           "a finite number"},
          {"similarity NaN, by rank",
           [&] { plan({.similarity = w.five(w.s_nan), .preference = ma::class_preference::rank}); },
           rule + "'s similarity(2, 3)", "nan", "a finite number"},
          {"similarity infinite", [&] { plan({.similarity = w.five(w.s_infinite)}); }, rule + "'s similarity(1, 1)",
           "inf", "a finite number"},
          {"temperature 0", [&] { plan({.temperature = 0}); }, rule + "'s temperature", "is 0", "a finite number > 0"},
          {"temperature < 0", [&] { plan({.temperature = -1}); }, rule + "'s temperature", "is -1",
           "a finite number > 0"},
          {"temperature NaN", [&] { plan({.temperature = no_number}); }, rule + "'s temperature", "nan",
           "a finite number > 0"},
          {"temperature infinite", [&] { plan({.temperature = infinite}); }, rule + "'s temperature", "inf",
           "a finite number > 0"},
          {"sample_temperature 0", [&] { plan({.sample_temperature = 0}); }, rule + "'s sample_temperature", "is 0",
           "a finite number > 0"},
          {"decay < 0", [&] { plan({.decay = -0.5f}); }, rule + "'s decay", "is -0.5", "a number in [0, 1]"},
          {"decay > 1", [&] { plan({.decay = 1.5f}); }, rule + "'s decay", "is 1.5", "a number in [0, 1]"},
          {"decay NaN", [&] { plan({.decay = no_number}); }, rule + "'s decay", "nan", "a number in [0, 1]"},
          {"at_most 0", [&] { plan({.at_most = 0}); }, rule + "'s at_most", "is 0", "a fraction in (0, 1]"},
          {"at_most > 1", [&] { plan({.at_most = 2}); }, rule + "'s at_most", "is 2", "a fraction in (0, 1]"},
          {"at_most NaN", [&] { plan({.at_most = no_number}); }, rule + "'s at_most", "nan", "a fraction in (0, 1]"},
          {"too few counts", [&] { counts(w.counts.data(), 4); }, "class_ids(3)", "is 4",
           "a class in [0, 4), as " + rule + "'s class_counts has"},
          {"a negative count", [&] { counts(w.negative.data(), 5); }, rule + "'s class_counts(2)", "is -1",
           "a number of samples >= 0"},
          {"null counts", [&] { counts(nullptr, 5); }, rule + "'s class_counts", "a null pointer", "5 numbers"},
          {"too few features", [&] { plan({.features = w.rows(w.f, 3)}); }, rule + "'s features", "(3, 3)", "(4, 3)"},
          {"features without numbers",
           [&] {
             plan({.features = ma::features<float const>(w.f.data(), {4, 0})});
           },
           rule + "'s features", "(4, 0)", "(4, d)"},
          {"null features",
           [&] {
             plan({.features = ma::features<float const>(nullptr, {4, 3})});
           },
           rule + "'s features", "a null pointer", "(4, 3) numbers"},
          {"features NaN", [&] { plan({.features = w.rows(w.f_nan, 4)}); }, "row 2 of " + rule + "'s features",
           "not finite", "finite numbers"},
          {"features of the batch for a second source",
           [&] { with_inputs({.features = w.rows(w.f, 4), .query_features = w.rows(w.f, 4)}, w.second()); },
           rule + "'s features", "(4, 3)", "(6, 3)"},
          {"no query_features", [&] { with_inputs({.features = w.rows(w.f, 6)}, w.second()); },
           rule + "'s query_features", "not given", "the batch's own features"},
          {"query_features of another width",
           [&] {
             with_inputs({.features = w.rows(w.f, 6), .query_features = ma::features<float const>(w.f.data(), {4, 2})},
                         w.second());
           },
           rule + "'s query_features", "(4, 2)", "(4, 3)"},
          {"query_features NaN",
           [&] { with_inputs({.features = w.rows(w.f, 6), .query_features = w.rows(w.f_nan, 4)}, w.second()); },
           "row 2 of " + rule + "'s query_features", "not finite", "finite numbers"},
          {"query_features without a second source",
           [&] { plan({.features = w.rows(w.f, 4), .query_features = w.rows(w.f, 4)}); }, rule + "'s query_features",
           "given", "features alone are the batch's"},
          {"inside one_of",
           [&] {
             class_similarity bad{.similarity = w.five(w.s), .temperature = -2};
             ma::make_plan(ma::one_of(ma::mixup{}, with(ma::cutmix{}, bad)), w.in(), ma::key{});
           },
           rule + "'s temperature", "is -2", "a finite number > 0"},
      });
}

TEST_CASE("partner_probabilities refuses what planning does, and rows and outputs that do not fit") {
  classes w;
  std::vector<double> law(8, -1);
  auto const of = [&](auto const& in, index_t i, index_t n, ma::key const& k = {}) {
    ma::partner_probabilities(class_similarity{.similarity = w.five(w.s)}, in, k, i, ma::labels(law.data(), {n}));
  };
  refuse(w, {
                {"row -1", [&] { of(w.in(), -1, 4); }, "row i", "is -1", "a row of the call, in [0, 4)"},
                {"row 4", [&] { of(w.in(), 4, 4); }, "row i", "is 4", "in [0, 4)"},
                {"too short", [&] { of(w.in(), 0, 3); }, "out", "3 rows", "4 rows"},
                {"too short for the source", [&] { of(w.second(), 0, 4); }, "out", "4 rows", "6 rows"},
                {"null",
                 [&] {
                   ma::partner_probabilities(class_similarity{.similarity = w.five(w.s)}, w.in(), ma::key{}, 0,
                                             ma::labels<double>(nullptr, {4}));
                 },
                 "out", "a null pointer", "4 numbers"},
                {"no ids", [&] { of(ma::inputs(w.batch()), 0, 4); }, "pairing::class_similarity", "not given",
                 "class_ids(v)"},
                {"a key of other rows", [&] { of(w.in(), 0, 4, {.first = 2, .global = 4}); }, "the key's rows",
                 "[2, 6)", "global batch of 4 rows"},
                {"a NaN",
                 [&] {
                   ma::partner_probabilities(class_similarity{.similarity = w.five(w.s_nan)}, w.in(), ma::key{}, 2,
                                             ma::labels(law.data(), {4}));
                 },
                 "similarity(2, 3)", "nan", "a finite number"},
                {"a block and a second source", [&] { of(w.second(), 0, 6, {.block = 2}); }, "key.block",
                 "confines partners inside the batch", "second source"},
            });
  CHECK(law == std::vector<double>(8, -1));
}

}  // namespace similarity_test

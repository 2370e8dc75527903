#include "bad_input/refusals.hpp"

namespace planning_test {

using namespace bad_input;

TEST_CASE("planning refuses options outside their range, and leaves the plan that it was given alone") {
  world w;
  // Into a plan that is in use: its columns must survive.
  auto const into = [&](ma::cutmix const& m) { ma::make_plan(m, w.batch(), ma::key{}, w.reused); };
  auto const plan = [&](auto const& m) { ma::make_plan(m, w.batch(), ma::key{}); };
  auto const either = [](float a, float b) {
    ma::one_of m(ma::mixup{}, ma::cutmix{});
    m.weight[0] = a, m.weight[1] = b;
    return m;
  };
  refuse(
      w,
      {
          {"alpha 0", [&] { into({.alpha = 0}); }, "ratio::beta's alpha", "is 0",
           "(0, 1e6]; to switch mixing off use prob = 0"},
          {"alpha 0 of umix", [&] { ma::make_plan(ma::umix{.alpha = 0}, w.batch(), ma::key{}); }, "ratio::beta's alpha",
           "is 0", "(0, 1e6]; to switch mixing off use umix's sigma = 0"},
          {"alpha 0 of lisa", [&] { ma::make_plan(ma::lisa{.alpha = 0}, w.batch(), ma::key{}); }, "ratio::beta's alpha",
           "is 0", "(0, 1e6]; to switch mixing off use with(lisa{}, when{.prob = 0})"},
          {"alpha 0 of regmixup", [&] { ma::make_plan(ma::regmixup{.alpha = 0}, w.batch(), ma::key{}); },
           "ratio::beta's alpha", "is 0", "(0, 1e6]; to leave the mixes out of the loss use regmixup's eta = 0"},
          {"alpha 0 of metamix", [&] { ma::make_plan(ma::metamix{.alpha = 0}, w.batch(), ma::key{}); },
           "ratio::beta's alpha", "is 0", "(0, 1e6]; to switch mixing off use prob = 0"},
          {"alpha < 0", [&] { into({.alpha = -1}); }, "ratio::beta's alpha", "is -1", "(0, 1e6]"},
          {"alpha NaN", [&] { into({.alpha = no_number}); }, "ratio::beta's alpha", "nan", "(0, 1e6]"},
          {"alpha infinite", [&] { into({.alpha = infinite}); }, "ratio::beta's alpha", "inf", "(0, 1e6]"},
          {"prob > 1", [&] { into({.prob = 1.5f}); }, "prob", "is 1.5", "a probability in [0, 1]"},
          {"prob < 0", [&] { into({.prob = -0.5f}); }, "prob", "is -0.5", "a probability in [0, 1]"},
          {"prob NaN", [&] { into({.prob = no_number}); }, "prob", "nan", "a probability in [0, 1]"},
          {"prob NaN inside one_of", [&] { plan(ma::one_of(ma::mixup{.prob = no_number}, ma::cutmix{})); }, "prob",
           "nan", "a probability in [0, 1]"},
          {"minmax reversed",
           [&] {
             into({.minmax = {0.6f, 0.2f}});
           },
           "minmax", "[0.6, 0.2]", "0 <= low <= high <= 1"},
          {"minmax above 1",
           [&] {
             into({.minmax = {0.2f, 1.2f}});
           },
           "minmax", "[0.2, 1.2]", "fractions of the sides"},
          {"minmax in pixels",
           [&] {
             into({.minmax = {2, 4}});
           },
           "minmax", "[2, 4]", "fractions of the sides"},
          {"minmax NaN",
           [&] {
             into({.minmax = {no_number, 0.5f}});
           },
           "minmax", "[nan, 0.5]", "0 <= low <= high <= 1"},
          {"minmax without high",
           [&] {
             into({.minmax = {0.5f, 0}});
           },
           "minmax", "[0.5, 0]", "0 <= low <= high <= 1"},
          {"minmax, labels by lambda",
           [&] {
             into({.minmax = {0.2f, 0.5f}, .correct_lam = false});
           },
           "correct_lam = false", "with minmax", "use one of the two"},
          {"no boxes", [&] { into({.boxes = 0}); }, "boxes", "is 0", "1 to 64 boxes"},
          {"100 boxes", [&] { into({.boxes = 100}); }, "boxes", "is 100", "1 to 64 boxes"},
          {"cutout of length 0", [&] { plan(ma::cutout{.length = 0}); }, "cutout's length", "is 0",
           "1 to 2147483647 pixels"},
          {"cutout of length < 0", [&] { plan(ma::cutout{.length = -16}); }, "cutout's length", "is -16",
           "1 to 2147483647 pixels"},
          {"cutout of a huge length", [&] { plan(ma::cutout{.length = huge}); }, "cutout's length",
           "9223372036854775807", "2147483647 pixels"},
          {"a huge length by itself", [&] { plan(with(ma::cutmix{}, ma::region::random_box{.length = huge})); },
           "length", "9223372036854775807", "2147483647 pixels"},
          {"a negative length by itself", [&] { plan(with(ma::cutmix{}, ma::region::random_box{.length = -1})); },
           "length", "is -1", "or 0 for a side from the ratio"},
          {"length and minmax",
           [&] {
             plan(with(ma::cutmix{}, ma::region::random_box{.minmax = {0.1f, 0.2f}, .length = 3}));
           },
           "random_box", "both a length and a minmax", "give one of them"},
          {"no holes", [&] { plan(ma::cutout{.n_holes = 0}); }, "boxes", "is 0", "1 to 64"},
          {"constant ratio > 1", [&] { plan(with(ma::mixup{}, ma::ratio::constant{2})); }, "ratio::constant's value",
           "is 2", "a ratio in [0, 1]"},
          {"constant ratio NaN", [&] { plan(with(ma::mixup{}, ma::ratio::constant{no_number})); },
           "ratio::constant's value", "nan", "a ratio in [0, 1]"},
          {"constant ratio inside one_of",
           [&] { plan(ma::one_of(with(ma::mixup{}, ma::ratio::constant{infinite}), ma::cutmix{})); },
           "ratio::constant's value", "inf", "a ratio in [0, 1]"},
          {"uniform range reversed",
           [&] {
             plan(with(ma::mixup{}, ma::ratio::uniform{0.9f, 0.1f}));
           },
           "ratio::uniform's range", "[0.9, 0.1)", "0 <= low <= high <= 1"},
          {"uniform range NaN",
           [&] {
             plan(with(ma::mixup{}, ma::ratio::uniform{0, no_number}));
           },
           "ratio::uniform's range", "[0, nan)", "0 <= low <= high <= 1"},
          {"one_of, all weights 0", [&] { plan(either(0, 0)); }, "one_of's weights", "all 0",
           "at least one method needs a weight > 0"},
          {"one_of, weight NaN", [&] { plan(either(1, no_number)); }, "one_of's weight", "nan", "a finite number >= 0"},
          {"one_of, weight < 0", [&] { plan(either(2, -1)); }, "one_of's weight", "is -1", "a finite number >= 0"},
          {"one_of, weight infinite", [&] { plan(either(infinite, 1)); }, "one_of's weight", "inf",
           "a finite number >= 0"},
      });
}

TEST_CASE("planning refuses batches, keys and inputs that do not fit, and leaves the plan alone") {
  world w;
  float* const x = w.x.data();
  index_t const most = index_t{1} << 40;
  auto const in = [&] { return ma::inputs(w.batch()); };
  auto const plan = [&](auto const& batch, ma::key const& k = {}) { ma::make_plan(ma::cutmix{}, batch, k, w.reused); };
  auto const key = [&](ma::key const& k) { plan(w.batch(), k); };
  auto const pair = [&](auto const& rule, auto const& inputs, ma::key const& k = {}) {
    ma::make_plan(with(ma::cutmix{}, rule), inputs, k);
  };
  auto const given = [&](std::int64_t* p, int n) { return ma::pairing::given{ma::indices(p, {n})}; };
  auto const ids = [&](int n) { return ma::class_ids(w.source_classes.data(), {n}); };
  ma::pairing::same_class const same;
  auto const all_but_source = [&] { return in().class_ids(w.class_ids()).source_rows(6); };
  refuse(w, {
                {"no samples",
                 [&] {
                   plan(ma::nchw(x, {0, 3, 8, 8}));
                 },
                 "the batch", "(0, 3, 8, 8)", "at least one sample"},
                {"a negative number of samples",
                 [&] {
                   plan(ma::nchw(x, {-4, 3, 8, 8}));
                 },
                 "the batch", "(-4, 3, 8, 8)", "at least one sample"},
                {"no channels",
                 [&] {
                   plan(ma::nchw(x, {4, 0, 8, 8}));
                 },
                 "the batch", "(4, 0, 8, 8)", "at least one"},
                {"images without height",
                 [&] {
                   plan(ma::nchw(x, {4, 3, 0, 8}));
                 },
                 "the batch", "(4, 3, 0, 8)", "at least one"},
                {"features without width",
                 [&] {
                   ma::make_plan(ma::mixup{}, ma::features(x, {4, 0}), ma::key{});
                 },
                 "the batch", "(4, 0)", "at least one"},
                {"boxes on features",
                 [&] {
                   plan(ma::features(x, {4, 192}));
                 },
                 "region::random_box", "features (n, d)", "use mixup, or plan on the images"},
                {"too long an axis",
                 [&] {
                   plan(ma::nchw(x, {4, 3, index_t{1} << 31, 8}));
                 },
                 "spatial extents", "(2147483648, 8)", "1 to 2147483647"},
                {"too many pixels",
                 [&] {
                   plan(ma::volumes(x, {4, 3, 1 << 30, 1 << 30, 1 << 30}));
                 },
                 "spatial extents", "(1073741824, 1073741824, 1073741824)", "fewer than 2^63"},
                {"too many samples",
                 [&] {
                   plan(ma::nchw(x, {huge, 3, 8, 8}));
                 },
                 "the batch", "9223372036854775807 rows", "1 to 2^40 - 2 samples"},
                {"first without global", [&] { key({.first = 4}); }, "the key's rows", "[4, 8)",
                 "of 4 rows (set key.global)"},
                {"rows past the global batch", [&] { key({.first = 6, .global = 8}); }, "the key's rows", "[6, 10)",
                 "of 8 rows"},
                {"a negative first", [&] { key({.first = -1, .global = 8}); }, "the key's first, global, block",
                 "-1, 8, 0", "[0, 2^40 - 2]"},
                {"a negative block", [&] { key({.block = -2}); }, "the key's first, global, block", "0, 0, -2",
                 "[0, 2^40 - 2]"},
                {"a global batch of 2^40 rows", [&] { key({.global = most}); }, "the key's first, global, block",
                 "1099511627776", "[0, 2^40 - 2]"},
                {"the last first", [&] { key({.first = huge, .global = 8}); }, "the key's first, global, block",
                 "9223372036854775807", "[0, 2^40 - 2]"},
                {"step 2^40", [&] { key({.step = std::uint64_t{1} << 40}); }, "key.step", "1099511627776",
                 "less than 2^40"},
                {"a block and a second source", [&] { plan(in().source_rows(6), {.block = 2}); }, "key.block",
                 "a second source", "use one of the two"},
                {"a negative second source", [&] { plan(in().source_rows(-6)); }, "source_rows", "is -6",
                 "0 to 2^40 - 2 rows"},
                {"roll against a source", [&] { pair(ma::pairing::roll{}, in().source_rows(6)); },
                 "pairing::roll's source", "6 rows", "4 rows, one for each row of the batch"},
                {"derangement of a source", [&] { pair(ma::pairing::derangement{}, in().source_rows(4)); },
                 "pairing::derangement", "a second source", "use pairing::shuffle"},
                {"same_class without ids", [&] { pair(same, in()); }, "pairing::same_class",
                 "class ids, which were not given", "mixaug::inputs(x).class_ids(v)"},
                {"other_class without ids", [&] { pair(ma::pairing::other_class{}, in()); }, "pairing::other_class",
                 "not given", "mixaug::inputs(x).class_ids(v)"},
                {"same_class without the source's ids", [&] { pair(same, all_but_source()); }, "pairing::same_class",
                 "class ids of the second source", "source_class_ids(v)"},
                {"the source's ids without a source", [&] { plan(in().source_class_ids(ids(4))); }, "source_class_ids",
                 "the inputs name none", "add source_rows(n)"},
                {"the source's ids of the wrong number", [&] { pair(same, all_but_source().source_class_ids(ids(5))); },
                 "source_class_ids", "5 rows", "6 rows"},
                {"ids of the wrong number", [&] { plan(in().class_ids(ids(3))); }, "class_ids", "3 rows", "4 rows"},
                {"ids of part of a global batch", [&] { pair(same, in().class_ids(ids(4)), {.global = 6}); },
                 "pairing::same_class", "block [0, 6)", "class ids for all 6 rows"},
                {"null ids", [&] { pair(same, in().class_ids(ma::class_ids<int>(nullptr, {4}))); }, "class_ids",
                 "a null pointer", "4 integers"},
                {"groups of the wrong number", [&] { plan(in().groups(ids(5))); }, "groups", "5 rows", "4 rows"},
                {"null index", [&] { plan(in().index(ma::indices<std::int64_t>(nullptr, {4}))); }, "index",
                 "a null pointer", "4 integers"},
                {"targets NaN", [&] { plan(in().targets(ma::labels(w.bad_y.data(), {4}))); }, "targets(1, 0)", "nan",
                 "a finite number"},
                {"targets of the wrong number",
                 [&] {
                   plan(in().targets(ma::labels(w.soft.data(), {5, 4})));
                 },
                 "targets", "5 rows", "4 rows"},
                {"null targets", [&] { plan(in().targets(ma::labels<float>(nullptr, {4}))); }, "targets",
                 "a null pointer", "4 rows of numbers"},
                {"a negative weight", [&] { plan(in().weights(ma::weights(w.bad_weights.data(), {4}))); }, "weights(2)",
                 "is -2", "a finite float >= 0"},
                {"a weight NaN", [&] { plan(in().weights(ma::weights(w.bad_y.data(), {4}))); }, "weights(1)", "nan",
                 "a finite float >= 0"},
                {"a weight beyond float", [&] { plan(in().weights(ma::weights(w.huge_weights.data(), {4}))); },
                 "weights(3)", "1e+300", "a finite float >= 0"},
                {"weights of the wrong number", [&] { plan(in().weights(ma::weights(w.weights.data(), {2}))); },
                 "weights", "2 rows", "4 rows"},
                {"null weights", [&] { plan(in().weights(ma::weights<float>(nullptr, {4}))); }, "weights",
                 "a null pointer", "4 numbers"},
                {"weights of part of a global batch",
                 [&] { plan(in().weights(ma::weights(w.weights.data(), {4})), {.first = 8, .global = 64}); }, "weights",
                 "4 rows", "64 rows, for partners are rows of the global batch"},
                {"scores of another size",
                 [&] {
                   plan(in().scores(ma::scores(x, {4, 8, 9})));
                 },
                 "scores", "(4, 8, 9)", "(n, h, w) of the batch's images, or of a coarser grid"},
                {"null scores",
                 [&] {
                   plan(in().scores(ma::scores<float>(nullptr, {4, 8, 8})));
                 },
                 "scores", "a null pointer", "memory for (4, 8, 8)"},
                {"given partner outside",
                 [&] { ma::make_plan(with(ma::cutmix{}, given(w.bad_partners.data(), 4)), in(), ma::key{}); },
                 "partner of row 3", "is 4", "a row in [0, 4), or -1 for none"},
                {"given partners of the wrong number", [&] { pair(given(w.partners.data(), 3), in()); },
                 "pairing::given's partner", "3 rows", "4 rows"},
                {"given partners from nowhere", [&] { pair(given(nullptr, 4), in()); }, "pairing::given's partner",
                 "a null pointer", "4 rows"},
                {"given partner outside its block", [&] { pair(given(w.partners.data(), 4), in(), {.block = 2}); },
                 "partner of row 0", "is 3", "a row of its block [0, 2)"},
            });
}

}  // namespace planning_test

#include "bad_input/refusals.hpp"

namespace salient_plan_test {

using namespace bad_input;

namespace {

constexpr ma::serial one{};
using ma::scheme, ma::saliencymix, ma::background_mix;

}  // namespace

TEST_CASE("planning a score-driven method refuses what it cannot read or place, and leaves the plan alone") {
  world w;
  float* const x = w.x.data();
  ma::plan_of<saliencymix> reused = ma::make_plan(one, saliencymix{}, w.batch(), ma::key{.seed = 1});
  auto const before = text_of(reused);
  auto const in = [&] { return ma::inputs(w.batch()); };
  auto const plan = [&](auto const& inputs, saliencymix const& m = {}, ma::key const& k = {}) {
    ma::make_plan(one, m, inputs, k, reused);
  };
  auto const detector = [&](ma::saliency::any_detector const& d) { plan(in(), {.detector = d}); };
  auto const scores = [&](index_t n, index_t h, index_t width) { return ma::scores(w.source.data(), {n, h, width}); };
  auto const images = [&](index_t n, index_t c, index_t h) { return ma::nchw(w.source.data(), {n, c, h, index_t{8}}); };
  auto const source = [&] { return in().source_rows(6); };
  auto const clipped = [&](scheme s, ma::search of) {
    plan(in(), {.scheme = s, .search = of, .border = ma::border::clip});
  };
  ma::key const part{.first = 4, .global = 64};
  refuse(w,
         {
             {"alpha 0", [&] { plan(in(), {.alpha = 0}); }, "ratio::beta's alpha", "is 0", "(0, 1e6]"},
             {"prob > 1", [&] { plan(in(), {.prob = 2}); }, "prob", "is 2", "a probability in [0, 1]"},
             {"a null batch",
              [&] {
                plan(ma::inputs(ma::nchw<float>(nullptr, {4, 3, 8, 8})));
              },
              "the batch", "not of pixels that can be read", "inputs(x).scores(v)"},
             {"a null batch, chosen by one_of",
              [&] {
                ma::make_plan(one, ma::one_of(ma::mixup{}, saliencymix{}), ma::nchw<float>(nullptr, {4, 3, 8, 8}),
                              ma::key{});
              },
              "the batch", "not of pixels", "images (n, c, h, w) of numbers"},
             {"features",
              [&] {
                plan(ma::inputs(ma::features(x, {4, 192})));
              },
              "region::salient_box needs images (n, c, h, w)", "0 spatial dimensions", "use rescaled(plan, extents)"},
             {"signals",
              [&] {
                plan(ma::inputs(ma::signals(x, {4, 3, 64})));
              },
              "region::salient_box", "1 spatial dimensions", "rescaled(plan, extents)"},
             {"volumes",
              [&] {
                plan(ma::inputs(ma::volumes(x, {4, 3, 4, 4, 4})));
              },
              "region::salient_box", "3 spatial dimensions", "rescaled(plan, extents)"},
             {"id masks", [&] { plan(ma::inputs(w.masks())); }, "region::salient_box", "1 spatial dimensions",
              "images (n, c, h, w)"},
             {"2 channels",
              [&] {
                plan(ma::inputs(ma::nchw(x, {4, 2, 8, 8})));
              },
              "the images' channels", "is 2", "1 (gray) or 3 (colour)"},
             {"4 channels of Lab",
              [&] {
                plan(ma::inputs(ma::nchw(x, {3, 4, 8, 8})), {.detector = ma::saliency::frequency_tuned{}});
              },
              "the images' channels", "is 4",
              "for saliency::frequency_tuned; for other images give a method score maps of your own: "
              "mixaug::inputs(x).scores(v)"},
             {"a range reversed",
              [&] {
                detector(ma::saliency::fine_grained{.range = {1, -1}});
              },
              "saliency::fine_grained's range", "[1, -1]", "low < high"},
             {"a negative std",
              [&] {
                detector(ma::saliency::spectral_residual{.normalised = {{0, 0, 0}, {1, -1, 1}}});
              },
              "saliency::spectral_residual's normalised.std[1]", "-1", "a std > 0"},
             {"a work size of 100", [&] { detector(ma::saliency::spectral_residual{.work_height = 100}); },
              "work_height", "100 and 64", "powers of two"},
             {"given maps that are not there", [&] { detector(ma::saliency::given{}); }, "saliency::given", "not given",
              "mixaug::inputs(x).scores(v)"},
             {"given in the recipe, and no maps",
              [&] {
                ma::make_plan(one, with(saliencymix{}, ma::saliency::given{}), ma::nchw(x, {4, 1, 8, 8}), ma::key{});
              },
              "saliency::given", "not given", "mixaug::inputs(x).scores(v)"},
             {"a std of 0",
              [&] {
                detector(ma::saliency::fine_grained{.normalised = {{.5f, .5f, .5f}, {0, .2f, .2f}}});
              },
              "normalised.std[0]", "0 and 0.5", "a std > 0"},
             {"a mean without std",
              [&] {
                detector(ma::saliency::fine_grained{.normalised = {.mean = {.5f, 0, 0}}});
              },
              "normalised.std[0]", "0 and 0.5", "a std > 0"},
             {"absurd strides",
              [&] {
                plan(ma::inputs(ma::nchw(x, {4, 3, 8, 8}, {huge / 2, huge / 2, 8, 1})));
              },
              "the images or score maps", "of strides", "elements that memory can hold"},
             {"scores of another width", [&] { plan(in().scores(scores(4, 8, 7))); }, "scores", "(4, 8, 7)",
              "(n, h, w) of the batch's images"},
             {"scores of fewer rows", [&] { plan(in().scores(scores(3, 8, 8))); }, "scores", "3 rows", "4 rows"},
             {"scores of the source's rows", [&] { plan(source().scores(scores(6, 8, 8))); }, "scores", "6 rows",
              "4 rows"},
             {"null scores",
              [&] {
                plan(in().scores(ma::scores<float>(nullptr, {4, 8, 8})));
              },
              "scores", "a null pointer", "memory for (4, 8, 8) numbers"},
             {"a source without images", [&] { plan(source()); },
              "partners lie outside the batch, and their images are read", "add them",
              "mixaug::inputs(x).source_images(v)"},
             {"a source without scores", [&] { plan(source().source_images(images(6, 3, 8)).scores(scores(4, 8, 8))); },
              "partners lie outside the batch, and their score maps are read", "add them",
              "mixaug::inputs(x).source_scores(v)"},
             {"a source's scores without the batch's", [&] { plan(source().source_scores(scores(6, 8, 8))); },
              "their images are read", "add them", "source_images(v)"},
             {"source images of another size", [&] { plan(source().source_images(images(6, 3, 4))); }, "source_images",
              "(6, 3, 4, 8)", "(n, c, h, w) of the batch's images"},
             {"source images of fewer rows", [&] { plan(source().source_images(images(5, 3, 8))); }, "source_images",
              "5 rows", "6 rows"},
             {"source images of one channel", [&] { plan(source().source_images(images(6, 1, 8))); },
              "source_images' channels", "is 1", "3 as the batch has"},
             {"null source images",
              [&] {
                plan(source().source_images(ma::nchw<float>(nullptr, {6, 3, 8, 8})));
              },
              "source_images", "a null pointer", "memory for (6, 3, 8, 8) numbers"},
             {"source scores of the batch's rows",
              [&] { plan(source().scores(scores(4, 8, 8)).source_scores(scores(4, 8, 8))); }, "source_scores", "4 rows",
              "6 rows"},
             {"a part without the global images", [&] { plan(in(), {}, part); },
              "partners lie outside the batch, and their images are read", "add them", "source_images(v)"},
             {"a part with its own images only", [&] { plan(in().source_images(w.batch()), {}, part); },
              "source_images", "4 rows", "64 rows"},
             {"mode = batch of a part", [&] { plan(in(), {.mode = ma::mode::batch}, {.global = 8, .block = 4}); },
              "mode = batch", "the global batch's first pair", "or use mode = sample"},
             {"mode = batch of a later part",
              [&] {
                ma::make_plan(one, ma::one_of(ma::mixup{}, saliencymix{.mode = ma::mode::batch}), in(),
                              {.first = 4, .global = 8, .block = 4});
              },
              "mode = batch", "key.first = 0, key.global = 0", "or use mode = sample"},
             {"clipped, where boxes move", [&] { clipped(scheme::salient_to_salient, ma::search::pixel); },
              "border = clip", "cut the boxes of source and target apart", "use border = shift"},
             {"clipped, to the valley", [&] { clipped(scheme::non_salient_to_non_salient, ma::search::pixel); },
              "border = clip", "apart", "destination = corresponding"},
             {"clipped windows", [&] { clipped(scheme::salient_to_corresponding, ma::search::box_sum); },
              "search = box_sum", "where nothing is clipped", "use border = shift"},
         });
  CHECK(text_of(reused) == before);
}

TEST_CASE("background_mix and its pairing refuse schemes, fractions, counts and ids that do not fit") {
  world w;
  ma::plan_of<background_mix> reused =
      ma::make_plan(one, background_mix{}, ma::inputs(w.batch()).class_ids(w.class_ids()), ma::key{});
  auto const before = text_of(reused);
  auto const in = [&] { return ma::inputs(w.batch()).class_ids(w.class_ids()); };
  auto const plan = [&](background_mix const& m) { ma::make_plan(one, m, in(), ma::key{}, reused); };
  auto const counts = [&](std::int64_t* p, index_t n) { return background_mix{.class_counts = ma::indices(p, {n})}; };
  std::int64_t few[] = {1, 2, 3, 4}, negative[] = {5, 6, -1, 0, 9}, enough[] = {5, 1, 1, 1, 1}, nobody[5] = {};
  auto const bad_ids = [&] {
    ma::make_plan(one, counts(enough, 5), ma::inputs(w.batch()).class_ids(ma::class_ids(w.bad_classes.data(), {4})),
                  ma::key{}, reused);
  };
  refuse(
      w,
      {
          {"a salient source", [&] { plan({.scheme = scheme::salient_to_corresponding}); }, "background_mix",
           "scheme is", "non_salient_to_non_salient or non_salient_to_corresponding"},
          {"salient parts", [&] { plan({.scheme = scheme::salient_to_salient}); }, "background_mix", "scheme is",
           "non_salient_to_corresponding"},
          {"a salient source, out of the way", [&] { plan({.scheme = scheme::salient_to_non_salient}); },
           "background_mix", "scheme is", "non_salient_to_corresponding"},
          {"over the object", [&] { plan({.scheme = scheme::non_salient_to_salient}); }, "background_mix", "scheme is",
           "non_salient_to_corresponding"},
          {"a bad scheme inside one_of",
           [&] {
             ma::make_plan(one, ma::one_of(ma::mixup{}, background_mix{.scheme = scheme::salient_to_salient}), in(),
                           ma::key{});
           },
           "background_mix", "scheme is", "non_salient_to_corresponding"},
          {"at_most 0", [&] { plan({.at_most = 0}); }, "pairing::minority's at_most", "is 0", "a fraction in (0, 1)"},
          {"at_most 1", [&] { plan({.at_most = 1}); }, "pairing::minority's at_most", "is 1", "a fraction in (0, 1)"},
          {"at_most < 0", [&] { plan({.at_most = -0.5f}); }, "pairing::minority's at_most", "is -0.5",
           "a fraction in (0, 1)"},
          {"at_most NaN", [&] { plan({.at_most = no_number}); }, "pairing::minority's at_most", "nan",
           "a fraction in (0, 1)"},
          {"too few counts", [&] { plan(counts(few, 4)); }, "class_ids(3)", "is 4",
           "a class in [0, 4), as pairing::minority's class_counts has"},
          {"a negative count", [&] { plan(counts(negative, 5)); }, "pairing::minority's class_counts(2)", "is -1",
           "a number of samples >= 0"},
          {"ids without a count", bad_ids, "class_ids(2)", "is 5", "a class in [0, 5)"},
          {"null counts", [&] { plan(counts(nullptr, 5)); }, "pairing::minority's class_counts", "a null pointer",
           "5 numbers"},
          {"counts of nobody", [&] { plan(counts(nobody, 5)); }, "pairing::minority's class_counts", "without a sample",
           "counts of a data set"},
          {"ids of a part, partners of a second source",
           [&] {
             ma::make_plan(one, background_mix{},
                           in().source_rows(6)
                               .source_images(w.second())
                               .source_class_ids(ma::class_ids(w.source_classes.data(), {6})),
                           {.global = 8}, reused);
           },
           "pairing::minority counts the classes", "8 rows", "or class_counts"},
          {"no ids", [&] { ma::make_plan(one, background_mix{}, w.batch(), ma::key{}, reused); }, "pairing::minority",
           "class ids, which were not given", "mixaug::inputs(x).class_ids(v)"},
          {"no ids, but counts", [&] { ma::make_plan(one, counts(enough, 5), w.batch(), ma::key{}, reused); },
           "pairing::minority", "not given", "class_ids(v)"},
          {"no ids of the source",
           [&] {
             ma::make_plan(one, background_mix{}, in().source_rows(6).source_images(w.second()), ma::key{}, reused);
           },
           "pairing::minority", "class ids of the second source", "source_class_ids(v)"},
          {"ids of a part", [&] { ma::make_plan(one, background_mix{}, in(), {.global = 8}, reused); },
           "pairing::minority", "the block [0, 8)", "class ids for all 8 rows"},
          {"a null batch",
           [&] {
             ma::make_plan(one, background_mix{},
                           ma::inputs(ma::nchw<float>(nullptr, {4, 3, 8, 8})).class_ids(w.class_ids()), ma::key{},
                           reused);
           },
           "the batch", "not of pixels that can be read", "scores(v)"},
      });
  CHECK(text_of(reused) == before);
}

TEST_CASE("what moves cannot be mixed in place, and rescaled plans fit their size alone") {
  world w;
  auto const moved = ma::make_plan(one, saliencymix{.scheme = scheme::salient_to_salient}, w.batch(), ma::key{});
  auto const placed = ma::make_plan(one, saliencymix{}, w.batch(), ma::key{});
  auto const small = ma::rescaled(moved, {4, 4});
  refuse(
      w,
      {
          {"moved, in place", [&] { ma::apply_inplace(one, moved, w.batch()); },
           "this plan may paste pixels at another place", "cannot be done in place", "use apply with a second buffer"},
          {"moved and small, in place",
           [&] {
             ma::apply_inplace(one, small, ma::nchw(w.x.data(), {4, 3, 4, 4}));
           },
           "this plan may paste pixels at another place", "cannot be done in place", "use apply with a second buffer"},
          {"another size",
           [&] {
             ma::apply(one, moved, ma::nchw(w.x.data(), {4, 3, 4, 4}), ma::nchw(w.out.data(), {4, 3, 4, 4}));
           },
           "x", "(4, 4)", "rescaled(plan, extents)"},
          {"the size before", [&] { ma::apply(one, small, w.batch(), w.room()); }, "x", "(8, 8)",
           "(4, 4), for which the plan was made"},
          {"an output in the input", [&] { ma::apply(one, placed, w.batch(), w.batch()); }, "the output",
           "sharing memory with x", "a buffer of its own"},
      });
  ma::apply_inplace(one, placed, w.batch());
}

}  // namespace salient_plan_test

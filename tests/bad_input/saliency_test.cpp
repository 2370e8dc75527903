#include "bad_input/refusals.hpp"

namespace saliency_test {

using namespace bad_input;

namespace {

constexpr ma::serial one{};

/// A copy of the 8 x 8 maps with one score replaced.
std::vector<float> scores_with(float v, index_t at) {
  std::vector<float> s(4 * 64, 0.25f);
  s[static_cast<std::size_t>(at)] = v;
  return s;
}

}  // namespace

TEST_CASE("saliency_map refuses shapes, memory, channels and options that do not fit, and writes nothing") {
  world w;
  float *const x = w.x.data(), *const out = w.out.data();
  auto const room = [&] { return ma::scores(out, {4, 8, 8}); };
  auto const map = [&](auto const& images, auto const& scores) {
    ma::saliency_map(one, ma::saliency::fine_grained{}, images, scores);
  };
  auto const with_detector = [&](auto const& d) { ma::saliency_map(one, d, w.batch(), room()); };
  auto const channels = [&](auto const& d, index_t c) {
    ma::saliency_map(one, d, ma::nchw(x, {index_t{2}, c, index_t{4}, index_t{4}}), ma::scores(out, {2, 4, 4}));
  };
  auto const range = [&](float low, float high) { with_detector(ma::saliency::fine_grained{.range = {low, high}}); };
  auto const stats = [&](ma::channel_stats const& s) { with_detector(ma::saliency::frequency_tuned{.normalised = s}); };
  auto const work = [&](index_t h, index_t width) {
    with_detector(ma::saliency::spectral_residual{.work_height = h, .work_width = width});
  };
  using ma::saliency::fine_grained, ma::saliency::spectral_residual, ma::saliency::frequency_tuned;
  refuse(w, {
                {"no images",
                 [&] {
                   map(ma::nchw(x, {0, 3, 8, 8}), room());
                 },
                 "the images", "(0, 3, 8, 8)", "at least one element along each dimension"},
                {"images without height",
                 [&] {
                   map(ma::nchw(x, {4, 3, 0, 8}), room());
                 },
                 "the images", "(4, 3, 0, 8)", "at least one"},
                {"images of negative width",
                 [&] {
                   map(ma::nchw(x, {4, 3, 8, -8}), room());
                 },
                 "the images", "(4, 3, 8, -8)", "at least one"},
                {"no channels",
                 [&] {
                   map(ma::nchw(x, {4, 0, 8, 8}), room());
                 },
                 "the images", "(4, 0, 8, 8)", "at least one"},
                {"fewer scores",
                 [&] {
                   map(w.batch(), ma::scores(out, {3, 8, 8}));
                 },
                 "the scores", "(3, 8, 8)", "(4, 8, 8), (n, h, w) of the images"},
                {"scores of another height",
                 [&] {
                   map(w.batch(), ma::scores(out, {4, 9, 8}));
                 },
                 "the scores", "(4, 9, 8)", "(4, 8, 8)"},
                {"scores turned",
                 [&] {
                   map(ma::nchw(x, {4, 3, 4, 8}), ma::scores(out, {4, 8, 4}));
                 },
                 "the scores", "(4, 8, 4)", "(4, 4, 8)"},
                {"no scores",
                 [&] {
                   map(w.batch(), ma::scores(out, {4, 0, 8}));
                 },
                 "the scores", "(4, 0, 8)", "(4, 8, 8)"},
                {"null images",
                 [&] {
                   map(ma::nchw<float>(nullptr, {4, 3, 8, 8}), room());
                 },
                 "the images", "a null pointer", "memory for (4, 3, 8, 8) elements"},
                {"null scores",
                 [&] {
                   map(w.batch(), ma::scores<float>(nullptr, {4, 8, 8}));
                 },
                 "the scores", "a null pointer", "memory for (4, 8, 8) floats"},
                {"scores over the images",
                 [&] {
                   map(w.batch(), ma::scores(x + 4 * 3 * 64 - 1, {4, 8, 8}));
                 },
                 "the scores", "sharing memory with the images", "a buffer of its own"},
                {"scores in place",
                 [&] {
                   ma::saliency_map(one, ma::saliency::given{}, ma::scores(x, {4, 8, 8}), ma::scores(x, {4, 8, 8}));
                 },
                 "the scores", "sharing memory with the images", "a buffer of its own"},
                {"scores over themselves",
                 [&] {
                   map(w.batch(), ma::scores(out, {4, 8, 8}, {64, 7, 1}));
                 },
                 "the scores", "overlapping itself", "an element of its own"},
                {"scores of one row",
                 [&] {
                   map(w.batch(), ma::scores(out, {4, 8, 8}, {0, 8, 1}));
                 },
                 "the scores", "overlapping itself", "an element of its own"},
                {"strides beyond memory",
                 [&] {
                   map(ma::nchw(x, {index_t{4}, index_t{3}, index_t{8}, index_t{8}},
                                {huge / 2, index_t{64}, index_t{8}, index_t{1}}),
                       room());
                 },
                 "the images or the scores", "4611686018427387903", "elements that memory can hold"},
                {"2 channels", [&] { channels(fine_grained{}, 2); }, "the images' channels", "is 2",
                 "1 (gray) or 3 (colour) for saliency::fine_grained"},
                {"4 channels", [&] { channels(spectral_residual{}, 4); }, "the images' channels", "is 4",
                 "1 (gray) or 3 (colour) for saliency::spectral_residual; for other images give a method score maps of "
                 "your own: mixaug::inputs(x).scores(v)"},
                {"2 channels of Lab", [&] { channels(frequency_tuned{}, 2); }, "the images' channels", "is 2",
                 "for saliency::frequency_tuned"},
                {"a map of 3 channels", [&] { channels(ma::saliency::given{}, 3); }, "the maps' channels", "is 3",
                 "1 for saliency::given"},
                {"4 channels, chosen at run time", [&] { channels(ma::saliency::any_detector(frequency_tuned{}), 4); },
                 "the images' channels", "is 4", "for saliency::frequency_tuned"},
                {"range reversed", [&] { range(1, 0); }, "saliency::fine_grained's range", "[1, 0]",
                 "two finite numbers, low < high"},
                {"range NaN", [&] { range(no_number, 1); }, "saliency::fine_grained's range", "[nan, 1]", "low < high"},
                {"range of NaN", [&] { range(no_number, no_number); }, "saliency::fine_grained's range", "[nan, nan]",
                 "low < high"},
                {"range without an end", [&] { range(0, infinite); }, "saliency::fine_grained's range", "[0, inf]",
                 "two finite numbers"},
                {"range without a beginning", [&] { range(-infinite, 0); }, "saliency::fine_grained's range",
                 "[-inf, 0]", "two finite numbers"},
                {"a negative std",
                 [&] {
                   stats({{0, 0, 0}, {-1, 1, 1}});
                 },
                 "saliency::frequency_tuned's normalised.std[0]", "-1 and 0", "a std > 0 and a finite mean"},
                {"one std of 0",
                 [&] {
                   stats({{0, 0, 0}, {1, 1, 0}});
                 },
                 "normalised.std[2]", "0 and 0", "a std > 0"},
                {"std NaN",
                 [&] {
                   stats({{0, 0, 0}, {no_number, 1, 1}});
                 },
                 "normalised.std[0]", "nan", "a std > 0"},
                {"std infinite",
                 [&] {
                   stats({{0, 0, 0}, {1, infinite, 1}});
                 },
                 "normalised.std[1]", "inf", "a std > 0"},
                {"mean NaN",
                 [&] {
                   stats({{0, no_number, 0}, {1, 1, 1}});
                 },
                 "normalised.std[1] and mean", "nan", "a finite mean"},
                {"mean infinite",
                 [&] {
                   stats({{0, 0, -infinite}, {1, 1, 1}});
                 },
                 "normalised.std[2] and mean", "-inf", "a finite mean"},
                {"no work height", [&] { work(0, 64); }, "work_height and work_width", "0 and 64",
                 "powers of two from 8 to 1024"},
                {"work width below 8", [&] { work(64, 4); }, "work_height and work_width", "64 and 4",
                 "powers of two from 8 to 1024"},
                {"work width above 1024", [&] { work(64, 2048); }, "work_height and work_width", "64 and 2048",
                 "powers of two from 8 to 1024"},
                {"no power of two", [&] { work(48, 64); }, "work_height and work_width", "48 and 64",
                 "powers of two from 8 to 1024"},
                {"a negative work size", [&] { work(-64, 64); }, "work_height and work_width", "-64 and 64",
                 "powers of two from 8 to 1024"},
            });
}

TEST_CASE("scores that are no scores are refused with their row and place") {
  world w;
  auto const nan = scores_with(no_number, 64 + 8 + 3), inf = scores_with(infinite, 0),
             negative = scores_with(-0x1p-140f, 255);
  auto const p = ma::make_plan(one, ma::saliencymix{}, w.batch(), ma::key{.seed = 1});
  auto reused = p;
  auto const before = text_of(reused);
  auto const map = [&](std::vector<float> const& s) {
    ma::saliency_map(one, ma::saliency::given{}, ma::scores(s.data(), {4, 8, 8}), ma::scores(w.out.data(), {4, 8, 8}));
  };
  auto const plan = [&](std::vector<float> const& s, ma::saliencymix const& m = {}) {
    ma::make_plan(one, m, ma::inputs(w.batch()).scores(ma::scores(s.data(), {4, 8, 8})), ma::key{}, reused);
  };
  auto const source = [&](std::vector<float> const& s) {
    auto const fine = scores_with(1, 0);
    ma::make_plan(one, ma::saliencymix{},
                  ma::inputs(w.batch())
                      .scores(ma::scores(fine.data(), {4, 8, 8}))
                      .source_rows(4)
                      .source_scores(ma::scores(s.data(), {4, 8, 8})),
                  ma::key{}, reused);
  };
  std::vector<ma::float16> halves(4 * 64, ma::float16{0});
  halves[9] = {0xFC00};
  std::vector<double> doubles(4 * 64, 0.5);
  doubles[130] = 1e300;
  auto const typed = [&](auto const& s) {
    ma::make_plan(one, ma::saliencymix{}, ma::inputs(w.batch()).scores(ma::scores(s.data(), {4, 8, 8})), ma::key{},
                  reused);
  };
  refuse(
      w,
      {
          {"a given map NaN", [&] { map(nan); }, "the maps(1, 1, 3)", "nan", "a finite number >= 0"},
          {"a given map infinite", [&] { map(inf); }, "the maps(0, 0, 0)", "inf", "a finite number >= 0"},
          {"a given map below 0", [&] { map(negative); }, "the maps(3, 7, 7)", "-7.17465e-43", "a finite number >= 0"},
          {"scores NaN", [&] { plan(nan); }, "scores(1, 1, 3)", "nan", "a finite number >= 0"},
          {"scores NaN, nothing mixed", [&] { plan(nan, {.prob = 0}); }, "scores(1, 1, 3)", "nan",
           "a finite number >= 0"},
          {"scores infinite", [&] { plan(inf); }, "scores(0, 0, 0)", "inf", "a finite number >= 0"},
          {"scores below 0", [&] { plan(negative); }, "scores(3, 7, 7)", "-7.17465e-43", "a finite number >= 0"},
          {"the source's scores NaN", [&] { source(nan); }, "source_scores(1, 1, 3)", "nan", "a finite number >= 0"},
          {"scores of half precision", [&] { typed(halves); }, "scores(0, 1, 1)", "-inf", "a finite number >= 0"},
          {"scores beyond float", [&] { typed(doubles); }, "scores(2, 0, 2)", "inf", "a finite number >= 0"},
      });
  CHECK(text_of(reused) == before);
}

}  // namespace saliency_test

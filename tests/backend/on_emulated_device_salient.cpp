#include <doctest/doctest.h>

#include <mixaug/apply/device_saliency_map.hpp>
#include <mixaug/region/detail/cell_choice_steps.hpp>
#include <mixaug/region/detail/salient_steps.hpp>

#include "support/compare_plans.hpp"
#include "support/emulated_device.hpp"
#include "support/emulated_plan.hpp"
#include "support/score_maps.hpp"

// Detectors and searches of devices, item by item on the CPU, against those of the host.
using ma::index_t;

namespace {

struct size {
  index_t c, h, w;
};
constexpr size sizes[] = {{3, 32, 32}, {3, 40, 29}, {1, 1, 1}, {1, 1, 50}, {3, 37, 1}, {3, 2, 3}, {3, 130, 240}};

template <class Detector, class X>
void same_maps(Detector const& d, X const& x, float bound) {
  auto const n = static_cast<std::size_t>(x.extent[0] * x.extent[2] * x.extent[3]);
  std::vector<float> host(n, -1.0f), device(n, -2.0f);
  ma::extents<3> const e{x.extent[0], x.extent[2], x.extent[3]};
  ma::workspace<ma::space::host> scratch;
  ma::saliency_map(ma::serial{}, d, x, ma::scores(host.data(), e));
  ma::detail::device_map(test::emulated_device{}, d, x, ma::scores(device.data(), e), scratch);
  float largest = 0;
  for (std::size_t k = 0; k < n; ++k) largest = std::max(largest, std::fabs(host[k] - device[k]));
  CHECK(largest <= bound);
}
template <class X>
void every_detector(X const& x, ma::channel_order order) {
  using namespace ma::saliency;
  same_maps(fine_grained{.order = order}, x, 0.0f);
  same_maps(frequency_tuned{.order = order}, x, 1e-5f);
  same_maps(spectral_residual{.order = order}, x, 1e-5f);
  same_maps(spectral_residual{.order = order, .work_height = 32, .work_width = 16}, x, 1e-5f);
  same_maps(gradient_magnitude{}, x, 0.0f);
}

}  // namespace

TEST_CASE("maps of a device are those of the host, of bytes and of floats in their own range") {
  for (size const& s : sizes) {
    index_t const c = s.c, h = s.h, w = s.w;
    CAPTURE(h);
    CAPTURE(w);
    auto bytes = test::soft_images(3, c, h, w, 5);
    every_detector(ma::nchw(bytes.data(), {3, c, h, w}), ma::channel_order::bgr);
    if (h > 100) continue;
    every_detector(ma::nhwc(bytes.data(), {3, h, w, c}), ma::channel_order::rgb);
    std::vector<float> floats(bytes.begin(), bytes.end());
    for (float& v : floats) v = 0.7f - v / 300;
    if (floats.size() > 20)
      floats[7] = std::numeric_limits<float>::quiet_NaN(), floats[9] = std::numeric_limits<float>::infinity();
    every_detector(ma::nchw(floats.data(), {3, c, h, w}), ma::channel_order::rgb);
    same_maps(ma::saliency::fine_grained{.range = {-0.2f, 0.6f}}, ma::nchw(floats.data(), {3, c, h, w}), 0.0f);
    same_maps(ma::saliency::fine_grained{.normalised = {{0.4f, 0.5f, 0.6f}, {0.2f, 0.3f, 0.4f}}},
              ma::nchw(floats.data(), {3, c, h, w}), 0.0f);
  }
  std::vector<std::uint8_t> flat(2 * 3 * 20 * 20, 77);
  every_detector(ma::nchw(flat.data(), {2, 3, 20, 20}), ma::channel_order::rgb);
}

TEST_CASE("maps of a device are those of the host, of images that are allocations of their own") {
  auto const bytes = test::soft_images(3, 3, 20, 24, 7);
  std::vector<std::vector<std::uint8_t>> images;
  std::vector<std::uint8_t const*> pointers;
  for (std::ptrdiff_t i : {2, 0, 1}) images.emplace_back(bytes.begin() + i * 1440, bytes.begin() + (i + 1) * 1440);
  for (auto const& image : images) pointers.push_back(image.data());
  every_detector(ma::rows_of(pointers, ma::nchw(pointers[0], {1, 3, 20, 24})), ma::channel_order::bgr);
}

namespace {

template <class Method, class In>
void same_places(Method const& m, In const& in, ma::key const& k) {
  CHECK(test::same_plan(test::planned_on_device(m, in, k), ma::make_plan(ma::serial{}, m, in, k)));
}

}  // namespace

TEST_CASE("boxes that a device places are those of the host, from maps with ties and from pixels") {
  index_t const n = 13, h = 11, w = 16;
  auto const maps = test::score_maps(n, h, w, 3), others = test::score_maps(20, h, w, 4);
  auto images = test::soft_images(n, 3, h, w, 6), more = test::soft_images(20, 3, h, w, 7);
  auto const x = ma::nchw(images.data(), {n, 3, h, w});
  auto const scores = ma::scores(maps.data(), {n, h, w});
  for (int s = 0; s < 6; ++s)
    for (int form = 0; form < 3; ++form) {
      ma::saliencymix m{.prob = 0.8f, .scheme = static_cast<ma::scheme>(s)};
      m.search = form == 1 ? ma::search::box_sum : ma::search::pixel;
      m.border = form == 2 ? ma::border::clip : ma::border::shift;
      if (form == 2 && ma::detail::box_of(m.scheme, m.search, m.border).moves()) continue;
      CAPTURE(s);
      CAPTURE(form);
      same_places(m, ma::inputs(x).scores(scores), {.seed = 4});
      same_places(m, ma::inputs(x), {.seed = 5});
      same_places(m, ma::inputs(x).source_rows(20).source_images(ma::nchw(more.data(), {20, 3, h, w})), {.seed = 6});
      same_places(m, ma::inputs(x).scores(scores).source_rows(20).source_scores(ma::scores(others.data(), {20, h, w})),
                  {.seed = 7});
      m.mode = ma::mode::batch;
      same_places(m, ma::inputs(x).scores(scores), {.seed = 8});
    }
  ma::one_of const some(
      ma::saliencymix{.border = ma::border::clip}, ma::mixup{},
      ma::saliencymix{.scheme = ma::scheme::salient_to_salient, .detector = ma::saliency::frequency_tuned{}});
  same_places(some, ma::inputs(x), {.seed = 9});
  int told = 0;  // plans whose first row of the last method is not row 0, and whose boxes leave many places
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    ma::one_of batch = some;
    std::get<2>(batch.methods).mode = ma::mode::batch;
    CAPTURE(seed);
    same_places(batch, ma::inputs(x), {.seed = seed});
    same_places(batch, ma::inputs(x).scores(scores), {.seed = seed});
    auto const p = ma::make_plan(ma::serial{}, batch, ma::inputs(x), ma::key{.seed = seed});
    index_t lead = 0;
    while (lead < n - 1 && p.choice[lead] != 2) ++lead;
    told += lead > 0 && p.choice[lead] == 2 && p.region.rest.rest.to[lead].volume() < h * w / 3;
  }
  CHECK(told >= 2);
}

TEST_CASE("cells that a device chooses are those of the host, from maps with ties and from pixels") {
  index_t const n = 13, h = 12, w = 18;
  auto const maps = test::score_maps(n, h, w, 3), others = test::score_maps(20, h, w, 4),
             coarse = test::score_maps(n, 7, 9, 5);
  auto images = test::soft_images(n, 3, h, w, 6);
  auto const x = ma::nchw(images.data(), {n, 3, h, w});
  auto const scores = ma::scores(maps.data(), {n, h, w});
  for (auto const of : {ma::side::source, ma::side::target})
    for (bool by_ratio : {false, true}) {
      CAPTURE(by_ratio);
      ma::attentivemix m{.top_k = 9, .k_from_ratio = by_ratio, .of = of, .prob = 0.8f};
      same_places(m, ma::inputs(x).scores(scores), {.seed = 4});
      same_places(m, ma::inputs(x).scores(ma::scores(coarse.data(), {n, 7, 9})), {.seed = 5});
      same_places(m, ma::inputs(x).scores(scores).source_rows(20).source_scores(ma::scores(others.data(), {20, h, w})),
                  {.seed = 6});
      m.mode = ma::mode::batch;
      same_places(m, ma::inputs(x).scores(scores), {.seed = 7});
      m.grid = 1, m.top_k = 1;
      same_places(m, ma::inputs(x).scores(scores), {.seed = 7});
      m.grid = 3, m.top_k = 2, m.detector = ma::saliency::fine_grained{};
      same_places(ma::one_of(ma::mixup{}, m, ma::saliencymix{}), ma::inputs(x), {.seed = 8});
    }
}

TEST_CASE("labels that a device computes from scores are those of the host, bit for bit") {
  index_t const n = 13, h = 12, w = 18;
  auto images = test::soft_images(n, 3, h, w, 6), more = test::soft_images(20, 3, h, w, 7);
  auto const x = ma::nchw(images.data(), {n, 3, h, w});
  ma::label::by_score const own{.mix = 0.7f}, mixed{.mix = 0.5f, .of = ma::scored::mix};
  for (auto const& [mh, mw] : {std::pair<index_t, index_t>{h, w}, {5, 7}}) {
    auto const maps = test::score_maps(n, mh, mw, 3), others = test::score_maps(20, mh, mw, 4);
    auto const in = [&] { return ma::inputs(x).scores(ma::scores(maps.data(), {n, mh, mw})); };
    auto const far = [&] { return in().source_rows(20).source_scores(ma::scores(others.data(), {20, mh, mw})); };
    for (auto const& method : {ma::snapmix{.prob = 0.8f}, ma::snapmix{.alpha = 0.5f, .mode = ma::mode::batch}}) {
      same_places(method, in(), {.seed = 4});
      same_places(method, far(), {.seed = 5});
    }
    for (auto const& rule : {own, mixed}) {
      same_places(with(ma::cutmix{.boxes = 3}, rule), in(), {.seed = 6});
      same_places(with(ma::mixup{}, rule), far(), {.seed = 7});
      same_places(with(ma::attentivemix{.grid = 5}, rule), far(), {.seed = 8});
      same_places(ma::one_of(with(ma::mixup{}, rule), ma::cutmix{}, ma::snapmix{}), in(), {.seed = 9});
    }
  }
  // Maps of a detector, of both sides, and beside a region that reads other sides.
  ma::saliency::fine_grained const detector;
  same_places(with(ma::cutmix{}, own, detector), ma::inputs(x), {.seed = 10});
  auto const source = [&] { return ma::inputs(x).source_rows(20).source_images(ma::nchw(more.data(), {20, 3, h, w})); };
  same_places(with(ma::saliencymix{}, own), source(), {.seed = 11});
  same_places(with(ma::saliencymix{}, mixed), source(), {.seed = 12});
}

TEST_CASE(
    "a field in device memory is copied there: the plan is that of the field on the host, its bad numbers mended") {
  index_t const n = 9, h = 12, w = 10;
  auto const x = ma::nchw<float>(nullptr, {n, 3, h, w});
  test::stream draw(31);
  std::vector<float> field(static_cast<std::size_t>(2 * n * h * w)), mended;
  for (float& m : field) m = static_cast<float>(draw.below(257)) / 256.0f;
  mended = field;
  float const bad[] = {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -0.25f, 1.5f};
  float const good[] = {1.0f, 1.0f, 0.0f, 1.0f};
  for (std::size_t k = 0; k < 4; ++k) field[5 + 13 * k] = bad[k], mended[5 + 13 * k] = good[k];
  std::vector<float> binary = mended;
  for (float& m : binary) m = m >= 0.5f ? 1.0f : 0.0f;
  auto const rows_of = [&](std::vector<float> const& v, index_t gh, index_t gw) {
    return ma::scores(v.data(), {n, gh, gw}, {gh * gw * 2, gw, 1});  // every other row of memory
  };
  for (float prob : {1.0f, 0.5f})
    for (auto const& [gh, gw] : {std::pair<index_t, index_t>{h, w}, {4, 5}, {1, 1}, {5, 3}}) {
      CAPTURE(gh);
      CAPTURE(prob);
      auto const same = [&](auto const& on_device, auto const& on_host, std::vector<float> const& numbers,
                            ma::key const& k) {
        auto const in = ma::inputs(x).field(rows_of(numbers, gh, gw));
        auto const got =
            test::planned_on_device(on_device, ma::inputs(x).field(ma::on_device(rows_of(field, gh, gw))), k);
        auto const want = ma::make_plan(ma::serial{}, on_host, in, k);
        if (gh * gw > 1) CHECK(test::same_plan(got, want));
        for (index_t i = 0; i < n; ++i) {  // a single m = 1 counts as read on the device, where the host knows better
          CHECK(ma::pixel_share(got, i) == ma::pixel_share(want, i));
          CHECK(got.share_self[i] == want.share_self[i]);
          CHECK(got.share_partner[i] == want.share_partner[i]);
        }
        double low = 1;
        for (index_t i = 0; i < n; ++i) low = std::min(low, static_cast<double>(got.share_self[i]));
        CHECK(low < 0.99);
      };
      auto const by = [&](bool keep, bool ones) {
        return with(ma::cutmix{.prob = prob}, ma::region::given_mask{.keep = keep, .binary = ones});
      };
      same(by(false, false), by(true, false), mended, {.seed = 3});
      same(by(false, true), by(true, true), binary, {.seed = 4});
      same(ma::one_of(ma::mixup{}, by(false, false)), ma::one_of(ma::mixup{}, by(true, false)), mended, {.seed = 5});
    }
  std::string said;
  try {
    ma::make_plan(with(ma::cutmix{}, ma::region::given_mask{}),
                  ma::inputs(x).field(ma::on_device(rows_of(field, h, w))), ma::key{});
  } catch (ma::invalid_argument const& e) {
    said = e.what();
  }
  CHECK(said.find("is in device memory, and the plan on the host") != std::string::npos);
}

namespace {

/// A job of which two have room at once, and that notes which of its maps ran, and where their memory lay.
struct large_job {
  static constexpr int steps = 2;
  std::vector<std::vector<std::byte*>>* memory_of;  ///< of each map that ran, one entry a step
  std::size_t fast_bytes() const noexcept { return 64; }
  std::size_t slow_bytes() const noexcept { return ma::detail::most_step_bytes / 2 - 128; }
  bool skips(index_t) const noexcept { return false; }
  index_t count(int) const noexcept { return 1; }
  void run(int, index_t map, index_t, ma::detail::step_memory const& m) const {
    if (static_cast<std::size_t>(map) >= memory_of->size()) memory_of->resize(static_cast<std::size_t>(map) + 1);
    (*memory_of)[static_cast<std::size_t>(map)].push_back(m.fast);
  }
};

}  // namespace

TEST_CASE("maps that have no room at once take turns, and the last turn ends with the last map") {
  for (index_t maps : {1, 2, 3, 4, 5}) {
    CAPTURE(maps);
    std::vector<std::vector<std::byte*>> memory_of;
    large_job const job{&memory_of};
    std::size_t const bytes = ma::detail::device_step_bytes(job, maps);
    CHECK(bytes == static_cast<std::size_t>(std::min<index_t>(maps, 2)) * (job.fast_bytes() + job.slow_bytes()));
    ma::workspace<ma::space::host> scratch;
    std::byte* const memory = scratch.reserve(bytes);  // reserved, and never touched
    ma::detail::device_steps(test::emulated_device{}, job, maps, memory);
    CHECK(memory_of.size() == static_cast<std::size_t>(maps));
    for (std::size_t k = 0; k < memory_of.size(); ++k) {
      std::byte* const own = memory + k % 2 * (job.fast_bytes() + job.slow_bytes());
      CHECK(memory_of[k] == std::vector<std::byte*>{own, own});
    }
  }
}

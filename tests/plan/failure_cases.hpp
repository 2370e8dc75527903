#pragma once
#include <doctest/doctest.h>

#include <chrono>
#include <mixaug/mixaug.hpp>
#include <stdexcept>
#include <thread>

#include "support/values.hpp"

namespace test {

/// A detector of a user's own that cannot read image 3, nor any from image 5 on; some of them take their time to fail.
struct failing_detector : mixaug::saliency::rule {
  bool early_waits = false, late_waits = false;
  void check(mixaug::map_shape const&) const {}
  std::size_t bytes(mixaug::map_shape const&) const { return 0; }
  void operator()(mixaug::image_batch const& images, mixaug::index_t i, float* map, std::byte*) const {
    if (i == 3 || i >= 5) {
      if (i == 3 ? early_waits : late_waits) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      throw std::runtime_error("image " + std::to_string(i));
    }
    for (mixaug::index_t k = 0; k < images.pixels(); ++k) map[k] = 1.0f;
  }
};
/// A scored region that cannot place.
struct failing_region : mixaug::region::salient_box {
  template <class Columns>
  void place(Columns const&, mixaug::index_t, mixaug::score_maps const&, std::byte*) const {
    throw std::runtime_error("no place");
  }
};

template <class Act>
std::string thrown_by(Act const& act) {
  try {
    act();
  } catch (std::runtime_error const& e) {
    return e.what();
  }
  return "nothing";
}

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("what a detector throws reaches the caller, that of the lowest image", Backend,
                          failing_maps) {
  namespace ma = mixaug;
  auto const values = test::any_values<float>(16 * 3 * 6 * 7, 2);
  std::vector<float> maps(16 * 6 * 14);
  auto const x = ma::nchw(values.data(), {16, 3, 6, 7});
  for (test::failing_detector const& d :
       {test::failing_detector{{}, true, false}, test::failing_detector{{}, false, true}}) {
    CHECK(test::thrown_by([&] {
            ma::saliency_map(Backend{}, d, x, ma::scores(maps.data(), {16, 6, 7}));
          }) == "image 3");
    CHECK(test::thrown_by([&] {
            ma::saliency_map(Backend{}, d, x, ma::scores(maps.data(), {16, 6, 7}, {84, 14, 2}));
          }) == "image 3");
  }
  auto const three = ma::nchw(values.data(), {3, 3, 6, 7});
  CHECK(test::thrown_by([&] {
          ma::saliency_map(Backend{}, test::failing_detector{}, three, ma::scores(maps.data(), {3, 6, 7}));
        }) == "nothing");
}

TEST_CASE_TEMPLATE_DEFINE("what rules throw while planning reaches the caller, and the plan is empty", Backend,
                          failing_plans) {
  namespace ma = mixaug;
  auto const values = test::any_values<float>(16 * 3 * 6 * 7, 2);
  auto const x = ma::nchw(values.data(), {16, 3, 6, 7});
  std::vector<std::int64_t> partner(16);
  for (std::size_t i = 0; i < 16; ++i) partner[i] = static_cast<std::int64_t>((i + 3) % 16);
  ma::pairing::given const pairing{ma::indices(static_cast<std::int64_t const*>(partner.data()), {16})};
  auto const fails = [&](auto const& method, char const* with) {
    ma::plan_of<std::remove_cvref_t<decltype(method)>> p;
    CHECK(test::thrown_by([&] { ma::make_plan(Backend{}, method, x, ma::key{.seed = 2}, p); }) == with);
    CHECK(p.rows() == 0);
  };
  for (auto const mode : {ma::mode::sample, ma::mode::batch}) {
    ma::saliencymix const m{.mode = mode};
    fails(ma::with(m, pairing, ma::ratio::constant{0.5f}, test::failing_detector{}), "image 3");
    fails(ma::with(m, pairing, ma::ratio::constant{0.5f}, test::failing_region{}), "no place");
  }
}

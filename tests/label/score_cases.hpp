#pragma once
#include <doctest/doctest.h>

#include "reference/score_reference.hpp"
#include "region/salient_cases.hpp"

namespace test {

/// What SnapMix and TransMix plan, with maps of the image's size or coarser, in a backend's memory.
template <class Backend>
struct scored_labels {
  static constexpr index_t n = 14, m = 6, h = 16, w = 21;
  index_t mh, mw;
  std::vector<float> maps = score_maps(n, mh, mw, 3), others = score_maps(m, mh, mw, 4);
  ma::tensor_view<float, 4> x = ma::nchw<float>(nullptr, {n, 1, h, w});

  template <class Method, class Visit>
  void each_plan(Method const& method, Visit const& visit) const {
    auto v = place<Backend>(ma::scores<float>(nullptr, {n, mh, mw}), maps),
         far = place<Backend>(ma::scores<float>(nullptr, {m, mh, mw}), others);
    auto const in = ma::inputs(in_space<Backend::memory>(x)).scores(v.view());
    visit(planned(Backend{}, method, in, ma::key{.seed = 8}), maps.data());
    auto two = in;
    visit(planned(Backend{}, method, two.source_rows(m).source_scores(far.view()), ma::key{.seed = 9}), others.data());
  }
};

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("labels by score: SnapMix, TransMix and one_of, maps of two sizes, a second source", Backend,
                          score_labels) {
  for (auto const& size : {std::pair<ma::index_t, ma::index_t>{16, 21}, {4, 7}, {16, 5}}) {
    test::scored_labels<Backend> const world{size.first, size.second};
    CAPTURE(size.first);
    auto const check = [&](auto const& method, ma::label::by_score const& rule) {
      int by_score = 0;
      world.each_plan(method, [&](auto const& p, float const* source) {
        CHECK(reference::first_other_label(p, rule, {world.maps.data(), source, size.first, size.second}) == -1);
        for (ma::index_t i = 0; i < p.rows(); ++i)
          by_score += p.share_self[i] != static_cast<float>(ma::pixel_share(p, i)) ? 1 : 0;
      });
      CHECK(by_score > 5);
    };
    check(ma::snapmix{.alpha = 1, .prob = 0.8f}, {.above_least = true});
    ma::label::by_score const mean{.mix = 0.5f, .of = ma::scored::mix}, own{.mix = 0.8f};
    check(with(ma::cutmix{.boxes = 2}, mean), mean);
    check(ma::one_of(with(ma::mixup{}, own), with(ma::attentivemix{.grid = 4}, own)), own);
  }
}

#define TEST_SCORE_LABELS(BACKEND) TEST_CASE_TEMPLATE_INVOKE(score_labels, BACKEND)

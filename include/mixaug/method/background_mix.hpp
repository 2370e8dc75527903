// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/label/keep.hpp>
#include <mixaug/method/saliencymix.hpp>
#include <mixaug/pairing/minority.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// New backgrounds for rare objects (mixaug's own): a sample of a minority class receives the least salient part of a
/// sample of another class, and keeps its object. The label is not mixed: it is the target's, whose object is visible,
/// or the source's (`keep`). lambda ~ Beta(alpha, alpha), uniform at alpha = 1, is the share that the target keeps.
/// scheme: with non_salient_to_non_salient the part is pasted where the target is least salient too; with
/// non_salient_to_corresponding it may cover the target's object. Reads class_ids, and pixels (or scores):
/// make_plan(serial{}, background_mix{}, inputs(x).class_ids(v), key). `at_most` and `class_counts` define the minority
/// classes (see pairing::minority). Errors: as saliencymix; another scheme.
struct background_mix {
  float alpha = 1.0f;
  float prob = 1.0f;
  mixaug::mode mode = mixaug::mode::sample;
  mixaug::scheme scheme = mixaug::scheme::non_salient_to_non_salient;
  side keep = side::target;
  float at_most = 0.5f;
  tensor_view<std::int64_t const, 1> class_counts{};
  saliency::any_detector detector = saliency::fine_grained{};
  mixaug::search search = mixaug::search::box_sum;

  auto stages() const {
    if (scheme != mixaug::scheme::non_salient_to_non_salient && scheme != mixaug::scheme::non_salient_to_corresponding)
      detail::fail(
          "background_mix pastes what is not salient where nothing salient is; scheme is non_salient_to_non_salient or "
          "non_salient_to_corresponding");
    return recipe{pairing::minority{at_most, class_counts},
                  ratio::beta{alpha},
                  detail::box_of(scheme, search, border::shift),
                  blend::mix{},
                  label::keep{keep},
                  when{mode, prob},
                  detector};
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END

// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/concepts.hpp>
#include <mixaug/region/kind/whole.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::region {

/// m = ratio in every pixel (mixup).
struct whole : rule<kind::whole> {
  template <class Columns>
  void operator()(Columns const&, row_facts const&, random const&) const noexcept {}
};

}  // namespace mixaug::region

MIXAUG_EXACT_END

// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/label/by_ratio.hpp>
#include <mixaug/label/by_share.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::label {

/// Label rule by_share or by_ratio, chosen at run time by `correct_lam`.
struct corrected {
  bool correct_lam = true;
  static constexpr bool on_device = true;
  template <class In>
  void read(In const&, space) noexcept {}
  void check(plan_shape const&) const noexcept {}
  MIXAUG_HD label_shares operator()(row_facts const& row, double pixel_share) const noexcept {
    return correct_lam ? by_share{}(row, pixel_share) : by_ratio{}(row, pixel_share);
  }
};

}  // namespace mixaug::label

MIXAUG_EXACT_END

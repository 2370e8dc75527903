// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/concepts.hpp>
#include <mixaug/plan/inputs.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::ratio {

/// lambda given by the caller, the weight of each sample itself: (n) floats or doubles in [0, 1], for the rows of the
/// batch or of the global batch. For samples that are not mixed (`prob`) the ratio is 1, as with other rules. Plans of
/// mixup with this rule refuse ids, even if all numbers are 0 or 1; for those use ratio::constant{0} and {1}. Errors:
/// another number of rows, a number outside [0, 1], NaN.
class given {
 public:
  template <class T, space S>
  explicit given(tensor_view<T, 1, S> const& lambda) noexcept : lambda_(lambda) {}

  given const& sampler() const noexcept { return *this; }
  float operator()(std::uint64_t, row_of_batch const& row) const noexcept {
    return static_cast<float>(lambda_.at(detail::given_row(row, lambda_.size())));
  }
  bool fractional() const noexcept { return true; }
  void check(plan_shape const& s) const {
    detail::check_given_rows("ratio::given's lambda", s, lambda_.size());
    if (lambda_.data() == nullptr)
      detail::fail("ratio::given's lambda", "a null pointer", detail::text(lambda_.size()) + " numbers");
  }

 private:
  detail::real_list lambda_;
};

}  // namespace mixaug::ratio

MIXAUG_EXACT_END

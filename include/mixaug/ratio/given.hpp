// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/concepts.hpp>
#include <mixaug/plan/inputs.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::ratio {

/// lambda from the caller, the weight of each sample itself: (n) floats or doubles in [0, 1], n the rows of the batch
/// or of the global batch. Where `prob` does not fire the ratio is 1, as ever. Ids cannot follow mixup's plans of it,
/// whatever the numbers are; ratio::constant{0} and {1} are for those. Errors: another number of rows, a number outside
/// [0, 1], NaN.
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

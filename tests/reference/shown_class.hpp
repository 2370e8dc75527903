#pragma once
#include <vector>

#include "reference/field.hpp"

namespace reference {

/// The class of the image that pixel k of row i shows, by the field of the plan.
template <class R, class B>
int shown_class(mixaug::plan<R, B> const& p, std::int64_t i, std::int64_t k, std::vector<int> const& own,
                std::vector<int> const& source, std::int64_t first, bool gathered) {
  int const mine = own[static_cast<std::size_t>(p.self[i])];
  bool const erased = !other_side<B>::is_partner(p.blend, p.choice[i]);
  if (p.partner[i] < 0 || erased || weight(p, i, k) == 1.0f) return mine;
  return source[static_cast<std::size_t>(gathered ? i : p.partner[i] - first)];
}

}  // namespace reference

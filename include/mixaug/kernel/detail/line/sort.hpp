// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/kernel/detail/line/arrays.hpp>
#include <mixaug/kernel/detail/table_builder.hpp>

MIXAUG_EXACT_BEGIN

/// Preparation of labels for sorting, and checks after it.
namespace mixaug::detail {

/// Copies labels to pairs.
template <class T, class Pairs>
struct kernel_gather {
  T const* labels;
  index_t stride;
  Pairs pairs;

  MIXAUG_HD void operator()(index_t i) const noexcept {
    pairs.set(i, labels[i * stride] + T(0), static_cast<std::uint32_t>(i));  // -0 becomes 0
  }
};

/// Finds the first label of each part that is not finite; -1 if there is none.
template <class T>
struct kernel_not_finite {
  T const* labels;
  index_t stride, n, parts;
  index_t* first;

  MIXAUG_HD void operator()(index_t part) const noexcept {
    part_range const r(n, parts, part);
    index_t found = -1;
    for (index_t i = r.end; i-- > r.begin;)
      if (!(std::fabs(static_cast<double>(labels[i * stride])) < HUGE_VAL)) found = i;
    first[part] = found;
  }
};
/// Refuses labels that are not finite and names the first. `ends`, the first and the last sorted pair, reveal them.
template <class Kit, class T>
void check_finite(Kit const& kit, T const* labels, index_t stride, index_t n, kernel_element<T> const* ends) {
  if (finite(ends[0].key) && detail::finite(ends[1].key)) return;
  constexpr index_t parts = 1024;
  auto const found = kit.template make<index_t>(parts);
  kit.items(parts, kernel_not_finite<T>{labels, stride, n, parts, found.data()});
  index_t first[parts], at = 0;
  kit.read(found.data(), parts, first);
  while (first[at] < 0 && at + 1 < parts) ++at;
  T value;
  kit.read(labels + first[at] * stride, 1, &value);
  fail("label " + text(first[at]), text(static_cast<double>(value)), "a finite number");
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END

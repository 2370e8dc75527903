// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/region/detail/puzzle/layered_labels.hpp>
#include <mixaug/region/detail/puzzle/raise_labels.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Bytes of scratch of least_labels.
constexpr std::size_t least_labels_bytes(int labels) noexcept { return cell_flow<4, 0>::bytes(labels - 1); }

/// Writes the labels of the minimum of an energy, the pointwise smallest of all optima, at index 16 y + x of `label`
/// (256). The energy is bounded(). `layered`: by the layered graph also where the unary terms are convex.
inline void least_labels(label_energy const& energy, std::uint8_t* label, std::byte* scratch,
                         bool layered = false) noexcept {
  int const words = (energy.height + 3) / 4;
  if (layered || !energy.convex())
    return energy.labels == 3 ? layered_labels<4, 2>(energy, label, scratch)
                              : layered_labels<4, 0>(energy, label, scratch);
  if (words == 1) return raise_labels<1>(energy, label, scratch);
  if (words == 2) return raise_labels<2>(energy, label, scratch);
  raise_labels<4>(energy, label, scratch);
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END

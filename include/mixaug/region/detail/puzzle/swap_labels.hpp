// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/workspace.hpp>
#include <mixaug/region/detail/puzzle/least_labels.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Bytes of scratch of swap_labels.
inline std::size_t swap_labels_bytes() noexcept {
  return least_labels_bytes(2) + aligned(static_cast<index_t>(sizeof(label_energy)));
}

/// The alpha-beta swap of the published code (Boykov, Veksler and Zabih, IEEE TPAMI 2001), for comparison: from labels
/// of 0 on, for every pair of labels, (0, L - 1), ..., (0, 1), (1, L - 1), ..., the cells that have one of the two are
/// labelled anew by a minimum cut, ties to the lower label, until a round lowers the energy no more. The result is a
/// minimum among its swaps, not of all labels.
class swap_labels {
  static constexpr int pitch = label_energy::pitch;

 public:
  swap_labels(label_energy const& energy, std::byte* scratch) noexcept
      : energy_(energy),
        pair_(*::new (scratch) label_energy),
        scratch_(scratch + aligned(static_cast<index_t>(sizeof(label_energy)))) {}

  void operator()(std::uint8_t* label) noexcept {
    for (int i = 0; i < label_energy::cells; ++i) label[i] = 0;
    for (std::int64_t before = energy_.of(label);;) {
      for (int low = 0; low < energy_.labels; ++low)
        for (int high = energy_.labels - 1; high > low; --high) swap(low, high, label);
      std::int64_t const now = energy_.of(label);
      if (now >= before) return;
      before = now;
    }
  }

 private:
  void swap(int low, int high, std::uint8_t* label) noexcept {
    auto const free = [&](int i) { return label[i] == low || label[i] == high; };
    auto const square = [](std::int32_t d) { return d * d; };
    std::int32_t const scale = square(energy_.labels - 1), step = square(high - low);
    pair_.height = energy_.height;
    pair_.width = energy_.width;
    pair_.labels = 2;
    energy_.each_cell([&](int i) {
      pair_.right[i] = pair_.down[i] = 0;
      pair_.unary[0][i] = 0;
      pair_.unary[1][i] = free(i) ? scale * (energy_.unary[high][i] - energy_.unary[low][i]) : 0;
    });
    energy_.each_cell([&](int i) {
      if (i % pitch + 1 < energy_.width) join(i, i + 1, energy_.right[i], pair_.right[i], low, high, step, label);
      if (i / pitch + 1 < energy_.height) join(i, i + pitch, energy_.down[i], pair_.down[i], low, high, step, label);
    });
    std::uint8_t found[label_energy::cells];
    least_labels(pair_, found, scratch_);
    energy_.each_cell([&](int i) {
      if (free(i)) label[i] = static_cast<std::uint8_t>(found[i] != 0 ? high : low);
    });
  }
  /// An edge between two free cells keeps its weight; one to a cell of a third label is a term of the free cell.
  void join(int i, int j, std::int32_t weight, std::int32_t& to, int low, int high, std::int32_t step,
            std::uint8_t const* label) noexcept {
    auto const free = [&](int k) { return label[k] == low || label[k] == high; };
    auto const add = [&](int cell, int fixed) {
      pair_.unary[0][cell] += weight * (low - label[fixed]) * (low - label[fixed]);
      pair_.unary[1][cell] += weight * (high - label[fixed]) * (high - label[fixed]);
    };
    if (free(i) && free(j)) to = weight * step;
    if (free(i) && !free(j)) add(i, j);
    if (!free(i) && free(j)) add(j, i);
  }

  label_energy const& energy_;
  label_energy& pair_;
  std::byte* scratch_;
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END

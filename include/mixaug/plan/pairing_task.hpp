// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/inputs.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Argument of a pairing rule, which writes the partner of every row that it pairs. Partners are rows of the global
/// batch, or of the second source, counted from its own row 0; -1 = none. No rule runs for a source of 0 rows. Rules
/// run once for each plan, on the host. A rule with `draws = false` takes its partners from the caller, the same at
/// every step. All others may choose any row of the block, so the permitted uses of a plan follow from the blocks, not
/// from the partners of one step.
template <space S>
struct pairing_task {
  input_set<S> const& in;
  mixaug::key key;
  index_t global;  ///< rows of the global batch
  index_t block;   ///< partners stay inside blocks of this many rows
  index_t* partner;
  std::uint8_t const* choice;
  int member;  ///< index of the rule's method in one_of; -1 = all rows
  workspace<space::host>& scratch;

  index_t rows() const noexcept { return in.shape.samples; }
  index_t source_rows() const noexcept { return in.shape.source_rows; }
  bool own_source() const noexcept { return in.shape.own_source; }
  index_t global_row(index_t i) const noexcept { return key.first + i; }
  bool wants(index_t i) const noexcept { return member < 0 || choice[i] == member; }
  void assign(index_t i, index_t p) const noexcept {
    if (wants(i)) partner[i] = p < 0 ? p : p + in.shape.source_first;
  }
  random draw(index_t global_row) const noexcept {
    return {key, static_cast<std::uint64_t>(global_row), purpose::pairing};
  }

  /// Block of the global batch that contains a global row.
  struct range {
    index_t base, size;
  };
  range block_of(index_t row) const noexcept {
    index_t const base = row / block * block;
    return {base, detail::lesser(block, global - base)};
  }
};

namespace detail {

/// Keyed permutation of n numbers (Fisher and Yates): step i draws from row base + i, draw number `attempt`.
template <class Task>
void permute(Task const& task, index_t base, index_t n, std::uint32_t attempt, index_t* order) noexcept {
  for (index_t i = 0; i < n; ++i) order[i] = i;
  std::uint64_t bits[bits_width];
  for (index_t first = (n - 1) / bits_width * bits_width; first >= 0; first -= bits_width) {
    bits_of_rows(task.key, static_cast<std::uint64_t>(base + first), purpose::pairing, bits, attempt);
    for (index_t i = lesser(first + bits_width, n) - 1; i >= first && i > 0; --i) {
      index_t const j = task.draw(base + i).below(i + 1, attempt, bits[i - first]), t = order[i];
      order[i] = order[j];
      order[j] = t;
    }
  }
}

/// Calls rule(range, first, last) for every block that the call's rows [first, last) touch.
template <class Task, class Rule>
void each_block(Task const& task, Rule const& rule) {
  index_t const end = task.key.first + task.rows();
  for (index_t row = task.key.first; row < end;) {
    auto const block = task.block_of(row);
    index_t const last = lesser(end, block.base + block.size);
    rule(block, row, last);
    row = last;
  }
}

inline index_t* index_scratch(workspace<space::host>& scratch, index_t n) {
  return reinterpret_cast<index_t*>(scratch.reserve(sizeof(index_t) * static_cast<std::size_t>(n)));
}

/// Refuses a second source unless it has as many rows as the batch: reverse, roll and derangement pair by position.
template <class Task>
void need_batch_source(Task const& task, char const* rule) {
  if (!task.own_source() && task.source_rows() != task.global)
    fail(std::string(rule) + "'s source", text(task.source_rows()) + " rows",
         text(task.global) + " rows, one for each row of the batch (use pairing::shuffle to draw from any number)");
}

}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END

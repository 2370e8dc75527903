// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <mixaug/core/workspace.hpp>
#include <mixaug/plan/concepts.hpp>
#include <mixaug/weight/detail/cvar_items.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::weight {

/// Options of cvar.
struct cvar_options {
  double fraction = 0.1;  ///< a in (0, 1]
};

/// Conditional value at risk at level a of a batch (Rockafellar and Uryasev 2000; in DRO: arXiv 2010.05893): the worst
/// fraction a of n losses has weight 1 / a, the others 0. If a n is not an integer, the loss at the edge gets the
/// remainder, so that weights sum to n and mean_i w_i l_i is the mean of the worst fraction. Losses that tie at the
/// edge share the remainder evenly, so that the weights do not depend on the order of the batch.
/// Errors: a fraction outside (0, 1], a loss that is not finite (on the host), sizes that differ.
template <space S>
class cvar_of {
 public:
  static constexpr space memory = S;
  using options = cvar_options;

  explicit cvar_of(options const& o) : fraction_(o.fraction) {
    if (!(o.fraction > 0.0 && o.fraction <= 1.0))
      detail::fail("fraction", detail::text(o.fraction), "the part of the batch that counts, in (0, 1]");
  }
  cvar_of(cvar_of const&) = default;
  cvar_of(cvar_of&&) noexcept = default;
  cvar_of& operator=(cvar_of&&) noexcept = default;
  /// If the allocation fails, this object is unchanged.
  cvar_of& operator=(cvar_of const& other) requires(S == space::host) { return *this = cvar_of(other); }

  /// Writes the weights of losses (n), float or double, finite (on a device NaN counts as the largest), to out (n),
  /// float or double.
  template <backend Be, class L, class Out>
  void weights(Be const& be, L const& losses, Out const& out) {
    static_assert(Be::memory == S, "mixaug: the backend does not reach the scratch memory; see cvar_of<space>");
    detail::check_memory<Be, L, Out>(), detail::check_numbers<L, Out>();
    detail::check_list(losses, "losses");
    detail::check_list(out, "the output", losses.extent[0], "the losses"), detail::check_output_list(out, "the output");
    detail::check_lists_apart(out, losses, "losses");
    index_t const n = losses.extent[0];
    if constexpr (S == space::host)
      for (index_t i = 0; i < n; ++i)
        if (double const l = static_cast<double>(losses(i)); !(l - l == 0.0))
          detail::fail("losses(" + detail::text(i) + ")", detail::text(l), "a finite loss");
    using T = std::remove_const_t<typename L::element>;
    using counting = detail::edge_counts<T>;
    index_t const blocks = detail::ceil_div(n, counting::block), pieces = blocks * counting::pieces;
    std::size_t const bytes = 64 + static_cast<std::size_t>(pieces * counting::bins) * sizeof(index_t);
    std::byte* const block = scratch_.reserve(bytes, false);
    auto* const state = reinterpret_cast<detail::edge_state*>(block);
    auto* const counts = reinterpret_cast<index_t*>(block + 64);
    double const k = detail::fused_sum(fraction_, static_cast<double>(n),
                                       detail::unseen_zero<double>());  // rounded, so that it cannot be contracted
    index_t const rank = detail::lesser(static_cast<index_t>(k), n - 1);
    detail::run_rows(be, detail::edge_begin{state}, 1);
    int const last = sizeof(T) == 4 ? 28 : 0;
    for (int shift = 60; shift >= last; shift -= 4) {
      detail::run_rows(be, counting{losses.data, losses.stride[0], n, state, shift, counts}, blocks);
      detail::run_rows(be, detail::edge_choice{rank, pieces, shift, counts, state}, 1);
    }
    detail::run_rows(be,
                     detail::edge_weights<T, typename Out::element>{losses.data, out.data, losses.stride[0],
                                                                    out.stride[0], n, state, fraction_, k},
                     blocks);
  }

 private:
  double fraction_;
  workspace<S> scratch_;
};
/// CVaR of batches in host memory.
using cvar = cvar_of<space::host>;

}  // namespace mixaug::weight

MIXAUG_EXACT_END

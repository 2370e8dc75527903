// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/interop/torch.hpp>
#include <utility>

#include "methods.hpp"

namespace mixaug_torch {

/// A plan of any method, as Python holds it.
struct plan_object : torch::CustomClassHolder {
  any_method_plan plan;
  explicit plan_object(any_method_plan p) : plan(std::move(p)) {}

  /// f(the plan with its own type).
  template <class F>
  auto visit(F const& f) const {
    return std::visit(f, plan);
  }
  std::int64_t rows() const {
    return visit([](auto const& p) { return std::int64_t{p.rows()}; });
  }
};
using plan_pointer = c10::intrusive_ptr<plan_object>;

inline mixaug::torch_parallel const threads{};

/// The batch mixed by a plan: a new tensor, `out`, or x itself. source: the partners' rows where they are not x's own;
/// gathered: its row i is the partner of row i.
at::Tensor mix(at::Tensor const& x, plan_pointer const& plan, c10::optional<at::Tensor> const& source, bool gathered);
at::Tensor mix_out(at::Tensor const& x, plan_pointer const& plan, c10::optional<at::Tensor> const& source,
                   bool gathered, at::Tensor out);
at::Tensor mix_inplace(at::Tensor x, plan_pointer const& plan);

}  // namespace mixaug_torch

// SPDX-License-Identifier: MIT
// The one dispatch by element type, rank and plan: that of mixaug/interop/torch.hpp, for the two types of plans.
#include <mixaug/interop/torch.hpp>

#include "plan_object.hpp"

namespace mixaug_torch {

namespace ma = mixaug;

at::Tensor mix(at::Tensor const& x, plan_pointer const& p, c10::optional<at::Tensor> const& source, bool gathered) {
  return p->visit([&](auto const& plan) {
    if (!source) return ma::mix(threads, plan, x);
    return gathered ? ma::mix(threads, plan, x, ma::gathered(*source)) : ma::mix(threads, plan, x, *source);
  });
}
at::Tensor mix_out(at::Tensor const& x, plan_pointer const& p, c10::optional<at::Tensor> const& source, bool gathered,
                   at::Tensor out) {
  p->visit([&](auto const& plan) {
    if (!source)
      ma::mix_out(threads, plan, x, out);
    else if (gathered)
      ma::mix_out(threads, plan, x, ma::gathered(*source), out);
    else
      ma::mix_out(threads, plan, x, *source, out);
  });
  return out;
}
at::Tensor mix_inplace(at::Tensor x, plan_pointer const& p) {
  return p->visit([&](auto const& plan) { return ma::mix_(threads, plan, x); });
}

}  // namespace mixaug_torch

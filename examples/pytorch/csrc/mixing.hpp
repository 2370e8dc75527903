// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/any_plan.hpp>
#include <string>

#include "tensors.hpp"

namespace mixaug_torch {

/// What is done with a plan, into tensors that the binding made. Errors: what the calls of the same names in
/// namespace mixaug refuse, and tensors of another type, rank or device than x.
void mix(ma::any_plan const& plan, tensor const& x, source_rows const& source, tensor const& out);
void mix_inplace(ma::any_plan const& plan, tensor const& x);
/// The transpose: the gradients of x and, where there is one, of the source.
void mix_adjoint(ma::any_plan const& plan, tensor const& grad_out, tensor const& grad_x,
                 source_rows const& grad_source);

/// m of every pixel, float32 (n, h, w), and the class of each cell, int64 (n, gh, gw).
void write_field(ma::any_plan const& plan, tensor const& fields);
void label_grid(ma::any_plan const& plan, tensor const& ids, source_rows const& source, tensor const& grid);

struct label_choice {
  double smoothing = 0;
  std::optional<double> threshold;
};
void soft_labels(ma::any_plan const& plan, tensor const& y, source_rows const& source, label_choice const& choice,
                 tensor const& out);
/// The losses (n), and the gradient of their sum by the logits, if it is wanted.
void pair_cross_entropy(ma::any_plan const& plan, tensor const& logits, tensor const& ids, source_rows const& source,
                        double smoothing, tensor const& losses, std::optional<tensor> const& gradient);

void saliency_map(tensor const& images, std::string const& detector, tensor const& maps);

}  // namespace mixaug_torch

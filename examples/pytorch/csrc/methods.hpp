// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/any_plan.hpp>
#include <string>
#include <vector>

#include "tensors.hpp"

namespace mixaug_torch {

/// Plans a batch by the method of that name. `options`: a line "name=value" for each. Errors: an unknown name, option
/// or input, and what make_plan refuses.
ma::any_plan plan_by_name(std::string const& method, tensor const& x, std::string const& options, ma::key const& key,
                          named_tensors const& inputs);
/// The names of the methods, in the order of the table.
std::vector<std::string> method_names();

}  // namespace mixaug_torch

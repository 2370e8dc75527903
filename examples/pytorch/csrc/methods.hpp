// SPDX-License-Identifier: MIT
#pragma once
#include <ATen/ATen.h>
#include <ATen/core/Dict.h>

#include <mixaug/kernel/gaussian_kernel.hpp>
#include <mixaug/plan/any_plan.hpp>
#include <string>
#include <variant>
#include <vector>

namespace mixaug_torch {

using text_options = c10::Dict<std::string, std::string>;
using named_tensors = c10::Dict<std::string, at::Tensor>;

/// A plan of any method: of those that blend whole rows as it is, which fits tensors of every size and rank (images,
/// features, regression targets); of the others in the run-time form.
using whole_plan = mixaug::plan<mixaug::kind::whole, mixaug::blend::mix>;
using any_method_plan = std::variant<whole_plan, mixaug::any_plan>;

/// The key of {seed, step, first, global, block}. Errors: another number of numbers, negative ones.
mixaug::key key_of(std::vector<std::int64_t> const& numbers);

/// Plans a batch by the method of that name. Errors: an unknown name, option or
/// input, and what make_plan refuses.
any_method_plan plan_by_name(std::string const& method, at::Tensor const& x, text_options const& given,
                             mixaug::key const& key, named_tensors const& inputs);
/// The names of the methods, in the order of the table.
std::vector<std::string> method_names();

}  // namespace mixaug_torch

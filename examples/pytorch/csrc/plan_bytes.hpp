// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <mixaug/plan/any_plan.hpp>
#include <string>

namespace mixaug_torch {

/// A plan as bytes, by which it passes from operator to operator as a tensor: a graph of torch.compile knows nothing
/// but tensors. The bytes are those of this build on this machine, under a checksum; what is kept is the plan's text.
std::size_t plan_bytes(mixaug::any_plan const& plan) noexcept;
/// Writes plan_bytes(plan) bytes.
void write_plan(mixaug::any_plan const& plan, std::byte* out) noexcept;
/// Reads them back. Errors: bytes that write_plan did not write, or that were changed.
mixaug::any_plan read_plan(std::byte const* bytes, std::size_t size);

std::string text_of(mixaug::any_plan const& plan);
/// Errors: what mixaug::read_plan refuses.
mixaug::any_plan plan_of(std::string const& text);

}  // namespace mixaug_torch

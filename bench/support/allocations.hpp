// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>

namespace bench {
/// Calls of malloc and operator new in this program so far (allocations.cpp).
std::size_t allocations();
}  // namespace bench

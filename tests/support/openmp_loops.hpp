#pragma once
#include <mixaug/backend/openmp.hpp>

#include "support/plans.hpp"

namespace test {

template <>
inline constexpr bool own_loops<mixaug::openmp> = false;

}  // namespace test

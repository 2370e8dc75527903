#include <mixaug/backend/openmp.hpp>

#include "step/adjoint_cases.hpp"
#include "step/identity_cases.hpp"
#include "step/inplace_cases.hpp"
#include "step/source_cases.hpp"

template <>
inline constexpr bool test::own_loops<mixaug::openmp> = false;

TEST_ADJOINT(mixaug::openmp);
TEST_IDENTITY(mixaug::openmp);
TEST_INPLACE(mixaug::openmp);
TEST_SOURCES(mixaug::openmp);

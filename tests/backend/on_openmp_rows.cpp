#include <mixaug/backend/openmp.hpp>

#include "apply/adjoint_cases.hpp"
#include "apply/identity_cases.hpp"
#include "apply/inplace_cases.hpp"
#include "apply/source_cases.hpp"

template <>
inline constexpr bool test::own_loops<mixaug::openmp> = false;

TEST_ADJOINT(mixaug::openmp);
TEST_IDENTITY(mixaug::openmp);
TEST_INPLACE(mixaug::openmp);
TEST_SOURCES(mixaug::openmp);

#include <mixaug/backend/openmp.hpp>

#include "step/adjoint_cases.hpp"
#include "step/identity_cases.hpp"
#include "step/inplace_cases.hpp"
#include "step/source_cases.hpp"

TEST_ADJOINT(mixaug::openmp);
TEST_IDENTITY(mixaug::openmp);
TEST_INPLACE(mixaug::openmp);
TEST_SOURCES(mixaug::openmp);

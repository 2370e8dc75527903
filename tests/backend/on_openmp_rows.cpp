#include <mixaug/backend/openmp.hpp>

#include "support/openmp_loops.hpp"
// before the cases
#include "apply/adjoint_cases.hpp"
#include "apply/field_cases.hpp"
#include "apply/identity_cases.hpp"
#include "apply/inplace_cases.hpp"
#include "apply/source_cases.hpp"
#include "apply/separate_rows_cases.hpp"

TEST_ADJOINT(mixaug::openmp);
TEST_FIELDS(mixaug::openmp);
TEST_IDENTITY(mixaug::openmp);
TEST_INPLACE(mixaug::openmp);
TEST_SOURCES(mixaug::openmp);
TEST_SEPARATE_ROWS(mixaug::openmp);

#include "step/adjoint_cases.hpp"
#include "step/inplace_cases.hpp"
#include "step/repeated_cases.hpp"

TEST_ADJOINT(mixaug::serial);
TEST_INPLACE(mixaug::serial);
TEST_REPEATED(mixaug::serial);

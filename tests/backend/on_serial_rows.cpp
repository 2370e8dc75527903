#include "apply/adjoint_cases.hpp"
#include "apply/inplace_cases.hpp"
#include "apply/repeated_cases.hpp"

TEST_ADJOINT(mixaug::serial);
TEST_INPLACE(mixaug::serial);
TEST_REPEATED(mixaug::serial);

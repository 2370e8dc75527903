#include "step/adjoint_cases.hpp"
#include "step/apply_cases.hpp"
#include "step/identity_cases.hpp"
#include "step/inplace_cases.hpp"
#include "step/source_cases.hpp"
#include "support/emulated_device.hpp"

TEST_APPLY(test::emulated_device);
TEST_ADJOINT(test::emulated_device);
TEST_IDENTITY(test::emulated_device);
TEST_INPLACE(test::emulated_device);
TEST_SOURCES(test::emulated_device);

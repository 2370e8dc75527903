#include "support/thrust_systems.hpp"
// after the backends
#include "augment/mixed_cases.hpp"

TEST_CASE_TEMPLATE_APPLY(augment_bits, test::thrust_systems);
TEST_CASE_TEMPLATE_APPLY(augment_mixed, test::thrust_systems);

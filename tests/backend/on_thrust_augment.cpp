#include "support/thrust_systems.hpp"
// after the backends
#include "augment/augment_cases.hpp"

TEST_CASE_TEMPLATE_APPLY(augment_bits, test::thrust_systems);

#include "plan/allocation_cases.hpp"
#include "apply/element_cases.hpp"

TEST_CASE_TEMPLATE_INVOKE(no_allocations, mixaug::serial);
TEST_ELEMENTS(mixaug::serial);

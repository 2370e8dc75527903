#include "augment/augment_cases.hpp"

TEST_AUGMENT(mixaug::serial);

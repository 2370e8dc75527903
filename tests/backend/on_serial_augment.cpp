#include "augment/mixed_cases.hpp"

TEST_AUGMENT(mixaug::serial);
TEST_MIXED(mixaug::serial);

#include "weight/weight_batch_cases.hpp"

TEST_WEIGHTS(mixaug::serial);

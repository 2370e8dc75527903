#include "loss/loss_sum_cases.hpp"

TEST_LOSSES(mixaug::serial);

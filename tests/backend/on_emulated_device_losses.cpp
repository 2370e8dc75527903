#include "loss/loss_sum_cases.hpp"
#include "support/emulated_device.hpp"

TEST_LOSSES(test::emulated_device);

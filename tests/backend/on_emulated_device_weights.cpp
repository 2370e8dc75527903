#include "support/emulated_device.hpp"
// after the emulated device
#include "weight/weight_batch_cases.hpp"

TEST_WEIGHTS(test::emulated_device);

#include "augment/device_cases.hpp"
#include "support/emulated_device.hpp"

TEST_AUGMENT_DEVICE(test::emulated_device);

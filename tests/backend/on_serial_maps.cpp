#include "saliency/batch_cases.hpp"

TEST_MAPS(mixaug::serial);
TEST_MAPS_OF_BATCHES(mixaug::serial);

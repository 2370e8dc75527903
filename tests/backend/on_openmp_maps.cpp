#include <mixaug/backend/openmp.hpp>

#include "saliency/batch_cases.hpp"

TEST_MAPS(mixaug::openmp);
TEST_MAPS_OF_BATCHES(mixaug::openmp);

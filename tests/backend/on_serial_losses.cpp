#include "apply/label_grid_cases.hpp"
#include "loss/loss_sum_cases.hpp"

TEST_LOSSES(mixaug::serial);
TEST_LABEL_GRIDS(mixaug::serial);

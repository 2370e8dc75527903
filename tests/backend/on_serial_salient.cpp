#include "step/salient_cases.hpp"

TEST_SALIENT(mixaug::serial);

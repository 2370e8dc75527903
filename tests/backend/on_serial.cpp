#include "step/apply_cases.hpp"
#include "step/identity_cases.hpp"
#include "step/large_cases.hpp"
#include "step/source_cases.hpp"

TEST_APPLY(mixaug::serial);
TEST_IDENTITY(mixaug::serial);
TEST_LARGE(mixaug::serial);
TEST_SOURCES(mixaug::serial);

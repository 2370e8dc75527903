#include "apply/apply_cases.hpp"
#include "apply/field_cases.hpp"
#include "apply/identity_cases.hpp"
#include "apply/large_cases.hpp"
#include "apply/source_cases.hpp"
#include "apply/separate_rows_cases.hpp"

TEST_APPLY(mixaug::serial);
TEST_FIELDS(mixaug::serial);
TEST_IDENTITY(mixaug::serial);
TEST_LARGE(mixaug::serial);
TEST_SOURCES(mixaug::serial);
TEST_SEPARATE_ROWS(mixaug::serial);

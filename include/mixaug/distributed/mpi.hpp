// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/distributed/mix.hpp>

// All of mixaug::mpi: several ranks, each with some rows of one global batch. README.md in this folder shows its use.

// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/distributed/gaussian_kernel.hpp>
#include <mixaug/distributed/mix.hpp>
#include <mixaug/distributed/shared_gaussian_kernel.hpp>

// Most of mixaug::mpi: several ranks, each with some rows of one global batch, and the kernel tables. README.md in this
// folder shows its use, and names the other headers.

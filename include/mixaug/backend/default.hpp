// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/serial.hpp>

// The only file that reads MIXAUG_BACKEND (serial, openmp, thrust or cuda; set by the linked CMake target) and that
// names the type. Functions on the default backend are declared after those that take a backend, between
// MIXAUG_DEFAULT_BEGIN and MIXAUG_DEFAULT_END. Each default has its own inline namespace, so that translation units
// with different defaults do not share those functions. Calls with an explicit backend do not depend on MIXAUG_BACKEND.
#define MIXAUG_NAME_serial 1
#define MIXAUG_NAME_openmp 2
#define MIXAUG_NAME_thrust 3
#define MIXAUG_NAME_cuda 4
#define MIXAUG_JOIN_(a, b) a##b
#define MIXAUG_JOIN(a, b) MIXAUG_JOIN_(a, b)
#if !defined(MIXAUG_BACKEND)
#  define MIXAUG_BACKEND serial
#endif
#define MIXAUG_DEFAULT_BEGIN inline namespace MIXAUG_JOIN(v0_default_, MIXAUG_BACKEND) {
#define MIXAUG_DEFAULT_END }
#define MIXAUG_CHOSEN MIXAUG_JOIN(MIXAUG_NAME_, MIXAUG_BACKEND)
#if MIXAUG_CHOSEN == 2
#  include <mixaug/backend/openmp.hpp>
#elif MIXAUG_CHOSEN == 3
#  include <mixaug/backend/thrust.hpp>
#elif MIXAUG_CHOSEN == 4 && defined(__CUDACC__)
#  include <mixaug/backend/cuda.cuh>
#elif MIXAUG_CHOSEN == 0
#  error "mixaug: MIXAUG_BACKEND is serial, openmp, thrust or cuda"
#endif

MIXAUG_EXACT_BEGIN

namespace mixaug {
MIXAUG_DEFAULT_BEGIN

/// Backend of calls that name none: that of the linked CMake target or of MIXAUG_BACKEND; otherwise serial.
#if MIXAUG_CHOSEN == 2
using default_backend = openmp;
#elif MIXAUG_CHOSEN == 3
using default_backend = thrust_device;
#elif MIXAUG_CHOSEN == 4 && defined(__CUDACC__)
using default_backend = cuda;
#else
using default_backend = serial;
#endif

MIXAUG_DEFAULT_END
}  // namespace mixaug

MIXAUG_EXACT_END

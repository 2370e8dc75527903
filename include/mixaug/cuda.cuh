// SPDX-License-Identifier: MIT
#pragma once
#if !defined(__CUDACC__)
#  error \
      "mixaug: <mixaug/cuda.cuh> has kernels; compile the file as CUDA (name it .cu, or set its CMake property LANGUAGE to CUDA). Files for the CPU include <mixaug/mixaug.hpp>"
#endif

// Umbrella header for CUDA: everything of mixaug.hpp, the cuda backend and device plans. No Thrust, CUB or libcu++.
#include <mixaug/apply/cuda_saliency_map.cuh>
#include <mixaug/backend/cuda.cuh>
#include <mixaug/mixaug.hpp>
#include <mixaug/plan/device_plan.cuh>
#include <mixaug/region/detail/cell_choice_steps.hpp>
#include <mixaug/region/detail/puzzle/puzzle_steps.hpp>
#include <mixaug/region/detail/salient_steps.hpp>

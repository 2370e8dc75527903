# What the tests, examples and benchmarks share: warnings, flags, and the packages they use where
# found. Nothing here reaches a user of the library.

set(MIXAUG_DEPS "$ENV{MIXAUG_DEPS}" CACHE PATH
    "Take every dependency from this folder (include/, lib/) instead of the system")

# How many tests: "plain" builds every test once for every CPU backend; "full" adds the sanitizers, other flags and
# compilers, every header alone, all Thrust systems, CUDA compilation and long statistics.
set(MIXAUG_TESTS plain CACHE STRING "plain or full")
set(MIXAUG_TEST_FLAVOURS "" CACHE STRING "Builds of the CPU tests (quick, native, plain, asan); empty: as MIXAUG_TESTS says")
set(MIXAUG_TEST_BACKENDS "" CACHE STRING "Backends to test (serial, openmp, thrust, cuda); empty: as MIXAUG_TESTS says")
if(NOT MIXAUG_TEST_FLAVOURS)
  set(MIXAUG_TEST_FLAVOURS quick)
  if(MIXAUG_TESTS STREQUAL "full")
    set(MIXAUG_TEST_FLAVOURS quick native plain asan)
  endif()
endif()
if(NOT MIXAUG_TEST_BACKENDS)
  set(MIXAUG_TEST_BACKENDS serial openmp thrust)
  if(MIXAUG_TESTS STREQUAL "full")
    list(APPEND MIXAUG_TEST_BACKENDS cuda)
  endif()
endif()

# --- our own warnings and flags -------------------------------------------------------------------

set(mixaug_warnings -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  list(APPEND mixaug_warnings -Wno-restrict)  # wrong for std::string under -O3: gcc's bug 105651
endif()
set(mixaug_cuda_flags -std=c++20 --Werror=all-warnings -Xcompiler=-Wall,-Wextra,-Wshadow,-Werror)
# Users have the headers as system headers, without warnings. What links mixaug_dev has them as its own and must link
# none of the users' targets: a compiler ignores -I of a folder that is also a system one.
add_library(mixaug_dev INTERFACE)
target_compile_features(mixaug_dev INTERFACE cxx_std_20)
target_include_directories(mixaug_dev INTERFACE "${PROJECT_SOURCE_DIR}/include")
target_compile_options(mixaug_dev INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:${mixaug_warnings}>"
  "$<$<COMPILE_LANGUAGE:CUDA>:${mixaug_cuda_flags}>")

# One source, several builds: quick = this machine's instructions and no optimiser, the build of the plain run; native =
# what users run, and where compilers turn most loops into lanes; plain = no -march and no GNU extensions; asan = both
# sanitizers. -O0 takes a third of -O1's compile time. Of the sanitizers' checks, those of every pointer that is followed
# are left to AddressSanitizer: they are a fourth of the compile time.
add_library(mixaug_native INTERFACE)
add_library(mixaug_quick INTERFACE)
add_library(mixaug_plain INTERFACE)
add_library(mixaug_asan INTERFACE)
target_compile_options(mixaug_native INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-O3;-march=native>")
target_compile_options(mixaug_quick INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-O0;-march=native>")
target_compile_options(mixaug_plain INTERFACE -O2)
# After quick or asan: a target's own options would stand before theirs, and the last one counts.
add_library(mixaug_optimised INTERFACE)
target_compile_options(mixaug_optimised INTERFACE -O1)
set(sanitizers -fsanitize=address,undefined -fno-sanitize=null,alignment,vptr,object-size -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
target_compile_options(mixaug_asan INTERFACE -O0 ${sanitizers})
target_link_options(mixaug_asan INTERFACE ${sanitizers})

# --- packages -------------------------------------------------------------------------------------

# mixaug_package(NAME header [library...] [OR header] [SUFFIXES dir...]) looks for a header and its
# libraries and makes mixaug_NAME of them; mixaug_NAME_FOUND says whether all are there. Not cached, so that a
# package that was installed, or another MIXAUG_DEPS, is seen at the next configure.
function(mixaug_package name header)
  cmake_parse_arguments(arg "" "OR" "SUFFIXES" ${ARGN})
  set(where "")
  if(MIXAUG_DEPS)
    set(where PATHS "${MIXAUG_DEPS}/include" "${MIXAUG_DEPS}/lib" NO_DEFAULT_PATH)
  endif()
  find_path(folder NAMES ${header} ${arg_OR} ${where} PATH_SUFFIXES ${arg_SUFFIXES} NO_CACHE)
  set(found ${folder})
  add_library(mixaug_${name} INTERFACE)
  foreach(library IN LISTS arg_UNPARSED_ARGUMENTS)
    find_library(path_${library} ${library} ${where} NO_CACHE)
    if(NOT path_${library})
      set(found NO)
    else()
      target_link_libraries(mixaug_${name} INTERFACE "${path_${library}}")
    endif()
  endforeach()
  string(REGEX REPLACE "/$" "" folder "${folder}")
  if(found AND NOT folder STREQUAL "/usr/include")  # -isystem /usr/include breaks #include_next
    target_include_directories(mixaug_${name} SYSTEM INTERFACE "${folder}")
  endif()
  if(found)
    message(STATUS "${name}: ${folder}")
    set(found YES)
  else()
    message(STATUS "${name}: not found, what needs it is left out")
    set(found NO)
  endif()
  set(mixaug_${name}_FOUND ${found} PARENT_SCOPE)
endfunction()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
mixaug_package(doctest doctest/doctest.h)
mixaug_package(eigen Eigen/Core SUFFIXES eigen3)
mixaug_package(xtensor xtensor/xtensor.hpp OR xtensor/containers/xtensor.hpp)
mixaug_package(stb stb/stb_image.h)
mixaug_package(benchmark benchmark/benchmark.h benchmark)
target_link_libraries(mixaug_benchmark INTERFACE Threads::Threads)
mixaug_package(tbb tbb/parallel_for.h tbb)
mixaug_package(torch torch/torch.h torch torch_cpu c10 SUFFIXES torch/csrc/api/include)
mixaug_package(opencv opencv2/saliency.hpp opencv_saliency opencv_imgproc opencv_core SUFFIXES opencv4)
mixaug_package(opencv_core opencv2/core.hpp opencv_core SUFFIXES opencv4)
mixaug_package(opencv_imgproc opencv2/imgproc.hpp opencv_imgproc opencv_core SUFFIXES opencv4)
# MPI by CMake's own module, which asks the compiler's wrapper.
set(mixaug_mpi_FOUND NO)
add_library(mixaug_mpi INTERFACE)
if(NOT MIXAUG_DEPS)
  set(MPI_CXX_SKIP_MPICXX ON)
  find_package(MPI QUIET COMPONENTS CXX)
  if(MPI_CXX_FOUND AND MPIEXEC_EXECUTABLE)
    target_link_libraries(mixaug_mpi INTERFACE MPI::MPI_CXX)
    set(mixaug_mpi_FOUND YES)
    message(STATUS "mpi: ${MPIEXEC_EXECUTABLE}")
  endif()
endif()
if(NOT mixaug_mpi_FOUND)
  message(STATUS "mpi: not found, what needs it is left out")
endif()
mixaug_package(thrust_1 thrust/for_each.h SUFFIXES libthrust)  # Thrust 1.17, header-only

# Thrust 3: the CCCL headers of a CUDA toolkit, for the CPU's compiler too. nvcc itself is needed for CUDA alone.
find_program(nvcc nvcc HINTS ENV CUDA_PATH PATHS /usr/local/cuda/bin PATH_SUFFIXES bin NO_CACHE)
set(cccl_folders "")
if(nvcc)
  file(REAL_PATH "${nvcc}" toolkit)
  get_filename_component(toolkit "${toolkit}" DIRECTORY)
  get_filename_component(toolkit "${toolkit}" DIRECTORY)
  file(GLOB cccl_folders "${toolkit}/include/cccl" "${toolkit}/targets/*/include/cccl")
endif()
if(NOT MIXAUG_DEPS OR nvcc)
  find_path(cccl thrust/for_each.h PATHS ${cccl_folders} NO_DEFAULT_PATH NO_CACHE)
endif()
if(cccl)
  add_library(mixaug_thrust_3 INTERFACE)
  target_include_directories(mixaug_thrust_3 SYSTEM INTERFACE "${cccl}")
  set(mixaug_thrust_3_FOUND YES)
  message(STATUS "thrust_3: ${cccl}")
endif()

set(mixaug_cuda_FOUND NO)
if(MIXAUG_BUILD_BENCH OR (MIXAUG_BUILD_TESTS AND "cuda" IN_LIST MIXAUG_TEST_BACKENDS))
  include(CheckLanguage)
  if(nvcc AND NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
    set(CMAKE_CUDA_COMPILER "${nvcc}")
  endif()
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
      set(CMAKE_CUDA_ARCHITECTURES 90)
    endif()
    enable_language(CUDA)
    find_package(CUDAToolkit REQUIRED)
    set(mixaug_cuda_FOUND YES)
  else()
    message(STATUS "cuda: no nvcc, the CUDA tests and benchmarks are left out")
  endif()
endif()

# NCCL's header is compiled where it is, with MPI's and CUDA's; nothing here runs it.
mixaug_package(nccl nccl.h)
if(mixaug_nccl_FOUND AND mixaug_mpi_FOUND AND mixaug_cuda_FOUND)
  target_link_libraries(mixaug_nccl INTERFACE mixaug_mpi CUDA::cudart_static)
else()
  set(mixaug_nccl_FOUND NO)
endif()

# --- sources that say themselves what they need ---------------------------------------------------

# mixaug_link_includes(target result source...) links the packages whose headers the sources
# include; result is the list of those that are missing. A change of a source's includes is seen.
function(mixaug_link_includes target result)
  set(missing "")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ARGN})
  foreach(pair IN ITEMS "eigen:Eigen/|unsupported/|interop/eigen" "xtensor:xtensor/|interop/xtensor"
                        "thrust_1:thrust/|(interop|backend)/thrust" "stb:stb/"
                        "torch:torch/|interop/torch" "benchmark:benchmark/"
                        "opencv_core:opencv2/core|interop/opencv" "opencv_imgproc:opencv2/imgproc"
                        "mpi:mpi\\.h|distributed/")
    string(REGEX REPLACE ":.*" "" package "${pair}")
    string(REGEX REPLACE "^[^:]*:" "" pattern "${pair}")
    set(lines "")
    foreach(source IN LISTS ARGN)
      file(STRINGS "${source}" some REGEX "^ *# *include *[<\"](mixaug/)?(${pattern})")
      list(APPEND lines ${some})
    endforeach()
    if(lines)
      if(NOT mixaug_${package}_FOUND)
        list(APPEND missing ${package})
      elseif(TARGET ${target})
        target_link_libraries(${target} PRIVATE mixaug_${package})
      endif()
    endif()
  endforeach()
  set(${result} "${missing}" PARENT_SCOPE)
endfunction()

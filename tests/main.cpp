// The one translation unit with doctest's own code and main(); every test executable links it.
#if defined(MIXAUG_TEST_NEEDS_GPU)
#  define DOCTEST_CONFIG_IMPLEMENT
#  include <cuda_runtime_api.h>

#  include <cstdio>
#  include <cstdlib>
#else
#  define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#endif
#include <doctest/doctest.h>

#if defined(MIXAUG_TEST_NEEDS_GPU)
int main(int argc, char** argv) {
  int devices = 0;
  const cudaError_t status = cudaGetDeviceCount(&devices);
  if (status != cudaSuccess || devices == 0) {
    std::printf("skipped: no GPU here (%s)\n", cudaGetErrorString(status));
    return std::getenv("MIXAUG_REQUIRE_GPU") ? 1 : 77;  // 77: ctest's SKIP_RETURN_CODE
  }
  return doctest::Context(argc, argv).run();
}
#endif

// expect: takes its extents: nchw(pointer or thrust vector, {n, c, h, w})
#define THRUST_HOST_SYSTEM THRUST_HOST_SYSTEM_CPP
#define THRUST_DEVICE_SYSTEM THRUST_DEVICE_SYSTEM_CPP
#include <mixaug/interop/thrust_vector.hpp>

void give_no_extents(thrust::device_vector<float>& pixels) { (void)mixaug::nchw(pixels); }

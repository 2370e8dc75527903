// expect: mixaug: this view would outlive the temporary container that it looks into
#define THRUST_HOST_SYSTEM THRUST_HOST_SYSTEM_CPP
#define THRUST_DEVICE_SYSTEM THRUST_DEVICE_SYSTEM_CPP
#include <mixaug/interop/thrust_vector.hpp>

void give_a_temporary() { (void)mixaug::features(thrust::host_vector<float>(8), {4, 2}); }

// expect: mixaug: a lazy expression has no memory to view; evaluate it into a container first
#include <mixaug/mixaug.hpp>
#include <mixaug/interop/eigen_tensor.hpp>

void give_a_sum(Eigen::Tensor<float, 4> const& a, Eigen::Tensor<float, 4> const& b) { (void)mixaug::nchw(a + b); }

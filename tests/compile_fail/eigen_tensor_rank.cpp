// expect: mixaug: the container has another rank than the view asked for
#include <mixaug/mixaug.hpp>
#include <mixaug/interop/eigen_tensor.hpp>

void give_rank_3(Eigen::Tensor<float, 3>& images) { (void)mixaug::nhwc(images); }

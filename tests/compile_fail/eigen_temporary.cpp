// expect: mixaug: this view would outlive the temporary container that it looks into
#include <mixaug/mixaug.hpp>
#include <mixaug/interop/eigen.hpp>

void give_a_temporary() { (void)mixaug::features(Eigen::MatrixXf(4, 2)); }

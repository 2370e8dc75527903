// expect: mixaug: a lazy expression has no memory to view; evaluate it into a container first
#include <mixaug/mixaug.hpp>
#include <mixaug/interop/eigen.hpp>

void give_a_sum(Eigen::MatrixXf const& a, Eigen::MatrixXf const& b) { (void)mixaug::features(a + b); }

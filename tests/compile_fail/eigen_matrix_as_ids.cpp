// expect: mixaug: the container has another rank than the view asked for
#include <mixaug/mixaug.hpp>
#include <mixaug/interop/eigen.hpp>

void give_a_matrix(Eigen::MatrixXi const& ids) { (void)mixaug::class_ids(ids); }

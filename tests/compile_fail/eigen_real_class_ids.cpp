// expect: mixaug: class_ids are integers, one a sample; soft or regression labels go into labels
#include <mixaug/mixaug.hpp>
#include <mixaug/interop/eigen.hpp>

void give_reals(Eigen::VectorXf const& ids) { (void)mixaug::class_ids(ids); }

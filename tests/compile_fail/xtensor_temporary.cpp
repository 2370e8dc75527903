// expect: mixaug: this view would outlive the temporary container that it looks into
#include <mixaug/mixaug.hpp>
#include <mixaug/interop/xtensor.hpp>

void give_a_temporary() { (void)mixaug::features(xt::xtensor<float, 2>::from_shape({4, 2})); }

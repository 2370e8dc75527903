// expect: mixaug: the container has another rank than the view asked for
#include <mixaug/mixaug.hpp>
#include <mixaug/interop/xtensor.hpp>

void give_rank_3(xt::xtensor<float, 3>& images) { (void)mixaug::nchw(images); }

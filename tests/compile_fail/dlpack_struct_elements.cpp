// expect: mixaug: a tensor of the run has numbers or bools
#include <mixaug/mixaug.hpp>
#include <mixaug/interop/dlpack.hpp>

#include "../support/dlpack.hpp"

struct point {
  float x, y;
};
void give_points(dl::tensor const& t) { (void)mixaug::labels<point>(t); }

// expect: mixaug: a tensor of the run has numbers or bools
#include <mixaug/mixaug.hpp>
#include <mixaug/interop/torch.hpp>

struct point {
  float x, y;
};
void give_points(at::Tensor const& t) { (void)mixaug::labels<point>(t); }

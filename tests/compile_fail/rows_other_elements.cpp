// expect: mixaug: the pointers and the view of one sample have different element types
#include <mixaug/mixaug.hpp>
#include <vector>

void give_doubles(std::vector<double*> const& pointers, float* p) {
  (void)mixaug::rows_of(pointers, mixaug::nchw(p, {1, 3, 4, 4}));
}

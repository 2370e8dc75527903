// expect: mixaug: the pointers are to const elements
#include <mixaug/mixaug.hpp>
#include <vector>

void write_to_const(std::vector<float const*> const& pointers, float* p) {
  (void)mixaug::rows_of(pointers, mixaug::nchw(p, {1, 3, 4, 4}));
}

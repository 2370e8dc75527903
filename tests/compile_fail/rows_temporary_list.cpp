// expect: mixaug: this batch would outlive the temporary list of its pointers
#include <mixaug/mixaug.hpp>
#include <vector>

void give_a_temporary(float* a, float* b) {
  (void)mixaug::rows_of(std::vector<float*>{a, b}, mixaug::nchw(a, {1, 3, 4, 4}));
}

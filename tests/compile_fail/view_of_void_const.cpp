// expect: mixaug: a view needs to know its elements, and this pointer is void*
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  void const* const p = pixels;
  (void)ma::nhwc(p, {4, 8, 8, 3});
}

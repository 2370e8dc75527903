// expect: mixaug: inputs(x) takes a view of the batch
#include <mixaug/mixaug.hpp>
#include <vector>

namespace ma = mixaug;

int main() {
  std::vector<float> pixels(4 * 3 * 8 * 8);
  ma::inputs(pixels);
}

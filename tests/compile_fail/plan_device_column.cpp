// expect: mixaug: this column lives on the device; bring the plan to the host with download
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  ma::column<float, ma::space::device> const ratio;
  return ratio[0] > 0.5f;
}

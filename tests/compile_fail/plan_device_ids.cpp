// expect: mixaug: planning reads ids on the host; give a host view
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  int const ids[4] = {};
  ma::inputs(x).class_ids(ma::on_device(ma::class_ids(ids, {4})));
}

// expect: mixaug: class ids, groups and indices are integers; soft labels go into targets(v)
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  float const ids[4] = {};
  ma::inputs(x).class_ids(ma::labels(ids, {4}));
}

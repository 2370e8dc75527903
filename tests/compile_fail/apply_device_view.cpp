// expect: mixaug: a device view was given to a host backend, or a host view to a device backend; wrap device pointers with on_device(view)
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  auto const p = ma::make_plan(ma::cutmix{}, x, ma::key{});
  ma::apply(p, x, ma::on_device(x));
}

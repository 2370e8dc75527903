// expect: mixaug: a device view was given to a host backend, or a host view to a device backend
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {}, out[4 * 8 * 8] = {};
  ma::saliency_map(ma::serial{}, ma::saliency::fine_grained{}, ma::on_device(ma::nchw(pixels, {4, 3, 8, 8})),
                   ma::scores(out, {4, 8, 8}));
}

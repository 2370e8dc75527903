// expect: mixaug: this method reads pixels or score maps, and these are on the device
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  ma::make_plan(ma::serial{}, ma::saliencymix{}, ma::on_device(ma::nchw(pixels, {4, 3, 8, 8})), ma::key{});
}

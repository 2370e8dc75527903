// expect: mixaug: this plan of a chain is applied on the host, to views of its memory; devices apply
#include <mixaug/augment/augment.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {}, out[4 * 3 * 8 * 8];
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  auto const p = ma::make_plan(ma::augment::chain{ma::augment::flip{}}, x, ma::key{});
  ma::apply(ma::serial{}, p, ma::on_device(x), ma::on_device(ma::nchw(out, {4, 3, 8, 8})));
}

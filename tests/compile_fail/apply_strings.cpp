// expect: mixaug: elements are copied as bytes; this element type is not trivially copyable
#include <mixaug/mixaug.hpp>
#include <string>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  auto const p = ma::make_plan(ma::cutmix{}, x, ma::key{});
  std::string words[4 * 64], out[4 * 64];
  ma::apply(p, ma::scores(words, {4, 8, 8}), ma::scores(out, {4, 8, 8}));
}

// expect: mixaug: the images are not of numbers
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  std::uint8_t ids[4 * 8 * 8] = {};
  float out[4 * 8 * 8] = {};
  ma::saliency_map(ma::serial{}, ma::saliency::fine_grained{}, ma::masks(ids, {4, 8, 8}), ma::scores(out, {4, 8, 8}));
}

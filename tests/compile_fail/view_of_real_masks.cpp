// expect: mixaug: id masks are integers; soft masks go into nchw or scores
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float masks[4 * 8 * 8] = {};
  (void)ma::masks(masks, {4, 8, 8});
}

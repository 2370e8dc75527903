// expect: mixaug: weights are float or double, one a sample
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  int const weights[4] = {};
  (void)ma::weights(weights, {4});
}

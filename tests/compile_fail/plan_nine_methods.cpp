// expect: mixaug: one_of takes 1 to 8 methods
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  ma::mixup const m;
  ma::one_of const nine(m, m, m, m, m, m, m, m, m);
}

// expect: mixaug: one_of inside one_of; list all methods in one, with weights
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  ma::one_of const inner(ma::mixup{}, ma::cutmix{});
  ma::one_of const outer(inner, ma::cutout{});
}

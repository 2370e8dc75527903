// expect: mixaug: indices are std::int64_t
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  int const rows[4] = {};
  ma::indices(rows, {4});
}

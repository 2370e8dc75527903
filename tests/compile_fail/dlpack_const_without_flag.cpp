// expect: mixaug: these elements are const, and a DLManagedTensor cannot say so
#include <mixaug/mixaug.hpp>
#include <mixaug/interop/dlpack.hpp>
#include <vector>

#include "../support/dlpack.hpp"

dl::managed* give_const(std::vector<float> memory) {
  auto const view = mixaug::labels(static_cast<float const*>(memory.data()), {4});
  return mixaug::to_dlpack<dl::managed>(view, std::move(memory));
}

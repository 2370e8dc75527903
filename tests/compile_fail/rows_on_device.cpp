// expect: mixaug: a device view was given to a host backend
#include <mixaug/mixaug.hpp>
#include <vector>

void mix_on_host(std::vector<float*> const& pointers, float* const* table, mixaug::plan_of<mixaug::mixup> const& plan) {
  auto const rows = mixaug::on_device(mixaug::rows_of(pointers, mixaug::nchw(pointers[0], {1, 3, 4, 4})), table);
  mixaug::apply(plan, rows, rows);
}

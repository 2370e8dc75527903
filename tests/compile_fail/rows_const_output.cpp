// expect: mixaug: the output is a view of const elements
#include <mixaug/mixaug.hpp>
#include <vector>

void write_to_const(std::vector<float const*> const& pointers, float const* p,
                    mixaug::plan_of<mixaug::mixup> const& plan) {
  auto const rows = mixaug::rows_of(pointers, mixaug::nchw(p, {1, 3, 4, 4}));
  mixaug::apply(plan, rows, rows);
}

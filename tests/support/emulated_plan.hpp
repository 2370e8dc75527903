#pragma once
#include <mixaug/plan/detail/device_score_stage.hpp>

#include "support/emulated_device.hpp"

namespace test {

/// The plan of an emulated device, as make_plan(cuda{}, ...) makes it.
template <class Method, class In, class Device = emulated_device>
mixaug::plan_of<Method> planned_on_device(Method const& m, In const& in, mixaug::key const& k, Device const& be = {}) {
  mixaug::plan_of<Method> p;
  auto const recipes = mixaug::detail::recipes_of(m, in, mixaug::space::device);
  using list = std::remove_const_t<decltype(recipes)>;
  mixaug::detail::planner<list, mixaug::plan_of<Method>, mixaug::space::host>(p, recipes, in, k)
      .draw(mixaug::detail::device_scorer<list>{recipes});
  mixaug::detail::device_place(be, recipes, in, !p.flags().local, mixaug::detail::plan_writer::columns(p), p.maps(),
                               p.steps());
  return p;
}

}  // namespace test

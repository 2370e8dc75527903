#include <doctest/doctest.h>

#include <mixaug/apply/device_saliency_map.hpp>
#include <mixaug/region/detail/puzzle/puzzle_steps.hpp>
#include <mixaug/region/detail/salient_steps.hpp>
#include <typeinfo>
#include <vector>

#include "support/emulated_plan.hpp"
#include "support/plans.hpp"
#include "support/score_maps.hpp"
#include "support/values.hpp"

// What is launched on a device follows from views, options and shapes, never from a draw: a captured graph stays true.
namespace launches_test {

namespace ma = mixaug;
using ma::index_t;

struct launched {
  std::type_info const* job;
  index_t rows, count;
  friend bool operator==(launched const& a, launched const& b) {
    return *a.job == *b.job && a.rows == b.rows && a.count == b.count;
  }
};

/// The emulated device, with a list of what it was asked to run.
struct recording_device : test::emulated_device {
  std::vector<launched>* log;

  template <class Job, class Scratch>
  void steps(Job const& job, index_t maps, Scratch& scratch) const {
    log->push_back({&typeid(Job), maps, Job::steps});
    std::size_t const bytes = ma::detail::device_step_bytes(job, maps);
    ma::detail::device_steps(*this, job, maps, scratch.reserve(bytes, false));
  }
  template <class Job>
  void launch(Job const& job, index_t rows, index_t count) const {
    log->push_back({&typeid(Job), rows, count});
    emulated_device::launch(job, rows, count);
  }
};

/// The launches of one step: apply, its gradient, in place where that is allowed, labels.
template <class Plan>
std::vector<launched> step_of(Plan const& plan, index_t n, bool aligned) {
  std::vector<launched> log;
  recording_device const be{{}, &log};
  index_t const size = 3 * 6 * 8, shift = aligned ? 0 : 1;
  std::vector<float> x(static_cast<std::size_t>(n * size + 1), 1.0f), grad(x.size());
  std::vector<float> out(static_cast<std::size_t>(plan.rows() * size + 1));
  std::vector<int> ids(static_cast<std::size_t>(n), 1);
  std::vector<float> targets(static_cast<std::size_t>(plan.rows() * 4));
  auto const in = ma::nchw(x.data() + shift, {n, 3, 6, 8});
  auto const mixed = ma::nchw(out.data() + shift, {plan.rows(), 3, 6, 8});
  ma::apply(be, plan, in, mixed);
  ma::apply_adjoint(be, plan, mixed, ma::nchw(grad.data() + shift, {n, 3, 6, 8}));
  if (!plan.flags().moved && plan.flags().in_order) ma::apply_inplace(be, plan, in);
  ma::soft_labels(be, plan, ma::class_ids(ids.data(), {n}), ma::features(targets.data(), {plan.rows(), 4}));
  return log;
}

template <class Method>
void same_launches(char const* name, Method const& method) {
  CAPTURE(name);
  index_t const n = 6;
  auto const x = ma::nchw<float>(nullptr, {n, 3, 6, 8});
  for (bool aligned : {true, false}) {
    auto const first = step_of(ma::make_plan(method, x, ma::key{.seed = 0}), n, aligned);
    CHECK(first.size() >= 3);
    for (std::uint64_t seed = 1; seed < 20; ++seed)
      CHECK(step_of(ma::make_plan(method, x, ma::key{.seed = seed}), n, aligned) == first);
  }
}

/// The launches of planning from pixels and scores.
template <class Method>
void same_planning(char const* name, Method const& method) {
  CAPTURE(name);
  index_t const n = 6;
  auto const images = test::soft_images(n, 3, 8, 8, 3);
  auto const maps = test::score_maps(n, 8, 8, 4);
  auto const in = ma::inputs(ma::nchw(images.data(), {n, 3, 8, 8})).scores(ma::scores(maps.data(), {n, 8, 8}));
  std::vector<launched> first;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    std::vector<launched> log;
    test::planned_on_device(method, in, ma::key{.seed = seed}, recording_device{{}, &log});
    if (seed == 0) first = log;
    CHECK(log == first);
  }
  CHECK(first.size() >= 3);
}

TEST_CASE("launches of plans from scores do not depend on draws") {
  same_planning("saliencymix", ma::saliencymix{.prob = 0.5f, .scheme = ma::scheme::salient_to_salient});
  ma::puzzlemix m{.t_eps = 0.01f, .blocks = {1, 2, 4}, .range = {0, 255}, .prob = 0.5f};
  same_planning("puzzlemix", m);
  m.t_size = 1;
  m.blocks = {4};
  same_planning("puzzlemix, finer", m);
  same_planning("one_of", ma::one_of(ma::mixup{}, m, ma::saliencymix{}));
}

TEST_CASE("launches do not depend on draws") {
  same_launches("mixup", ma::mixup{.alpha = 0.1f, .prob = 0.5f});
  same_launches("cutmix", ma::cutmix{.prob = 0.5f, .boxes = 2});
  same_launches("cutout", ma::cutout{.length = 4});
  same_launches("gridmix", ma::gridmix{.alpha = 0.1f, .n = 3});
  same_launches("resizemix", ma::resizemix{.scope_max = 0.5f, .interpolation = ma::interpolation::linear});
  same_launches("a mask", with(ma::mixup{.prob = 0.5f}, test::random_mask{}));
  same_launches("fmix", ma::fmix{.alpha = 0.1f});
  same_launches("smoothmix", ma::smoothmix{.prob = 0.5f});
  same_launches("a box from elsewhere", with(ma::cutmix{}, test::random_pair{}));
  same_launches("regmixup", ma::regmixup{});
  same_launches("one_of", ma::one_of(ma::mixup{}, ma::cutmix{}, ma::cutout{.length = 3}));
}

}  // namespace launches_test

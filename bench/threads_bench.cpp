// SPDX-License-Identifier: MIT
// Two OpenMP threads against one (reported), and memory allocated by a step after the first.
#include <mixaug/backend/openmp.hpp>
#include <support/allocations.hpp>
#include <support/contest.hpp>
#include <support/images.hpp>

namespace {
using namespace bench;

template <class Method>
void two_threads(table& t, char const* name, Method const& m, size s) {
  auto const b = batch<float>(s);
  auto const plan = planned(m, *b);
  t.contests.push_back({std::string(name) + " float32 " + s.text() + ", 2 threads against 1",
                        [=] { ma::apply(ma::openmp{2}, plan, b->nchw(b->x), b->nchw(b->out)); },
                        [=] { ma::apply(ma::serial{}, plan, b->nchw(b->x), b->nchw(b->out)); }, 0});
}

template <class Backend>
void allocated(table& t, char const* name, Backend be) {
  images<float> const b(icons);
  ma::plan_of<decltype(ma::one_of(ma::mixup{}, ma::cutmix{}))> plan;
  std::size_t before = 0;
  for (std::uint64_t step = 0; step < 4; ++step) {
    if (step == 1) before = allocations();
    ma::make_plan(ma::one_of(ma::mixup{}, ma::cutmix{}), b.nchw(b.x), ma::key{.seed = 1, .step = step}, plan);
    ma::apply(be, plan, b.nchw(b.x), b.nchw(b.out));
    ma::apply_inplace(be, plan, b.nchw(b.out));
    ma::apply_adjoint(be, plan, b.nchw(b.out), b.nchw(b.x));
  }
  std::size_t const later = allocations() - before;
  t.rows.push_back(
      {std::string("allocations a step after the first, ") + name, std::to_string(later), "0", "-", "0", later == 0});
}

suite const rows(60, [](table& t) {
  for (size const s : {photos, icons}) {
    two_threads(t, "mixup", ma::mixup{}, s);
    two_threads(t, "CutMix", ma::cutmix{}, s);
  }
  allocated(t, "serial", ma::serial{});
  allocated(t, "openmp", ma::openmp{2});
});

}  // namespace

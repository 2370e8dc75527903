// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/cuda.cuh>
#include <mixaug/plan/detail/device_score_stage.hpp>
#include <mixaug/plan/make_plan.hpp>

/// Device plans. Draws are made on the host, in the plan's pinned staging block; one copy transfers all columns to the
/// device. Addresses do not change while a plan does not grow, so {upload, apply} can be captured in a CUDA graph and
/// replayed: stage() the next step, launch the graph. Run one step before the capture, to allocate the memory
/// and load the kernels.
namespace mixaug {
namespace detail {

template <class M, space S, class Plan>
void stage_into(M const& m, input_set<S> const& in, key const& k, Plan& into, bool wait) {
  if constexpr (check_method<M, S>()) {
    static_assert(
        std::is_same_v<Plan, plan_of<M, space::device>>,
        "mixaug: the cuda backend fills a device plan of this method; declare it as plan_of<method, space::device>");
    if constexpr (std::is_same_v<Plan, plan_of<M, space::device>>) {
      auto const recipes = recipes_of(m, in, Plan::memory);
      using list = std::remove_const_t<decltype(recipes)>;
      planner<list, Plan, S> planned(into, recipes, in, k);
      if (wait) into.block().wait();
      planned.draw(device_scorer<list>{recipes});
    }
  }
}

}  // namespace detail

/// Host part of make_plan: draws one step into the staging block of `into`, once the last upload has left the block
/// (including uploads of a graph, since every launch records the event after its copy). Transfers nothing to the
/// device. For a graph that is replayed, the method's blend, the shape and key.first keep the values of the capture.
template <class M, space S, class Plan>
void stage(M const& m, input_set<S> const& in, key const& k, Plan& into) {
  detail::stage_into(m, in, k, into, true);
}
template <class M, class X, class Plan>
requires is_batch<X>
void stage(M const& m, X const& x, key const& k, Plan& into) { stage(m, inputs(x), k, into); }

/// Queues the copy of the staging block to the device; does not wait.
template <class R, class B>
void upload(cuda const& be, plan<R, B, space::device>& p) {
  p.block().upload(be.stream);
}

/// Sends a plan made on the host, as one block. Waits for the previous copy, but not for this one.
template <class R, class B>
void upload(cuda const& be, plan<R, B> const& from, plan<R, B, space::device>& to) {
  if constexpr (R::borrows)
    for (index_t i = 0; i < from.rows(); ++i)
      if (!from.region.kept(i))
        detail::fail("the field of row " + detail::text(i) +
                     " stays in memory of the host, which devices do not read; plan with "
                     "region::given_mask{.keep = true}");
  if (!detail::capturing(be.stream)) to.block().wait();
  to.fit(from.shape, from.layout);
  to.blend = from.blend;
  to.drawn_with = from.drawn_with;
  detail::plan_writer::flags(to) = from.flags();
  std::memcpy(to.block().staging(), from.block().data(), to.block().size());
  upload(be, to);
}

/// Copies a plan on the device, queued on the stream; does not wait.
template <class R, class B>
void copy_plan(cuda const& be, plan<R, B, space::device> const& from, plan<R, B, space::device>& to) {
  to.fit(from.shape, from.layout);
  to.blend = from.blend;
  to.drawn_with = from.drawn_with;
  detail::plan_writer::flags(to) = from.flags();
  MIXAUG_CUDA(cudaMemcpyAsync(to.block().data(), from.block().data(), from.block().size(), cudaMemcpyDeviceToDevice,
                              be.stream));
}

/// Copies the plan back to the host. WAITS for the stream: for tests, logs and replay, not for every step.
template <class R, class B>
void download(cuda const& be, plan<R, B, space::device> const& from, plan<R, B>& to) {
  to.fit(from.shape, from.layout);
  to.blend = from.blend;
  to.drawn_with = from.drawn_with;
  detail::plan_writer::flags(to) = from.flags();
  MIXAUG_CUDA(
      cudaMemcpyAsync(to.block().data(), from.block().data(), from.block().size(), cudaMemcpyDeviceToHost, be.stream));
  MIXAUG_CUDA(cudaStreamSynchronize(be.stream));
}

/// Draws the plan of one step on the host into `into` and queues its upload. Reuses the memory. Waits only until the
/// upload of the previous step has left the staging block (not at all while the stream is captured). For methods that
/// read pixels or score maps, box sizes are drawn on the host, maps are computed and searched on the device, and the
/// boxes are placed there, without synchronising the host; use download() to read their places.
template <class M, space S, class Plan>
void make_plan(cuda const& be, M const& m, input_set<S> const& in, key const& k, Plan& into) requires is_plan<Plan> {
  detail::stage_into(m, in, k, into, !detail::capturing(be.stream));
  if constexpr (Plan::memory == space::device) {
    upload(be, into);
    detail::device_place(be, detail::recipes_of(m, in, Plan::memory), in, !into.flags().local,
                         detail::plan_writer::columns(into), into.maps(), into.steps());
  }
}
template <class M, class X, class Plan>
void make_plan(cuda const& be, M const& m, X const& x, key const& k, Plan& into) requires(is_plan<Plan>&& is_batch<X>) {
  make_plan(be, m, inputs(x), k, into);
}

/// Returns the plan of one step, on the device.
template <class M, space S>
auto make_plan(cuda const& be, M const& m, input_set<S> const& in, key const& k) {
  if constexpr (detail::check_method<M, S>()) {
    plan_of<M, space::device> p;
    make_plan(be, m, in, k, p);
    return p;
  }
}
template <class M, class X>
requires is_batch<X>
auto make_plan(cuda const& be, M const& m, X const& x, key const& k) { return make_plan(be, m, inputs(x), k); }

}  // namespace mixaug

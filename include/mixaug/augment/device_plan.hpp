// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/augment.hpp>
#include <mixaug/augment/detail/device_passes.hpp>
#include <mixaug/plan/plan.hpp>

MIXAUG_EXACT_BEGIN

/// Chains of augmentations on a device. The plan is drawn on the host, as for the host, and its numbers are copied to
/// the device as one block.
namespace mixaug {
namespace augment {

namespace detail {
struct device_plan_writer;
}

/// A plan in the memory of a device, and the images between its passes. <mixaug/augment/device_plan.cuh> makes it:
///   augment::device_plan<> plan;
///   make_plan(cuda{stream}, chain, x, key, plan);  // draws on the host, queues one copy, does not wait for it
///   apply(cuda{stream}, plan, x, out);             // x and out on the device; queues one kernel a pass
/// Addresses do not change while the plan does not grow, so {upload, apply} can be captured in a CUDA graph and
/// replayed: stage() the next step, launch the graph. Calls that use one plan go to one stream, or wait for each other:
/// they share the images between the passes. `Space`: space::host for a device that shares the memory of the host.
template <space Space = space::device>
class device_plan {
 public:
  static constexpr space memory = Space;

  /// The plan as it was drawn, in the memory of the host: drawn numbers, masks, points and boxes need no copy back.
  plan const& host() const noexcept { return host_; }
  /// Number of images; 0 for a plan that was not made.
  index_t rows() const noexcept { return host_.rows(); }
  /// The images that the chain gets, and those that it gives.
  image_facts const& in() const noexcept { return host_.in(); }
  image_facts const& out() const noexcept { return host_.out(); }
  /// The block of its columns, which is copied to the device.
  workspace<Space>& block() noexcept { return block_; }

 private:
  friend struct detail::device_plan_writer;
  plan host_;
  workspace<Space> block_, scratch_memory_;
  detail::device_columns columns_;
  detail::device_scratch scratch_;
};

namespace detail {

/// Gives planning and applying access to a device plan.
struct device_plan_writer {
  template <space S>
  static plan& host(device_plan<S>& p) noexcept {
    return p.host_;
  }
  template <space S>
  static device_columns const& columns(device_plan<S> const& p) noexcept {
    return p.columns_;
  }
  template <space S>
  static device_scratch const& scratch(device_plan<S> const& p) noexcept {
    return p.scratch_;
  }
  /// Empties a plan that could not be made.
  template <space S>
  static void clear(device_plan<S>& p) noexcept {
    plan_writer::clear(p.host_);
  }
  /// Lays the memory out for the plan on the host, and writes the staging block, which the last upload has left.
  template <space S>
  static void fill(device_plan<S>& p) {
    compiled_chain const& c = plan_writer::compiled(p.host_);
    index_t const rows = p.host_.rows();
    mixaug::detail::column_layout measured, placed, scratch;
    p.columns_.lay_out(measured, c, rows);
    placed.base = p.block_.reserve(measured.used);
    p.columns_.lay_out(placed, c, rows);
    p.scratch_.lay_out(scratch, c, rows);
    if (scratch.used > 0) {
      mixaug::detail::column_layout at;
      at.base = p.scratch_memory_.reserve(scratch.used, false);
      p.scratch_.lay_out(at, c, rows);
    }
    device_columns staged;
    mixaug::detail::column_layout at;
    at.base = p.block_.staging();
    staged.lay_out(at, c, rows);
    write(p.host_, staged);
  }

 private:
  template <class T, class From>
  static void copy(plan_list<T> const& to, From const* from) {
    if (to.size > 0)
      std::memcpy(static_cast<void*>(to.data), static_cast<void const*>(from),
                  static_cast<std::size_t>(to.size) * sizeof(T));
  }
  static void write(plan const& p, device_columns const& to) {
    compiled_chain const& c = plan_writer::compiled(p);
    copy(to.maps, plan_writer::maps(p, 0));
    copy(to.numbers, plan_writer::numbers(p, 0));
    copy(to.doubles, plan_writer::doubles(p, 0));
    copy(to.warps, c.warps.data());
    copy(to.draws, &p.drawn_with);
    for (std::size_t k = 0; k < c.passes.size(); ++k) {
      pass const& q = c.passes[k];
      to.geometry.data[k] = {q.how.border, q.last > q.step, static_cast<int>(q.last_warp - q.warp),
                             q.in.height,  q.in.width,      static_cast<index_t>(q.warp)};
    }
    std::size_t const stages = c.stages.size();
    for (std::size_t k = 0; k < stages; ++k) to.stages.data[k] = staged(p, c.stages[k]);
    for (index_t i = 0; i < p.rows(); ++i) {
      bool changes = false;
      for (std::size_t k = 0; k < stages; ++k) {
        bool const active = !is_identity(c.stages[k], plan_writer::numbers(p, i) + c.stages[k].first);
        to.active.data[static_cast<std::size_t>(i) * stages + k] = active ? 1 : 0;
        changes = changes || active;
      }
      bool const copies = c.passes.size() == 1 && c.passes[0].blur < 0 && plan_writer::maps(p, i)[0].exact && !changes;
      to.copied.data[i] = copies ? 1 : 0;
    }
    for (index_t i = 0; i < to.byte_blurs.size; ++i) write_byte_kernel(p, i, to);
  }
  /// Whether the only pass of a chain blurs bytes in integers, as apply_body's, and its weights.
  static void write_byte_kernel(plan const& p, index_t i, device_columns const& to) {
    compiled_chain const& c = plan_writer::compiled(p);
    pass const& q = c.passes[0];
    float const* const numbers = plan_writer::numbers(p, i);
    float const* const kernel = numbers + q.kernel;
    stage_list const stages{p.chain(), c, q, numbers, p.drawn_with, 0};
    index_t const width = device_columns::byte_kernel_width(q);
    std::int32_t* const own = to.byte_kernels.data + i * width;
    for (index_t k = 0; k < width; ++k) own[k] = 0;
    bool const serves = byte_kernel::serves(q.how, kernel, q.is_normal) && stages.leave(true);
    to.byte_blurs.data[i] = serves ? 1 : 0;
    if (!serves) return;
    byte_kernel const weights(kernel, q.is_normal);
    own[0] = weights.shift;
    int const side = 2 * weights.reach + 1, cells = side * side;
    for (int t = 0; t < weights.count; ++t) {
      int const cell = (weights.y[t] + weights.reach) * side + weights.x[t] + weights.reach;
      own[1 + (q.is_normal ? t : cell)] += weights.weight[t];
      if (!q.is_normal && weights.mirrored) own[1 + cells - 1 - cell] += weights.weight[t];
    }
  }
  static device_stage staged(plan const& p, stage const& s) {
    device_stage d{s.kind, false, s.step, s.first, 0.0f};
    if (s.kind == stage_kind::box) {
      occlusion const& how = std::get<occlusion>(p.chain().steps[static_cast<std::size_t>(s.step)]);
      d.noise = how.noise;
      d.fill = how.fill;
    }
    return d;
  }
};

/// Makes a plan on the host by draw(host plan), and writes its staging block.
template <space S, class Draw>
void stage_plan(device_plan<S>& into, Draw const& draw, bool wait) {
  if constexpr (S == space::device)
    if (wait) into.block().wait();
  (void)wait;
  draw(device_plan_writer::host(into));
  try {
    device_plan_writer::fill(into);
  } catch (...) {
    device_plan_writer::clear(into);
    throw;
  }
}

}  // namespace detail
}  // namespace augment

/// Host part of make_plan on a device: draws one step into the staging block of `into`, once the last upload has left
/// the block (uploads of a graph, too). Transfers nothing to the device. For a graph that is replayed, the chain and
/// the shape keep the values of the capture. Errors: those of make_plan.
template <class T, int R, space S, space P>
void stage(augment::chain const& c, tensor_view<T, R, S> const& x, key const& k, augment::device_plan<P>& into) {
  augment::detail::stage_plan(
      into, [&](augment::plan& host) { make_plan(c, x, k, host); }, true);
}

/// Takes every image of `x` through its chain into `out`, as apply of a plan on the host: the same bits. Queues one
/// kernel for each pass; a blur by a normal kernel has one before it, and contrast about the mean two. Neither
/// allocates nor waits. Errors: those of apply on the host.
template <backend Backend, space Space, class T, class U, int R, int Q, space S, space P>
void apply(Backend const& be, augment::device_plan<Space> const& p, tensor_view<T, R, S> const& x,
           tensor_view<U, Q, P> const& out) {
  constexpr bool there = device_backend<Backend> && Backend::memory == Space && S == Space && P == Space;
  static_assert(there,
                "mixaug: a device plan is applied on a device, as ma::cuda{stream}, to views in its memory, as "
                "on_device(nchw(pointer, {n, c, h, w}))");
  if constexpr (there && augment::detail::takes_views<T, U, R, Q>()) {
    namespace own = augment::detail;
    own::check_made(p.host());
    auto const v = own::checked_operands(p.host(), x, out);
    own::compiled_chain const& c = own::plan_writer::compiled(p.host());
    own::device_passes<Backend> const run(be, c, p.rows(), own::device_plan_writer::columns(p),
                                          own::device_plan_writer::scratch(p));
    run(v);
  }
}

/// Refused: on a device a batch is augmented, then mixed, by two calls.
template <backend Backend, class R, class B, space M, space Space, class X, class Out>
void apply(Backend const&, plan<R, B, M> const&, augment::device_plan<Space> const&, X const&, Out const&) {
  static_assert(detail::always_false<R>,
                "mixaug: on a device, augment and mix by two calls: apply(be, augmented, x, y), then apply(be, mix, y, "
                "out) with a batch y of augmented.out()");
}

MIXAUG_DEFAULT_BEGIN
/// The same on the default backend.
template <space Space, class T, class U, int R, int Q, space S, space P>
void apply(augment::device_plan<Space> const& p, tensor_view<T, R, S> const& x, tensor_view<U, Q, P> const& out) {
  mixaug::apply(default_backend{}, p, x, out);
}
MIXAUG_DEFAULT_END

}  // namespace mixaug

MIXAUG_EXACT_END

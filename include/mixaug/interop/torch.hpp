// SPDX-License-Identifier: MIT
#pragma once
// First: LibTorch 1.13 read as C++20 by nvcc wants the whole of IValue before ATen's lists of it.
#include <torch/csrc/autograd/custom_function.h>

#include <ATen/ATen.h>
#include <torch/custom_class.h>

#include <mixaug/apply/apply.hpp>
#include <mixaug/apply/apply_adjoint.hpp>
#include <mixaug/apply/apply_inplace.hpp>
#include <mixaug/apply/labels.hpp>
#include <mixaug/apply/saliency_map.hpp>
#include <mixaug/interop/detail/large_pages.hpp>
#include <mixaug/interop/run_time_tensor.hpp>
#include <mixaug/interop/torch_parallel.hpp>
#include <mixaug/kernel/gaussian_kernel.hpp>
#include <mixaug/loss/pair_cross_entropy.hpp>
#include <type_traits>
#include <utility>
#include <vector>

MIXAUG_EXACT_BEGIN

/// LibTorch's tensors (1.13 and later) as views, and plans applied to tensors, differentiably.
///   nchw<float>(t), class_ids<std::int64_t>(t), ...   by every name of run_time_tensor.hpp; any strides
///   (channels_last,
///                                                     slices); nchw<float, space::device>(t) of a CUDA tensor
///   visit(t, f)                                       f by the tensor's element type
///   mix(plan, x)   mix(plan, x, source)   mix(plan, x, gathered(rows))     a new tensor, with its gradients
///   mix_out(plan, x, out), ...                        into a tensor that is kept
///   mix_(plan, x)                                     in place
///   soft_labels(plan, y, num_classes, options)        a new tensor of soft targets
///   pair_cross_entropy(plan, logits, class_ids, options)   the loss of a mixed batch, with its gradient
///   saliency_map(detector, images)                    a new tensor of score maps
///   kernel_table(labels, options)   record_visits(record, epoch, ids, predictions, labels)   record_weights(record,
///   ids)
/// Each takes a backend first, or runs on the default one; for CUDA tensors it is
/// cuda{at::cuda::getCurrentCUDAStream()} with a device plan. A tensor that is freed while it is viewed is the caller's
/// error; whatever else does not fit is a mixaug::invalid_argument, before anything is written.
namespace mixaug {
namespace detail {

/// What a tensor of LibTorch's holds. Errors: a tensor without memory of its own values.
inline run_time_tensor describe_torch(at::Tensor const& t) {
  if (!t.defined()) fail("the tensor is undefined; give one that holds memory");
  if (t.layout() != at::kStrided)
    fail("the tensor", "sparse or of another layout without strides", "a dense one: t.to_dense()");
  if (t.is_quantized()) fail("the tensor", "quantized", "plain numbers: t.dequantize() or t.int_repr()");
  if (t.is_neg() || t.is_conj())
    fail("the tensor", t.is_neg() ? "negated lazily" : "conjugated lazily",
         t.is_neg() ? "memory of its values: t.resolve_neg()" : "memory of its values: t.resolve_conj()");
  run_time_tensor d;
  switch (t.scalar_type()) {
    case at::kByte:
      d.code = element_code::unsigned_integer;
      break;
    case at::kChar:
    case at::kShort:
    case at::kInt:
    case at::kLong:
      d.code = element_code::signed_integer;
      break;
    case at::kHalf:
    case at::kFloat:
    case at::kDouble:
      d.code = element_code::floating_point;
      break;
    case at::kBFloat16:
      d.code = element_code::bfloat;
      break;
    case at::kBool:
      d.code = element_code::boolean;
      break;
    case at::kComplexHalf:
    case at::kComplexFloat:
    case at::kComplexDouble:
      d.code = element_code::complex;
      break;
    default:
      break;
  }
  d.bits = static_cast<int>(8 * t.element_size());
  d.rank = static_cast<int>(t.dim());
  d.extent = t.sizes().data();
  d.stride = t.strides().data();
  d.memory = t.is_cpu() ? reach::host : t.is_cuda() ? reach::device : reach::neither;
  d.device = t.is_cpu() ? "the CPU" : t.is_cuda() ? "a CUDA device" : "a device that no backend of mixaug reaches";
  if (d.memory != reach::neither) d.data = t.data_ptr();
  return d;
}

template <class C>
inline constexpr bool is_torch_tensor = std::is_base_of_v<at::TensorBase, std::remove_cvref_t<C>>;

}  // namespace detail

/// A tensor, which shares its memory with others: a temporary may be viewed where another tensor keeps the memory.
template <class C>
requires detail::is_torch_tensor<C>
struct container_of<C> : run_time_container {
  static constexpr bool is_owner = false;
  static run_time_tensor describe(C& t) { return detail::describe_torch(t); }
};

/// Calls f(std::type_identity<T>{}) for the tensor's element type T: float, double, float16, bfloat16, std::uint8_t,
/// std::int8_t, std::int16_t, std::int32_t, std::int64_t or bool, and returns what it returns.
///   visit(t, [&](auto type) {
///     using T = typename decltype(type)::type;
///     apply(plan, nchw<T>(t), nchw<T>(out));
///   });
/// Errors: elements of another type (complex, quantized).
template <class F>
auto visit(at::Tensor const& t, F&& f) {
  switch (t.scalar_type()) {
    case at::kFloat:
      return f(std::type_identity<float>{});
    case at::kDouble:
      return f(std::type_identity<double>{});
    case at::kHalf:
      return f(std::type_identity<float16>{});
    case at::kBFloat16:
      return f(std::type_identity<bfloat16>{});
    case at::kByte:
      return f(std::type_identity<std::uint8_t>{});
    case at::kChar:
      return f(std::type_identity<std::int8_t>{});
    case at::kShort:
      return f(std::type_identity<std::int16_t>{});
    case at::kInt:
      return f(std::type_identity<std::int32_t>{});
    case at::kLong:
      return f(std::type_identity<std::int64_t>{});
    case at::kBool:
      return f(std::type_identity<bool>{});
    default:
      detail::fail("the tensor's type", c10::toString(t.scalar_type()),
                   "float, double, half, bfloat16, an integer type or bool");
  }
}

/// Rows that a loader has fetched in partner order, as the source of mix, mix_out and soft_labels.
struct gathered_tensor {
  at::Tensor rows;
};
/// Marks a tensor as such rows: row i is the partner of row i.
inline gathered_tensor gathered(at::Tensor rows) { return {std::move(rows)}; }

namespace detail {

/// Where the source of a mix comes from.
enum class torch_source : int { batch, second, gathered };

/// Calls f(std::integral_constant<int, R>{}) for the tensor's rank, 1 to 5.
template <class F>
void visit_rank(at::Tensor const& t, F const& f) {
  switch (t.dim()) {
    case 1:
      return f(std::integral_constant<int, 1>{});
    case 2:
      return f(std::integral_constant<int, 2>{});
    case 3:
      return f(std::integral_constant<int, 3>{});
    case 4:
      return f(std::integral_constant<int, 4>{});
    case 5:
      return f(std::integral_constant<int, 5>{});
    default:
      fail("the batch", "of rank " + std::to_string(t.dim()),
           "1 to 5: (n), (n, d), (n, c, l), (n, c, h, w), (n, c, d, h, w)");
  }
}
/// The same for the element type and the rank of a tensor of pixels or ids; f(type, rank).
template <class F>
void visit_batch(at::Tensor const& t, F const& f) {
  visit(t, [&](auto type) { visit_rank(t, [&](auto rank) { f(type, rank); }); });
}
template <class F>
void visit_gradient(at::Tensor const& t, F const& f) {
  visit(t, [&](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (is_real<T>)
      visit_rank(t, [&](auto rank) { f(type, rank); });
    else
      fail("the gradient's type", c10::toString(t.scalar_type()), "float, double, half or bfloat16");
  });
}
/// f(type) for the tensor's float or double.
template <class F>
auto visit_float(at::Tensor const& t, char const* name, F const& f) {
  if (t.scalar_type() == at::kFloat) return f(std::type_identity<float>{});
  if (t.scalar_type() == at::kDouble) return f(std::type_identity<double>{});
  fail(name, c10::toString(t.scalar_type()), "float or double");
}
/// f(type) for the tensor's int64, int32 or uint8.
template <class F>
auto visit_ids(at::Tensor const& t, char const* name, F const& f) {
  if (t.scalar_type() == at::kLong) return f(std::type_identity<std::int64_t>{});
  if (t.scalar_type() == at::kInt) return f(std::type_identity<std::int32_t>{});
  if (t.scalar_type() == at::kByte) return f(std::type_identity<std::uint8_t>{});
  fail(name, c10::toString(t.scalar_type()), "ids of int64, int32 or uint8");
}
template <class Type, class Rank, space S>
auto torch_view(at::Tensor const& t, char const* name) {
  return checked_view<typename Type::type, Rank::value, S>(describe_torch(t), {name, ""});
}
/// A new tensor of `rows` samples of the shape, type, device and order of memory of `like`.
inline at::Tensor torch_room(at::Tensor const& like, index_t rows) {
  describe_torch(like);  // refuses what has no memory of its own
  at::TensorOptions const options = like.options().requires_grad(false);
  at::Tensor out;
  if (rows == like.size(0)) {
    out = at::empty_like(like, options);
  } else {
    std::vector<std::int64_t> shape = like.sizes().vec();
    shape[0] = rows;
    out = at::empty(shape, options, like.suggest_memory_format());
  }
  if (out.is_cpu()) ask_for_large_pages(out.data_ptr(), out.nbytes());
  return out;
}

template <class Backend, class Plan>
void torch_mix(Backend const& be, Plan const& p, at::Tensor const& x, at::Tensor const& source, torch_source from,
               at::Tensor const& out) {
  visit_batch(x, [&](auto type, auto rank) {
    using type_of = decltype(type);
    using rank_of = decltype(rank);
    auto const of = [](at::Tensor const& t) { return torch_view<type_of, rank_of, Backend::memory>(t, "mix"); };
    if (from == torch_source::batch)
      mixaug::apply(be, p, of(x), of(out));
    else if (from == torch_source::second)
      mixaug::apply(be, p, of(x), of(source), of(out));
    else
      mixaug::apply(be, p, of(x), mixaug::gathered(of(source)), of(out));
  });
}
template <class Backend, class Plan>
void torch_mix_inplace(Backend const& be, Plan const& p, at::Tensor const& x) {
  visit_batch(x, [&](auto type, auto rank) {
    mixaug::apply_inplace(be, p, torch_view<decltype(type), decltype(rank), Backend::memory>(x, "mix_"));
  });
}

/// What the backward pass needs: the plan by value, and the shapes that the gradients have.
template <class Backend, class Plan>
struct kept_plan : torch::CustomClassHolder {
  Backend be;
  Plan plan;
  torch_source from;
  std::vector<std::int64_t> x, source;
  at::MemoryFormat x_format = at::MemoryFormat::Contiguous, source_format = at::MemoryFormat::Contiguous;
  kept_plan(Backend const& backend, Plan const& p, torch_source f) : be(backend), from(f) {
    if constexpr (Plan::memory == space::host)
      plan = p;
    else
      copy_plan(be, p, plan);  // queued on the stream
  }

  /// The gradients of x and, where there is one, of the source.
  std::pair<at::Tensor, at::Tensor> gradients(at::Tensor const& grad_out) const {
    auto const options = grad_out.options().requires_grad(false);
    at::Tensor grad_x = at::empty(x, options, x_format), grad_source;
    if (from != torch_source::batch) grad_source = at::empty(source, options, source_format);
    visit_gradient(grad_out, [&](auto type, auto rank) {
      using type_of = decltype(type);
      using rank_of = decltype(rank);
      auto const of = [](at::Tensor const& t) { return torch_view<type_of, rank_of, Backend::memory>(t, "mix"); };
      if (from == torch_source::batch)
        mixaug::apply_adjoint(be, plan, of(grad_out), of(grad_x));
      else if (from == torch_source::second)
        mixaug::apply_adjoint(be, plan, of(grad_out), of(grad_x), of(grad_source));
      else
        mixaug::apply_adjoint(be, plan, of(grad_out), of(grad_x), mixaug::gathered(of(grad_source)));
    });
    return {grad_x, grad_source};
  }
};

/// Keeps the plan, and the shapes of the gradients, for the backward pass.
template <class Kept>
void keep_for_backward(torch::autograd::AutogradContext* context, c10::intrusive_ptr<Kept> const& k,
                       at::Tensor const& x, at::Tensor const& source) {
  k->x = x.sizes().vec();
  k->x_format = x.suggest_memory_format();
  if (k->from != torch_source::batch) {
    k->source = source.sizes().vec();
    k->source_format = source.suggest_memory_format();
  }
  context->saved_data["plan"] = c10::IValue::make_capsule(k);
}
template <class Kept>
std::pair<at::Tensor, at::Tensor> backward_of(torch::autograd::AutogradContext* context, at::Tensor const& grad) {
  if (at::GradMode::is_enabled() && grad.requires_grad())
    fail(
        "mix is differentiated once; its gradient has none of its own, which create_graph = true asks for; mix the "
        "gradients by tensor operations where you need them");
  auto const holder = context->saved_data["plan"].toCapsule();
  return static_cast<Kept const*>(holder.get())->gradients(grad);
}

/// The mix of a batch with itself as a node of autograd; with `inplace` its output is x.
template <class Kept>
struct mix_node : torch::autograd::Function<mix_node<Kept>> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, at::Tensor const& x,
                            c10::intrusive_ptr<Kept> const& k, bool inplace) {
    keep_for_backward(context, k, x, x);
    if (inplace) {
      torch_mix_inplace(k->be, k->plan, x);
      context->mark_dirty({x});
      return x;
    }
    at::Tensor out = torch_room(x, k->plan.rows());
    torch_mix(k->be, k->plan, x, x, k->from, out);
    return out;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list const& grad) {
    return {backward_of<Kept>(context, grad[0]).first, at::Tensor(), at::Tensor()};
  }
};
/// The mix with a second source, or with gathered rows.
template <class Kept>
struct mix_source_node : torch::autograd::Function<mix_source_node<Kept>> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, at::Tensor const& x, at::Tensor const& source,
                            c10::intrusive_ptr<Kept> const& k) {
    keep_for_backward(context, k, x, source);
    at::Tensor out = torch_room(x, k->plan.rows());
    torch_mix(k->be, k->plan, x, source, k->from, out);
    return out;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list const& grad) {
    auto const [x, source] = backward_of<Kept>(context, grad[0]);
    return {x, source, at::Tensor()};
  }
};

/// Refuses rows in whose place no other number may stand.
inline void check_batch(at::Tensor const& x, char const* name) {
  if (!x.defined()) fail(std::string(name) + " is undefined; give a tensor that holds the batch");
  if (x.dim() == 0) fail(name, "of rank 0", "a batch: its first dimension is the samples");
}
inline void check_alike(at::Tensor const& t, at::Tensor const& x, char const* name) {
  check_batch(t, name);
  if (t.scalar_type() != x.scalar_type() || t.dim() != x.dim() || t.device() != x.device())
    fail(
        name,
        std::string(c10::toString(t.scalar_type())) + " of rank " + std::to_string(t.dim()) + " on " + t.device().str(),
        std::string(c10::toString(x.scalar_type())) + " of rank " + std::to_string(x.dim()) + " on " +
            x.device().str() + ", as x");
}
template <class Backend, class Plan>
at::Tensor torch_mixed(Backend const& be, Plan const& p, at::Tensor const& x, at::Tensor const& source,
                       torch_source from) {
  check_batch(x, "x");
  if (from != torch_source::batch) check_alike(source, x, "the source");
  bool const differentiable =
      at::GradMode::is_enabled() && (x.requires_grad() || (from != torch_source::batch && source.requires_grad()));
  if (!differentiable) {
    at::Tensor out = torch_room(x, p.rows());
    torch_mix(be, p, x, source, from, out);
    return out;
  }
  using kept = kept_plan<Backend, Plan>;
  auto const k = c10::make_intrusive<kept>(be, p, from);
  return from == torch_source::batch ? mix_node<kept>::apply(x, k, false) : mix_source_node<kept>::apply(x, source, k);
}
template <class Backend, class Plan>
void torch_mixed_out(Backend const& be, Plan const& p, at::Tensor const& x, at::Tensor const& source, torch_source from,
                     at::Tensor const& out) {
  check_batch(x, "x");
  check_alike(out, x, "the output");
  if (from != torch_source::batch) check_alike(source, x, "the source");
  if (at::GradMode::is_enabled() &&
      (x.requires_grad() || out.requires_grad() || (source.defined() && source.requires_grad())))
    fail(
        "mix_out has no gradients, and one of its tensors requires them; use mix(plan, x), or give x.detach() or a "
        "NoGradGuard");
  torch_mix(be, p, x, source, from, out);
  if (!out.is_inference()) out.unsafeGetTensorImpl()->bump_version();
}

/// Labels as a view of their type and rank; f(view).
template <space S, class F>
void visit_labels(at::Tensor const& y, F const& f) {
  auto const ids_or_rows = [&](auto type) {
    using type_of = decltype(type);
    if (y.dim() == 1)
      f(torch_view<type_of, std::integral_constant<int, 1>, S>(y, "soft_labels"));
    else if (!std::is_integral_v<typename type_of::type> && y.dim() == 2)
      f(torch_view<std::conditional_t<std::is_integral_v<typename type_of::type>, std::type_identity<float>, type_of>,
                   std::integral_constant<int, 2>, S>(y, "soft_labels"));
    else
      fail("the labels", std::string(c10::toString(y.scalar_type())) + " of rank " + std::to_string(y.dim()),
           "class ids (n), integers, or rows (n, num_classes) of float or double");
  };
  check_batch(y, "the labels");
  switch (y.scalar_type()) {
    case at::kLong:
      return ids_or_rows(std::type_identity<std::int64_t>{});
    case at::kInt:
      return ids_or_rows(std::type_identity<std::int32_t>{});
    case at::kByte:
      return ids_or_rows(std::type_identity<std::uint8_t>{});
    case at::kFloat:
      return ids_or_rows(std::type_identity<float>{});
    case at::kDouble:
      return ids_or_rows(std::type_identity<double>{});
    default:
      fail("the labels' type", c10::toString(y.scalar_type()), "int64, int32, uint8, float or double");
  }
}

}  // namespace detail

/// m * x + (1 - m) * partner as a new tensor of x's type, order of memory and device, by a plan that was made for it.
/// Differentiable in x and in the source where they require gradients; the node keeps a copy of the plan, which may
/// then be made anew. Tensors of any dtype of visit and of rank 1 to 5; integers and bools are ids, which a plan that
/// blends refuses, but for uint8, which are pixels.
///   mix(plan, x)   mix(plan, x, source)   mix(plan, x, gathered(rows))   and the same with a backend first
/// Errors: what apply refuses; tensors of another type, rank or device than x; a second derivative.
template <backend Backend, class R, class B, space S>
at::Tensor mix(Backend const& be, plan<R, B, S> const& p, at::Tensor const& x) {
  return detail::torch_mixed(be, p, x, at::Tensor(), detail::torch_source::batch);
}
template <backend Backend, class R, class B, space S>
at::Tensor mix(Backend const& be, plan<R, B, S> const& p, at::Tensor const& x, at::Tensor const& source) {
  return detail::torch_mixed(be, p, x, source, detail::torch_source::second);
}
template <backend Backend, class R, class B, space S>
at::Tensor mix(Backend const& be, plan<R, B, S> const& p, at::Tensor const& x, gathered_tensor const& source) {
  return detail::torch_mixed(be, p, x, source.rows, detail::torch_source::gathered);
}

/// The same into `out`, which is written and has no gradients.
/// Errors: those of mix; a tensor that requires gradients; an output that overlaps itself or an input.
template <backend Backend, class R, class B, space S>
void mix_out(Backend const& be, plan<R, B, S> const& p, at::Tensor const& x, at::Tensor const& out) {
  detail::torch_mixed_out(be, p, x, at::Tensor(), detail::torch_source::batch, out);
}
template <backend Backend, class R, class B, space S>
void mix_out(Backend const& be, plan<R, B, S> const& p, at::Tensor const& x, at::Tensor const& source,
             at::Tensor const& out) {
  detail::torch_mixed_out(be, p, x, source, detail::torch_source::second, out);
}
template <backend Backend, class R, class B, space S>
void mix_out(Backend const& be, plan<R, B, S> const& p, at::Tensor const& x, gathered_tensor const& source,
             at::Tensor const& out) {
  detail::torch_mixed_out(be, p, x, source.rows, detail::torch_source::gathered, out);
}

/// Mixes the batch in its own memory, and returns it. Differentiable where x is the result of an operation.
/// Errors: what apply_inplace refuses; a leaf that requires gradients.
template <backend Backend, class R, class B, space S>
at::Tensor mix_(Backend const& be, plan<R, B, S> const& p, at::Tensor const& x) {
  detail::check_batch(x, "x");
  if (!at::GradMode::is_enabled() || !x.requires_grad()) {
    detail::torch_mix_inplace(be, p, x);
    if (!x.is_inference()) x.unsafeGetTensorImpl()->bump_version();
    return x;
  }
  if (x.is_leaf())
    detail::fail(
        "x is a leaf that requires gradients, which cannot be mixed in place; use mix(plan, x), or a NoGradGuard");
  using kept = detail::kept_plan<Backend, plan<R, B, S>>;
  return detail::mix_node<kept>::apply(x, c10::make_intrusive<kept>(be, p, detail::torch_source::batch), true);
}

/// Soft labels as a new tensor (rows, num_classes) of float32 on y's device: of class ids (n), int64, int32 or uint8,
/// or of rows (n, num_classes), float or double. Not differentiable.
/// Errors: what soft_labels refuses.
template <backend Backend, class R, class B, space S, std::integral N>
at::Tensor soft_labels(Backend const& be, plan<R, B, S> const& p, at::Tensor const& y, N num_classes,
                       soft_label_options const& o = {}) {
  if (num_classes <= 0) detail::fail("num_classes", detail::text(static_cast<index_t>(num_classes)), "a number > 0");
  at::Tensor out;
  detail::visit_labels<Backend::memory>(y, [&](auto const& labels) {
    out = at::empty({p.rows(), static_cast<std::int64_t>(num_classes)},
                    y.options().dtype(at::kFloat).requires_grad(false));
    mixaug::soft_labels(be, p, labels, features<float, Backend::memory>(out), o);
  });
  return out;
}

namespace detail {

/// The losses of the rows, and their gradients by the logits, those of a sum, if they are wanted.
struct row_losses {
  at::Tensor losses, gradient;
};
template <class Backend, class Plan, class Source>
row_losses pair_losses(Backend const& be, Plan const& p, at::Tensor const& logits, at::Tensor const& ids,
                       Source const& source, cross_entropy_options const& o, bool with_gradient) {
  row_losses out{at::empty({p.rows()}, logits.options().requires_grad(false)), {}};
  if (with_gradient) out.gradient = at::empty_like(logits, logits.options().requires_grad(false));
  visit_float(logits, "the logits' type", [&](auto type) {
    using T = typename decltype(type)::type;
    auto const z = features<T, Backend::memory>(logits);
    auto const losses = weights<T, Backend::memory>(out.losses);
    visit_ids(ids, "the class ids' type", [&](auto id_type) {
      using id = typename decltype(id_type)::type;
      auto const own = class_ids<id const, Backend::memory>(ids);
      auto const run = [&](auto const&... gradient) {
        if constexpr (std::is_same_v<Source, std::nullptr_t>)
          mixaug::pair_cross_entropy(be, p, z, own, losses, gradient..., o);
        else if constexpr (std::is_same_v<Source, gathered_tensor>)
          mixaug::pair_cross_entropy(be, p, z, own, mixaug::gathered(class_ids<id const, Backend::memory>(source.rows)),
                                     losses, gradient..., o);
        else
          mixaug::pair_cross_entropy(be, p, z, own, class_ids<id const, Backend::memory>(source), losses, gradient...,
                                     o);
      };
      if (with_gradient)
        run(features<T, Backend::memory>(out.gradient));
      else
        run();
    });
  });
  return out;
}

/// A loss whose gradient by the logits was computed with it.
struct loss_node : torch::autograd::Function<loss_node> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, at::Tensor const&, at::Tensor const& loss,
                            at::Tensor const& gradient) {
    context->save_for_backward({gradient});
    return loss;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list const& grad) {
    if (at::GradMode::is_enabled() && grad[0].requires_grad())
      fail("pair_cross_entropy is differentiated once; its gradient has none of its own");
    auto const saved = context->get_saved_variables()[0];
    return {saved * (grad[0].dim() == 0 ? grad[0] : grad[0].unsqueeze(1)), at::Tensor(), at::Tensor()};
  }
};

template <class Backend, class Plan, class Source>
at::Tensor torch_cross_entropy(Backend const& be, Plan const& p, at::Tensor const& logits, at::Tensor const& ids,
                               Source const& source, cross_entropy_options o) {
  check_batch(logits, "the logits");
  check_batch(ids, "the class ids");
  if constexpr (std::is_same_v<Source, at::Tensor>) check_alike(source, ids, "the source's class ids");
  if constexpr (std::is_same_v<Source, gathered_tensor>) check_alike(source.rows, ids, "the source's class ids");
  reduction const reduce = o.reduce;
  if (reduce == reduction::mean && (o.ignore_index || o.counts.given()))
    fail(
        "reduction::mean of tensors divides by the rows of the batch, and options.ignore_index or counts asks for "
        "other divisors; take reduction::sum with options.scale, or none, and divide by the number that you mean");
  o.reduce = reduction::none;
  bool const with_gradient = at::GradMode::is_enabled() && logits.requires_grad();
  row_losses const rows = pair_losses(be, p, logits, ids, source, o, with_gradient);
  at::Tensor const loss = reduce == reduction::none  ? rows.losses
                          : reduce == reduction::sum ? rows.losses.sum()
                                                     : rows.losses.mean();
  if (!with_gradient) return loss;
  if (reduce == reduction::mean) rows.gradient.div_(static_cast<double>(p.rows()));
  return loss_node::apply(logits, loss, rows.gradient);
}

}  // namespace detail

/// The pair form of the cross entropy (loss/pair_cross_entropy.hpp) of the logits (n, classes) of a mixed batch, float
/// or double, with class ids (n) of int64, int32 or uint8; differentiable in the logits, once. Value and gradient come
/// from one pass. With reduction::none a tensor of the rows' losses; with sum or mean (over all rows) a number.
///   pair_cross_entropy(plan, logits, class_ids[, options])
///   pair_cross_entropy(plan, logits, class_ids, source_class_ids[, options])   or gathered(ids)
/// Errors: what pair_cross_entropy refuses; ids of another type than the batch's; a mean with an ignore_index or
/// counts.
template <backend Backend, class R, class B, space S>
at::Tensor pair_cross_entropy(Backend const& be, plan<R, B, S> const& p, at::Tensor const& logits,
                              at::Tensor const& class_ids, cross_entropy_options const& o = {}) {
  return detail::torch_cross_entropy(be, p, logits, class_ids, nullptr, o);
}
template <backend Backend, class R, class B, space S>
at::Tensor pair_cross_entropy(Backend const& be, plan<R, B, S> const& p, at::Tensor const& logits,
                              at::Tensor const& class_ids, at::Tensor const& source_class_ids,
                              cross_entropy_options const& o = {}) {
  return detail::torch_cross_entropy(be, p, logits, class_ids, source_class_ids, o);
}
template <backend Backend, class R, class B, space S>
at::Tensor pair_cross_entropy(Backend const& be, plan<R, B, S> const& p, at::Tensor const& logits,
                              at::Tensor const& class_ids, gathered_tensor const& source_class_ids,
                              cross_entropy_options const& o = {}) {
  return detail::torch_cross_entropy(be, p, logits, class_ids, source_class_ids, o);
}

/// The score maps (n, h, w), float32 on the images' device, of images (n, c, h, w) or (n, h, w) of float, double, half,
/// bfloat16 or uint8, by a detector of the room saliency. Not differentiable.
/// Errors: what saliency_map refuses.
template <backend Backend, saliency::detector D>
at::Tensor saliency_map(Backend const& be, D const& detector, at::Tensor const& images) {
  detail::check_batch(images, "the images");
  if (images.dim() != 3 && images.dim() != 4)
    detail::fail("the images", "of rank " + std::to_string(images.dim()), "(n, c, h, w) or (n, h, w)");
  at::Tensor out = at::empty({images.size(0), images.size(images.dim() - 2), images.size(images.dim() - 1)},
                             images.options().dtype(at::kFloat).requires_grad(false));
  auto const maps = scores<float, Backend::memory>(out);
  visit(images, [&](auto type) {
    using T = typename decltype(type)::type;
    if constexpr (detail::is_real<T> || std::is_same_v<T, std::uint8_t>) {
      if (images.dim() == 4)
        mixaug::saliency_map(be, detector, nchw<T const, Backend::memory>(images), maps);
      else
        mixaug::saliency_map(be, detector, view_of<T const, 3, Backend::memory>(images), maps);
    } else {
      detail::fail("the images' type", c10::toString(images.scalar_type()), "float, double, half, bfloat16 or uint8");
    }
  });
  return out;
}

/// The sampling table of C-Mixup (kernel/gaussian_kernel.hpp) of labels (n) or (n, d), float or double on the CPU; the
/// tensor is read while the table is built, by the threads of the backend.
/// Errors: what gaussian_kernel refuses.
template <host_backend Backend>
pairing::gaussian_kernel kernel_table(Backend const& be, at::Tensor const& y, pairing::kernel_options const& o) {
  detail::check_batch(y, "the labels");
  return detail::visit_float(y, "the labels' type", [&](auto type) {
    using T = typename decltype(type)::type;
    return y.dim() == 1 ? pairing::gaussian_kernel(be, labels<T const>(y), o)
                        : pairing::gaussian_kernel(be, labels<T const, 2>(y), o);
  });
}

/// Records the visits of an epoch (weight/uncertainty.hpp): ids (n) are the rows of the record, int64; predictions and
/// labels (n) are class ids of int64, int32 or uint8, both of one type. `Record` is weight::uncertainty, or that of a
/// device.
/// Errors: what record refuses.
template <backend Backend, class Record>
void record_visits(Backend const& be, Record& record, index_t epoch, at::Tensor const& ids,
                   at::Tensor const& predictions, at::Tensor const& y) {
  detail::check_batch(predictions, "the predictions");
  detail::check_alike(y, predictions, "the labels");
  detail::visit_ids(predictions, "the predictions' type", [&](auto type) {
    using id = typename decltype(type)::type;
    record.record(be, epoch, indices<std::int64_t const, Backend::memory>(ids),
                  class_ids<id const, Backend::memory>(predictions), class_ids<id const, Backend::memory>(y));
  });
}
/// The loss weights, float32 (n), of the rows `ids` (n), int64, of a record: weight::uncertainty, and every object of
/// the room weight that has weights(backend, ids, out).
/// Errors: what weights refuses.
template <backend Backend, class Record>
at::Tensor record_weights(Backend const& be, Record const& record, at::Tensor const& ids) {
  auto const rows = indices<std::int64_t const, Backend::memory>(ids);
  at::Tensor out = at::empty({ids.size(0)}, ids.options().dtype(at::kFloat));
  record.weights(be, rows, weights<float, Backend::memory>(out));
  return out;
}

MIXAUG_DEFAULT_BEGIN
/// The same on the default backend.
template <class R, class B, space S, class... Sources>
at::Tensor mix(plan<R, B, S> const& p, at::Tensor const& x, Sources const&... source) {
  return mixaug::mix(default_backend{}, p, x, source...);
}
template <class R, class B, space S, class... Tensors>
void mix_out(plan<R, B, S> const& p, at::Tensor const& x, Tensors const&... tensors) {
  mixaug::mix_out(default_backend{}, p, x, tensors...);
}
template <class R, class B, space S>
at::Tensor mix_(plan<R, B, S> const& p, at::Tensor const& x) {
  return mixaug::mix_(default_backend{}, p, x);
}
template <class R, class B, space S, std::integral N>
at::Tensor soft_labels(plan<R, B, S> const& p, at::Tensor const& y, N num_classes, soft_label_options const& o = {}) {
  return mixaug::soft_labels(default_backend{}, p, y, num_classes, o);
}
template <class R, class B, space S>
at::Tensor pair_cross_entropy(plan<R, B, S> const& p, at::Tensor const& logits, at::Tensor const& class_ids,
                              cross_entropy_options const& o = {}) {
  return mixaug::pair_cross_entropy(default_backend{}, p, logits, class_ids, o);
}
template <class R, class B, space S, class Source>
requires(std::is_same_v<Source, at::Tensor> || std::is_same_v<Source, gathered_tensor>) at::Tensor
    pair_cross_entropy(plan<R, B, S> const& p, at::Tensor const& logits, at::Tensor const& class_ids,
                       Source const& source_class_ids, cross_entropy_options const& o = {}) {
  return mixaug::pair_cross_entropy(default_backend{}, p, logits, class_ids, source_class_ids, o);
}
template <saliency::detector D>
at::Tensor saliency_map(D const& detector, at::Tensor const& images) {
  return mixaug::saliency_map(default_backend{}, detector, images);
}
template <class Labels>
requires(std::is_same_v<Labels, at::Tensor>) pairing::gaussian_kernel
    kernel_table(Labels const& y, pairing::kernel_options const& o) {
  return mixaug::kernel_table(default_backend{}, y, o);
}
template <class Record>
void record_visits(Record& record, index_t epoch, at::Tensor const& ids, at::Tensor const& predictions,
                   at::Tensor const& y) {
  mixaug::record_visits(default_backend{}, record, epoch, ids, predictions, y);
}
template <class Record>
at::Tensor record_weights(Record const& record, at::Tensor const& ids) {
  return mixaug::record_weights(default_backend{}, record, ids);
}
MIXAUG_DEFAULT_END

}  // namespace mixaug

MIXAUG_EXACT_END

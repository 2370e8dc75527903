"""Gradients of the operators, and their kernels for fake tensors, by which torch.compile knows shapes without data."""
import contextlib

import torch

_ops = torch.ops.mixaug


def _once(grad, name):
    if torch.is_grad_enabled() and grad.requires_grad:
        raise ValueError(f"{name} is differentiated once; its gradient has none of its own, which create_graph=True asks "
                         "for")


def _keep_mix(ctx, inputs, output):
    x, plan, source, gathered = inputs
    ctx.rows, ctx.gathered = x.shape[0], gathered
    ctx.source_rows = 0 if source is None else source.shape[0]
    ctx.save_for_backward(plan)


def _mix_backward(ctx, grad):
    _once(grad, "mix")
    (plan,) = ctx.saved_tensors
    x, source = _ops.mix_adjoint(grad, plan, ctx.rows, ctx.source_rows, ctx.gathered)
    return x, None, source if ctx.source_rows > 0 else None, None


def _keep_losses(ctx, inputs, output):
    ctx.mark_non_differentiable(output[1])
    ctx.save_for_backward(output[1])


def _losses_backward(ctx, grad, _):
    _once(grad, "pair_cross_entropy")
    (gradient,) = ctx.saved_tensors
    return gradient * grad.unsqueeze(1), None, None, None, None, None, None


def _below_autograd(op, inputs):
    guard = torch._C._AutoDispatchBelowAutograd()
    with guard if hasattr(guard, "__enter__") else contextlib.nullcontext():  # torch 1.13: as long as the object lives
        return op(*inputs)


def _register_by_hand(name, keep, backward):
    """torch.library.register_autograd for torch before 2.4."""
    op = getattr(_ops, name)

    class Node(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *inputs):
            output = _below_autograd(op, inputs)
            keep(ctx, inputs, output)
            return output

        @staticmethod
        def backward(ctx, *grads):
            return backward(ctx, *grads)

    _library.impl(name, Node.apply, "Autograd")


def _alike(like, rows):
    if like.shape[0] == rows:
        return torch.empty_like(like)
    return torch.empty((rows, *like.shape[1:]), dtype=like.dtype, device=like.device,
                       memory_format=torch._prims_common.suggest_memory_format(like))


def _register_fakes():
    fake = torch.library.register_fake

    @fake("mixaug::make_plan")
    def _(method, x, options, seed, step, first, rows, block, names, inputs):
        bytes_ = torch.library.get_ctx().new_dynamic_size(min=2)
        return torch.empty((x.shape[0] * (2 if method == "regmixup" else 1), bytes_), dtype=torch.uint8)

    @fake("mixaug::plan_column")
    def _(plan, name):
        return torch.empty(plan.shape[0], dtype=torch.int64 if name == "partner" else torch.float32)

    @fake("mixaug::plan_field")
    def _(plan, height, width):
        return torch.empty(plan.shape[0], height, width, dtype=torch.float32)

    @fake("mixaug::mix")
    def _(x, plan, source, gathered):
        return _alike(x, plan.shape[0])

    @fake("mixaug::mix_out")
    def _(x, plan, source, gathered, out):
        pass

    @fake("mixaug::mix_")
    def _(x, plan):
        pass

    @fake("mixaug::mix_adjoint")
    def _(grad, plan, rows, source_rows, gathered):
        return _alike(grad, rows), _alike(grad, source_rows)

    @fake("mixaug::soft_labels")
    def _(y, plan, source, gathered, num_classes, smoothing, threshold):
        return torch.empty(plan.shape[0], num_classes, dtype=torch.float32)

    @fake("mixaug::label_grid")
    def _(class_ids, plan, source, gathered, height, width):
        return torch.empty(plan.shape[0], height, width, dtype=torch.int64)

    @fake("mixaug::row_losses")
    def _(logits, plan, class_ids, source, gathered, smoothing, with_gradient):
        losses = torch.empty(plan.shape[0], dtype=logits.dtype)
        return losses, torch.empty_like(logits) if with_gradient else logits.new_empty(0)

    @fake("mixaug::saliency_map")
    def _(images, detector):
        n, _, h, w = images.shape
        return torch.empty(n, h, w, dtype=torch.float32)


has_fakes = hasattr(torch.library, "register_fake") and hasattr(torch.library, "register_autograd")
if has_fakes:
    torch.library.register_autograd("mixaug::mix", _mix_backward, setup_context=_keep_mix)
    torch.library.register_autograd("mixaug::row_losses", _losses_backward, setup_context=_keep_losses)
    _register_fakes()
else:
    _library = torch.library.Library("mixaug", "IMPL")
    _register_by_hand("mix", _keep_mix, _mix_backward)
    _register_by_hand("row_losses", _keep_losses, _losses_backward)

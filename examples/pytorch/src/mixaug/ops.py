"""Plans and what is done with them: thin forms of torch.ops.mixaug.*, which check types and name arguments.

A plan is a tensor of bytes to the operators, so that torch.compile (torch 2.4 and later) keeps all calls in its graphs:
planning, mixing, labels and losses.
"""
from typing import NamedTuple

import torch

_ops = torch.ops.mixaug


class Key(NamedTuple):
    """What a draw depends on, beside the row: equal keys give equal plans, in every process and on every machine.

    The call plans the rows [first, first + n) of a global batch of `rows` rows (0: n); partners stay inside blocks of
    `block` rows (0: the global batch), for ranks that cannot reach the others' rows.
    """
    seed: int = 0
    step: int = 0
    first: int = 0
    rows: int = 0
    block: int = 0


class Plan:
    """The decisions for one batch; make_plan makes it. Columns are copies, as tensors with a number for each row.

    str(plan) is its text, by which it is pickled and Plan.from_text reads it back with the same bits. `data` are its
    bytes in this process, uint8 with a line for each row.
    """

    def __init__(self, data):
        self.data = data

    @classmethod
    def from_text(cls, text):
        """The plan of a text. Raises ValueError with the line where it is none, TypeError for what is no str."""
        if not isinstance(text, str):
            raise TypeError(f"the text of a plan is a {type(text).__name__}; expected a str")
        return cls(_ops.plan_from_text(text))

    def __len__(self):
        return self.data.shape[0]

    def __str__(self):
        return _ops.plan_text(self.data)

    def __repr__(self):
        return f"<mixaug.Plan of {len(self)} rows>"

    def __reduce__(self):
        return Plan.from_text, (str(self),)

    def _column(self, name):
        return _ops.plan_column(self.data, name)

    partner = property(lambda self: self._column("partner"), doc="row of the partner, int64; -1: none")
    ratio = property(lambda self: self._column("ratio"), doc="lambda, the weight of the sample itself")
    share_self = property(lambda self: self._column("share_self"), doc="label coefficient of the sample")
    share_partner = property(lambda self: self._column("share_partner"), doc="label coefficient of the partner")
    weight_self = property(lambda self: self._column("weight_self"), doc="loss weight of the sample's label")
    weight_partner = property(lambda self: self._column("weight_partner"), doc="that of the partner's label")

    def field(self, height, width):
        """m of every pixel, the weight of the sample itself: float32 (n, height, width)."""
        return _ops.plan_field(self.data, height, width)


def _tensor(value, name):
    if not isinstance(value, torch.Tensor):
        raise TypeError(f"{name} is a {type(value).__name__}; expected a torch.Tensor")
    return value


def _plan(value):
    if not isinstance(value, Plan):
        raise TypeError(f"plan is a {type(value).__name__}; expected a mixaug.Plan, as make_plan returns")
    return value.data


def _source(value):
    return None if value is None else _tensor(value, "source")


def _key(value):
    if not isinstance(value, tuple) or len(value) > 5:
        raise TypeError(f"key is {value!r}; expected a mixaug.Key(seed, step, first, rows, block)")
    return Key(*value)


def methods():
    """The names that make_plan takes."""
    return _ops.methods().split(",")


def make_plan(method, x, key=Key(), *, inputs=None, **options):
    """Plans the batch x, (n, c, h, w) for methods that cut images, by the method of that name.

    inputs: {name: tensor}, what the method reads beside the batch: class_ids, groups, index, targets, features,
    weights, scores (n, h, w), field (n, h, w), partner, class_counts, and of a second source source_class_ids,
    source_targets, ... options are the method's, by their names in C++ (alpha, prob, mode="sample" or "batch", ...),
    with pairing="shuffle", "reverse", "roll" or "derangement", and source_rows, the rows of a second source.
    Raises ValueError for what does not fit, by a sentence, TypeError for what is no tensor.
    """
    lines = "\n".join([f"{name}={value}" for name, value in options.items()])
    given = {} if inputs is None else inputs
    tensors = [_tensor(value, f"the input {name}") for name, value in given.items()]
    return Plan(_ops.make_plan(method, _tensor(x, "x"), lines, *_key(key), ",".join(given), tensors))


def mix(plan, x, source=None, *, gathered=False, out=None):
    """m x + (1 - m) partner as a new tensor, differentiable; or written to out, which has no gradients.

    source: the rows that partners are numbered in, where they are not x's own; with gathered=True the row i is the
    partner of row i.
    """
    data = _plan(plan)
    _tensor(x, "x")
    _source(source)
    if out is None:
        return _ops.mix(x, data, source, gathered)
    _tensor(out, "out")
    needed = x.requires_grad or out.requires_grad or (source is not None and source.requires_grad)
    if torch.is_grad_enabled() and needed:
        raise ValueError("mix(out=...) has no gradients, and one of its tensors requires them; use mix(plan, x), or give "
                         "x.detach(), or torch.no_grad()")
    _ops.mix_out(x, data, source, gathered, out)
    return out


def mix_(plan, x):
    """Mixes x in its own memory, and returns it. Differentiable where x is the result of an operation."""
    data = _plan(plan)
    _tensor(x, "x")
    if not (torch.is_grad_enabled() and x.requires_grad):
        _ops.mix_(x, data)
        return x
    if x.is_leaf:
        raise ValueError("x is a leaf that requires gradients, which cannot be mixed in place; use mix(plan, x), or "
                         "torch.no_grad()")
    return x.copy_(_ops.mix(x, data, None, False))


def soft_labels(plan, y, num_classes, *, source=None, gathered=False, smoothing=0.0, threshold=None):
    """Soft targets, float32 (n, num_classes), of class ids (n) or rows (n, num_classes).

    source, gathered: the labels of a second source, as in mix.
    """
    return _ops.soft_labels(_tensor(y, "y"), _plan(plan), _source(source), gathered, num_classes, smoothing, threshold)


def label_grid(plan, class_ids, size, *, source=None, gathered=False):
    """The class that each cell of a grid shows, int64 (n, gh, gw), of class ids (n) int64: PatchMix's labels."""
    return _ops.label_grid(_tensor(class_ids, "class_ids"), _plan(plan), _source(source), gathered, *size)


def pair_cross_entropy(plan, logits, class_ids, *, source=None, gathered=False, smoothing=0.0, reduction="mean"):
    """Cross entropy of a mixed batch with both labels' shares and weights, differentiable in the logits, once."""
    if reduction not in ("none", "sum", "mean"):
        raise ValueError(f"reduction is {reduction!r}; expected none, sum or mean")
    wanted = torch.is_grad_enabled() and _tensor(logits, "logits").requires_grad
    losses, _ = _ops.row_losses(logits, _plan(plan), _tensor(class_ids, "class_ids"), _source(source), gathered,
                                smoothing, wanted)
    return losses if reduction == "none" else losses.sum() if reduction == "sum" else losses.mean()


def saliency_map(images, detector="fine_grained"):
    """Score maps, float32 (n, h, w), of images (n, c, h, w)."""
    return _ops.saliency_map(_tensor(images, "images"), detector)


def empty_cache():
    """Frees the memory of outputs that is kept for the next ones: at most 4 blocks of 1 MiB and more."""
    _ops.empty_cache()

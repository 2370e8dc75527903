"""Plans and what is done with them: thin forms of torch.ops.mixaug.*, which check types and name arguments."""
from typing import NamedTuple

import torch


def outside_of_graphs(function):
    """Plans are drawn on the host, and are no tensors: torch.compile (from 2.1) leaves these calls out of its graphs."""
    compiler = getattr(torch, "compiler", None)
    return compiler.disable(function) if hasattr(compiler, "disable") else function


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
    """The decisions for one batch; make_plan makes it. Columns are copies, as tensors with a number for each row."""

    def __init__(self, handle):
        self._handle = handle

    def __len__(self):
        return self._handle.rows()

    def _column(self, name):
        return torch.ops.mixaug.plan_column(self._handle, name)

    partner = property(lambda self: self._column("partner"), doc="row of the partner, int64; -1: none")
    ratio = property(lambda self: self._column("ratio"), doc="lambda, the weight of the sample itself")
    share_self = property(lambda self: self._column("share_self"), doc="label coefficient of the sample")
    share_partner = property(lambda self: self._column("share_partner"), doc="label coefficient of the partner")
    weight_self = property(lambda self: self._column("weight_self"), doc="loss weight of the sample's label")
    weight_partner = property(lambda self: self._column("weight_partner"), doc="that of the partner's label")

    def field(self, height, width):
        """m of every pixel, the weight of the sample itself: float32 (n, height, width)."""
        return torch.ops.mixaug.plan_field(self._handle, height, width)


def _tensor(value, name):
    if not isinstance(value, torch.Tensor):
        raise TypeError(f"{name} is a {type(value).__name__}; expected a torch.Tensor")
    return value


def _plan(value):
    if not isinstance(value, Plan):
        raise TypeError(f"plan is a {type(value).__name__}; expected a mixaug.Plan, as make_plan returns")
    return value._handle


def _key(value):
    try:
        key = Key(*value)
        return [int(number) for number in key]
    except TypeError as error:
        raise TypeError(f"key is {value!r}; expected a mixaug.Key(seed, step, first, rows, block)") from error


def methods():
    """The names that make_plan takes."""
    return list(torch.ops.mixaug.methods())


@outside_of_graphs
def make_plan(method, x, key=Key(), *, inputs=None, **options):
    """Plans the batch x, (n, c, h, w) for methods that cut images, by the method of that name.

    inputs: {name: tensor}, what the method reads beside the batch: class_ids, groups, index, targets, features,
    weights, scores (n, h, w), field (n, h, w), partner, class_counts. options are the method's, by their names in C++
    (alpha, prob, mode="sample" or "batch", ...), with pairing="shuffle", "reverse", "roll" or "derangement".
    Raises ValueError for what does not fit, by a sentence, TypeError for what is no tensor.
    """
    texts = {name: str(value) for name, value in options.items()}
    given = {name: _tensor(value, f"the input {name}") for name, value in (inputs or {}).items()}
    return Plan(torch.ops.mixaug.make_plan(method, _tensor(x, "x"), texts, _key(key), given))


@outside_of_graphs
def mix(plan, x, source=None, *, gathered=False, out=None):
    """m x + (1 - m) partner as a new tensor, differentiable; or written to out, which has no gradients.

    source: the rows that partners are numbered in, where they are not x's own; with gathered=True the row i is the
    partner of row i.
    """
    handle = _plan(plan)
    _tensor(x, "x")
    if source is not None:
        _tensor(source, "source")
    if out is None:
        return torch.ops.mixaug.mix(x, handle, source, gathered)
    return torch.ops.mixaug.mix.out(x, handle, source, gathered, out=_tensor(out, "out"))


@outside_of_graphs
def mix_(plan, x):
    """Mixes x in its own memory, and returns it."""
    return torch.ops.mixaug.mix_(_tensor(x, "x"), _plan(plan))


@outside_of_graphs
def soft_labels(plan, y, num_classes, *, smoothing=0.0, threshold=None):
    """Soft targets, float32 (n, num_classes), of class ids (n) or rows (n, num_classes)."""
    return torch.ops.mixaug.soft_labels(_tensor(y, "y"), _plan(plan), num_classes, smoothing, threshold)


@outside_of_graphs
def pair_cross_entropy(plan, logits, class_ids, *, smoothing=0.0, reduction="mean"):
    """Cross entropy of a mixed batch with both labels' shares and weights, differentiable in the logits."""
    return torch.ops.mixaug.pair_cross_entropy(_tensor(logits, "logits"), _plan(plan), _tensor(class_ids, "class_ids"),
                                               smoothing, reduction)


@outside_of_graphs
def saliency_map(images, detector="fine_grained"):
    """Score maps, float32 (n, h, w), of images (n, c, h, w)."""
    return torch.ops.mixaug.saliency_map(_tensor(images, "images"), detector)

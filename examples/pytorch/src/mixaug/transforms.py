"""Callables (images, targets) -> (images, targets), as torchvision's and timm's.

    cutmix = mixaug.CutMix(num_classes=10, alpha=1.0, seed=3)
    images, targets = cutmix(images, targets)

A new method of the library is one line here: a class that names it.
"""
import torch

from . import ops


def _check_state(state, names, whose):
    if not isinstance(state, dict):
        raise TypeError(f"the state of {whose} is a {type(state).__name__}; expected a dict, as state_dict() returns")
    if set(state) != names:
        raise ValueError(f"the state of {whose} has {', '.join(sorted(map(str, state))) or 'nothing'}; expected "
                         f"{', '.join(sorted(names))}")


class Transform:
    """Mixes a batch by the method `method` of make_plan, and its labels with it.

    num_classes: of class ids (n); not read for targets (n, num_classes), nor for regression targets (n) of floats.
    smoothing: of the labels. seed, and the number of calls so far, are the key; a call with key=mixaug.Key(...), as
    collate functions and resumed runs give it, takes that. inplace: mixes images in their own memory, where the method
    pastes nothing from another place. options: those of the method.
    """
    method = None
    defaults = {}

    def __init__(self, num_classes=None, *, smoothing=0.0, seed=0, inplace=False, **options):
        if self.method not in ops.methods():
            raise ValueError(f"there is no method {self.method!r}; there are {', '.join(ops.methods())}")
        self.num_classes = num_classes
        self.smoothing = smoothing
        self.seed = seed
        self.inplace = inplace
        self.options = {**self.defaults, **options}
        self.step = 0

    def __repr__(self):
        options = "".join(f", {name}={value!r}" for name, value in self.options.items())
        return f"{type(self).__name__}(num_classes={self.num_classes}, smoothing={self.smoothing}, seed={self.seed}{options})"

    def plan(self, images, key=None, inputs=None):
        """The plan of the next call, or of the key."""
        if key is None:
            key = ops.Key(self.seed, self.step)
            self.step += 1
        return ops.make_plan(self.method, images, key, inputs=inputs, **self.options)

    def __call__(self, images, targets=None, *, key=None, inputs=None, out=None):
        """The mixed images, and the mixed targets where targets are given.

        out: a tensor as images, which is written and returned; else a new one (or images, with inplace).
        """
        self._check(images, targets, out)
        plan = self.plan(images, key, inputs)
        # The labels first: what they refuse leaves the images as they are.
        labels = None if targets is None else self._mixed_targets(plan, targets)
        if self.inplace and out is None:
            mixed = ops.mix_(plan, images)
        else:
            mixed = ops.mix(plan, images, out=out)
        return mixed if targets is None else (mixed, labels)

    def _check(self, images, targets, out):
        ops._tensor(images, "images")
        if out is not None and self.inplace:
            raise ValueError("out was given to a transform with inplace=True; take one of the two")
        if targets is None:
            return
        ops._tensor(targets, "targets")
        if targets.dim() == 0 or len(targets) != len(images):
            raise ValueError(f"targets are of shape {tuple(targets.shape)}; expected {len(images)} rows, as images")
        if not targets.is_floating_point() and self.num_classes is None:
            raise ValueError(f"{type(self).__name__} got class ids and no num_classes; give it num_classes=...")

    def _mixed_targets(self, plan, targets):
        if targets.is_floating_point() and targets.dim() == 1:
            return ops.mix(plan, targets)  # regression: only for methods that blend everywhere
        width = targets.shape[1] if targets.is_floating_point() else self.num_classes
        return ops.soft_labels(plan, targets, width, smoothing=self.smoothing)


class MixUp(Transform):
    """Blends two samples (arXiv 1710.09412): alpha=1.0, prob=1.0, mode="sample"."""
    method = "mixup"


class CutMix(Transform):
    """Pastes a box of the partner (arXiv 1905.04899): alpha, prob, mode, placement, correct_lam, boxes."""
    method = "cutmix"


class MixUpOrCutMix(Transform):
    """One of the two for each sample or batch: mixup_alpha, cutmix_alpha, prob, switch_prob, mode."""
    method = "mixup_or_cutmix"


class Cutout(Transform):
    """Erases boxes (arXiv 1708.04552): n_holes, length."""
    method = "cutout"


class GridMix(Transform):
    """Takes cells of a grid from the partner: alpha, n."""
    method = "gridmix"


class FMix(Transform):
    """Takes pixels by thresholded low-frequency noise (arXiv 2002.12047): alpha, decay, max_soft."""
    method = "fmix"


class SmoothMix(Transform):
    """Blends the partner in by a Gaussian weight: sigma_low, sigma_high."""
    method = "smoothmix"


class ResizeMix(Transform):
    """Pastes the whole partner, resized (arXiv 2012.11101): scope_min, scope_max, interpolation."""
    method = "resizemix"


class SaliencyMix(Transform):
    """Pastes the box around the partner's most salient pixel (arXiv 2006.01791): alpha, scheme, detector."""
    method = "saliencymix"


class PuzzleMix(Transform):
    """Cells by an exact minimum of the energy (arXiv 2009.06962); inputs={"scores": (n, h, w)} or a detector."""
    method = "puzzlemix"


class AttentiveMix(Transform):
    """Pastes the cells with the partner's largest scores (arXiv 2003.13048): top_k, grid; inputs={"scores": ...}."""
    method = "attentivemix"


class SnapMix(Transform):
    """Resizes a box into another box, labels by class activation (arXiv 2012.04846); inputs={"scores": ...}."""
    method = "snapmix"


class BackgroundMix(Transform):
    """The dull part of another class's image for samples of rare classes: alpha, scheme, keep, at_most; mixaug's own.

    Class ids are read from the targets, or from inputs={"class_ids": ...} where those are rows.
    """
    method = "background_mix"

    def __call__(self, images, targets=None, *, key=None, inputs=None, out=None):
        if isinstance(targets, torch.Tensor) and not targets.is_floating_point():
            inputs = {"class_ids": targets, **(inputs or {})}
        return super().__call__(images, targets, key=key, inputs=inputs, out=out)


class RegMixup(Transform):
    """The clean batch, then its mixes, twice the rows, of which the mixes weigh eta (arXiv 2206.14502): alpha, eta."""
    method = "regmixup"


class PatchMix(Transform):
    """CutMix for few-shot episodes, whose targets are the class of each cell of the features (Xu et al., TPAMI 2022).

    grid: (gh, gw), the size of the features; targets are class ids (n) int64, and become (n, gh, gw) int64.
    """
    method = "patchmix"

    def __init__(self, grid, **options):
        super().__init__(**options)
        self.grid = tuple(grid)

    def _check(self, images, targets, out):
        super()._check(images, None, out)
        if targets is not None and (ops._tensor(targets, "targets").dtype != torch.int64 or
                                    targets.shape != images.shape[:1]):
            raise ValueError(f"targets are {targets.dtype} of shape {tuple(targets.shape)}; expected class ids, int64 "
                             f"({len(images)})")

    def _mixed_targets(self, plan, targets):
        return ops.label_grid(plan, targets, self.grid)


class RecursiveMix(Transform):
    """Pastes the mixed image of the step before, resized (arXiv 2203.06844): alpha, interpolation.

    The last mixed batch and its targets are kept here, in `images` and `targets`; reset() forgets them, and
    state_dict() and load_state_dict() resume a run in the middle.
    """
    method = "recursivemix"

    def __init__(self, num_classes, **options):
        super().__init__(num_classes, **options)
        if self.inplace:
            raise ValueError("recursivemix reads its source at another place, and cannot mix in place; take out=")
        self.reset()

    def reset(self):
        """Forgets the step before, as at the beginning of an epoch."""
        self.images = self.targets = None

    def state_dict(self):
        return {"step": self.step, "images": self.images, "targets": self.targets}

    def load_state_dict(self, state):
        _check_state(state, {"step", "images", "targets"}, "RecursiveMix")
        if (state["images"] is None) != (state["targets"] is None):
            raise ValueError("the state of RecursiveMix has one of images and targets; expected both, or none")
        self.step, self.images, self.targets = state["step"], state["images"], state["targets"]

    def __call__(self, images, targets, *, key=None, inputs=None, out=None):
        self._check(images, targets, out)
        past = images[:0] if self.images is None else self.images
        if past.shape[1:] != images.shape[1:] or past.dtype != images.dtype:
            raise ValueError(f"images are {images.dtype} of shape {tuple(images.shape)}, and those of the step before are "
                             f"{past.dtype} of shape {tuple(past.shape)}; reset() forgets them")
        if out is not None and self.images is not None and out.data_ptr() == self.images.data_ptr():
            raise ValueError("out is the batch of the step before, which is read; take two buffers by turns")
        if key is None:
            key = ops.Key(self.seed, self.step)
            self.step += 1
        plan = ops.make_plan(self.method, images, key, inputs=inputs, source_rows=len(past), **self.options)
        rows = targets
        if not targets.is_floating_point():
            rows = torch.zeros(len(targets), self.num_classes).scatter_(1, targets.long().unsqueeze(1), 1.0)
        rows = rows * (1 - self.smoothing) + self.smoothing / rows.shape[1]
        labels = ops.soft_labels(plan, rows, rows.shape[1], source=rows[:0] if self.targets is None else self.targets)
        mixed = ops.mix(plan, images.detach(), past, out=out)
        self.images, self.targets = mixed, labels
        return mixed, labels


class Lisa(Transform):
    """Mixup within a class or a group (arXiv 2201.00299); inputs={"class_ids": ..., "groups": ...}."""
    method = "lisa"


class BalancedMixup(Transform):
    """A little of a sample whose class is drawn evenly (arXiv 2109.09850); inputs={"class_ids": ...}."""
    method = "balanced_mixup"


class Mixup:
    """timm's Mixup by its options, with mixaug's draws: mixup and CutMix, switched by batch, pair or elem.

    Images are mixed with the batch in reverse order, as by timm; a new tensor is returned unless inplace=True. Targets
    are class ids (n) or rows (n, num_classes). mixup_enabled = False leaves images as they are.
    """

    def __init__(self, mixup_alpha=1.0, cutmix_alpha=0.0, cutmix_minmax=None, prob=1.0, switch_prob=0.5, mode="batch",
                 correct_lam=True, label_smoothing=0.1, num_classes=1000, seed=0, inplace=False):
        if mode not in ("batch", "pair", "elem"):
            raise ValueError(f"mode is {mode!r}; expected batch, pair or elem")
        if cutmix_minmax is not None:
            if len(cutmix_minmax) != 2:
                raise ValueError(f"cutmix_minmax has {len(cutmix_minmax)} numbers; expected 2")
            cutmix_alpha = 1.0
        if not (mixup_alpha > 0 or cutmix_alpha > 0):
            raise ValueError("one of mixup_alpha > 0, cutmix_alpha > 0 and cutmix_minmax is needed")
        self.mode = mode
        self.mixup_enabled = True
        options = dict(prob=prob, mode="batch" if mode == "batch" else "sample")
        if mode != "pair":
            options["pairing"] = "reverse"
        boxes = dict(placement="clipped_odd")
        if cutmix_minmax is not None:
            boxes.update(minmax_low=cutmix_minmax[0], minmax_high=cutmix_minmax[1])
        else:
            boxes.update(correct_lam=bool(correct_lam))
        if mixup_alpha > 0 and cutmix_alpha > 0:
            chosen, options = MixUpOrCutMix, dict(options, mixup_alpha=mixup_alpha, cutmix_alpha=cutmix_alpha,
                                                  switch_prob=switch_prob, **boxes)
        elif mixup_alpha > 0:
            chosen, options = MixUp, dict(options, alpha=mixup_alpha)
        else:
            chosen, options = CutMix, dict(options, alpha=cutmix_alpha, **boxes)
        self.transform = chosen(num_classes, smoothing=label_smoothing, seed=seed, inplace=inplace, **options)

    def __call__(self, images, targets, *, key=None, out=None):
        if not self.mixup_enabled:
            plan = ops.make_plan("mixup", images, prob=0.0)
            labels = self.transform._mixed_targets(plan, targets)
            return (images if out is None else out.copy_(images)), labels
        if self.mode == "pair":
            return self._pairs(images, targets, key, out)
        return self.transform(images, targets, key=key, out=out)

    def _pairs(self, images, targets, key, out):
        """Rows i and n - 1 - i mixed with each other by the same decisions."""
        transform = self.transform
        transform._check(images, targets, out)
        n = len(images)
        if n % 2 != 0:
            raise ValueError(f"a batch of {n} rows has no pairs; mode='pair' needs an even number")
        first, second = images[:n // 2], images[n // 2:].flip(0)
        if key is None:
            key = ops.Key(transform.seed, transform.step)
            transform.step += 1
        plan = ops.make_plan(transform.method, first, key, source_rows=n // 2, **transform.options)
        alone = ops.make_plan("mixup", targets, prob=0.0)
        clean = transform._mixed_targets(alone, targets)
        own, other = clean[:n // 2], clean[n // 2:].flip(0)
        a, b = plan.share_self.unsqueeze(1), plan.share_partner.unsqueeze(1)
        labels = torch.cat([a * own + b * other, (a * other + b * own).flip(0)])
        mixed = torch.cat([ops.mix(plan, first, second, gathered=True),
                           ops.mix(plan, second, first, gathered=True).flip(0)])
        to = images if transform.inplace else out
        return (mixed if to is None else to.copy_(mixed)), labels

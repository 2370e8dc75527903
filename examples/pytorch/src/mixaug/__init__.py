"""mixaug for PyTorch: plans of mix-based data augmentation, applied to tensors.

    plan = mixaug.make_plan("cutmix", images, mixaug.Key(seed=1, step=step), alpha=1.0)
    mixed = mixaug.mix(plan, images)                                  # differentiable; out= and mix_ beside it
    targets = mixaug.soft_labels(plan, class_ids, num_classes=10)

The callables of mixaug.transforms do all three, (images, targets) -> (images, targets); mixaug.data has them for
DataLoader workers.
"""
from pathlib import Path

import torch  # noqa: F401  (its libraries are those that _C needs)

from . import _C  # noqa: F401  (registers torch.ops.mixaug)
from . import gradients  # noqa: F401  (and what torch.compile and autograd know of them)
from . import ops
from .data import CMixupCollate, CMixupSampler, KeyedBatchSampler, KeyedDataset, MixCollate, UMixWeights
from .ops import (Key, Plan, empty_cache, label_grid, make_plan, methods, mix, mix_, pair_cross_entropy, saliency_map,
                  soft_labels)
from .transforms import (AttentiveMix, BackgroundMix, BalancedMixup, CutMix, Cutout, FMix, GridMix, Lisa, Mixup, MixUp,
                         MixUpOrCutMix, PatchMix, PuzzleMix, RecursiveMix, RegMixup, ResizeMix, SaliencyMix, SmoothMix,
                         SnapMix, Transform)

__version__ = "0.2.0"


def get_include():
    """The folder of mixaug's C++ headers, for extensions of one's own."""
    return str(Path(__file__).parent / "include")


__all__ = [
    "AttentiveMix", "BackgroundMix", "BalancedMixup", "CMixupCollate", "CMixupSampler", "CutMix", "Cutout", "FMix",
    "GridMix", "Key", "KeyedBatchSampler", "KeyedDataset", "Lisa", "MixCollate", "MixUp", "MixUpOrCutMix", "Mixup",
    "PatchMix", "Plan", "PuzzleMix", "RecursiveMix", "RegMixup", "ResizeMix", "SaliencyMix", "SmoothMix", "SnapMix",
    "Transform", "UMixWeights", "empty_cache", "get_include", "label_grid", "make_plan", "methods", "mix", "mix_", "ops",
    "pair_cross_entropy", "saliency_map", "soft_labels",
]

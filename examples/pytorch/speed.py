"""speed.py [--threads N] [--repeats R]: mixaug beside torchvision's and timm's mixes, in one process, by turns.

64 x 3 x 224 x 224, one decision a batch; mixaug draws a plan in every turn. For mixup torchvision.transforms.v2 (from
0.16) and timm are called where they are installed; else, and for CutMix, whose time follows from the box, the tensor
operations that they do are written here ("by hand"), with a box of 158 x 158 pixels, half of the image, as mixaug's.
Prints the fastest of R turns of each in ms, and the ratio.
"""
import argparse
import time

import torch

import mixaug

try:
    from torchvision.transforms import v2
except ImportError:
    v2 = None
try:
    from timm.data.mixup import Mixup as timm_mixup
except ImportError:
    timm_mixup = None

N, C, H, W = 64, 3, 224, 224


def torchvision_mixup(x, lam=0.3):
    return x.roll(1, 0).mul_(1.0 - lam).add_(x.mul(lam))


def torchvision_cutmix(x, top=30, bottom=188, left=40, right=198):
    rolled, out = x.roll(1, 0), x.clone()
    out[..., top:bottom, left:right] = rolled[..., top:bottom, left:right]
    return out


def timm_batch_mixup(x, lam=0.3):
    x.mul_(lam).add_(x.flip(0).mul_(1.0 - lam))


def timm_batch_cutmix(x, top=30, bottom=188, left=40, right=198):
    x[:, :, top:bottom, left:right] = x.flip(0)[:, :, top:bottom, left:right]


def peers(y):
    """What is measured against: {name: (by whom, call)}."""
    fresh_mixup = ("torchvision by hand", torchvision_mixup)
    fresh_cutmix = ("torchvision by hand", torchvision_cutmix)
    if v2 is not None and hasattr(v2, "MixUp"):
        mixup = v2.MixUp(num_classes=10)
        fresh_mixup = ("torchvision", lambda x: mixup(x, y))
    own_mixup = ("timm by hand", timm_batch_mixup)
    own_cutmix = ("timm by hand", timm_batch_cutmix)
    if timm_mixup is not None:
        timm = timm_mixup(1.0, 0.0, num_classes=10, label_smoothing=0.0)
        own_mixup = ("timm", lambda x: timm(x, y))
    return fresh_mixup, fresh_cutmix, own_mixup, own_cutmix


def measured(calls, repeats):
    """The fastest turn of each call in ms; the calls take turns, so that what else the machine does meets all."""
    times = [[] for _ in calls]
    for turn in range(repeats + 2):
        for call, own in zip(calls, times):
            start = time.perf_counter()
            call()
            if turn >= 2:
                own.append(1e3 * (time.perf_counter() - start))
    return [min(own) for own in times]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--repeats", type=int, default=30)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    y = torch.arange(N) % 10
    x = torch.rand(N, C, H, W)
    bytes_ = (x * 255).to(torch.uint8)
    out, out_bytes, own, own_peer = torch.empty_like(x), torch.empty_like(bytes_), x.clone(), x.clone()
    fresh_mixup, fresh_cutmix, own_mixup, own_cutmix = peers(y)
    half = dict(mode="batch", alpha=1e6)  # lambda = 1/2 in every turn
    box = dict(half, placement="inside")
    mixup, cutmix = mixaug.MixUp(pairing="roll", **half), mixaug.CutMix(pairing="roll", **box)
    mixup_ = mixaug.MixUp(pairing="reverse", inplace=True, **half)
    cutmix_ = mixaug.CutMix(pairing="reverse", inplace=True, **box)
    cases = [
        ("mixup, fresh output", lambda: mixup(x), fresh_mixup, x),
        ("mixup, reused buffer", lambda: mixup(x, out=out), fresh_mixup, x),
        ("mixup, in place", lambda: mixup_(own), own_mixup, own_peer),
        ("CutMix, fresh output", lambda: cutmix(x), fresh_cutmix, x),
        ("CutMix, reused buffer", lambda: cutmix(x, out=out), fresh_cutmix, x),
        ("CutMix, in place", lambda: cutmix_(own), own_cutmix, own_peer),
        ("CutMix of uint8, fresh output", lambda: cutmix(bytes_), fresh_cutmix, bytes_),
        ("CutMix of uint8, reused buffer", lambda: cutmix(bytes_, out=out_bytes), fresh_cutmix, bytes_),
    ]
    print(f"torch {torch.__version__}, {options.threads} threads, {N} x {C} x {H} x {W}, fastest of {options.repeats}\n")
    print("| case | mixaug ms | beside | ms | times as fast |")
    print("|---|---|---|---|---|")
    for name, ours, (whose, peer), argument in cases:
        mine, theirs = measured([ours, lambda: peer(argument)], options.repeats)
        print(f"| {name} | {mine:.2f} | {whose} | {theirs:.2f} | {theirs / mine:.1f} |")


if __name__ == "__main__":
    main()

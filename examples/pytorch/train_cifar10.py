"""train_cifar10.py [--data PATH...] [--mix NAME] [--epochs E]: a small network, mixed in the loader's workers.

PATH is a folder of CIFAR-10's binary files (data_batch_1.bin, ..., test_batch.bin: a label and 3 x 32 x 32 bytes a
record), or such files, of which the last one is tested on. Without it, drawn images: coloured stripes whose direction is the class.
"""
import argparse
from pathlib import Path

import numpy
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import mixaug

MIXES = {
    "none": None,
    "mixup": mixaug.MixUp,
    "cutmix": mixaug.CutMix,
    "saliencymix": mixaug.SaliencyMix,
    "fmix": mixaug.FMix,
    "resizemix": mixaug.ResizeMix,
    "mixup_or_cutmix": mixaug.MixUpOrCutMix,
}


def read_binary(paths):
    """Images in [0, 1], (n, 3, 32, 32), and labels (n), of CIFAR-10's binary files."""
    images, labels = [], []
    for path in paths:
        content = numpy.fromfile(path, dtype=numpy.uint8)
        if content.size == 0 or content.size % 3073 != 0:
            raise ValueError(f"{path} has {content.size} bytes; expected records of 3073")
        records = content.reshape(-1, 3073)
        if records[:, 0].max() > 9:
            raise ValueError(f"{path} has the label {records[:, 0].max()}; expected 0 to 9")
        labels.append(records[:, 0].astype(numpy.int64))
        images.append(records[:, 1:].reshape(-1, 3, 32, 32))
    return torch.from_numpy(numpy.concatenate(images)).float() / 255, torch.from_numpy(numpy.concatenate(labels))


def drawn(rows, seed):
    """Stripes in one of 10 directions, of random colour, width and phase, under noise."""
    random = torch.Generator().manual_seed(seed)
    y = torch.arange(rows) % 10
    angle = (y.float() * torch.pi / 10).view(-1, 1, 1)
    at = torch.linspace(-1, 1, 32)
    waves = 4 + 4 * torch.rand(rows, 1, 1, generator=random)
    phase = 6.3 * torch.rand(rows, 1, 1, generator=random)
    stripes = torch.sin(waves * (at.view(1, 32, 1) * angle.sin() + at.view(1, 1, 32) * angle.cos()) + phase)
    colour = torch.rand(rows, 3, 1, 1, generator=random)
    noise = 0.2 * torch.randn(rows, 3, 32, 32, generator=random)
    return (0.5 + 0.5 * stripes.unsqueeze(1) * colour + noise).clamp(0, 1), y


def load(paths, rows):
    if not paths:
        return drawn(rows or 2000, 1), drawn(1000, 2)
    if len(paths) == 1:
        folder = Path(paths[0])
        paths = sorted(folder.glob("data_batch_*.bin")) + [folder / "test_batch.bin"]
        if len(paths) < 2:
            raise ValueError(f"{folder} holds no data_batch_1.bin; give CIFAR-10's folder of binary files, or the files")
    train = read_binary(paths[:-1])
    if rows:
        train = tuple(part[:rows] for part in train)
    return train, read_binary(paths[-1:])


def network():
    def block(inputs, outputs):
        return [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]

    return nn.Sequential(*block(3, 32), nn.MaxPool2d(2), *block(32, 64), nn.MaxPool2d(2), *block(64, 128),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10))


def accuracy(net, images, labels):
    net.eval()
    with torch.no_grad():
        right = sum((net(x).argmax(1) == y).sum().item() for x, y in zip(images.split(500), labels.split(500)))
    net.train()
    return right / len(labels)


def train(options):
    torch.manual_seed(options.seed)
    (images, labels), test = load(options.data, options.rows)
    mix = MIXES[options.mix]
    collate = None if mix is None else mixaug.MixCollate(mix(num_classes=10, smoothing=options.smoothing))
    sampler = mixaug.KeyedBatchSampler(len(images), options.batch, seed=options.seed, drop_last=True)
    if collate is None:
        def collate(samples):
            return torch.utils.data.default_collate([sample for sample, _ in samples])
    loader = DataLoader(mixaug.KeyedDataset(TensorDataset(images, labels)), batch_sampler=sampler, collate_fn=collate,
                        num_workers=options.workers)
    net = network()
    optimizer = torch.optim.SGD(net.parameters(), options.rate, momentum=0.9, weight_decay=5e-4, nesterov=True)
    steps = options.epochs * len(sampler)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, options.rate, total_steps=steps)
    reached = 0.0
    for epoch in range(options.epochs):
        sampler.set_epoch(epoch)
        total = 0.0
        for x, targets in loader:
            loss = nn.functional.cross_entropy(net(x), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        reached = accuracy(net, *test)
        print(f"epoch {epoch + 1}: loss {total / len(sampler):.3f}, test accuracy {reached:.3f}", flush=True)
    return reached


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", default=[], help="a folder of CIFAR-10's binary files, or files, the last "
                        "one to test on; without it images are drawn")
    parser.add_argument("--mix", choices=MIXES, default="cutmix")
    parser.add_argument("--rows", type=int, default=0, help="so many training images; 0: all (drawn: 2000)")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--smoothing", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    return train(parser.parse_args(arguments))


if __name__ == "__main__":
    main()

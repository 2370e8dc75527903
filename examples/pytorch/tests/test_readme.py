"""What README.md shows, run."""
import unittest

import torch
from torch.utils.data import DataLoader, TensorDataset

import mixaug


class Readme(unittest.TestCase):
    def test_callables_and_plans(self):
        images, labels, hidden = torch.rand(8, 3, 16, 16), torch.arange(8), torch.randn(8, 12, requires_grad=True)
        buffer, net_after, step = torch.empty_like(images), torch.nn.Linear(12, 10), 3

        cutmix = mixaug.CutMix(num_classes=10, alpha=1.0, smoothing=0.1)
        mixed, targets = cutmix(images, labels)                     # new tensors; targets float32 (n, 10)
        mixed, targets = cutmix(images, labels, out=buffer)         # into a tensor that is kept
        mix_in_place = mixaug.CutMix(num_classes=10, inplace=True)

        plan = mixaug.make_plan("mixup", hidden, mixaug.Key(seed=1, step=step), alpha=2.0)  # hidden layers: any rank
        mixed = mixaug.mix(plan, hidden)                            # differentiable
        loss = mixaug.pair_cross_entropy(plan, net_after(mixed), labels)

        text = str(plan)                                            # replay: mixaug.Plan.from_text(text); plans pickle, too

        self.assertEqual(str(mixaug.Plan.from_text(text)), text)
        loss.backward()
        self.assertGreater(hidden.grad.abs().sum().item(), 0)
        self.assertEqual(tuple(targets.shape), (8, 10))
        mix_in_place(images, labels)
        with self.assertRaises(ValueError) as caught:
            mixaug.mix(plan, images[:3])   # ValueError: mixaug: x is 3 rows; expected 8 rows, for which the plan was made
        self.assertEqual(str(caught.exception), "mixaug: x is 3 rows; expected 8 rows, for which the plan was made")

    def test_loader(self):
        data, rank, world, epochs, seen = TensorDataset(torch.rand(128, 3, 8, 8), torch.arange(128) % 10), 0, 1, 2, []

        def train(images, targets):
            seen.append(targets)

        sampler = mixaug.KeyedBatchSampler(len(data), batch_size=64, seed=1, rank=rank, world=world)
        loader = DataLoader(mixaug.KeyedDataset(data), batch_sampler=sampler, num_workers=2,
                            collate_fn=mixaug.MixCollate(mixaug.CutMix(num_classes=10)))
        for epoch in range(epochs):
            sampler.set_epoch(epoch)            # set_epoch(epoch, step) goes on in the middle of one
            for images, targets in loader:
                train(images, targets)
        self.assertEqual(len(seen), 4)
        self.assertFalse(torch.equal(seen[0], seen[2]))


if __name__ == "__main__":
    unittest.main()

"""Samplers, collate functions and records: the same batches for any number of workers and ranks."""
import unittest

import numpy
import torch
from torch.utils.data import DataLoader, TensorDataset

import mixaug


def data(n=40):
    generator = torch.Generator().manual_seed(1)
    return TensorDataset(torch.rand(n, 3, 8, 8, generator=generator), torch.arange(n) % 4)


def batches(sampler, collate, workers=0, of=None):
    loader = DataLoader(mixaug.KeyedDataset(of or data()), batch_sampler=sampler, collate_fn=collate,
                        num_workers=workers)
    return list(loader)


class Loaders(unittest.TestCase):
    def test_workers_do_not_matter(self):
        collate = mixaug.MixCollate(mixaug.MixUpOrCutMix(4, smoothing=0.1))
        alone = batches(mixaug.KeyedBatchSampler(40, 8, seed=3), collate)
        self.assertEqual(len(alone), 5)
        for workers in (1, 2):
            for (x, y), (a, b) in zip(batches(mixaug.KeyedBatchSampler(40, 8, seed=3), collate, workers), alone):
                self.assertTrue(torch.equal(x, a) and torch.equal(y, b))

    def test_epochs_differ_and_resumed_ones_do_not(self):
        collate = mixaug.MixCollate(mixaug.CutMix(4))
        sampler = mixaug.KeyedBatchSampler(40, 8, seed=3)
        first = batches(sampler, collate)
        sampler.set_epoch(1)
        second = batches(sampler, collate)
        self.assertFalse(torch.equal(first[0][0], second[0][0]))
        sampler.set_epoch(1, step=3)
        self.assertEqual(len(sampler), 2)
        rest = batches(sampler, collate)
        self.assertTrue(all(torch.equal(x, a) for (x, _), (a, _) in zip(rest, second[3:])))

    def test_keys_of_all_steps_differ(self):
        sampler, keys = mixaug.KeyedBatchSampler(40, 8, seed=3), []
        for epoch in range(3):
            sampler.set_epoch(epoch)
            keys += [batch[0][1][:2] for batch in sampler]
        self.assertEqual(len(set(keys)), 15)

    def test_ranks_have_the_rows_of_one_global_batch(self):
        whole = [key for _, key in mixaug.KeyedBatchSampler(40, 20, seed=3)._batches()]
        rows = [[], []]
        for rank in (0, 1):
            sampler = mixaug.KeyedBatchSampler(40, 10, seed=3, rank=rank, world=2)
            for index, key in sampler._batches():
                rows[rank].append(index)
                self.assertEqual((key.first, key.rows, key.block), (10 * rank, 20, 10))
        for step, (index, _) in enumerate(mixaug.KeyedBatchSampler(40, 20, seed=3)._batches()):
            self.assertTrue(torch.equal(torch.cat([rows[0][step], rows[1][step]]), index))
        self.assertEqual(len(whole), 2)
        collate = mixaug.MixCollate(mixaug.MixUp(4))
        first = batches(mixaug.KeyedBatchSampler(40, 10, seed=3, rank=0, world=2), collate)
        second = batches(mixaug.KeyedBatchSampler(40, 10, seed=3, rank=1, world=2), collate)
        self.assertFalse(torch.equal(first[0][1], second[0][1]))  # other rows, other ratios

    def test_a_last_batch_that_is_not_full(self):
        collate = mixaug.MixCollate(mixaug.MixUp(4))
        self.assertEqual([len(y) for _, y in batches(mixaug.KeyedBatchSampler(40, 16), collate)], [16, 16, 8])
        self.assertEqual(len(batches(mixaug.KeyedBatchSampler(40, 16, drop_last=True), collate)), 2)


class CMixup(unittest.TestCase):
    def test_partners_follow_the_kernel(self):
        """Partners of one query, 20000 times, against the Gaussian kernel of its labels: chi-square."""
        labels = torch.tensor([0.0, 0.1, 0.35, 0.5, 0.9, 1.4], dtype=torch.float64)
        sampler = mixaug.CMixupSampler(labels, 2, bandwidth=0.4)
        query = torch.full((20000,), 2, dtype=torch.int64)
        partners = sampler.partners(query, mixaug.Key(11, 0, 0, 20000))
        weight = numpy.exp(-0.5 * ((labels - labels[2]).numpy() / 0.4) ** 2)
        expected = 20000 * weight / weight.sum()
        seen = numpy.bincount(partners.numpy(), minlength=6)
        self.assertLess(((seen - expected) ** 2 / expected).sum(), 20.5)  # 5 degrees of freedom, p = 0.001

    def test_batches_are_mixed_with_their_partners(self):
        x = torch.arange(30, dtype=torch.float64).view(30, 1).repeat(1, 4)
        y = torch.linspace(0, 1, 30, dtype=torch.float64)
        of = TensorDataset(x, y)
        sampler = mixaug.CMixupSampler(y, 10, bandwidth=0.05, seed=2)
        (mixed, targets), *rest = batches(sampler, mixaug.CMixupCollate(alpha=2.0), of=of)
        self.assertEqual(len(rest), 2)
        rows, key = next(sampler._batches())
        partners = sampler.partners(rows, key)
        ratio = (mixed[:, 0] - x[partners, 0]) / (x[rows, 0] - x[partners, 0])  # nan: the row itself
        ratio = torch.where(partners == rows, torch.ones_like(ratio), ratio)
        torch.testing.assert_close(targets, ratio * y[rows] + (1 - ratio) * y[partners], atol=1e-6, rtol=0)
        self.assertLess((y[rows] - y[partners]).abs().max().item(), 0.35)
        self.assertTrue(torch.equal(batches(sampler, mixaug.CMixupCollate(), 2, of)[0][0], mixed))


class UMix(unittest.TestCase):
    def test_weights_by_hand(self):
        """u = wrong visits / epochs, w = eta u + c."""
        weights = mixaug.UMixWeights(4, first_epoch=0, epochs=2, eta=3.0, c=1.0)
        ids, labels = torch.tensor([3, 1, 0, 2]), torch.tensor([1, 0, 1, 1])
        weights.record(0, ids, torch.tensor([1, 1, 1, 0]), labels)  # rows 1 and 2 are wrong
        logits = torch.eye(2)[torch.tensor([1, 1, 1, 1])]
        weights.record(1, ids, logits, labels)  # row 1 is wrong
        self.assertEqual(weights.weights(torch.arange(4)).tolist(), [1.0, 4.0, 2.5, 1.0])
        plan = weights.plan(torch.rand(2, 3), torch.tensor([1, 2]), sigma=1.0)
        self.assertEqual(plan.weight_self.tolist(), [4.0, 2.5])
        self.assertEqual(plan.weight_partner.tolist(), [[4.0, 2.5][p] for p in plan.partner.tolist()])


if __name__ == "__main__":
    unittest.main()

"""The methods with a transform of their own kind, against NumPy: two batches, twice the rows, grids of labels."""
import unittest

import numpy
import torch

import mixaug

N, C, H, W = 6, 3, 16, 12


def images(seed=1):
    return torch.rand(N, C, H, W, generator=torch.Generator().manual_seed(seed))


class Methods(unittest.TestCase):
    def test_recursivemix(self):
        first, second, y = images(1), images(2), torch.arange(N) % 4
        mix = mixaug.RecursiveMix(4, seed=3)
        same, labels = mix(first, y)
        self.assertTrue(torch.equal(same, first))
        numpy.testing.assert_array_equal(labels.numpy(), numpy.eye(4)[y.numpy()])
        plan = mixaug.make_plan("recursivemix", second, mixaug.Key(3, 1), source_rows=N)
        field = plan.field(H, W).numpy()
        mixed, labels = mix(second, y.flip(0))
        for i in range(N):
            expected, box = second[i].numpy().copy(), numpy.argwhere(field[i] == 0)
            if len(box):
                (top, left), (bottom, right) = box.min(0), box.max(0) + 1
                rows = numpy.arange(bottom - top) * H // (bottom - top)
                columns = numpy.arange(right - left) * W // (right - left)
                expected[:, top:bottom, left:right] = first[i].numpy()[:, rows][:, :, columns]
            numpy.testing.assert_array_equal(mixed[i].numpy(), expected)
            share = field[i].mean()
            want = share * numpy.eye(4)[y[N - 1 - i]] + (1 - share) * numpy.eye(4)[y[i]]
            numpy.testing.assert_allclose(labels[i].numpy(), want, atol=1e-6)
        with self.assertRaisesRegex(ValueError, "reset"):
            mix(second[:, :, :8], y)

    def test_regmixup(self):
        x, y = images(), torch.arange(N) % 4
        mixed, targets = mixaug.RegMixup(4, eta=0.5)(x, y, key=mixaug.Key(2))
        plan = mixaug.make_plan("regmixup", x, mixaug.Key(2), eta=0.5)
        m = plan.ratio[N:, None, None, None]
        self.assertTrue(torch.equal(mixed[:N], x))
        torch.testing.assert_close(mixed[N:], m * x + (1 - m) * x[plan.partner[N:]])
        one_hot = torch.eye(4)[y]
        torch.testing.assert_close(targets[:N], one_hot)
        m = plan.ratio[N:, None]
        torch.testing.assert_close(targets[N:], m * one_hot + (1 - m) * one_hot[plan.partner[N:]])
        self.assertEqual(plan.weight_self.tolist(), [1.0] * N + [0.5] * N)
        x.requires_grad_()
        mixaug.mix(plan, x).sum().backward()
        expected = 1 + plan.ratio[N:].clone()
        expected.index_add_(0, plan.partner[N:], 1 - plan.ratio[N:])
        torch.testing.assert_close(x.grad[:, 0, 0, 0], expected)

    def test_patchmix(self):
        x, y = images(), torch.arange(N)
        mixed, grid = mixaug.PatchMix((H, W), seed=4)(x, y)
        plan = mixaug.make_plan("patchmix", x, mixaug.Key(4, 0))
        own = plan.field(H, W) == 1
        partner = plan.partner
        self.assertTrue(torch.equal(mixed, torch.where(own[:, None], x, x[partner])))
        self.assertTrue(torch.equal(grid, torch.where(own, y[:, None, None], y[partner][:, None, None])))
        with self.assertRaisesRegex(ValueError, "expected class ids, int64"):
            mixaug.PatchMix((4, 4))(x, y.float())
        tour = mixaug.make_plan("patchmix_tour", x, inputs={"class_ids": y, "successor": (torch.arange(N) + 1) % N})
        self.assertEqual(tour.partner.tolist(), [1, 2, 3, 4, 5, 0])

    def test_background_mix(self):
        x, y = images(), torch.tensor([0, 0, 0, 0, 1, 1])
        mixed, targets = mixaug.BackgroundMix(2, seed=1)(x, y)
        plan = mixaug.make_plan("background_mix", x, mixaug.Key(1, 0), inputs={"class_ids": y})
        self.assertTrue(torch.equal(mixed[:4], x[:4]))  # only the rare class is changed
        self.assertTrue(all(p in (0, 1, 2, 3) for p in plan.partner[4:].tolist()))
        numpy.testing.assert_array_equal(targets.numpy(), numpy.eye(2)[y.numpy()])
        field = plan.field(H, W)
        self.assertTrue(torch.equal(mixed[4:][field[4:, None].expand(-1, C, -1, -1) == 1],
                                    x[4:][field[4:, None].expand(-1, C, -1, -1) == 1]))

    def test_metamix(self):
        """Queries with their supports; probabilities are the kernel's, by chi-square."""
        support = torch.tensor([0.0, 0.2, 0.5, 1.1], dtype=torch.float64)
        query = torch.full((20000,), 0.3, dtype=torch.float64)
        x = torch.rand(20000, 2)
        plan = mixaug.make_plan("metamix", x, mixaug.Key(1), inputs={"targets": query, "source_targets": support},
                                source_rows=4, bandwidth=0.4)
        weight = numpy.exp(-0.5 * ((support.numpy() - 0.3) / 0.4) ** 2)
        expected = 20000 * weight / weight.sum()
        seen = numpy.bincount(plan.partner.numpy(), minlength=4)
        self.assertLess(((seen - expected) ** 2 / expected).sum(), 16.3)  # 3 degrees of freedom, p = 0.001
        of = torch.rand(4, 2)
        m = plan.ratio[:, None]
        torch.testing.assert_close(mixaug.mix(plan, x, of), m * x + (1 - m) * of[plan.partner])

    def test_labels_of_a_second_source(self):
        x, y, of = images(), torch.arange(N) % 4, torch.tensor([3, 1, 2, 0, 1])
        plan = mixaug.make_plan("cutmix", x, mixaug.Key(2), source_rows=5)
        a, b = plan.share_self[:, None], plan.share_partner[:, None]
        expected = a * torch.eye(4)[y] + b * torch.eye(4)[of[plan.partner]]
        torch.testing.assert_close(mixaug.soft_labels(plan, y, 4, source=of), expected)
        torch.testing.assert_close(mixaug.soft_labels(plan, y, 4, source=of[plan.partner], gathered=True), expected)
        with self.assertRaisesRegex(ValueError, "as x"):
            mixaug.soft_labels(plan, y, 4, source=of.int())


if __name__ == "__main__":
    unittest.main()

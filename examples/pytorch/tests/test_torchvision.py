"""torchvision's v2.MixUp and v2.CutMix (0.16 and later), pixel for pixel by their decisions."""
import unittest

import torch

import mixaug

try:
    from torchvision.transforms import v2
    v2.MixUp, v2.CutMix
except (ImportError, AttributeError):
    v2 = None


@unittest.skipIf(v2 is None, "torchvision.transforms.v2 with MixUp and CutMix (0.16) is not installed")
class Torchvision(unittest.TestCase):
    """Partners are those of roll(1), and lambda is one for the batch."""

    def decided(self, kind, x):
        """torchvision's mixed batch and targets, and the decisions that it drew."""
        y = torch.arange(len(x)) % 5
        torch.manual_seed(7)
        transform, drawn = kind(alpha=1.0, num_classes=5), {}
        name = "make_params" if hasattr(transform, "make_params") else "_get_params"
        make = getattr(transform, name)

        def spy(inputs):
            drawn.update(make(inputs))
            return drawn

        setattr(transform, name, spy)
        mixed, targets = transform(x, y)
        return mixed, targets, drawn, y

    def ours(self, x, field, y):
        partner = torch.arange(len(x)).roll(1)
        plan = mixaug.make_plan("given_mask", x, inputs={"field": field, "partner": partner})
        return mixaug.mix(plan, x), mixaug.soft_labels(plan, y, 5)

    def test_cutmix(self):
        generator = torch.Generator().manual_seed(1)
        for x in (torch.rand(6, 3, 18, 22, generator=generator),
                  torch.randint(0, 256, (6, 3, 18, 22), generator=generator, dtype=torch.uint8)):
            expected, targets, drawn, y = self.decided(v2.CutMix, x)
            left, top, right, bottom = drawn["box"]
            field = torch.ones(6, 18, 22)
            field[:, top:bottom, left:right] = 0
            mixed, labels = self.ours(x, field, y)
            self.assertTrue(torch.equal(mixed, expected))
            torch.testing.assert_close(labels, targets.float(), atol=1e-6, rtol=0)
            self.assertFalse(torch.equal(mixed, x))

    def test_mixup(self):
        x = torch.rand(6, 3, 18, 22, generator=torch.Generator().manual_seed(1))
        expected, targets, drawn, y = self.decided(v2.MixUp, x)
        mixed, labels = self.ours(x, torch.full((6, 18, 22), drawn["lam"]), y)
        torch.testing.assert_close(mixed, expected, atol=1.2e-7, rtol=0)  # theirs rounds three times, ours twice
        torch.testing.assert_close(labels, targets.float(), atol=1e-6, rtol=0)

    def test_mixup_of_bytes(self):
        """Which v2.MixUp refuses up to 0.27: the exact value, rounded once; equal halves are rounded up."""
        x = torch.randint(0, 256, (6, 3, 18, 22), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
        mixed, _ = self.ours(x, torch.full((6, 18, 22), 0.25), torch.arange(6) % 5)
        exact = 0.25 * x.double() + 0.75 * x.roll(1, 0).double()
        self.assertTrue(torch.equal(mixed.double(), (exact + 0.5).floor()))


if __name__ == "__main__":
    unittest.main()

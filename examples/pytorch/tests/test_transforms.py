"""The callables: their labels are those of their pixels; timm's decisions, pixel for pixel, where timm is installed."""
import unittest

import numpy
import torch

import mixaug

try:
    import timm.data.mixup as timm_mixup
except ImportError:
    timm_mixup = None


def batch(n=8, classes=5):
    generator = torch.Generator().manual_seed(3)
    return torch.rand(n, 3, 16, 16, generator=generator), torch.arange(n) % classes


def coloured(n=8):
    """Image i is i everywhere, so that a mixed image shows how much of whom it holds."""
    return torch.arange(n).float().view(n, 1, 1, 1).expand(n, 3, 16, 16).contiguous(), torch.arange(n)


class Transforms(unittest.TestCase):
    def test_targets_are_what_the_pixels_show(self):
        x, y = coloured()
        for kind in (mixaug.MixUp, mixaug.CutMix, mixaug.GridMix, mixaug.FMix, mixaug.SmoothMix, mixaug.ResizeMix,
                     mixaug.MixUpOrCutMix):
            for mode in ("sample", "batch"):
                with self.subTest(kind=kind.__name__, mode=mode):
                    mixed, targets = kind(8, seed=2, mode=mode)(x, y)
                    # The mean colour of a mixed image is the mean of the two numbers by their shares.
                    shown = mixed.double().mean((1, 2, 3))
                    said = (targets.double() * torch.arange(8)).sum(1)
                    torch.testing.assert_close(shown, said, atol=1e-5, rtol=0)
                    torch.testing.assert_close(targets.sum(1), torch.ones(8))
                    self.assertFalse(torch.equal(mixed, x))

    def test_scores(self):
        x, y = coloured()
        scores = torch.rand(8, 16, 16)
        for kind in (mixaug.SaliencyMix, mixaug.PuzzleMix, mixaug.AttentiveMix):
            options = {"range_high": 8} if kind is mixaug.PuzzleMix else {"grid": 4} if kind is mixaug.AttentiveMix else {}
            mixed, targets = kind(8, seed=2, **options)(x, y, inputs={"scores": scores})
            torch.testing.assert_close(mixed.double().mean((1, 2, 3)), (targets.double() * torch.arange(8)).sum(1),
                                       atol=1e-5, rtol=0)

    def test_every_step_draws_anew_and_a_key_repeats(self):
        x, y = batch()
        mix = mixaug.MixUp(5, seed=4)
        first, second = mix(x, y)[0], mix(x, y)[0]
        self.assertFalse(torch.equal(first, second))
        self.assertTrue(torch.equal(mixaug.MixUp(5)(x, y, key=mixaug.Key(4, 1))[0], second))

    def test_out_and_in_place(self):
        x, y = batch()
        key, out = mixaug.Key(6), torch.empty_like(x)
        fresh, targets = mixaug.CutMix(5)(x, y, key=key)
        kept, same = mixaug.CutMix(5)(x, y, key=key, out=out)
        self.assertIs(kept, out)
        self.assertTrue(torch.equal(out, fresh) and torch.equal(same, targets))
        own, _ = mixaug.CutMix(5, inplace=True)(x, y, key=key)
        self.assertIs(own, x)
        self.assertTrue(torch.equal(x, fresh))

    def test_images_alone_and_regression(self):
        x, _ = batch()
        self.assertIsInstance(mixaug.MixUp()(x), torch.Tensor)
        y = torch.randn(8)
        mix = mixaug.MixUp()
        plan = mix.plan(x, mixaug.Key(1))
        _, targets = mix(x, y, key=mixaug.Key(1))
        torch.testing.assert_close(targets, plan.ratio * y + (1 - plan.ratio) * y[plan.partner])


class TimmOptions(unittest.TestCase):
    def test_modes(self):
        x, y = coloured()
        for mode in ("batch", "pair", "elem"):
            for alphas in ((1.0, 0.0), (0.0, 1.0), (0.8, 1.0)):
                with self.subTest(mode=mode, alphas=alphas):
                    mix = mixaug.Mixup(*alphas, mode=mode, num_classes=8, label_smoothing=0.0, seed=5)
                    mixed, targets = mix(x, y)
                    torch.testing.assert_close(mixed.double().mean((1, 2, 3)),
                                               (targets.double() * torch.arange(8)).sum(1), atol=1e-5, rtol=0)
                    shown = targets > 0
                    for i in range(8):  # nobody but the row itself and the one from the other end
                        self.assertTrue(set(shown[i].nonzero().flatten().tolist()) <= {i, 7 - i})
                    if mode == "batch":
                        self.assertEqual(len({round(targets[i, i].item(), 5) for i in range(8)}), 1)
                    if mode == "pair":
                        own = targets[torch.arange(8), torch.arange(8)]
                        torch.testing.assert_close(own, own.flip(0))
                    if mode == "elem":
                        self.assertGreater(len({round(targets[i, i].item(), 5) for i in range(8)}), 2)

    def test_off(self):
        x, y = batch()
        mix = mixaug.Mixup(num_classes=5, label_smoothing=0.1)
        mix.mixup_enabled = False
        same, targets = mix(x, y)
        self.assertTrue(torch.equal(same, x))
        torch.testing.assert_close(targets, torch.eye(5)[y] * 0.9 + 0.02)

    @unittest.skipIf(timm_mixup is None, "timm is not installed")
    def test_timms_decisions_give_timms_pixels(self):
        """timm draws; mixaug gets its masks as given ones."""
        x, y = batch()
        boxes, recorded = timm_mixup.cutmix_bbox_and_lam, []

        def spy(*given, **named):
            recorded.append(boxes(*given, **named))
            return recorded[-1]

        timm_mixup.cutmix_bbox_and_lam = spy
        try:
            for mode in ("elem", "batch"):
                for alphas in ((1.0, 0.0), (0.0, 1.0)):
                    numpy.random.seed(7)
                    recorded.clear()
                    mix = timm_mixup.Mixup(*alphas, mode=mode, num_classes=5, label_smoothing=0.1)
                    expected, targets = mix(x.clone(), y)
                    numpy.random.seed(7)
                    lam = mix._params_per_elem(8)[0] if mode == "elem" else numpy.full(8, mix._params_per_batch()[0])
                    field = torch.from_numpy(lam.astype(numpy.float32)).view(8, 1, 1).repeat(1, 16, 16)
                    if alphas[1] > 0:
                        field.fill_(1)
                        for i in range(8):
                            (top, bottom, left, right), _ = recorded[i if mode == "elem" else 0]
                            field[i, top:bottom, left:right] = 0
                    plan = mixaug.make_plan("given_mask", x,
                                            inputs={"field": field, "partner": torch.arange(8).flip(0)})
                    mixed = mixaug.mix(plan, x)
                    if alphas[1] > 0:
                        self.assertTrue(torch.equal(mixed, expected))
                    else:
                        torch.testing.assert_close(mixed, expected, atol=1.2e-7, rtol=0)
                    labels = mixaug.soft_labels(plan, y, 5, smoothing=0.1)
                    torch.testing.assert_close(labels, targets.float(), atol=1e-6, rtol=0)
        finally:
            timm_mixup.cutmix_bbox_and_lam = boxes


if __name__ == "__main__":
    unittest.main()

"""The operators against NumPy: mixes from the columns and the field of the plan, labels, losses, gradients."""
import math
import unittest

import numpy
import torch

import mixaug

N, C, H, W = 6, 3, 16, 12
# Methods whose two sides are read at the same place, so that the field says all; with what they read beside images.
SAME_PLACE = {
    "mixup": {}, "cutmix": {}, "mixup_or_cutmix": {}, "gridmix": {}, "fmix": {}, "smoothmix": {}, "saliencymix": {},
    "umix": {"sigma": 1.0}, "attentivemix": {"grid": 4, "top_k": 5},
    "puzzlemix": {"transport": False, "block": 4},
}


def images(seed=1, dtype=torch.float32):
    return torch.rand(N, C, H, W, generator=torch.Generator().manual_seed(seed)).to(dtype)


def inputs_of(method):
    return {"scores": images(9)[:, 0].contiguous()} if method in ("attentivemix", "puzzlemix") else {}


def reference(plan, x):
    """m x + (1 - m) partner, in double; m = 0 and 1 are copies."""
    m = plan.field(H, W).numpy().astype(numpy.float64)[:, None]
    x = x.detach().numpy().astype(numpy.float64)
    partner = plan.partner.numpy()
    rows = numpy.where(partner < 0, numpy.arange(N), partner)
    return m * x + (1 - m) * x[rows]


class Mixing(unittest.TestCase):
    def test_every_method_is_its_field(self):
        for method, options in SAME_PLACE.items():
            with self.subTest(method=method):
                x = images()
                plan = mixaug.make_plan(method, x, mixaug.Key(3, 1), inputs=inputs_of(method), **options)
                mixed = mixaug.mix(plan, x)
                numpy.testing.assert_allclose(mixed.numpy(), reference(plan, x), atol=2e-7)
                self.assertFalse(torch.equal(mixed, x))
                share = plan.field(H, W).double().mean((1, 2))
                numpy.testing.assert_allclose(plan.share_self.numpy(), share.numpy(), atol=1e-6)

    def test_out_and_in_place_have_the_same_bits(self):
        for dtype in (torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.uint8):
            x = images(dtype=torch.float32).mul(255 if dtype == torch.uint8 else 1).to(dtype)
            plan = mixaug.make_plan("mixup_or_cutmix", x, mixaug.Key(5))
            fresh, out, own = mixaug.mix(plan, x), torch.zeros_like(x), x.clone()
            self.assertIs(mixaug.mix(plan, x, out=out), out)
            mixaug.mix_(plan, own)
            self.assertTrue(torch.equal(out, fresh) and torch.equal(own, fresh))
            self.assertEqual(fresh.dtype, dtype)

    def test_channels_last_stays(self):
        x = images().contiguous(memory_format=torch.channels_last)
        plan = mixaug.make_plan("cutmix", x)
        mixed = mixaug.mix(plan, x)
        self.assertTrue(mixed.is_contiguous(memory_format=torch.channels_last))
        self.assertTrue(torch.equal(mixed, mixaug.mix(plan, x.contiguous())))

    def test_more_rows_have_the_order_of_memory_that_torch_suggests(self):
        x = images()
        last = x.contiguous(memory_format=torch.channels_last)
        volumes = torch.rand(2, 3, 4, 5, 6)
        for like in (x, last, last[:, :, ::2], last[:, :, :, 1:], x[:, :, ::2], x.transpose(2, 3), last.transpose(2, 3),
                     x.transpose(0, 1), last[:, :1], last[:1], last[:1, :, :1, :1], x[:, :, :1, :1], last[:1, :1, :1, :1],
                     x[:, :1].expand(N, C, H, W), volumes, volumes.contiguous(memory_format=torch.channels_last_3d),
                     volumes.transpose(1, 4), x[:, 0], x[:, 0].transpose(1, 2)):
            plan = mixaug.make_plan("regmixup", like)
            as_torch = torch.empty((2 * len(like), *like.shape[1:]),
                                   memory_format=torch._prims_common.suggest_memory_format(like))
            self.assertEqual(mixaug.mix(plan, like).stride(), as_torch.stride(), (like.shape, like.stride()))

    def test_fresh_outputs_have_the_strides_of_empty_like(self):
        x = torch.rand(8, 4, 128, 128)  # 2 MiB: memory of the pool, where the rows are dense
        for like in (x, x.contiguous(memory_format=torch.channels_last), x.transpose(2, 3), x[:, :, :, ::2], x[:, 1:],
                     torch.rand(8, 1, 256, 256).expand(8, 4, 256, 256)):
            mixed = mixaug.mix(mixaug.make_plan("mixup", like), like)
            self.assertEqual(mixed.stride(), torch.empty_like(like).stride())
            self.assertTrue(torch.equal(mixed, mixaug.mix(mixaug.make_plan("mixup", like), like.contiguous())))

    def test_lazily_negated_rows_are_their_values(self):
        x = torch.view_as_complex(torch.rand(4, 5, 2)).conj().imag
        self.assertTrue(x.is_neg())
        plan = mixaug.make_plan("mixup", x)
        self.assertTrue(torch.equal(mixaug.mix(plan, x), mixaug.mix(plan, x.resolve_neg())))

    def test_a_second_source_and_gathered_rows(self):
        x, source = images(), torch.rand(20, C, H, W)
        plan = mixaug.make_plan("mixup", x, mixaug.Key(2), source_rows=20)
        m = plan.ratio[:, None, None, None]
        expected = m * x + (1 - m) * source[plan.partner]
        torch.testing.assert_close(mixaug.mix(plan, x, source), expected)
        torch.testing.assert_close(mixaug.mix(plan, x, source[plan.partner], gathered=True), expected)

    def test_resized_box(self):
        x = images()
        plan = mixaug.make_plan("resizemix", x, mixaug.Key(4))
        mixed, field = mixaug.mix(plan, x).numpy(), plan.field(H, W).numpy()
        for i in range(N):
            at = numpy.argwhere(field[i] == 0)
            (top, left), (bottom, right) = at.min(0), at.max(0) + 1
            h, w = bottom - top, right - left
            partner = x[plan.partner[i]].numpy()
            rows, columns = numpy.arange(h) * H // h, numpy.arange(w) * W // w
            expected = x[i].numpy().copy()
            expected[:, top:bottom, left:right] = partner[:, rows][:, :, columns]
            numpy.testing.assert_array_equal(mixed[i], expected)

    def test_equal_keys_and_threads_give_equal_bits(self):
        x, threads = images(), torch.get_num_threads()
        first = mixaug.mix(mixaug.make_plan("saliencymix", x, mixaug.Key(1, 9)), x)
        torch.set_num_threads(3)
        self.assertTrue(torch.equal(mixaug.mix(mixaug.make_plan("saliencymix", x, mixaug.Key(1, 9)), x), first))
        torch.set_num_threads(threads)
        self.assertFalse(torch.equal(mixaug.mix(mixaug.make_plan("saliencymix", x, mixaug.Key(1, 10)), x), first))

    def test_parts_of_a_global_batch(self):
        x = images()
        whole = mixaug.make_plan("cutmix", x, mixaug.Key(7, 3))
        for first in (0, 2, 4):
            part = mixaug.make_plan("cutmix", x[first:first + 2], mixaug.Key(7, 3, first, N))
            self.assertTrue(torch.equal(part.partner, whole.partner[first:first + 2]))
            self.assertTrue(torch.equal(part.share_self, whole.share_self[first:first + 2]))


class Gradients(unittest.TestCase):
    def test_gradcheck(self):
        for method in ("mixup", "cutmix"):
            x = images(dtype=torch.float64)[:, :, :4, :3].clone().requires_grad_()
            plan = mixaug.make_plan(method, x, mixaug.Key(1))
            torch.autograd.gradcheck(lambda t: mixaug.mix(plan, t), (x,))
            torch.autograd.gradcheck(lambda t: mixaug.mix_(plan, t * 2), (x,))

    def test_hidden_layers(self):
        hidden = torch.randn(N, 10, dtype=torch.float64, requires_grad=True)
        plan = mixaug.make_plan("mixup", hidden)
        self.assertTrue(torch.autograd.gradcheck(lambda t: mixaug.mix(plan, t), (hidden,)))

    def test_a_source_has_its_gradient(self):
        x, source = images(dtype=torch.float64), torch.rand(4, C, H, W, dtype=torch.float64, requires_grad=True)
        plan = mixaug.make_plan("mixup", x, source_rows=4)
        mixaug.mix(plan, x, source).sum().backward()
        expected = torch.zeros(4, dtype=torch.float64)
        expected.index_add_(0, plan.partner, 1 - plan.ratio.double())
        torch.testing.assert_close(source.grad[:, 0, 0, 0], expected, atol=1e-6, rtol=0)


class Labels(unittest.TestCase):
    def test_soft_labels(self):
        x, y = images(), torch.tensor([0, 1, 2, 3, 4, 0])
        plan = mixaug.make_plan("cutmix", x)
        one_hot = numpy.eye(5)[y.numpy()]
        a, b = plan.share_self.numpy()[:, None], plan.share_partner.numpy()[:, None]
        expected = a * one_hot + b * one_hot[plan.partner.numpy()]
        numpy.testing.assert_allclose(mixaug.soft_labels(plan, y, 5).numpy(), expected, atol=1e-6)
        smooth = mixaug.soft_labels(plan, y, 5, smoothing=0.1).numpy()
        numpy.testing.assert_allclose(smooth, 0.9 * expected + 0.02, atol=1e-6)
        rows = mixaug.soft_labels(plan, torch.from_numpy(one_hot), 5).numpy()
        numpy.testing.assert_allclose(rows, expected, atol=1e-6)
        hot = mixaug.soft_labels(plan, y, 5, threshold=0.3).numpy()
        numpy.testing.assert_array_equal(hot, (expected > 0.3).astype(numpy.float32))

    def test_pair_cross_entropy(self):
        y = torch.tensor([0, 1, 2, 3, 4, 0])
        z = torch.randn(N, 5, dtype=torch.float64, requires_grad=True)
        plan = mixaug.make_plan("mixup", z, inputs={"weights": torch.rand(N)})
        a = plan.share_self.double() * plan.weight_self.double()
        b = plan.share_partner.double() * plan.weight_partner.double()
        log_p = torch.log_softmax(z, 1)
        nll = torch.nn.functional.nll_loss
        want = (a * nll(log_p, y, reduction="none") + b * nll(log_p, y[plan.partner], reduction="none")).mean()
        loss = mixaug.pair_cross_entropy(plan, z, y)
        self.assertAlmostEqual(loss.item(), want.item(), places=12)
        (right,) = torch.autograd.grad(want, z)
        (got,) = torch.autograd.grad(loss, z)
        torch.testing.assert_close(got, right)

    def test_saliency_map(self):
        maps = mixaug.saliency_map(images())
        self.assertEqual(tuple(maps.shape), (N, H, W))
        self.assertTrue(0 <= maps.min() and 0 < maps.max() <= 1)


class Draws(unittest.TestCase):
    def test_the_ratio_of_mixup_is_beta(self):
        """Mean 1/2 and variance 1 / (4 (2 alpha + 1)) of Beta(alpha, alpha)."""
        x = torch.zeros(20000, 1)
        for alpha in (0.2, 1.0, 4.0):
            ratio = mixaug.make_plan("mixup", x, mixaug.Key(1), alpha=alpha).ratio.double()
            self.assertAlmostEqual(ratio.mean().item(), 0.5, delta=0.01)
            self.assertAlmostEqual(ratio.var().item(), 1 / (4 * (2 * alpha + 1)), delta=0.005)

    def test_prob(self):
        ratio = mixaug.make_plan("mixup", torch.zeros(10000, 1), prob=0.3).ratio
        self.assertAlmostEqual((ratio != 1).double().mean().item(), 0.3, delta=4 * math.sqrt(0.21 / 10000))


if __name__ == "__main__":
    unittest.main()

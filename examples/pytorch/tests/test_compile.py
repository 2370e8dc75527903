"""torch.compile, fake tensors and opcheck (torch 2.4 and later): one graph, the bits of eager mode."""
import os
import unittest

import torch

import mixaug
from mixaug import gradients

# "inductor" compiles C++ for every graph, which takes long; COMPILE_BACKEND=inductor asks for it.
BACKEND = os.environ.get("COMPILE_BACKEND", "aot_eager")


def compiled(function):
    torch._dynamo.reset()
    torch._dynamo.config.capture_dynamic_output_shape_ops = True  # a plan has as many bytes as its method needs
    return torch.compile(function, fullgraph=True, backend=BACKEND)


@unittest.skipUnless(gradients.has_fakes, f"torch {torch.__version__} has no torch.library.register_autograd (2.4)")
class Compile(unittest.TestCase):
    def setUp(self):
        generator = torch.Generator().manual_seed(1)
        self.x = torch.rand(8, 3, 16, 16, generator=generator)
        self.y = torch.arange(8) % 5

    def same(self, function, *inputs):
        for got, expected in zip(compiled(function)(*inputs), function(*inputs)):
            torch.testing.assert_close(got, expected, rtol=0, atol=0)
            self.assertEqual(got.stride(), expected.stride())

    def test_calls_with_a_plan(self):
        for method in ("mixup", "cutmix", "fmix", "resizemix"):
            plan = mixaug.make_plan(method, self.x, mixaug.Key(3))
            self.same(lambda x: (mixaug.mix(plan, x), mixaug.soft_labels(plan, self.y, 5, smoothing=0.1),
                                 plan.partner, plan.share_self, plan.field(16, 16)), self.x)
        self.same(lambda x: (mixaug.mix(plan, x),), self.x.contiguous(memory_format=torch.channels_last))

    def test_planning(self):
        self.same(lambda x: (mixaug.mix(mixaug.make_plan("cutmix", x, mixaug.Key(3, 7), alpha=0.5), x),), self.x)

    def test_transforms(self):
        """The step counts on: three calls of one compiled function draw what three calls in eager mode draw."""
        for make in (lambda: mixaug.MixUp(5), lambda: mixaug.CutMix(5, smoothing=0.1),
                     lambda: mixaug.MixUpOrCutMix(5, mode="batch"), lambda: mixaug.RegMixup(5),
                     lambda: mixaug.SaliencyMix(5), lambda: mixaug.Mixup(0.8, 1.0, num_classes=5),
                     lambda: mixaug.PatchMix((4, 4)), lambda: mixaug.CutMix(5, inplace=True)):
            eager, graph = make(), make()
            run = compiled(graph)
            for _ in range(4):
                expected, got = eager(self.x.clone(), self.y), run(self.x.clone(), self.y)
                self.assertTrue(torch.equal(got[0], expected[0]) and torch.equal(got[1], expected[1]), repr(eager))

    def test_out_and_in_place(self):
        plan = mixaug.make_plan("mixup", self.x)
        expected, out, own = mixaug.mix(plan, self.x), torch.zeros_like(self.x), self.x.clone()
        compiled(lambda x, to: mixaug.mix(plan, x, out=to))(self.x, out)
        compiled(lambda x: mixaug.mix_(plan, x))(own)
        self.assertTrue(torch.equal(out, expected) and torch.equal(own, expected))

    def test_a_step_of_training(self):
        net = torch.nn.Linear(12, 5)
        hidden = torch.randn(8, 12)
        plan = mixaug.make_plan("mixup", hidden)

        def loss(h):
            return mixaug.pair_cross_entropy(plan, net(mixaug.mix(plan, h)), self.y)

        gradients_of = []
        for function in (loss, compiled(loss)):
            h = hidden.clone().requires_grad_()
            net.zero_grad()
            function(h).backward()
            gradients_of.append((h.grad, net.weight.grad.clone()))
        for expected, got in zip(*gradients_of):
            torch.testing.assert_close(got, expected)

    def test_fake_tensors_have_the_shapes_types_and_strides(self):
        from torch._subclasses.fake_tensor import FakeTensorMode
        for method, dtype in (("cutmix", torch.uint8), ("mixup", torch.float16), ("regmixup", torch.float32)):
            for order in (torch.contiguous_format, torch.channels_last):
                x = self.x.mul(255).to(dtype).contiguous(memory_format=order)
                plan = mixaug.make_plan(method, x)
                real = (mixaug.mix(plan, x), mixaug.soft_labels(plan, self.y, 5), plan.partner, plan.field(16, 16))
                with FakeTensorMode() as mode:
                    fake_plan = mixaug.Plan(mode.from_tensor(plan.data))
                    fx, fy = mode.from_tensor(x), mode.from_tensor(self.y)
                    fake = (mixaug.mix(fake_plan, fx), mixaug.soft_labels(fake_plan, fy, 5), fake_plan.partner,
                            fake_plan.field(16, 16))
                for a, b in zip(fake, real):
                    self.assertEqual((a.shape, a.dtype, a.stride()), (b.shape, b.dtype, b.stride()))

    def test_opcheck(self):
        ops, check = torch.ops.mixaug, torch.library.opcheck
        x = self.x[:, :, :4, :4].contiguous()
        plan = mixaug.make_plan("cutmix", x).data
        far = mixaug.make_plan("mixup", x, source_rows=5).data
        check(ops.mix, (x.clone().requires_grad_(), plan, None, False))
        check(ops.mix, (x, far, torch.rand(5, 3, 4, 4, requires_grad=True), False))
        check(ops.mix_out, (x, plan, None, False, torch.zeros_like(x)))
        check(ops.mix_, (x.clone(), plan))
        check(ops.mix_adjoint, (x, plan, 8, 0, False))
        check(ops.soft_labels, (self.y, plan, None, False, 5, 0.1, None))
        check(ops.label_grid, (self.y, plan, None, False, 2, 2))
        check(ops.row_losses, (torch.randn(8, 5, requires_grad=True), plan, self.y, None, False, 0.0, True))
        check(ops.plan_column, (plan, "ratio"))
        check(ops.plan_field, (plan, 4, 4))
        check(ops.saliency_map, (x, "fine_grained"))
        # Not test_aot_dispatch_dynamic, which compares bytes: those between the columns of a plan are any.
        check(ops.make_plan, ("cutmix", x, "alpha=1.0", 0, 0, 0, 0, 0, "", []),
              test_utils=("test_schema", "test_autograd_registration", "test_faketensor"))


if __name__ == "__main__":
    unittest.main()

"""What is refused, by which exception and sentence; nothing is written."""
import unittest

import torch

import mixaug


class BadInput(unittest.TestCase):
    def setUp(self):
        self.x = torch.rand(4, 3, 8, 8)
        self.plan = mixaug.make_plan("mixup", self.x)

    def refused(self, kind, sentence, act):
        with self.assertRaises(kind) as caught:
            act()
        self.assertIn(sentence, str(caught.exception))

    def test_planning(self):
        x, plan = self.x, mixaug.make_plan
        self.refused(ValueError, "the method is 'cutmi'; expected one of mixup, cutmix", lambda: plan("cutmi", x))
        self.refused(ValueError, "cutmix has no option 'beta'; it has ", lambda: plan("cutmix", x, beta=1))
        self.refused(ValueError, "alpha is -1", lambda: plan("cutmix", x, alpha=-1))
        self.refused(ValueError, "the option alpha is 'much'; expected a number", lambda: plan("mixup", x, alpha="much"))
        self.refused(ValueError, "the option mode is 'elem'; expected one of sample, batch",
                     lambda: plan("mixup", x, mode="elem"))
        self.refused(ValueError, "expected images (n, c, h, w)", lambda: plan("cutmix", x[0]))
        self.refused(ValueError, "there is no input 'score'", lambda: plan("mixup", x, inputs={"score": x[:, 0]}))
        self.refused(ValueError, "scores", lambda: plan("attentivemix", x))
        self.refused(ValueError, "a number of the key is -1", lambda: plan("mixup", x, mixaug.Key(-1)))
        self.refused(TypeError, "expected a mixaug.Key", lambda: plan("mixup", x, 3))
        self.refused(TypeError, "x is a list; expected a torch.Tensor", lambda: plan("mixup", [1]))
        self.refused(TypeError, "the input weights is a list", lambda: plan("mixup", x, inputs={"weights": [1.0]}))

    def test_mixing(self):
        x, before = self.x, self.x.clone()
        self.refused(ValueError, "3 rows; expected 4 rows", lambda: mixaug.mix(self.plan, x[:3]))
        self.refused(ValueError, "4 rows", lambda: mixaug.mix_(self.plan, x[:3]))
        self.refused(ValueError, "ids cannot be blended", lambda: mixaug.mix(self.plan, x.long()))
        self.refused(ValueError, "sparse", lambda: mixaug.mix(self.plan, x.to_sparse()))
        self.refused(ValueError, "type is complex64", lambda: mixaug.mix(self.plan, x.to(torch.complex64)))
        if hasattr(torch, "quantize_per_tensor"):  # later versions of torch will have none
            quantized = torch.quantize_per_tensor(x, 0.1, 0, torch.quint8)
            self.refused(ValueError, "quantized", lambda: mixaug.mix(self.plan, quantized))
        self.refused(TypeError, "plan is a Tensor; expected a mixaug.Plan", lambda: mixaug.mix(x, x))
        self.assertTrue(torch.equal(x, before))

    def test_outputs(self):
        x, plan = self.x, self.plan
        for out, sentence in ((x, "sharing memory"), (torch.zeros(4, 3, 8, 8, dtype=torch.float64), "float64 of rank 4"),
                              (torch.zeros(4, 3, 8, 9), "as x"), (torch.zeros(5, 3, 8, 8), "rows"),
                              (torch.zeros(1, 3, 8, 8).expand(4, 3, 8, 8), "overlapping itself"),
                              (torch.zeros(4, 3, 8, 8, requires_grad=True), "mix(out=...) has no gradients")):
            before = out.detach().clone()
            self.refused(ValueError, sentence, lambda: mixaug.mix(plan, x, out=out))
            self.assertTrue(torch.equal(out, before))
        self.refused(TypeError, "out is a list", lambda: mixaug.mix(plan, x, out=[]))

    def test_gradients(self):
        leaf = self.x.clone().requires_grad_()
        self.refused(ValueError, "leaf that requires gradients", lambda: mixaug.mix_(self.plan, leaf))
        self.assertTrue(torch.equal(leaf, self.x))
        mixed = mixaug.mix(self.plan, leaf)
        with self.assertRaises(Exception) as caught:
            torch.autograd.grad((mixed * mixed).sum(), leaf, create_graph=True)
        self.assertIn("differentiated once", str(caught.exception))

    def test_in_place_where_sides_move(self):
        x, plan = self.x, mixaug.make_plan("resizemix", self.x)
        before = x.clone()
        with self.assertRaises(ValueError):
            mixaug.mix_(plan, x)
        self.assertTrue(torch.equal(x, before))

    def test_labels(self):
        plan, y = self.plan, torch.tensor([0, 1, 2, 3])
        self.refused(ValueError, "3", lambda: mixaug.soft_labels(plan, y, 3))
        self.refused(ValueError, "num_classes is 0", lambda: mixaug.soft_labels(plan, y, 0))
        self.refused(ValueError, "reduction", lambda: mixaug.pair_cross_entropy(plan, torch.zeros(4, 4), y, reduction="m"))
        self.refused(ValueError, "logits' type is float16",
                     lambda: mixaug.pair_cross_entropy(plan, torch.zeros(4, 4).half(), y))

    def test_transforms(self):
        x, y, before = self.x, torch.tensor([0, 1, 2, 3]), self.x.clone()
        self.refused(ValueError, "no num_classes", lambda: mixaug.CutMix()(x, y))
        self.refused(ValueError, "expected 4 rows, as images", lambda: mixaug.CutMix(10)(x, y[:3]))
        self.refused(ValueError, "take one of the two", lambda: mixaug.CutMix(10, inplace=True)(x, y, out=x))
        self.refused(ValueError, "3", lambda: mixaug.CutMix(3, inplace=True)(x, y))  # a class id 3: before pixels
        self.refused(ValueError, "batch, pair or elem", lambda: mixaug.Mixup(mode="half"))
        self.refused(ValueError, "even number", lambda: mixaug.Mixup(num_classes=4, mode="pair")(x[:3], y[:3]))
        self.assertTrue(torch.equal(x, before))

    def test_tables_and_records(self):
        self.refused(ValueError, "bandwidth", lambda: mixaug.CMixupSampler(torch.rand(9), 3, bandwidth=0.0))
        self.refused(ValueError, "labels' type is int64", lambda: mixaug.CMixupSampler(torch.arange(9), 3))
        self.refused(ValueError, "epochs", lambda: mixaug.UMixWeights(5, epochs=0))
        self.refused(ValueError, "without an epoch", lambda: mixaug.UMixWeights(5).weights(torch.tensor([0])))
        self.refused(ValueError, "rank 2 of 2", lambda: mixaug.KeyedBatchSampler(8, 2, rank=2, world=2))


if __name__ == "__main__":
    unittest.main()

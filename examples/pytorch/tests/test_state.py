"""Plans as text, pickled and replayed; records and samplers saved and resumed; states that are none."""
import copy
import io
import pickle
import unittest

import torch

import mixaug


def images():
    return torch.rand(6, 3, 12, 16, generator=torch.Generator().manual_seed(1))


class Plans(unittest.TestCase):
    def test_text_and_pickles_replay(self):
        x, y = images(), torch.arange(6)
        for method in ("mixup", "cutmix", "fmix", "resizemix", "smoothmix", "gridmix", "regmixup", "cutout"):
            plan = mixaug.make_plan(method, x, mixaug.Key(5, 2))
            for again in (mixaug.Plan.from_text(str(plan)), pickle.loads(pickle.dumps(plan)), copy.deepcopy(plan)):
                self.assertTrue(torch.equal(mixaug.mix(again, x), mixaug.mix(plan, x)), method)
                self.assertTrue(torch.equal(mixaug.soft_labels(again, y, 6), mixaug.soft_labels(plan, y, 6)))
                self.assertEqual(str(again), str(plan))
        self.assertTrue(str(plan).startswith("mixaug-plan 3\n"))
        self.assertEqual(repr(plan), "<mixaug.Plan of 6 rows>")

    def test_mixup_fits_every_size(self):
        plan = mixaug.make_plan("mixup", images())
        for shape in ((6,), (6, 5), (6, 2, 7), (6, 1, 2, 3, 4)):
            x = torch.rand(shape, dtype=torch.float64)
            m = plan.ratio.double().view(6, *[1] * (len(shape) - 1))
            torch.testing.assert_close(mixaug.mix(plan, x), m * x + (1 - m) * x[plan.partner], atol=1e-6, rtol=0)

    def test_what_is_no_plan(self):
        x = images()
        with self.assertRaisesRegex(ValueError, "line 1"):
            mixaug.Plan.from_text("no plan")
        text = str(mixaug.make_plan("cutmix", x))
        with self.assertRaisesRegex(ValueError, "line"):
            mixaug.Plan.from_text(text[:len(text) // 2])
        with self.assertRaisesRegex(TypeError, "is a bytes; expected a str"):
            mixaug.Plan.from_text(b"mixaug-plan 3")
        data = mixaug.make_plan("cutmix", x).data
        for bytes_ in (data + 1, data[:1], torch.zeros(6, 100, dtype=torch.uint8), torch.zeros(6)):
            with self.assertRaisesRegex(ValueError, "the plan is"):
                mixaug.mix(mixaug.Plan(bytes_), x)


class Outputs(unittest.TestCase):
    def test_memory_is_reused_and_never_shared(self):
        x = torch.rand(8, 3, 128, 128)
        plan = mixaug.make_plan("mixup", x)
        first = mixaug.mix(plan, x)
        expected, place = first.clone(), first.data_ptr()
        others = [mixaug.mix(plan, x.flip(0)) for _ in range(6)]
        self.assertEqual(len({t.data_ptr() for t in others} | {place}), 7)
        self.assertTrue(torch.equal(first, expected))
        view = first[3:5]
        del first, others
        for _ in range(6):
            mixaug.mix(plan, x.flip(0))
        self.assertTrue(torch.equal(view, expected[3:5]))  # a view keeps its memory
        mixaug.empty_cache()
        self.assertTrue(torch.equal(mixaug.mix(plan, x), expected))


class Records(unittest.TestCase):
    def recorded(self):
        weights = mixaug.UMixWeights(9, first_epoch=0, epochs=3, eta=2.0, c=0.5)
        weights.record(0, torch.arange(9), torch.arange(9) % 2, torch.zeros(9, dtype=torch.int64))
        return weights

    def test_a_record_goes_on(self):
        weights, ids = self.recorded(), torch.arange(9)
        file = io.BytesIO()
        torch.save(weights.state_dict(), file)
        file.seek(0)
        other = mixaug.UMixWeights(1)
        other.load_state_dict(torch.load(file))
        for of in (weights, other, pickle.loads(pickle.dumps(weights))):
            of.record(1, ids, torch.ones(9, dtype=torch.int64), torch.zeros(9, dtype=torch.int64))
            self.assertEqual(of.weights(ids).tolist(), [0.5 + 2.0 * (0.5 + 0.5 * (i % 2)) for i in range(9)])

    def test_what_is_no_state(self):
        weights, good = self.recorded(), self.recorded().state_dict()["record"]
        before = weights.weights(torch.arange(9))
        broken = good.clone()
        broken[70] += 1
        for kind, sentence, state in ((TypeError, "is a list; expected a dict", []), (ValueError, "expected record", {}),
                                      (TypeError, "is a bytes", {"record": b""}),
                                      (ValueError, "expected uint8", {"record": good.float()}),
                                      (ValueError, "truncated", {"record": good[:50]}),
                                      (ValueError, "checksum", {"record": broken})):
            with self.assertRaisesRegex(kind, sentence):
                weights.load_state_dict(state)
            self.assertTrue(torch.equal(weights.weights(torch.arange(9)), before))


class Samplers(unittest.TestCase):
    def test_resumed_in_the_middle(self):
        labels = torch.rand(30, generator=torch.Generator().manual_seed(2))
        for make in (lambda seed=3: mixaug.KeyedBatchSampler(30, 4, seed=seed),
                     lambda seed=3: mixaug.CMixupSampler(labels, 4, bandwidth=0.3, seed=seed)):
            sampler = make()
            sampler.set_epoch(2)
            whole = list(sampler)
            other = make()
            other.load_state_dict(sampler.state_dict(step=5))
            self.assertEqual(list(other), whole[5:])
            self.assertEqual(list(pickle.loads(pickle.dumps(sampler))), whole)
            with self.assertRaisesRegex(ValueError, "seed is 3; expected 4"):
                make(4).load_state_dict(sampler.state_dict())
            with self.assertRaisesRegex(ValueError, "step is 99"):
                other.load_state_dict(sampler.state_dict(step=99))
            with self.assertRaisesRegex(TypeError, "expected a dict"):
                other.load_state_dict(None)

    def test_recursivemix_resumes(self):
        x, y = images(), torch.arange(6) % 4
        mix = mixaug.RecursiveMix(4, seed=9)
        mix(x, y)
        state = copy.deepcopy(mix.state_dict())
        expected = mix(x.flip(0), y)
        other = mixaug.RecursiveMix(4, seed=9)
        other.load_state_dict(state)
        got = other(x.flip(0), y)
        self.assertTrue(torch.equal(got[0], expected[0]) and torch.equal(got[1], expected[1]))
        with self.assertRaisesRegex(ValueError, "expected images, step, targets"):
            other.load_state_dict({"step": 1})


if __name__ == "__main__":
    unittest.main()

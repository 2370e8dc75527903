"""Mixing in a DataLoader: the sampler makes the keys, so that workers, ranks and resumed runs draw the same.

    sampler = mixaug.KeyedBatchSampler(len(data), batch_size=64, seed=1)
    loader = DataLoader(mixaug.KeyedDataset(data), batch_sampler=sampler, num_workers=4,
                        collate_fn=mixaug.MixCollate(mixaug.CutMix(num_classes=10)))
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        for images, targets in loader: ...
"""
import os
import tempfile
import weakref

import torch
from torch.utils.data import Dataset, Sampler, default_collate

from . import ops
from .transforms import _check_state


class KeyedBatchSampler(Sampler):
    """Batches of (index, key): the key is of the seed, the step over all epochs, and this rank's place.

    The order of an epoch depends on seed and epoch alone. With `world` ranks a global batch has world * batch_size
    rows, of which rank r takes the r-th part; partners stay inside a rank. A last batch that is not full is dropped with
    drop_last, and always where there are several ranks. set_epoch(epoch, step) goes on at that step of that epoch.
    """

    def __init__(self, rows, batch_size, *, seed=0, shuffle=True, drop_last=False, rank=0, world=1):
        rows = rows if isinstance(rows, int) else len(rows)
        if rows <= 0 or batch_size <= 0:
            raise ValueError(f"{rows} rows in batches of {batch_size}; expected numbers > 0")
        if not 0 <= rank < world:
            raise ValueError(f"rank {rank} of {world}; expected a rank in [0, world)")
        if rows < world * batch_size and (drop_last or world > 1):
            raise ValueError(f"{rows} rows are less than one global batch of {world * batch_size}")
        self.rows, self.batch_size, self.seed, self.shuffle = rows, batch_size, seed, shuffle
        self.drop_last = drop_last or world > 1
        self.rank, self.world = rank, world
        self.epoch = self.first_step = 0

    def set_epoch(self, epoch, step=0):
        self.epoch, self.first_step = epoch, step

    def _fixed(self):
        return {"rows": self.rows, "batch_size": self.batch_size, "seed": self.seed, "shuffle": self.shuffle,
                "drop_last": self.drop_last, "world": self.world}

    def state_dict(self, step=0):
        """What set_epoch needs, and what must be the same then. step: the batches of this epoch that were trained on;
        the sampler does not know them, since the workers of a loader ask ahead."""
        return {"epoch": self.epoch, "step": step, **self._fixed()}

    def load_state_dict(self, state):
        """Goes on where the state was saved. Raises ValueError for a state of another data set, size or seed."""
        _check_state(state, {"epoch", "step", *self._fixed()}, type(self).__name__)
        for name, value in self._fixed().items():
            if state[name] != value:
                raise ValueError(f"the state's {name} is {state[name]!r}; expected {value!r}, as the sampler's")
        if not 0 <= state["step"] <= self._steps():
            raise ValueError(f"the state's step is {state['step']}; expected one of [0, {self._steps()}]")
        self.set_epoch(state["epoch"], state["step"])

    def __len__(self):
        return self._steps() - self.first_step

    def _steps(self):
        size = self.world * self.batch_size
        return self.rows // size if self.drop_last else -(-self.rows // size)

    def _order(self):
        if not self.shuffle:
            return torch.arange(self.rows)
        generator = torch.Generator()
        generator.manual_seed(self.seed * 1000003 + self.epoch)
        return torch.randperm(self.rows, generator=generator)

    def _batches(self):
        order, size = self._order(), self.world * self.batch_size
        for step in range(self.first_step, self._steps()):
            together = order[step * size:(step + 1) * size]
            own = together[self.rank * self.batch_size:(self.rank + 1) * self.batch_size]
            yield own, ops.Key(self.seed, self.epoch * self._steps() + step, self.rank * self.batch_size,
                               len(together), len(own) if self.world > 1 else 0)

    def __iter__(self):
        for rows, key in self._batches():
            yield [(index, tuple(key)) for index in rows.tolist()]


class KeyedDataset(Dataset):
    """A map-style data set whose items are asked for as (index, key), and which hands the key on."""

    def __init__(self, data):
        self.data = data

    def __len__(self):
        return len(self.data)

    def __getitem__(self, item):
        try:
            index, key = item
        except TypeError as error:
            raise TypeError("KeyedDataset takes (index, key), as KeyedBatchSampler yields: give the loader "
                            "batch_sampler=KeyedBatchSampler(...)") from error
        return self.data[index], key


def _collated(samples, collate):
    """The batch of what KeyedDataset returned, and its key."""
    return collate([sample for sample, _ in samples]), ops.Key(*samples[0][1])


class MixCollate:
    """Collates (images, targets) and mixes them by the batch's key, in a worker or where the loader runs."""

    def __init__(self, transform, collate=default_collate):
        self.transform, self.collate = transform, collate

    def __call__(self, samples):
        (images, targets), key = _collated(samples, self.collate)
        return self.transform(images, targets, key=key)


class CMixupSampler(KeyedBatchSampler):
    """C-Mixup (arXiv 2210.05775): batches of n rows and then their n partners, drawn from the exact kernel table.

    labels: (rows) or (rows, d), float32 or float64, of the whole data set. Partner j of row i has a probability
    proportional to exp(-|y_i - y_j|^2 / (2 bandwidth^2)) over all rows; the table has O(rows) memory. For
    CMixupCollate.
    """

    def __init__(self, labels, batch_size, *, bandwidth=1.0, with_self=True, **sampler):
        super().__init__(len(ops._tensor(labels, "labels")), batch_size, **sampler)
        self.labels, self.bandwidth, self.with_self = labels, bandwidth, with_self
        self._build()

    def _build(self):
        self._table = torch.ops.mixaug.table_new(self.labels, self.bandwidth, self.with_self)
        weakref.finalize(self, torch.ops.mixaug.table_drop, self._table)

    def __getstate__(self):
        return {name: value for name, value in self.__dict__.items() if name != "_table"}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._build()

    def _fixed(self):
        return {**super()._fixed(), "bandwidth": self.bandwidth, "with_self": self.with_self}

    def partners(self, rows, key):
        """A partner for each of the rows, int64 (n)."""
        return torch.ops.mixaug.table_draw(self._table, ops._tensor(rows, "rows"), *ops._key(key))

    def __iter__(self):
        for rows, key in self._batches():
            partners = self.partners(rows, key)
            yield [(index, tuple(key)) for index in rows.tolist() + partners.tolist()]


class CMixupCollate:
    """Collates what CMixupSampler asked for, and mixes inputs and targets with their partners' by one ratio each."""

    def __init__(self, alpha=2.0, mode="sample", collate=default_collate):
        self.alpha, self.mode, self.collate = alpha, mode, collate

    def __call__(self, samples):
        (x, y), key = _collated(samples, self.collate)
        n = len(x) // 2
        plan = ops.make_plan("mixup", x[:n], key._replace(block=0), alpha=self.alpha, mode=self.mode, source_rows=n)
        return ops.mix(plan, x[:n], x[n:], gathered=True), ops.mix(plan, y[:n], y[n:], gathered=True)


class UMixWeights:
    """UMIX (arXiv 2209.08928): loss weights eta u + c, u the part of the epochs in which a sample was wrong.

        weights = mixaug.UMixWeights(len(data), first_epoch=0, epochs=10, eta=3.0, c=1.0)
        weights.record(epoch, ids, logits, labels)                      # in the first stage
        plan = weights.plan(images, ids, key, alpha=0.5, sigma=0.5)      # in the second
        mixaug.pair_cross_entropy(plan, net(mixaug.mix(plan, images)), labels).backward()
    """

    def __init__(self, rows, *, first_epoch=0, epochs=1, eta=1.0, c=1.0):
        self._keep(torch.ops.mixaug.record_new(rows, first_epoch, epochs, eta, c))

    def _keep(self, number):
        self._record = number
        self._drop = weakref.finalize(self, torch.ops.mixaug.record_drop, number)

    def state_dict(self):
        """{"record": uint8 tensor}, the bytes of the library's record file, which has a checksum."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "record")
            torch.ops.mixaug.record_save(self._record, path)
            with open(path, "rb") as file:
                return {"record": torch.frombuffer(bytearray(file.read()), dtype=torch.uint8)}

    def load_state_dict(self, state):
        """Takes the saved record, its size and options too. Raises ValueError for bytes that are no whole record."""
        _check_state(state, {"record"}, "UMixWeights")
        saved = ops._tensor(state["record"], "the state's record")
        if saved.dtype != torch.uint8 or saved.dim() != 1:
            raise ValueError(f"the state's record is {saved.dtype} of rank {saved.dim()}; expected uint8 of rank 1")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "record")
            with open(path, "wb") as file:
                file.write(saved.cpu().numpy().tobytes())
            number = torch.ops.mixaug.record_load(path)
        self._drop()
        self._keep(number)

    def __getstate__(self):
        return self.state_dict()

    def __setstate__(self, state):
        self._drop = lambda: None
        self.load_state_dict(state)

    def record(self, epoch, ids, predictions, labels):
        """ids (n) int64: rows of the data set; predictions: class ids (n), or logits (n, classes)."""
        ops._tensor(predictions, "predictions")
        if predictions.dim() == 2:
            predictions = predictions.argmax(1)
        torch.ops.mixaug.record_visits(self._record, epoch, ops._tensor(ids, "ids"), predictions, ops._tensor(labels, "labels"))

    def weights(self, ids):
        """float32 (n)."""
        return torch.ops.mixaug.record_weights(self._record, ops._tensor(ids, "ids"))

    def plan(self, x, ids, key=ops.Key(), **options):
        """A plan of the method umix, whose weights are those of the rows `ids`."""
        return ops.make_plan("umix", x, key, inputs={"weights": self.weights(ids)}, **options)

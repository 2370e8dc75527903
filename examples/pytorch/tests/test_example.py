"""The example learns, and reads CIFAR-10's binary files."""
import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path

import numpy
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import train_cifar10  # noqa: E402


class Example(unittest.TestCase):
    def test_it_learns_drawn_images(self):
        with contextlib.redirect_stdout(io.StringIO()):
            reached = train_cifar10.main(["--epochs", "3", "--rows", "1000", "--mix", "mixup", "--workers", "1"])
        self.assertGreater(reached, 0.3)  # 10 classes

    def test_binary_files(self):
        images = numpy.arange(2 * 3072, dtype=numpy.int64).astype(numpy.uint8).reshape(2, 3072)
        records = numpy.concatenate([numpy.array([[7], [2]], dtype=numpy.uint8), images], 1)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "data_batch_1.bin"
            records.tofile(path)
            x, y = train_cifar10.read_binary([path])
            self.assertEqual(y.tolist(), [7, 2])
            self.assertEqual(tuple(x.shape), (2, 3, 32, 32))
            self.assertEqual(round(x[1, 2, 3, 4].item() * 255), int(images[1, 2 * 1024 + 3 * 32 + 4]))
            path.write_bytes(b"short")
            with self.assertRaises(ValueError):
                train_cifar10.read_binary([path])


if __name__ == "__main__":
    torch.set_num_threads(2)
    unittest.main()

"""Builds mixaug._C against the torch that is installed, and puts mixaug's headers into the wheel (mixaug/include)."""
import os
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from torch.utils.cpp_extension import BuildExtension, CppExtension

here = Path(__file__).resolve().parent
# mixaug's include folder: of the tree that this folder is in, or MIXAUG_HEADERS.
headers = Path(os.environ.get("MIXAUG_HEADERS", here / ".." / ".." / "include")).resolve() / "mixaug"


class with_headers(build_py):
    """The package, and the headers that it was built from, for extensions of one's own."""

    def run(self):
        super().run()
        to = Path(self.build_lib) / "mixaug" / "include" / "mixaug"
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(headers, to, ignore=shutil.ignore_patterns("README.md"))


flags = ["-std=c++20", "-O3", "-fopenmp", "-w", "-fvisibility=hidden"]
flags += os.environ.get("MIXAUG_CXXFLAGS", "-march=native").split()
setup(
    ext_modules=[
        CppExtension(
            "mixaug._C",
            ["csrc/methods.cpp", "csrc/mixing.cpp", "csrc/module.cpp", "csrc/ops.cpp", "csrc/plan_bytes.cpp"],
            include_dirs=[str(headers.parent), str(here / "csrc")],
            extra_compile_args=flags,
            extra_link_args=["-fopenmp"],
        )
    ],
    cmdclass={"build_py": with_headers, "build_ext": BuildExtension},
)

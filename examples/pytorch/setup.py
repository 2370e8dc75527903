"""Builds mixaug._C against the torch that is installed, and puts mixaug's headers into the wheel (mixaug/include).

From torch 2.11 on _C has torch's stable ABI and Python's, and one wheel serves later versions of both; with older torch,
and with MIXAUG_STABLE_ABI=0, a wheel serves the two versions that it was built with.
"""
import os
import re
import shutil
from pathlib import Path

import torch
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


version = tuple(int(number) for number in re.match(r"(\d+)\.(\d+)", torch.__version__).groups())
stable = version >= (2, 11) and os.environ.get("MIXAUG_STABLE_ABI", "1") != "0"

flags = ["-std=c++20", "-O3", "-fopenmp", "-w", "-fvisibility=hidden"]
flags += os.environ.get("MIXAUG_CXXFLAGS", "-march=native").split()
if stable:  # what torch 2.11 has, and its oldest Python, which BuildExtension names to the compiler
    flags += ["-DMIXAUG_STABLE_ABI", "-DTORCH_TARGET_VERSION=0x020b000000000000"]
setup(
    ext_modules=[
        CppExtension(
            "mixaug._C",
            ["csrc/methods.cpp", "csrc/mixing.cpp", "csrc/module.cpp", "csrc/ops.cpp", "csrc/plan_bytes.cpp"],
            include_dirs=[str(headers.parent), str(here / "csrc")],
            extra_compile_args=flags,
            extra_link_args=["-fopenmp"],
            py_limited_api=stable,
        )
    ],
    install_requires=["torch>=2.11" if stable else "torch"],  # 1.13 and later; Debian names its own 1.13.0a0
    cmdclass={"build_py": with_headers, "build_ext": BuildExtension},
    options={"bdist_wheel": {"py_limited_api": "cp310"}} if stable else {},
)

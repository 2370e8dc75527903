"""Conan 2 recipe of mixaug: headers alone, so that one package serves every setting.

    conan create .packaging/conan
"""
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir

required_conan_version = ">=2.0"


class MixaugConan(ConanFile):
    name = "mixaug"
    description = "Mix-based data augmentation, header-only C++20"
    license = "MIT"
    topics = ("data-augmentation", "mixup", "cutmix", "machine-learning", "cuda", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    no_copy_source = True

    @property
    def _root(self):
        return os.path.join(self.recipe_folder, "..", "..")

    def set_version(self):
        text = load(self, os.path.join(self._root, "include", "mixaug", "version.hpp"))
        self.version = ".".join(re.findall(r"^#define MIXAUG_VERSION_\w+ +(\d+)", text, re.M))

    def export_sources(self):
        for what in ("CMakeLists.txt", "LICENSE", "include/*", ".packaging/*.in"):
            copy(self, what, self._root, self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def validate(self):
        check_min_cppstd(self, 20)

    def package_id(self):
        self.info.clear()

    def generate(self):
        toolchain = CMakeToolchain(self)
        for part in ("TESTS", "BENCH", "EXAMPLES"):
            toolchain.cache_variables[f"MIXAUG_BUILD_{part}"] = False
        toolchain.generate()

    def build(self):
        CMake(self).configure()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        rmdir(self, os.path.join(self.package_folder, "share"))  # Conan's generators write their own

    def package_info(self):
        # mixaug::mixaug is a component; Conan's own target of all components, whose backends differ, needs another name.
        self.cpp_info.set_property("cmake_target_name", "mixaug::every_backend")
        self.cpp_info.components["headers"].set_property("cmake_target_name", "mixaug::headers")
        for target, backend in (("mixaug", "serial"), ("serial", "serial"), ("openmp", "openmp"),
                                ("thrust", "thrust"), ("cuda", "cuda")):
            component = self.cpp_info.components[target]
            component.set_property("cmake_target_name", f"mixaug::{target}")
            component.requires = ["headers"]
            component.defines = [f"MIXAUG_BACKEND={backend}"]
        if str(self.settings.compiler) in ("gcc", "clang"):
            self.cpp_info.components["openmp"].cxxflags = ["-fopenmp"]
            self.cpp_info.components["openmp"].exelinkflags = ["-fopenmp"]
            self.cpp_info.components["openmp"].sharedlinkflags = ["-fopenmp"]
        for component in self.cpp_info.components.values():
            component.bindirs = []
            component.libdirs = []

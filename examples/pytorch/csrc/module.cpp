// SPDX-License-Identifier: MIT
// import mixaug._C loads the library, and with that registers the operators of ops.cpp; the module itself is empty.
#include <Python.h>

PyMODINIT_FUNC PyInit__C() {
  static PyModuleDef definition = {
      PyModuleDef_HEAD_INIT, "_C", nullptr, -1, nullptr, nullptr, nullptr, nullptr, nullptr};
  return PyModule_Create(&definition);
}

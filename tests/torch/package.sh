#!/usr/bin/env bash
# package.sh WORK_DIR: builds the Python package of examples/pytorch as its users do, installs it into an
# environment in WORK_DIR, and runs its tests from there. Exit status 77: skipped.
set -euo pipefail
package=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../examples/pytorch" && pwd)
work=$1
skip() { echo "skipped: $1"; exit 77; }

# The system's Python: another one in PATH does not see Debian's torch.
python=$(for p in /usr/bin/python3 python3; do
  if "$p" -c 'import torch' 2>/dev/null; then echo "$p"; break; fi
done)
[ -n "$python" ] || skip "python3 has no torch (Debian: python3-torch)"
"$python" -c 'import setuptools, wheel, numpy' 2>/dev/null || skip "python3 has no setuptools, wheel and numpy"
"$python" -c 'import sysconfig, os, sys; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' ||
  skip "no Python.h (Debian: python3-dev)"
"$python" -m pip --version >/dev/null 2>&1 || skip "python3 has no pip"

rm -rf "$work"
mkdir -p "$work"
cp -r "$package" "$work/package"  # setup.py writes its build folder beside itself
export MIXAUG_HEADERS=$package/../../include MAX_JOBS=${MAX_JOBS:-2} MIXAUG_CXXFLAGS="-O1 -march=native"
# The environment has no pip of its own, but sees the system's pip and torch.
"$python" -m venv --system-site-packages --without-pip "$work/venv"
python=$work/venv/bin/python
# --no-deps: torch is there, and what it asks for is its own affair.
"$python" -m pip install -q --no-build-isolation --no-index --no-deps "$work/package"
cd "$work"
"$python" - <<'END'
import os
import mixaug
assert os.path.exists(os.path.join(mixaug.get_include(), "mixaug", "mixaug.hpp")), "the wheel has no headers"
END
"$python" -m unittest discover -s "$package/tests"

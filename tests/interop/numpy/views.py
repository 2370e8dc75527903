"""views.py LIBRARY: NumPy's arrays as views and back, through DLPack's capsules, by ctypes alone."""
import ctypes
import sys

try:
    import numpy
except ImportError:
    print("skipped: python3 has no numpy")
    sys.exit(77)
if not hasattr(numpy.ndarray, "__dlpack__"):
    print("skipped: this numpy has no DLPack (before 1.22)")
    sys.exit(77)

library = ctypes.CDLL(sys.argv[1])
python = ctypes.pythonapi
python.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
python.PyCapsule_GetPointer.restype = ctypes.c_void_p
python.PyCapsule_SetName.argtypes = [ctypes.py_object, ctypes.c_char_p]
python.PyCapsule_IsValid.argtypes = [ctypes.py_object, ctypes.c_char_p]
python.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
python.PyCapsule_New.restype = ctypes.py_object

# The names of capsules, before and after they are used. A capsule keeps the pointer, so the bytes must live.
NAMES = {False: (b"dltensor", b"used_dltensor"), True: (b"dltensor_versioned", b"used_dltensor_versioned")}


def has_versions():
    try:
        numpy.zeros(1).__dlpack__(max_version=(1, 0))
        return True
    except TypeError:
        return False


def taken(array, versioned):
    """The pointer in the array's capsule, which is marked as used: what it points at is then the library's."""
    capsule = array.__dlpack__(max_version=(1, 0)) if versioned else array.__dlpack__()
    name, used = NAMES[versioned]
    pointer = python.PyCapsule_GetPointer(capsule, name)
    python.PyCapsule_SetName(capsule, used)
    return ctypes.c_void_p(pointer)


def mix(x, out, versioned):
    """Mixes x into out; returns the partners and ratios, or raises ValueError with the library's sentence."""
    partner, ratio = numpy.zeros(len(x), numpy.int64), numpy.zeros(len(x), numpy.float32)
    message = ctypes.create_string_buffer(512)
    call = library.mix_versioned if versioned else library.mix_managed
    refused = call(taken(x, versioned), taken(out, versioned), ctypes.c_void_p(partner.ctypes.data),
                   ctypes.c_void_p(ratio.ctypes.data), message)
    if refused:
        raise ValueError(message.value.decode())
    return partner, ratio


def check_mixed(x, out, versioned):
    before = sys.getrefcount(x), sys.getrefcount(out)
    partner, ratio = mix(x, out, versioned)
    assert (sys.getrefcount(x), sys.getrefcount(out)) == before, "a deleter was not run once"
    m = ratio[:, None, None, None]
    expected = m * x + (1 - m) * x[partner]
    assert numpy.allclose(out, expected, rtol=1e-6, atol=1e-6), numpy.abs(out - expected).max()
    assert not numpy.allclose(out, x)


def check_refused(x, out, versioned, sentence):
    before = out.copy()
    try:
        mix(x, out, versioned)
    except ValueError as error:
        assert sentence in str(error), str(error)
    else:
        raise AssertionError("not refused: " + sentence)
    assert (out == before).all()


class Given:
    """What from_dlpack asks for: an object that hands out the library's capsule."""

    def __init__(self, versioned):
        self.versioned = versioned

    def __dlpack__(self, **options):
        make = library.counting_versioned if self.versioned else library.counting_managed
        make.restype = ctypes.c_void_p
        return python.PyCapsule_New(make(), NAMES[self.versioned][0], None)

    def __dlpack_device__(self):
        return (1, 0)


random = numpy.random.default_rng(1)
for versioned in [False, True] if has_versions() else [False]:
    x = random.random((8, 3, 5, 4), numpy.float32)
    check_mixed(x, numpy.zeros_like(x), versioned)
    whole, other = random.random((8, 5, 8, 3), numpy.float32), numpy.zeros((8, 3, 4, 5), numpy.float32)
    check_mixed(whole[:, :, ::2].transpose(0, 3, 1, 2), other.swapaxes(2, 3), versioned)  # a slice of an NHWC batch
    check_mixed(x[:, :, ::-1, ::-1], numpy.zeros_like(x)[::-1], versioned)
    check_refused(x.astype(numpy.float64), numpy.zeros_like(x), versioned, "of float64; expected float32")
    check_refused(x[0], numpy.zeros_like(x), versioned, "of rank 3 (3, 5, 4); expected rank 4 (n, c, h, w)")
    check_refused(x, x, versioned, "the output is sharing memory with x")
    given = numpy.from_dlpack(Given(versioned))
    assert given.shape == (3, 4) and (given.ravel() == numpy.arange(12)).all()
if has_versions():
    fixed = x.copy()
    fixed.flags.writeable = False
    check_mixed(fixed, numpy.zeros_like(x), True)
    check_refused(x, fixed, True, "read-only; expected memory that may be written")
print("numpy", numpy.__version__, "with" if has_versions() else "without", "versioned capsules: all checks passed")

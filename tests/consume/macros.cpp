// Windows' headers, <complex.h> and others define names as macros that are no names of C++'s library. Where those
// headers come first, ours compile all the same: whatever stands for such a name is an error here.
#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cfloat>
#include <charconv>
#include <cmath>
#include <complex>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <istream>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <numeric>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>
#if defined(_OPENMP)
#  include <omp.h>
#endif

// <complex.h>
#define I not_a_name_of_mixaug
#define _Complex_I not_a_name_of_mixaug
#define imaginary not_a_name_of_mixaug
#define _Imaginary_I not_a_name_of_mixaug
// <windows.h>: minwindef.h, rpcndr.h, wingdi.h, winbase.h, winuser.h, combaseapi.h
#define min(a, b) not_a_name_of_mixaug
#define max(a, b) not_a_name_of_mixaug
#define near not_a_name_of_mixaug
#define far not_a_name_of_mixaug
#define NEAR not_a_name_of_mixaug
#define FAR not_a_name_of_mixaug
#define small not_a_name_of_mixaug
#define hyper not_a_name_of_mixaug
#define interface not_a_name_of_mixaug
#define pascal not_a_name_of_mixaug
#define cdecl not_a_name_of_mixaug
#define CALLBACK not_a_name_of_mixaug
#define IN not_a_name_of_mixaug
#define OUT not_a_name_of_mixaug
#define OPTIONAL not_a_name_of_mixaug
#define CONST not_a_name_of_mixaug
#define VOID not_a_name_of_mixaug
#define TRUE not_a_name_of_mixaug
#define FALSE not_a_name_of_mixaug
#define STRICT not_a_name_of_mixaug
#define THIS not_a_name_of_mixaug
#define ERROR not_a_name_of_mixaug
#define NO_ERROR not_a_name_of_mixaug
#define DELETE not_a_name_of_mixaug
#define DIFFERENCE not_a_name_of_mixaug
#define ABSOLUTE not_a_name_of_mixaug
#define RELATIVE not_a_name_of_mixaug
#define OPAQUE not_a_name_of_mixaug
#define TRANSPARENT not_a_name_of_mixaug
#define ALTERNATE not_a_name_of_mixaug
#define Yield() not_a_name_of_mixaug
#define GetObject not_a_name_of_mixaug
#define LoadImage not_a_name_of_mixaug
#define CopyMemory not_a_name_of_mixaug
#define MoveMemory not_a_name_of_mixaug
// <sys/sysmacros.h>, <termios.h>, <math.h>, gcc itself
#define major not_a_name_of_mixaug
#define minor not_a_name_of_mixaug
#define B0 not_a_name_of_mixaug
#define DOMAIN not_a_name_of_mixaug
#define OVERFLOW not_a_name_of_mixaug
#undef unix
#undef linux
#define unix not_a_name_of_mixaug
#define linux not_a_name_of_mixaug

#include "every_header.hpp"

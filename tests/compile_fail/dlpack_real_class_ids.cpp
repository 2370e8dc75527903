// expect: mixaug: class_ids are integers, one a sample
#include <mixaug/mixaug.hpp>
#include <mixaug/interop/dlpack.hpp>

#include "../support/dlpack.hpp"

void give_reals(dl::tensor const& t) { (void)mixaug::class_ids<float>(t); }

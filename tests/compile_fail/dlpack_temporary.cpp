// expect: mixaug: this view would outlive the temporary container that it looks into
#include <mixaug/mixaug.hpp>
#include <mixaug/interop/dlpack.hpp>

#include "../support/dlpack.hpp"

void give_a_temporary(dl::managed* capsule) { (void)mixaug::nchw<float>(mixaug::from_dlpack(capsule)); }

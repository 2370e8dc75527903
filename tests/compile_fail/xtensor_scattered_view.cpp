// expect: mixaug: a lazy expression has no memory to view; evaluate it into a container first
#include <mixaug/mixaug.hpp>
#include <mixaug/interop/xtensor.hpp>
#if __has_include(<xtensor/views/xview.hpp>)
#  include <xtensor/views/xview.hpp>
#else
#  include <xtensor/xview.hpp>
#endif

// Rows that are picked one by one have no stride between them.
void give_picked_rows(xt::xtensor<float, 2>& x) { (void)mixaug::features(xt::view(x, xt::keep(0, 2, 3), xt::all())); }

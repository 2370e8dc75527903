// A library mixes on a backend of its own choice, whatever the default of the program.
#if defined(MIXAUG_BACKEND)
#  error "mixaug::headers has an opinion on the default backend"
#endif

#include "flip.hpp"

#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

void flip(ma::tensor_view<float const, 4> const& x, ma::tensor_view<float, 4> const& out) {
  auto const whole_partner = ma::with(ma::mixup{}, ma::pairing::reverse{}, ma::ratio::constant{0.0f});
  ma::apply(ma::serial{}, ma::make_plan(whole_partner, x, ma::key{}), x, out);
}

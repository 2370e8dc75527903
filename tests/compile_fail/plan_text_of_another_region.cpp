// expect: mixaug: plan text and any_plan know the library's kinds of regions
#include <mixaug/mixaug.hpp>
#include <mixaug/plan/plan_text.hpp>

namespace ma = mixaug;

struct my_kind : ma::kind::whole {};
struct rule : ma::region::rule<my_kind> {
  template <class Columns>
  void operator()(Columns const&, ma::row_facts const&, ma::random const&) const {}
};

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  ma::to_any(ma::make_plan(with(ma::mixup{}, rule{}), x, ma::key{}));
}

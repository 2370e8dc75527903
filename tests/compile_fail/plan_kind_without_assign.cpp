// expect: mixaug: the columns of a region kind have place(placer, layout, shape)
#include <mixaug/mixaug.hpp>
namespace ma = mixaug;

/// m = the ratio, by a kind whose columns cannot hand a row on.
struct my_kind : ma::kind::whole {
  template <ma::space S, ma::access A = ma::access::read>
  struct columns {
    void place(ma::detail::column_layout&, ma::kind::no_layout, ma::plan_shape const&) noexcept {}
    state state_of(ma::index_t, float ratio, std::uint8_t) const noexcept { return {ratio}; }
    void clear(ma::index_t) const noexcept {}
  };
};
struct my_region : ma::region::rule<my_kind> {
  template <class Columns>
  void operator()(Columns const&, ma::row_facts const&, ma::random const&) const {}
};

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  ma::make_plan(ma::with(ma::mixup{}, my_region{}), ma::nchw(pixels, {4, 3, 8, 8}), ma::key{});
}

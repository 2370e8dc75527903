// expect: mixaug: a weight rule has check(weight_task), of_sample(weight_task, i) and of_partner(weight_task, i, p)
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

struct of_sample_only : ma::weight::rule {
  template <class Task>
  float of_sample(Task const&, ma::index_t) const {
    return 1.0f;
  }
};
struct mine {
  ma::pairing::shuffle pairing;
  ma::ratio::beta ratio;
  ma::region::whole region;
  ma::blend::mix blend;
  ma::label::by_share label;
  of_sample_only weight;
};

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  ma::make_plan(mine{}, x, ma::key{});
}

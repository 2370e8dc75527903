// expect: mixaug: the container has another rank than the view asked for
#include <mixaug/mixaug.hpp>
#include <mixaug/interop/mdspan.hpp>

struct vector_span {
  struct extents_type {
    int extent(std::size_t) const { return 2; }
  };
  using layout_type = void;
  using element_type = float;
  using reference = float&;
  static constexpr std::size_t rank() { return 1; }
  float* data_handle() const { return nullptr; }
  extents_type extents() const { return {}; }
  bool is_strided() const { return true; }
  int stride(std::size_t) const { return 1; }
};
void give_rank_1(vector_span const& m) { (void)mixaug::nchw(m); }

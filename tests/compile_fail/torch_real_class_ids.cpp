// expect: mixaug: class_ids are integers, one a sample
#include <mixaug/mixaug.hpp>
#include <mixaug/interop/torch.hpp>

void give_reals(at::Tensor const& t) { (void)mixaug::class_ids<float>(t); }

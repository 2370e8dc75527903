// expect: mixaug: with(method, rules...) got two rules for the same column
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() { with(ma::saliencymix{}, ma::saliency::fine_grained{}, ma::saliency::frequency_tuned{}); }

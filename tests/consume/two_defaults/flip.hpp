#pragma once
#include <mixaug/core/tensor_view.hpp>

/// A library's own step: out = x with the batch in reverse order.
void flip(mixaug::tensor_view<float const, 4> const& x, mixaug::tensor_view<float, 4> const& out);

#pragma once
#include <cstdint>
#include <limits>
#include <mixaug/mixaug.hpp>

/// 16-bit floats as in other libraries: one that std::numeric_limits supports (as c10::Half and Eigen::half), and one
/// with a user specialisation.
namespace test {

class their_half {
 public:
  their_half() {}  // leaves the bits uninitialised, as Eigen's does

 private:
  std::uint16_t bits_;
};
struct their_bfloat {
  std::uint16_t x;
};

}  // namespace test

template <>
struct std::numeric_limits<test::their_half> {
  static constexpr bool is_specialized = true, is_integer = false;
  static constexpr int digits = 11, max_exponent = 16;
};
template <>
struct mixaug::element_traits<test::their_bfloat> {
  static constexpr auto format = mixaug::float_format::bfloat16;
};

#pragma once
#include <mixaug/core/error.hpp>
#include <string>

namespace test {

/// The sentence with which a call is refused; empty if it is not.
std::string refusal(auto const& act) {
  try {
    act();
  } catch (mixaug::invalid_argument const& e) {
    return e.what();
  }
  return "";
}

}  // namespace test

#include <doctest/doctest.h>

#include "augment/augment_cases.hpp"

namespace golden_test {

namespace au = ma::augment;

namespace {

/// FNV-1a of the bits of a list.
template <class T>
std::uint64_t digest(std::vector<T> const& v, std::uint64_t from = 0xCBF29CE484222325u) {
  auto const* const bytes = reinterpret_cast<unsigned char const*>(v.data());
  for (std::size_t k = 0; k < v.size() * sizeof(T); ++k) from = (from ^ bytes[k]) * 0x100000001B3u;
  return from;
}

}  // namespace

TEST_CASE("the pixels of chains have these bits, under every compiler and flag") {
  std::vector<std::uint64_t> found;
  for (au::chain const& c : augment_cases::chains()) {
    std::vector<std::uint8_t> x;
    for (int k = 0; k < 7 * 3 * 23 * 30; ++k) x.push_back(static_cast<std::uint8_t>(k * k % 251));
    auto const p = test::planned_chain(c, 7, 3, 23, 30);
    found.push_back(digest(test::applied<float>(p, x), digest(test::applied<std::uint8_t>(p, x))));
  }
  std::vector<std::uint64_t> const wanted{0x6F28341E9507706E, 0x9D0A05027831C839, 0x1DF5FA5DB54C1590,
                                          0x239413C0A019460D, 0xC3955DFCD71B5812, 0x7113996F9F661955,
                                          0x9DDE4FDDB73ED1FA, 0x0D719B1DB84F04B3, 0xFAE5C166A0B7C522,
                                          0xB8363CE29C0E6E84, 0x42E135838830297A, 0x20B1AD09ADD08605};
  CHECK(found == wanted);
}

}  // namespace golden_test

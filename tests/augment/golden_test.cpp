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
  std::vector<std::uint64_t> const wanted{
      0x6F28341E9507706E, 0x7800753862010F1E, 0xEE844A3A8D271D4B, 0x239413C0A019460D,
      0x20E06CDA4F8D7BC3, 0x13CCE19D35A13B82, 0x6727D91940AA573B, 0xB5536E338D745BFF,
      0xD8A26C212B698879, 0x24732614C6ADCC5C, 0xD9136EB4B6F6FC3E, 0x8FA2B4494A89A58F,
      0xD65750EF19E0EE1F, 0x05620B5ABFA6A6C3, 0xF8539E336044AE75, 0xF1CC9F7D37C04086};
  CHECK(found == wanted);
}

}  // namespace golden_test

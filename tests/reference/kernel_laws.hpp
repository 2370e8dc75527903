#pragma once
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

/// Distributions of labels for tests of kernel samplers, from a fixed generator: d numbers for each row.
namespace reference {

struct law_stream {
  std::uint64_t state;
  double unit() {  // splitmix64
    std::uint64_t z = (state += 0x9E3779B97F4A7C15u);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return (static_cast<double>((z ^ z >> 31) >> 11) + 0.5) * 0x1p-53;
  }
  double normal() { return std::sqrt(-2 * std::log(unit())) * std::cos(6.283185307179586 * unit()); }
};
inline char const* const law_names[] = {"uniform", "normal", "Cauchy", "grid", "ties", "one value", "two clusters"};
constexpr int laws = 7;

inline std::vector<std::vector<float>> kernel_labels(int law, std::size_t n, std::size_t d, std::uint64_t seed) {
  law_stream g{seed * 1000003 + static_cast<std::uint64_t>(law)};
  std::vector<std::vector<float>> rows(n, std::vector<float>(d));
  for (auto& row : rows) {
    double const side = g.unit() < 0.5 ? 0 : 40;
    for (auto& v : row) switch (law) {
        case 0:
          v = static_cast<float>(g.unit());
          break;
        case 1:
          v = static_cast<float>(g.normal());
          break;
        case 2:
          v = static_cast<float>(std::tan(3.14159265 * (g.unit() - 0.5)));
          break;
        case 3:
          v = static_cast<float>(std::floor(g.unit() * 8) * 0.25);
          break;
        case 4:
          v = static_cast<float>(std::floor(g.unit() * 2));
          break;
        case 5:
          v = 7.25f;
          break;
        default:
          v = static_cast<float>(side + g.normal());
          break;
      }
  }
  return rows;
}
template <class T>
std::vector<T> flat(std::vector<std::vector<float>> const& rows) {
  std::vector<T> out;
  for (auto const& row : rows)
    for (float v : row) out.push_back(static_cast<T>(v));
  return out;
}

/// A backend of several lanes that processes its items in reverse order, to reveal results that depend on their order.
struct backwards {
  std::int64_t count;
  std::int64_t lanes() const { return count; }
  template <class Job>
  void items(std::int64_t n, Job const& job) const {
    for (std::int64_t k = n - 1; k >= 0; --k) job(k);
  }
};

}  // namespace reference

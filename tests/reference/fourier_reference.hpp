#pragma once
#include <cmath>
#include <complex>
#include <cstdint>
#include <vector>

#include <mixaug/core/random.hpp>

/// FMix's gray image by its definition (Harris et al., arXiv 2002.12047), in double: the direct sum
/// G[p] = Re sum_k Z[k] f(k)^-decay exp(2 pi i k p / P) over all bins k but 0, P the next powers of two.
namespace reference {

struct fourier_image {
  std::int64_t size[3], padded[3];

  fourier_image(std::int64_t d, std::int64_t h, std::int64_t w) : size{d, h, w}, padded{1, 1, 1} {
    for (int a = 0; a < 3; ++a)
      while (padded[a] < size[a]) padded[a] *= 2;
  }
  std::int64_t pixels() const { return size[0] * size[1] * size[2]; }
  std::int64_t longest() const { return std::max(padded[0], std::max(padded[1], padded[2])); }
  /// Frequency of a bin in cycles a pixel, over the lowest one.
  double frequency(std::int64_t const* k) const {
    double square = 0;
    for (int a = 0; a < 3; ++a) {
      double const f = static_cast<double>(std::min(k[a], padded[a] - k[a])) / static_cast<double>(padded[a]);
      square += f * f;
    }
    return std::sqrt(square) * static_cast<double>(longest());
  }
  static double angle(double turns) { return 6.283185307179586 * turns; }

  /// The normal numbers of a bin k with k[2] <= P[2] / 2, from the library's draws: 64 bits each, by Box and Muller.
  std::complex<double> drawn(mixaug::random const& draw, std::int64_t const* k) const {
    std::int64_t const at = (k[0] * padded[1] + k[1]) * (padded[2] / 2 + 1) + k[2], group = at / 64, i = at % 64;
    std::uint64_t const bits = draw.bits(static_cast<std::uint64_t>(32 * group + i % 32), i < 32 ? 0 : 1);
    double const u = (static_cast<double>((bits & 0xFFFFFFFFu) >> 9) + 0.5) / 8388608.0;
    return std::polar(std::sqrt(-2 * std::log(u)), angle(static_cast<double>(bits >> 32) / 4294967296.0 - 1.0 / 8));
  }

  /// Bins k and -k of a column other than the first and the last are drawn as one, which stands for both: Re turns two
  /// independent numbers of variance 1 into one of variance 2.
  std::vector<double> operator()(mixaug::random const& draw, double decay) const {
    std::vector<double> image(static_cast<std::size_t>(pixels()));
    for (std::int64_t kz = 0; kz < padded[0]; ++kz)
      for (std::int64_t ky = 0; ky < padded[1]; ++ky)
        for (std::int64_t kx = 0; kx <= padded[2] / 2; ++kx) {
          std::int64_t const k[3] = {kz, ky, kx};
          if (kz == 0 && ky == 0 && kx == 0) continue;
          double const both = kx == 0 || 2 * kx == padded[2] ? 1.0 : std::sqrt(2.0);
          add(image, k, both * std::pow(frequency(k), -decay) * drawn(draw, k));
        }
    return image;
  }

  /// sum_p G[p] exp(-2 pi i k p / P), of an image without padding.
  std::complex<double> bin(std::vector<double> const& image, std::int64_t const* k) const {
    std::complex<double> sum = 0;
    std::size_t at = 0;
    for (std::int64_t z = 0; z < size[0]; ++z)
      for (std::int64_t y = 0; y < size[1]; ++y)
        for (std::int64_t x = 0; x < size[2]; ++x) sum += image[at++] * std::polar(1.0, -angle(turns(k, z, y, x)));
    return sum;
  }

 private:
  double turns(std::int64_t const* k, std::int64_t z, std::int64_t y, std::int64_t x) const {
    auto const part = [&](int a, std::int64_t p) {
      return static_cast<double>(k[a] * p % padded[a]) / static_cast<double>(padded[a]);
    };
    return part(0, z) + part(1, y) + part(2, x);
  }
  void add(std::vector<double>& image, std::int64_t const* k, std::complex<double> z) const {
    std::size_t at = 0;
    for (std::int64_t pz = 0; pz < size[0]; ++pz)
      for (std::int64_t py = 0; py < size[1]; ++py)
        for (std::int64_t px = 0; px < size[2]; ++px)
          image[at++] += (z * std::polar(1.0, angle(turns(k, pz, py, px)))).real();
  }
};

}  // namespace reference

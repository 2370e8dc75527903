#include <doctest/doctest.h>

#include <mixaug/augment/recipes.hpp>

#include "augment/augment_images.hpp"

namespace recipes_test {

namespace au = ma::augment;
using ma::index_t;

TEST_CASE("recipes are planned and applied, with the sizes and the steps of their papers") {
  auto const x = test::photos(2, 3, 40, 44);
  struct recipe {
    au::chain c;
    std::size_t steps;
    index_t h, w;
  };
  for (recipe const& r : {recipe{au::krizhevsky2012({32, 30}), 3, 32, 30}, recipe{au::simard2003(), 1, 40, 44},
                          recipe{au::deep_image2015({32, 32}), 6, 32, 32}, recipe{au::bengio2011(0.0f), 8, 40, 44},
                          recipe{au::bengio2011(0.5f), 8, 40, 44}, recipe{au::bengio2011(1.0f), 8, 40, 44}}) {
    auto const p = test::planned_chain(r.c, 2, 3, 40, 44);
    CHECK(r.c.steps.size() == r.steps);
    CHECK(p.out().height == r.h);
    CHECK(p.out().width == r.w);
    CHECK(test::applied<std::uint8_t>(p, x).size() == static_cast<std::size_t>(2 * 3 * r.h * r.w));
  }
  // complexity 0 changes nothing
  auto const calm = test::planned_chain(au::bengio2011(0.0f), 2, 3, 40, 44);
  CHECK(test::first_difference(test::applied<std::uint8_t>(calm, x), x) == -1);
}

TEST_CASE("simard2003 has the root mean square of 34 times smoothed uniform noise") {
  // uniform noise in [-1, 1] has variance 1/3; the sum of the squared weights of a normal kernel of sigma 4, in two
  // axes
  double square = 0, sum = 0;
  for (int k = -30; k <= 30; ++k) sum += std::exp(-k * k / 32.0), square += std::exp(-k * k / 16.0);
  double const of_axis = square / (sum * sum);
  au::elastic const e = std::get<au::elastic>(au::simard2003().steps[0]);
  CHECK(static_cast<double>(e.alpha.low) == doctest::Approx(34 * std::sqrt(1 / 3.0) * of_axis).epsilon(1e-3));
  CHECK(e.sigma.low == 4.0f);
}

}  // namespace recipes_test

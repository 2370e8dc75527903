#pragma once
#include <algorithm>
#include <limits>
#include <mixaug/pairing/class_similarity.hpp>
#include <mixaug/pairing/class_tour.hpp>

#include "reference/similarity_law.hpp"
#include "reference/statistics.hpp"
#include "support/pairs.hpp"
#include "support/values.hpp"

/// Batches of classes, random similarities, and comparison of draws with distributions, for the tests of
/// similarity-guided pairing.
namespace test {

namespace ma = mixaug;
using ma::index_t;
using ma::pairing::class_similarity;

using ids_list = std::vector<int>;
using inputs = ma::input_set<ma::space::host>;
constexpr auto by_rank = ma::class_preference::rank;
inline std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

inline inputs batch_of(ids_list const& ids) {
  auto const n = static_cast<index_t>(ids.size());
  return ma::inputs(ma::features<float>(nullptr, {n, 1})).class_ids(ma::class_ids(ids.data(), {n}));
}
inline inputs with_source(ids_list const& ids, ids_list const& source) {
  auto const m = static_cast<index_t>(source.size());
  return batch_of(ids).source_rows(m).source_class_ids(ma::class_ids(source.data(), {m}));
}

/// A random matrix of similarities with few levels, so that classes tie.
struct classes {
  index_t k;
  std::vector<float> values;
  explicit classes(index_t count, std::uint64_t seed, int levels = 0) : k(count), values(at(k * k)) {
    test::stream s(seed);
    for (float& v : values)
      v = levels > 0 ? static_cast<float>(s.below(levels)) / static_cast<float>(levels)
                     : static_cast<float>(2 * s.unit() - 1);
  }
  ma::tensor_view<float const, 2> view() const { return ma::features(values.data(), {k, k}); }
  reference::matrix rows() const {
    reference::matrix m(at(k));
    for (index_t c = 0; c < k; ++c)
      for (index_t j = 0; j < k; ++j) m[at(c)].push_back(values[at(c * k + j)]);
    return m;
  }
};

template <class Rule>
std::vector<double> law_of(Rule const& rule, inputs const& in, ma::key const& k, index_t i, index_t candidates) {
  std::vector<double> out(at(candidates), -1);
  ma::partner_probabilities(rule, in, k, i, ma::labels(out.data(), {candidates}));
  return out;
}
inline double furthest(std::vector<double> const& a, std::vector<double> const& b) {
  double d = a.size() == b.size() ? 0 : 9;
  for (std::size_t j = 0; j < a.size() && j < b.size(); ++j) d = std::max(d, std::fabs(a[j] - b[j]));
  return d;
}
inline reference::similarity_options told(class_similarity const& r) {
  return {r.preference == by_rank, double{r.temperature}, double{r.decay}, r.with_own_class,
          double{r.sample_temperature}};
}
/// Returns the classes of the candidates of row i: its block without the row itself.
inline ids_list candidates_of(ids_list const& ids, index_t i, index_t block) {
  ids_list c(ids.size(), -1);
  index_t const n = static_cast<index_t>(ids.size()), size = block == 0 ? n : block, base = i / size * size;
  for (index_t j = base; j < std::min(base + size, n); ++j) c[at(j)] = j == i ? -1 : ids[at(j)];
  return c;
}
/// Returns the p-value of 3000 draws of row i against the distribution; -1 if something impossible was drawn.
template <class Rule>
double p_value(Rule const& rule, inputs const& in, index_t i, std::vector<double> const& law, std::uint64_t seed,
               index_t block = 0) {
  std::vector<double> seen(law.size()), expected;
  int const steps = reference::draws(3000);
  for (std::uint64_t step = 0; step < static_cast<std::uint64_t>(steps); ++step) {
    index_t const p = partners(rule, in, {.seed = seed, .step = step, .block = block})[at(i)];
    if (p < 0 || law.at(at(p)) <= 0) return -1;
    seen[at(p)] += 1;
  }
  for (double l : law) expected.push_back(steps * l);
  return reference::chi_square_p(seen, expected);
}

}  // namespace test

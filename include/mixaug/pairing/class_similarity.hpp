// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <mixaug/pairing/detail/class_partners.hpp>
#include <mixaug/pairing/minority.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Function from the similarity of a class to the probability that the partner is of that class.
enum class class_preference : unsigned char {
  softmax,  ///< probability proportional to exp(similarity / temperature)
  rank      ///< proportional to decay^rank; rank 0 is the most similar of the K classes, ties by class id
};

namespace detail {

/// An unsigned number whose order is the reverse of v's, so that the most similar class sorts first; -0 equals 0.
inline std::uint32_t descending(float v) noexcept {
  float const w = v == 0.0f ? 0.0f : v;
  std::uint32_t u;
  std::memcpy(&u, &w, sizeof u);
  return (u & 0x80000000u) != 0 ? u : 0x7FFFFFFFu - u;
}
/// Sorts by the upper 32 bits, in four stable passes of 8 bits. A batch sorts all K classes for each of its classes.
inline void sort_upper(index_t* values, index_t* spare, index_t n) noexcept {
  index_t *from = values, *to = spare;
  for (int shift = 32; shift < 64; shift += 8) {
    index_t place[257] = {};
    for (index_t k = 0; k < n; ++k) ++place[(static_cast<std::uint64_t>(from[k]) >> shift & 0xFFu) + 1];
    for (int b = 0; b < 256; ++b) place[b + 1] += place[b];
    for (index_t k = 0; k < n; ++k) to[place[static_cast<std::uint64_t>(from[k]) >> shift & 0xFFu]++] = from[k];
    index_t* const swap = from;
    from = to, to = swap;
  }
}

}  // namespace detail

namespace pairing {

/// Partners by the similarity of classes (mixaug's own, for imbalanced data; compare PatchMix's hard pairs). First a
/// class is drawn by its similarity to the sample's class, then a row of that class, uniformly or by the similarity of
/// features. Classes without a candidate have probability 0, and the odds of the others are unchanged; without any
/// candidate the sample has no partner (-1). Candidates are the other rows of the batch (of the block, with key.block),
/// or all rows of a second source. Reads class_ids, in [0, K), and with a second source source_class_ids.
/// partner_probabilities returns the distribution. Errors: numbers that are not finite in a row that is read, a
/// temperature <= 0, decay outside [0, 1], shapes that do not fit.
struct class_similarity {
  static constexpr bool draws = true;
  tensor_view<float const, 2> similarity{};  ///< (K, K), row c: similarity of each class to c; see cosine_similarity
  class_preference preference = class_preference::softmax;
  float temperature = 0.1f;     ///< of softmax: small = the most similar class, large = all classes alike
  float decay = 0.5f;           ///< of rank: 0 = always the most similar class with candidates, 1 = all classes alike
  bool with_own_class = false;  ///< the sample's own class is a candidate too, without the sample itself

  /// If given, the row inside the class is drawn by a softmax over the cosine similarity of features: (n, d), one row
  /// for each of class_ids (source_class_ids); with a second source also those of the batch, as query_features.
  tensor_view<float const, 2> features{}, query_features{};
  float sample_temperature = 0.1f;

  /// Only samples of classes with at most `at_most` times the samples of the largest class receive a partner, as in
  /// pairing::minority; 1 = all.
  float at_most = 1.0f;
  tensor_view<std::int64_t const, 1> class_counts{};

  template <class Task>
  void operator()(Task const& task) const {
    prepare(task);
    detail::class_partners<Task, class_similarity>{task, *this}();
  }

  /// Checks the inputs, and marks rows that receive no partner with -1.
  template <class Task>
  void prepare(Task const& task) const {
    detail::check_matrix("pairing::class_similarity's similarity", similarity, -1, -1);
    detail::check_matrix("pairing::class_similarity's similarity", similarity, similarity.extent[0],
                         similarity.extent[0]);
    check_options();
    detail::check_class_ids(task, "pairing::class_similarity", similarity.extent[0], "similarity");
    if (at_most < 1.0f) detail::check_class_counts(task, class_counts, "pairing::class_similarity");
    check_features(task);
    for (index_t i = 0; i < task.rows(); ++i) task.assign(i, 0);
    if (at_most < 1.0f) detail::leave_frequent(task, *this);
  }

  bool own_class() const noexcept { return with_own_class; }
  bool members_weighed() const noexcept { return features.data != nullptr; }
  index_t ranked_classes() const noexcept { return preference == class_preference::rank ? similarity.extent[0] : 0; }

  /// Computes the weights of the classes that may be chosen.
  void weigh(index_t mine, detail::class_groups const& g) const {
    for (index_t c = 0; c < similarity.extent[0]; ++c)
      if (!detail::finite(similarity(mine, c)))
        detail::fail("pairing::class_similarity's similarity(" + detail::text(mine) + ", " + detail::text(c) + ")",
                     detail::text(static_cast<double>(similarity(mine, c))), "a finite number");
    if (preference == class_preference::rank) return weigh_ranks(mine, g);
    for (index_t k = 0; k < g.count; ++k)
      g.weight[k] = g.weight[k] == 0.0 ? -HUGE_VAL : static_cast<double>(similarity(mine, g.id[k]));
    detail::softmax_weights(g.weight.data, g.count, static_cast<double>(temperature));
  }
  /// Computes the weights of the rows of group k for one row, except the row itself.
  template <class Task>
  void weigh_members(Task const& task, detail::class_groups const& g, index_t k, index_t row, index_t self) const {
    index_t const global = task.global, first = task.key.first;
    auto const& query = task.own_source() ? features : query_features;
    index_t const q = query.extent[0] == global ? row : row - first;
    index_t const shift = task.own_source() && features.extent[0] != global ? first : 0;
    double const qq = square(query, q, task.own_source() ? "features" : "query_features");
    for (index_t j = 0; j < g.begin[k + 1] - g.begin[k]; ++j) {
      index_t const r = g.base + g.order[g.begin[k] + j] - shift;
      g.member[j] = -HUGE_VAL;
      if (j == self) continue;
      g.member[j] = detail::cosine(detail::dot(query, q, features, r), qq, square(features, r, "features"));
    }
    detail::softmax_weights(g.member.data, g.begin[k + 1] - g.begin[k], static_cast<double>(sample_temperature));
  }

 private:
  /// decay^(rank - rank of the best available class): the odds are the same, and 0^rank is avoided if the best class of
  /// all is not available.
  void weigh_ranks(index_t mine, detail::class_groups const& g) const {
    index_t const classes = similarity.extent[0];
    for (index_t c = 0; c < classes; ++c)
      g.key[c] = static_cast<index_t>(std::uint64_t{detail::descending(similarity(mine, c))} << 32 |
                                      static_cast<std::uint64_t>(c));
    detail::sort_upper(g.key.data, g.spare.data, classes);
    double weight = 0.0;
    bool begun = false;
    for (index_t r = 0; r < classes; ++r) {
      index_t const c = g.key[r] & 0xFFFFFFFF;
      if (c == mine && !with_own_class) continue;  // has no rank
      if (begun) weight *= static_cast<double>(decay);
      index_t const k = g.group_of[c];
      if (k < 0 || g.weight[k] == 0.0) continue;
      if (!begun) weight = 1.0, begun = true;
      g.weight[k] = weight;
    }
  }
  /// Returns |v|^2 of a row; refuses rows that are not finite.
  static double square(tensor_view<float const, 2> const& v, index_t row, char const* name) {
    double const s = detail::dot(v, row, v, row);
    if (!detail::finite(s))
      detail::fail("row " + detail::text(row) + " of pairing::class_similarity's " + name, "not finite",
                   "finite numbers");
    return s;
  }
  static void positive(char const* name, float v) {
    if (!(v > 0.0f) || !detail::finite(v))
      detail::fail(std::string("pairing::class_similarity's ") + name, detail::text(static_cast<double>(v)),
                   "a finite number > 0");
  }
  void check_options() const {
    positive("temperature", temperature);
    positive("sample_temperature", sample_temperature);
    if (!(decay >= 0.0f && decay <= 1.0f))
      detail::fail("pairing::class_similarity's decay", detail::text(static_cast<double>(decay)), "a number in [0, 1]");
    if (!(at_most > 0.0f && at_most <= 1.0f))
      detail::fail("pairing::class_similarity's at_most", detail::text(static_cast<double>(at_most)),
                   "a fraction in (0, 1]");
  }
  template <class Task>
  void check_features(Task const& task) const {
    bool const asked = features.extent[0] != 0 || features.data != nullptr, second = !task.own_source();
    bool const queried = query_features.extent[0] != 0 || query_features.data != nullptr;
    if (queried != (asked && second))
      detail::fail("pairing::class_similarity's query_features", queried ? "given" : "not given",
                   queried ? "features of a second source (source_rows) beside them; features alone are the batch's"
                           : "the batch's own features, as features are those of the second source");
    if (!asked) return;
    index_t const d = features.extent[1] > 0 ? features.extent[1] : -1, queries = query_features.extent[0];
    detail::check_matrix("pairing::class_similarity's features", features,
                         second ? task.source_rows() : task.in.ids.size(), d);
    if (second)
      detail::check_matrix("pairing::class_similarity's query_features", query_features,
                           queries == task.global ? queries : task.rows(), d);
  }
};

}  // namespace pairing
}  // namespace mixaug

MIXAUG_EXACT_END

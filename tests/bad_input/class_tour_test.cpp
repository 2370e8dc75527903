#include <mixaug/pairing/class_tour.hpp>

#include "bad_input/refusals.hpp"

namespace class_tour_test {

using namespace bad_input;
using ma::pairing::class_tour;

TEST_CASE("class_tour and shortest_tour refuse what is no closed tour, and distances that have none") {
  world w;
  auto const rule = [&](std::vector<std::int64_t> const& next) {
    ma::make_plan(with(ma::cutmix{}, class_tour{ma::indices(next.data(), {next.size()})}),
                  ma::inputs(w.batch()).class_ids(w.class_ids()), ma::key{}, w.reused);
  };
  auto const in = [&] { return ma::inputs(w.batch()).class_ids(w.class_ids()); };
  std::vector<std::int64_t> const tour{1, 2, 3, 4, 0};
  std::vector<std::int64_t> next(3, -1);
  auto const search = [&](std::vector<float> const& d, index_t a, index_t b, index_t n) {
    ma::shortest_tour(ma::features(d.data(), {a, b}), ma::indices(next.data(), {n}));
  };
  std::vector<float> const d{0, 1, 2, 1, 0, 3, 2, 3, 0};
  std::string const name = "pairing::class_tour's successor";
  refuse(w, {
                {"no successor", [&] { ma::make_plan(with(ma::cutmix{}, class_tour{}), in(), ma::key{}, w.reused); },
                 name, "a null pointer", "from shortest_tour"},
                {"two tours",
                 [&] {
                   rule({1, 0, 3, 4, 2});
                 },
                 name, "a tour of 2 classes from class 0", "one closed tour through all 5"},
                {"no way back",
                 [&] {
                   rule({1, 2, 1, 4, 0});
                 },
                 name, "without a way back to class 0", "one closed tour"},
                {"a class of itself",
                 [&] {
                   rule({0, 2, 3, 4, 1});
                 },
                 name, "a tour of 1 classes", "through all 5"},
                {"a class too many",
                 [&] {
                   rule({1, 2, 5, 4, 0});
                 },
                 name, "class 5", "[0, 5)"},
                {"a class -1",
                 [&] {
                   rule({1, -1, 3, 4, 0});
                 },
                 name, "class -1", "[0, 5)"},
                {"too few classes",
                 [&] {
                   rule({1, 2, 3, 0});
                 },
                 "class_ids(3)", "is 4", "a class in [0, 4), as pairing::class_tour's successor has"},
                {"no ids",
                 [&] {
                   ma::make_plan(with(ma::cutmix{}, class_tour{ma::indices(tour.data(), {5})}), w.batch(), ma::key{},
                                 w.reused);
                 },
                 "pairing::class_tour", "class ids, which were not given", "class_ids(v)"},
                {"ids of a part",
                 [&] {
                   ma::make_plan(with(ma::cutmix{}, class_tour{ma::indices(tour.data(), {5})}), in(),
                                 ma::key{.global = 8}, w.reused);
                 },
                 "pairing::class_tour", "the block [0, 8)", "class ids for all 8 rows"},
                {"not square", [&] { search(d, 3, 2, 3); }, "distances", "(3, 2)", "(3, 3)"},
                {"no classes", [&] { search(d, 0, 0, 0); }, "distances", "(0, 0)", "(n, d)"},
                {"another number of successors", [&] { search(d, 3, 3, 2); }, "successor", "2 rows", "3 rows"},
                {"NaN",
                 [&] {
                   search({0, 1, no_number, 1, 0, 3, 2, 3, 0}, 3, 3, 3);
                 },
                 "distances(0, 2)", "nan", "a finite number"},
                {"infinite",
                 [&] {
                   search({0, 1, 2, 1, 0, 3, 2, infinite, 0}, 3, 3, 3);
                 },
                 "distances(2, 1)", "inf", "a finite number"},
                {"one way",
                 [&] {
                   search({0, 1, 2, 1, 0, 3, 2.5f, 3, 0}, 3, 3, 3);
                 },
                 "distances(2, 0)", "is 2.5", "2, as the other way round"},
                {"null",
                 [&] {
                   ma::shortest_tour(ma::features<float>(nullptr, {3, 3}), ma::indices(next.data(), {3}));
                 },
                 "distances", "a null pointer", "(3, 3) numbers"},
                {"overlapping",
                 [&] {
                   ma::shortest_tour(ma::features(d.data(), {3, 3}),
                                     ma::strided(next.data(), ma::extents<1>{3}, ma::extents<1>{0}));
                 },
                 "successor", "overlapping itself", "an element of its own"},
            });
  CHECK(next == std::vector<std::int64_t>(3, -1));
  search({no_number, 1, 2, 1, infinite, 3, 2, 3, 0}, 3, 3, 3);  // the diagonal is nobody's step
  CHECK(next == std::vector<std::int64_t>{1, 2, 0});
}

TEST_CASE("prototypes and their similarity refuse shapes, ids, empty classes and numbers that have no mean") {
  world w;
  std::vector<float> f{1, 2, 3, 4, 5, 6}, p(6, -1), s(9, -1), bad{1, 2, 3, no_number, 5, 6};
  std::vector<double> big{1e308, 1, 1e308, 1, 1e308, 1}, tiny{1e-100, 0, 1, 1, 1, 1};
  std::vector<int> ids{0, 2, 1}, two{0, 2, 2}, far{0, 3, 1};
  std::vector<std::int64_t> counts(3, -1);
  auto const means = [&](auto const& from, index_t n, index_t d, std::vector<int> const& of, index_t m, index_t k,
                         index_t e, index_t c) {
    ma::class_prototypes(ma::features(from.data(), {n, d}), ma::class_ids(of.data(), {m}),
                         ma::features(p.data(), {k, e}), ma::indices(counts.data(), {c}));
  };
  auto const alike = [&](auto const& from, index_t k, index_t a, index_t b) {
    ma::cosine_similarity(ma::features(from.data(), {k, 2}), ma::features(s.data(), {a, b}));
  };
  refuse(w, {
                {"no samples", [&] { means(f, 0, 2, ids, 0, 3, 2, 3); }, "features", "(0, 2)", "(n, d)"},
                {"another width", [&] { means(f, 3, 2, ids, 3, 2, 3, 2); }, "prototypes", "(2, 3)", "(n, 2)"},
                {"too few ids", [&] { means(f, 3, 2, ids, 2, 3, 2, 3); }, "class_ids", "2 rows", "3 rows"},
                {"too few counts", [&] { means(f, 3, 2, ids, 3, 3, 2, 2); }, "counts", "2 rows", "3 rows"},
                {"an id too large", [&] { means(f, 3, 2, far, 3, 3, 2, 3); }, "class_ids(1)", "is 3",
                 "a class in [0, 3), as prototypes has"},
                {"an empty class", [&] { means(f, 3, 2, two, 3, 3, 2, 3); }, "class 1", "without a sample",
                 "empty_class::zero_row"},
                {"NaN", [&] { means(bad, 3, 2, ids, 3, 3, 2, 3); }, "features(1, 1)", "nan", "a finite number"},
                {"sums too large",
                 [&] {
                   means(big, 3, 2, {0, 0, 0}, 3, 1, 2, 1);
                 },
                 "the squares or sums of features", "leave the range", "scale them"},
                {"means too large for float", [&] { means(big, 3, 2, ids, 3, 3, 2, 3); },
                 "the squares or sums of features", "leave the range", "scale them"},
                {"null ids",
                 [&] {
                   ma::class_prototypes(ma::features(f.data(), {3, 2}), ma::class_ids<int>(nullptr, {3}),
                                        ma::features(p.data(), {3, 2}), ma::indices(counts.data(), {3}));
                 },
                 "class_ids", "a null pointer", "3 integers"},
                {"not square", [&] { alike(f, 3, 3, 2); }, "similarity", "(3, 2)", "(3, 3)"},
                {"another number of classes", [&] { alike(f, 3, 2, 2); }, "similarity", "(2, 2)", "(3, 3)"},
                {"prototypes NaN", [&] { alike(bad, 3, 3, 3); }, "prototypes(1, 1)", "nan", "a finite number"},
                {"squares too small", [&] { alike(tiny, 3, 3, 3); }, "the squares or sums of prototypes",
                 "leave the range", "scale them"},
                {"squares too large", [&] { alike(big, 3, 3, 3); }, "the squares or sums of prototypes",
                 "leave the range", "scale them"},
                {"overlapping",
                 [&] {
                   ma::cosine_similarity(ma::features(f.data(), {3, 2}),
                                         ma::strided(s.data(), ma::extents<2>{3, 3}, ma::extents<2>{1, 1}));
                 },
                 "similarity", "overlapping itself", "an element of its own"},
            });
  CHECK(
      (p == std::vector<float>(6, -1) && s == std::vector<float>(9, -1) && counts == std::vector<std::int64_t>(3, -1)));
}

}  // namespace class_tour_test

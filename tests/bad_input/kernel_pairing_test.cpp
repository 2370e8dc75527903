#include <mixaug/kernel/bandwidth.hpp>
#include <mixaug/kernel/gaussian_kernel.hpp>

#include "bad_input/refusals.hpp"

namespace kernel_pairing_test {

using namespace bad_input;
using ma::pairing::gaussian_kernel;

namespace {

/// Labels and features beside the world's four images, right and wrong, and a table of six rows.
struct kernels : world {
  std::vector<float> f = counting<float>(6 * 3), f_nan = f, y6{1, 2, 3, 4, 5, 6}, y6_nan = y6, one{2};
  std::vector<std::int64_t> rows{5, 0, 0, 2}, past{5, 6, 0, 2}, before{0, -1, 0, 2},
      drawn = std::vector<std::int64_t>(8, -7);
  std::vector<double> twice{1, 2};
  gaussian_kernel const table{ma::labels(y6.data(), {6}), {.bandwidth = 1}},
      plane{ma::labels(f.data(), {6, 2}), {.bandwidth = 1}};
  kernels() { f_nan[4] = no_number, y6_nan[5] = infinite; }
  auto in() { return ma::inputs(batch()); }
  auto labelled() { return in().targets(ma::labels(y.data(), {4})); }
  void plan(auto const& m, auto const& inputs, ma::key const& k = {}) { ma::make_plan(m, inputs, k); }
};

}  // namespace

TEST_CASE("c_mixup and metamix refuse bandwidths, labels and features that do not fit") {
  kernels w;
  ma::c_mixup const m{.bandwidth = 1}, by_features{.bandwidth = 1, .of = ma::distance_of::features};
  ma::metamix const query{.bandwidth = 1};
  auto const bandwidth = [&](double h) { w.plan(ma::c_mixup{.bandwidth = h}, w.labelled()); };
  auto const support = [&](std::vector<float> const& v, index_t n) {
    w.plan(query, w.labelled().source_rows(6).source_targets(ma::labels(v.data(), {n})));
  };
  std::string const rule = "pairing::kernel_in_batch", units = "a finite number > 0, in the labels' units";
  refuse(w, {
                {"bandwidth 0", [&] { bandwidth(0); }, "the kernel's bandwidth", "is 0", units},
                {"bandwidth < 0", [&] { bandwidth(-1); }, "the kernel's bandwidth", "is -1", units},
                {"bandwidth NaN", [&] { bandwidth(static_cast<double>(no_number)); }, "the kernel's bandwidth", "nan",
                 units},
                {"bandwidth infinite", [&] { bandwidth(static_cast<double>(infinite)); }, "the kernel's bandwidth",
                 "inf", units},
                {"alpha 0", [&] { w.plan(ma::c_mixup{.alpha = 0, .bandwidth = 1}, w.labelled()); }, "alpha", "is 0",
                 "a number in (0, 1e6]"},
                {"no targets", [&] { w.plan(m, w.in()); }, rule, "targets, which were not given",
                 "mixaug::inputs(x).targets(v)"},
                {"no features", [&] { w.plan(by_features, w.labelled()); }, rule, "features, which were not given",
                 "mixaug::inputs(x).features(v)"},
                {"targets NaN", [&] { w.plan(m, w.in().targets(ma::labels(w.bad_y.data(), {4}))); }, "targets(1, 0)",
                 "nan", "a finite number"},
                {"features NaN",
                 [&] {
                   w.plan(by_features, w.in().features(ma::features(w.f_nan.data(), {4, 3})));
                 },
                 "features(1, 1)", "nan", "a finite number"},
                {"too few targets", [&] { w.plan(m, w.in().targets(ma::labels(w.y.data(), {3}))); }, "targets",
                 "3 rows", "4 rows"},
                {"null targets", [&] { w.plan(m, w.in().targets(ma::labels<float>(nullptr, {4}))); }, "targets",
                 "a null pointer", "rows of numbers"},
                {"targets of a part", [&] { w.plan(m, w.labelled(), {.global = 8}); }, rule, "the block [0, 8)",
                 "all 8 rows of the global batch"},
                {"no targets of the support set", [&] { w.plan(query, w.labelled().source_rows(6)); }, rule,
                 "targets of the second source", "source_targets(v)"},
                {"too few of the support set", [&] { support(w.y6, 5); }, "source_targets", "5 rows", "6 rows"},
                {"support NaN", [&] { support(w.y6_nan, 6); }, "source_targets(5, 0)", "inf", "a finite number"},
                {"a support set of another width",
                 [&] {
                   w.plan(query, w.labelled().source_rows(6).source_targets(ma::labels(w.f.data(), {6, 3})));
                 },
                 "source_targets", "3 numbers a row", "1, as the batch has"},
                {"a support set that nobody named",
                 [&] { w.plan(m, w.labelled().source_targets(ma::labels(w.y6.data(), {6}))); }, "source_targets",
                 "describe a second source", "add source_rows(n)"},
                {"no layers", [&] { ma::drawn_layer({}, 0); }, "drawn_layer's layers", "is 0", "at least one layer"},
                {"inside one_of", [&] { w.plan(ma::one_of(ma::mixup{}, ma::c_mixup{.bandwidth = -3}), w.labelled()); },
                 "the kernel's bandwidth", "is -3", units},
            });
}

TEST_CASE("a kernel table refuses labels, queries, partners and batches that do not fit") {
  kernels w;
  auto const make = [&](float const* p, index_t n, index_t d, double h = 1) {
    gaussian_kernel(ma::labels(p, {n, d}), {.bandwidth = h});
  };
  auto const draw = [&](gaussian_kernel const& t, std::vector<std::int64_t> const& q, index_t m,
                        ma::key const& k = {}) {
    t.draw(ma::indices(q.data(), {q.size()}), k, ma::indices(w.drawn.data(), {m}));
  };
  auto const at = [&](gaussian_kernel const& t, auto const& v, index_t m) {
    t.draw_at(v, ma::key{}, ma::indices(w.drawn.data(), {m}));
  };
  auto const placed = [&](std::vector<std::int64_t> const& r, index_t n) {
    w.plan(with(ma::c_mixup{}, w.table), w.in().index(ma::indices(r.data(), {4})).source_rows(n));
  };
  refuse(
      w,
      {
          {"no rows", [&] { make(w.y6.data(), 0, 1); }, "the labels", "(0, 1)", "at least one number"},
          {"no columns", [&] { make(w.y6.data(), 6, 0); }, "the labels", "(6, 0)", "at least one number"},
          {"null", [&] { make(nullptr, 6, 1); }, "the labels", "a null pointer", "6 rows of numbers"},
          {"an infinite label", [&] { make(w.y6_nan.data(), 6, 1); }, "label 5", "inf", "a finite number"},
          {"an infinite label of three columns", [&] { make(w.y6_nan.data(), 2, 3); }, "labels[1, 2]", "inf",
           "finite number"},
          {"an infinite label of six", [&] { make(w.y6_nan.data(), 1, 6); }, "labels[0, 5]", "inf", "finite number"},
          {"bandwidth 0", [&] { make(w.y6.data(), 6, 1, 0); }, "the kernel's bandwidth", "is 0", "a finite number > 0"},
          {"bandwidth -1 in the plane", [&] { make(w.y6.data(), 3, 2, -1); }, "the kernel's bandwidth", "is -1",
           "a finite number > 0"},
          {"a query past the table", [&] { draw(w.table, w.past, 4); }, "queries(1)", "is 6", "a row in [0, 6)"},
          {"a query -1", [&] { draw(w.plane, w.before, 4); }, "queries(1)", "is -1", "a row in [0, 6)"},
          {"too few partners", [&] { draw(w.table, w.rows, 3); }, "partners", "3 rows", "4, one for each query"},
          {"no partners a query",
           [&] {
             w.table.draw(ma::indices(w.rows.data(), {4}), ma::key{},
                          ma::row_major(w.drawn.data(), ma::extents<2>{4, 0}));
           },
           "partners", "0 columns", "1 to 2^20 - 1"},
          {"null partners",
           [&] { w.table.draw(ma::indices(w.rows.data(), {4}), ma::key{}, ma::indices<std::int64_t>(nullptr, {4})); },
           "partners", "a null pointer", "4 rows"},
          {"null queries",
           [&] {
             w.table.draw(ma::indices<std::int64_t const>(nullptr, {4}), ma::key{}, ma::indices(w.drawn.data(), {4}));
           },
           "queries", "a null pointer", "rows of the table"},
          {"a step beyond 40 bits", [&] { draw(w.table, w.rows, 4, {.step = std::uint64_t{1} << 40}); },
           "the key's step", "beyond 2^40", "40 bits"},
          {"a value NaN", [&] { at(w.table, ma::labels(w.bad_y.data(), {4}), 4); }, "query 1", "nan",
           "a finite number"},
          {"values of another width", [&] { at(w.plane, ma::labels(w.y.data(), {4}), 4); }, "the queries",
           "1 numbers a row", "2, as the table has"},
          {"values of another type", [&] { at(w.table, ma::labels(w.twice.data(), {2}), 2); }, "the queries",
           "of another type", "as float, or as double"},
          {"a row past the table", [&] { placed(w.past, 6); }, "index(1)", "is 6", "in [0, 6)"},
          {"a source of other rows", [&] { placed(w.rows, 7); }, "pairing::gaussian_kernel's table", "6 rows",
           "7, those that partners come from"},
          {"no index", [&] { w.plan(with(ma::c_mixup{}, w.table), w.in().source_rows(6)); }, "pairing::gaussian_kernel",
           "does not know which", "mixaug::inputs(x).index(v)"},
          {"a table of the batch, and blocks",
           [&] { w.plan(with(ma::c_mixup{}, w.table), w.in(), {.global = 6, .block = 2}); }, "pairing::gaussian_kernel",
           "key.block confines partners", "kernel_in_batch for blocks"},
          {"silverman of one label", [&] { ma::silverman_bandwidth(ma::labels(w.one.data(), {1})); },
           "labels of silverman_bandwidth", "1 row", "at least 2"},
      });
  CHECK(w.drawn == std::vector<std::int64_t>(8, -7));
}

}  // namespace kernel_pairing_test

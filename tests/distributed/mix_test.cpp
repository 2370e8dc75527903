// Partners on other ranks: plans, pixels, labels and weights are those of one process with the global batch.
#include <mixaug/plan/plan_text.hpp>
#include <sstream>

#include "distributed/ranks.hpp"
#include "support/compare_plans.hpp"
#include "support/plans.hpp"

namespace mix_test {

namespace ma = mixaug;
using ma::index_t;
using test::ranks;

/// A global batch and its labels, which every rank knows.
template <class T>
struct batch {
  static constexpr index_t c = 3, h = 6, w = 5, size = c * h * w, classes = 4;
  index_t n;
  std::vector<T> pixels;
  std::vector<std::int64_t> ids;
  std::vector<float> soft;
  explicit batch(index_t rows, std::uint64_t seed = 1) : n(rows), pixels(test::any_values<T>(rows * size, seed)) {
    test::stream s(seed + 1);
    for (index_t i = 0; i < n; ++i) {
      ids.push_back(s.below(classes));
      for (index_t k = 0; k < classes; ++k) soft.push_back(static_cast<float>(s.unit()));
    }
  }
};

/// Compares this rank's part of a batch that all ranks mix with the one that a process mixes alone. The method may read
/// `inputs` (batch's ids).
template <class T, class M>
void same_as_one_process(char const* name, M const& method, index_t n, bool nhwc = false, bool boxes_only = true) {
  using b = batch<T>;
  INFO(std::string(name));
  b all(n);
  auto const view = [&](T* p, index_t rows) {
    return nhwc ? ma::nhwc(p, {rows, b::h, b::w, b::c}) : ma::nchw(p, {rows, b::c, b::h, b::w});
  };
  ma::key const k{.seed = 5, .step = 3};
  auto const ids = ma::class_ids(all.ids.data(), {n});
  auto const whole = ma::make_plan(method, ma::inputs(view(all.pixels.data(), n)).class_ids(ids), k);
  index_t const twice = whole.rows() / n;  // of RegMixup
  std::vector<T> expected(static_cast<std::size_t>(whole.rows() * b::size)), mixed(expected.size());
  std::vector<float> labels(static_cast<std::size_t>(whole.rows() * b::classes)), shares(labels.size());
  ma::apply(whole, view(all.pixels.data(), n), view(expected.data(), whole.rows()));
  ma::soft_labels(whole, ids, ma::labels(labels.data(), {whole.rows(), b::classes}), {.smoothing = 0.1f});
  std::vector<float> targets(labels.size()), shared(labels.size());
  ma::mix_targets(whole, ma::labels(all.soft.data(), {n, b::classes}),
                  ma::labels(targets.data(), {whole.rows(), b::classes}));

  for (int how = 0; how < test::splits; ++how) {
    INFO("split " << how << " on rank " << ranks().rank());
    test::part const mine(n, how);
    auto const x = view(mine.of(all.pixels, b::size), mine.count);
    auto const y = ma::class_ids(mine.of(all.ids), {mine.count});
    auto const key = ranks().key_of(k, mine.count);
    CHECK(key.first == mine.first);
    CHECK(key.global == n);
    auto const in = ranks().gather(ma::inputs(x).class_ids(y));
    auto const plan = ranks().make_plan(method, in, key);
    CHECK(plan.rows() == twice * mine.count);
    auto const row_of = [&](index_t i) { return i < mine.count ? mine.first + i : n + mine.first + i - mine.count; };
    for (index_t i = 0; i < plan.rows(); ++i) CHECK(test::same_row(plan, i, whole, row_of(i)));

    std::fill(mixed.begin(), mixed.end(), T{});
    auto const out = view(plan.rows() == 0 ? nullptr : mixed.data(), plan.rows());
    ma::mpi::mix(ranks(), plan, x, out, ma::mpi::fetch_options{.boxes_only = boxes_only});
    auto const rows = ma::labels(shares.data(), {plan.rows(), b::classes});
    ma::mpi::soft_labels(ranks(), plan, y, rows, {.smoothing = 0.1f});
    ma::mpi::mix_targets(ranks(), plan, ma::labels(mine.of(all.soft, b::classes), {mine.count, b::classes}),
                         ma::labels(shared.data(), {plan.rows(), b::classes}));
    for (index_t i = 0; i < plan.rows(); ++i) {
      bool same = true;
      for (index_t e = 0; e < b::size; ++e) {
        std::size_t const at = static_cast<std::size_t>(i * b::size + e),
                          from = static_cast<std::size_t>(row_of(i) * b::size + e);
        same = same && std::memcmp(&mixed[at], &expected[from], sizeof(T)) == 0;
      }
      CHECK(same);
      for (index_t e = 0; e < b::classes; ++e) {
        std::size_t const at = static_cast<std::size_t>(i * b::classes + e),
                          from = static_cast<std::size_t>(row_of(i) * b::classes + e);
        CHECK(shares[at] == labels[from]);
        CHECK(shared[at] == targets[from]);
      }
    }
  }
}

TEST_CASE("a global batch on several ranks is mixed as in one process") {
  using ma::with, ma::when;
  namespace pairing = ma::pairing;
  same_as_one_process<float>("mixup", ma::mixup{}, 13);
  same_as_one_process<std::uint8_t>("mixup of bytes, channels last", ma::mixup{.prob = 0.6f}, 13, true);
  same_as_one_process<float>("cutmix", ma::cutmix{}, 13);
  same_as_one_process<std::uint8_t>("cutmix of three boxes", ma::cutmix{.boxes = 3}, 9, true);
  same_as_one_process<float>("cutmix, whole rows", ma::cutmix{}, 13, false, false);
  same_as_one_process<float>("resizemix", ma::resizemix{}, 11);
  same_as_one_process<std::uint8_t>("fmix", ma::fmix{}, 7);
  same_as_one_process<float>("gridmix", ma::gridmix{.n = 2}, 7);
  same_as_one_process<float>("regmixup", ma::regmixup{}, 7);
  same_as_one_process<std::int32_t>("cutmix of ids, a box for the batch", ma::cutmix{.mode = ma::mode::batch}, 9);
  same_as_one_process<float>("pairs of one class", with(ma::cutmix{}, pairing::same_class{}), 17);
  same_as_one_process<float>("derangement", with(ma::mixup{}, pairing::derangement{}), 6);
  same_as_one_process<float>("one of two", ma::one_of(ma::mixup{}, ma::cutmix{}), 12);
  same_as_one_process<float>("one row", ma::mixup{}, 1);
}

TEST_CASE("a salient method, given the images of the global batch") {
  using b = batch<std::uint8_t>;
  index_t const n = 10;
  b all(n, 5);
  auto const view = [](std::uint8_t* p, index_t rows) { return ma::nchw(p, {rows, b::c, b::h, b::w}); };
  auto const images = view(all.pixels.data(), n);
  ma::key const k{.seed = 6};
  auto const whole = ma::make_plan(ma::serial{}, ma::saliencymix{}, ma::inputs(images).source_images(images), k);
  std::vector<std::uint8_t> expected(all.pixels.size()), mixed(all.pixels.size());
  ma::apply(whole, images, view(expected.data(), n));
  for (int how = 0; how < test::splits; ++how) {
    test::part const mine(n, how);
    auto const x = view(mine.of(all.pixels, b::size), mine.count);
    auto const plan = ranks().make_plan(ma::serial{}, ma::saliencymix{}, ma::inputs(x).source_images(images),
                                        ranks().key_of(k, mine.count));
    ma::mpi::mix(ranks(), ma::serial{}, plan, x, view(mixed.data(), mine.count));
    for (index_t i = 0; i < mine.count; ++i) CHECK(test::same_row(plan, i, whole, mine.first + i));
    CHECK(std::memcmp(mixed.data(), expected.data() + mine.first * b::size,
                      static_cast<std::size_t>(mine.count * b::size)) == 0);
  }
}

TEST_CASE("partners of a second source whose slices lie on the ranks") {
  using b = batch<std::uint8_t>;
  index_t const n = 9, m = 14, first = 100;
  b all(n, 3), other(m, 9);
  ma::key const k{.seed = 8, .step = 1};
  auto const view = [](std::uint8_t* p, index_t rows) { return ma::nchw(p, {rows, b::c, b::h, b::w}); };
  auto const in = [&](auto const& x) { return ma::inputs(x).source_rows(m).source_first(first); };
  auto const whole = ma::make_plan(ma::cutmix{}, in(view(all.pixels.data(), n)), k);
  std::vector<std::uint8_t> expected(all.pixels.size()), mixed(all.pixels.size());
  std::vector<float> labels(static_cast<std::size_t>(n * b::classes)), shares(labels.size());
  ma::apply(whole, view(all.pixels.data(), n), view(other.pixels.data(), m), view(expected.data(), n));
  ma::soft_labels(whole, ma::class_ids(all.ids.data(), {n}), ma::class_ids(other.ids.data(), {m}),
                  ma::labels(labels.data(), {n, b::classes}));
  for (int how = 0; how < test::splits; ++how)
    for (int source_how = 0; source_how < test::splits; ++source_how) {
      INFO("splits " << how << " " << source_how);
      test::part const mine(n, how), slice(m, source_how);
      auto const x = view(mine.of(all.pixels, b::size), mine.count);
      auto const source = view(slice.of(other.pixels, b::size), slice.count);
      auto const plan = ranks().make_plan(ma::cutmix{}, in(x), ranks().key_of(k, mine.count));
      ma::mpi::mix(ranks(), plan, x, source, view(mixed.data(), mine.count));
      ma::mpi::soft_labels(ranks(), plan, ma::class_ids(mine.of(all.ids), {mine.count}),
                           ma::class_ids(slice.of(other.ids), {slice.count}),
                           ma::labels(shares.data(), {mine.count, b::classes}));
      for (index_t i = 0; i < mine.count; ++i) CHECK(test::same_row(plan, i, whole, mine.first + i));
      CHECK(std::memcmp(mixed.data(), expected.data() + mine.first * b::size,
                        static_cast<std::size_t>(mine.count * b::size)) == 0);
      CHECK(std::memcmp(shares.data(), labels.data() + mine.first * b::classes,
                        sizeof(float) * static_cast<std::size_t>(mine.count * b::classes)) == 0);
    }
}

TEST_CASE("fetched rows: strides, rows apart, one to three dimensions, more than one call can count") {
  index_t const n = 23, wide = 6;
  std::vector<double> all = test::any_values<double>(n * wide, 4);
  for (index_t most : {index_t{INT32_MAX}, index_t{8}}) {  // the second: several calls for each exchange
    ranks().shared()->most = most;
    for (int how = 0; how < test::splits; ++how) {
      test::part const mine(n, how);
      std::vector<std::int64_t> wanted;
      test::stream s(static_cast<std::uint64_t>(ranks().rank() + 10 * how));
      index_t const count = (ranks().rank() + how) % 3 == 0 ? 0 : 11;
      for (index_t i = 0; i < count; ++i) wanted.push_back(i % 5 == 4 ? -1 : s.below(n));
      auto const list = ma::indices(static_cast<std::int64_t const*>(wanted.data()), {count});

      std::vector<double> out(static_cast<std::size_t>(count * wide), -7.0);
      // (n, 2, 3) with the two first dimensions of a row exchanged, into rows apart, last row first
      auto const x = ma::signals(mine.of(all, wide), {mine.count, 2, 3}, {wide, 1, 2});
      std::vector<double*> pointers;
      for (index_t i = count; i-- > 0;) pointers.push_back(out.data() + i * wide);
      double* none = nullptr;
      ma::mpi::fetch(ranks(), list, x, ma::rows_of(pointers, ma::signals(none, {1, 2, 3})));
      for (index_t i = 0; i < count; ++i)
        for (index_t a = 0; a < 2; ++a)
          for (index_t e = 0; e < 3; ++e) {
            double const got = pointers[static_cast<std::size_t>(i)][a * 3 + e];
            index_t const row = wanted[static_cast<std::size_t>(i)];
            CHECK(got == (row < 0 ? -7.0 : all[static_cast<std::size_t>(row * wide + a + 2 * e)]));
          }

      std::vector<double> one(static_cast<std::size_t>(count), -7.0);
      ma::mpi::fetch(ranks(), list, ma::labels(mine.of(all, wide), {mine.count}, {wide}),
                     ma::labels(one.data(), {count}));
      for (index_t i = 0; i < count; ++i) {
        index_t const row = wanted[static_cast<std::size_t>(i)];
        CHECK(one[static_cast<std::size_t>(i)] == (row < 0 ? -7.0 : all[static_cast<std::size_t>(row * wide)]));
      }
    }
  }
  ranks().shared()->most = INT32_MAX;
}

TEST_CASE("where partners follow from the key, no request is sent") {
  index_t const n = 21, m = 30, wide = 8;
  auto data = test::any_values<float>(m * wide, 3);
  ma::key const k{.seed = 4, .step = 2};
  auto const same = [&](auto const& rule, bool second) {
    for (int how = 0; how < test::splits; ++how) {
      test::part const mine(n, how), slice(second ? m : n, (how + (second ? 1 : 0)) % test::splits);
      auto const view = [&](float* p, index_t rows) { return ma::features(p, {rows, wide}); };
      auto const x = view(mine.of(data, wide), mine.count), source = view(slice.of(data, wide), slice.count);
      auto in = ma::inputs(x);
      if (second) in.source_rows(m);
      auto const plan = ranks().make_plan(with(ma::mixup{}, rule), in, ranks().key_of(k, mine.count));
      std::vector<float> a(static_cast<std::size_t>(mine.count * wide)), b(a);
      index_t const before = ranks().bytes_sent();
      ma::mpi::fetch(ranks(), plan, source, view(a.data(), mine.count));
      index_t const asked = ranks().bytes_sent();
      ma::mpi::fetch(ranks(), plan, rule, source, view(b.data(), mine.count));
      CHECK(a == b);
      if (ranks().size() > 1) CHECK(ranks().bytes_sent() - asked < asked - before);
    }
  };
  same(ma::pairing::shuffle{}, false);
  same(ma::pairing::shuffle{}, true);
  same(ma::pairing::reverse{}, false);
  same(ma::pairing::roll{}, false);
  same(ma::pairing::derangement{}, false);
  std::vector<float> out(static_cast<std::size_t>(2 * wide));
  auto const two = ma::features(data.data(), {2, wide});
  auto const plan = ranks().make_plan(ma::mixup{}, two, ranks().key_of({.seed = 8}, 2));
  CHECK(test::refused([&] {
          ma::mpi::fetch(ranks(), plan, ma::pairing::roll{}, two, ma::features(out.data(), {2, wide}));
        }).find("are not those of the rule that is given") != std::string::npos);
}

/// Compares mix, soft_labels, mix_targets and fetched boxes by a rule with those that send requests.
template <class M, class Rule>
void same_by_rule(char const* name, M const& method, Rule const& rule, bool second, bool boxes) {
  INFO(std::string(name));
  using b = batch<float>;
  index_t const n = 19, m = second ? 26 : n;
  b all(n), other(m, 7);
  b& from = second ? other : all;
  auto const view = [](float* p, index_t rows) { return ma::nchw(p, {rows, b::c, b::h, b::w}); };
  auto const soft = [](float* p, index_t rows) { return ma::labels(p, {rows, b::classes}); };
  for (int how = 0; how < test::splits; ++how) {
    INFO("split " << how << " on rank " << ranks().rank());
    test::part const mine(n, how), slice(m, second ? (how + 1) % test::splits : how);
    auto const x = view(mine.of(all.pixels, b::size), mine.count);
    auto const source = view(slice.of(from.pixels, b::size), slice.count);
    auto const y = ma::class_ids(mine.of(all.ids), {mine.count}), z = ma::class_ids(slice.of(from.ids), {slice.count});
    auto const t = soft(mine.of(all.soft, b::classes), mine.count),
               u = soft(slice.of(from.soft, b::classes), slice.count);
    auto in = ma::inputs(x);
    if (second) in.source_rows(m);
    auto const plan = ranks().make_plan(with(method, rule), in, ranks().key_of({.seed = 4, .step = 2}, mine.count));
    auto const ask = [&](auto const&... rule_or_none) {
      std::vector<float> out(static_cast<std::size_t>(mine.count * b::size)),
          labels(static_cast<std::size_t>(mine.count * b::classes)), targets(labels), rows(out.size(), -9.0f);
      index_t const before = ranks().bytes_sent();
      auto const to = view(out.data(), mine.count);
      auto const label_rows = soft(labels.data(), mine.count), target_rows = soft(targets.data(), mine.count);
      ma::mpi::fetch_options const o{.boxes_only = boxes};
      if (second) {
        ma::mpi::mix(ranks(), plan, rule_or_none..., x, source, to, o);
        ma::mpi::soft_labels(ranks(), plan, rule_or_none..., y, z, label_rows);
        ma::mpi::mix_targets(ranks(), plan, rule_or_none..., t, u, target_rows);
      } else {
        ma::mpi::mix(ranks(), ma::serial{}, plan, rule_or_none..., x, to, o);
        ma::mpi::soft_labels(ranks(), plan, rule_or_none..., y, label_rows, {.smoothing = 0.1f});
        ma::mpi::mix_targets(ranks(), plan, rule_or_none..., t, target_rows);
      }
      // By a rule, whole rows are fetched also where nothing is read of them.
      bool const whole = ma::plan_of<M>::region_kind::constant_field;
      ma::mpi::fetch(ranks(), plan, rule_or_none..., source, view(rows.data(), mine.count),
                     {.boxes_only = boxes && !whole});
      index_t const sent = ranks().bytes_sent() - before;
      out.insert(out.end(), labels.begin(), labels.end());
      out.insert(out.end(), targets.begin(), targets.end());
      out.insert(out.end(), rows.begin(), rows.end());
      return std::pair(sent, out);
    };
    auto const asked = ask(), drawn = ask(rule);
    CHECK(asked.second == drawn.second);
    if (ranks().size() > 1) CHECK(drawn.first < asked.first);
  }
}

TEST_CASE("mix, labels and boxes by a rule that draws from the key: the same, and fewer bytes") {
  for (bool second : {false, true}) {
    same_by_rule("mixup", ma::mixup{}, ma::pairing::shuffle{}, second, true);
    same_by_rule("cutmix", ma::cutmix{}, ma::pairing::shuffle{}, second, true);
    same_by_rule("cutmix, whole rows", ma::cutmix{}, ma::pairing::shuffle{}, second, false);
  }
  same_by_rule("cutmix where it fires", ma::cutmix{.prob = 0.5f}, ma::pairing::roll{.shift = 3}, false, true);
  same_by_rule("gridmix", ma::gridmix{.n = 2}, ma::pairing::reverse{}, false, true);
  same_by_rule("resizemix", ma::resizemix{}, ma::pairing::derangement{}, false, true);
  if (ranks().size() == 1) return;
  batch<float> all(2);
  std::vector<float> out(all.pixels.size());
  auto const view = [](float* p) { return ma::nchw(p, {2, 3, 6, 5}); };
  auto const plan = ranks().make_plan(ma::mixup{}, view(all.pixels.data()), ranks().key_of({.seed = 8}, 2));
  CHECK(test::refused([&] {
          ma::mpi::mix(ranks(), plan, ma::pairing::roll{}, view(all.pixels.data()), view(out.data()));
        }).find("are not those of the rule that is given") != std::string::npos);
  // A plan that was read may have any key.
  std::stringstream text;
  ma::write_plan(text, plan);
  std::string said = text.str();
  std::string const global = " " + std::to_string(2 * ranks().size()) + " 0\nblends";
  CHECK(said.find(global) != std::string::npos);
  said.replace(said.find(global), global.size(), " 1000000000000 0\nblends");
  std::istringstream altered(said);
  auto const read = ma::read_plan(altered);
  CHECK(read.drawn_with.global == 1000000000000);
  CHECK(test::refused([&] {
          ma::mpi::mix(ranks(), read, ma::pairing::shuffle{}, view(all.pixels.data()), view(out.data()));
        }).find("are not those of the rule that is given") != std::string::npos);
  CHECK(test::refused([&] {  // another call on rank 0
          auto const x = view(all.pixels.data()), to = view(out.data());
          if (ranks().rank() == 0)
            ma::mpi::mix(ranks(), plan, x, to);
          else
            ma::mpi::mix(ranks(), plan, ma::pairing::shuffle{}, x, to);
        })
            .find("the pairing rule that the call is given of rank 1") != std::string::npos);
}

TEST_CASE("of a plan only the boxes that are read are fetched") {
  using b = batch<float>;
  index_t const n = 16;
  b all(n);
  auto const view = [](float* p, index_t rows) { return ma::nchw(p, {rows, b::c, b::h, b::w}); };
  test::part const mine(n, 1);
  auto const x = view(mine.of(all.pixels, b::size), mine.count);
  auto const plan = ranks().make_plan(ma::cutmix{}, x, ranks().key_of({.seed = 2}, mine.count));
  std::vector<float> rows(static_cast<std::size_t>(mine.count * b::size), -99.0f);
  index_t const before = ranks().bytes_sent();
  ma::mpi::fetch(ranks(), plan, x, view(rows.data(), mine.count), {.boxes_only = true});
  index_t const boxes = ranks().bytes_sent();
  for (index_t i = 0; i < mine.count; ++i) {
    auto const where = plan.region.box(i);
    bool const reads = plan.partner[i] != mine.first + i && !where.empty();
    for (index_t c = 0; c < b::c; ++c)
      for (index_t y = 0; y < b::h; ++y)
        for (index_t e = 0; e < b::w; ++e) {
          bool const inside = reads && y >= where.y0 && y < where.y1 && e >= where.x0 && e < where.x1;
          index_t const at = (c * b::h + y) * b::w + e;
          float const whole = all.pixels[static_cast<std::size_t>(plan.partner[i] * b::size + at)];
          CHECK(rows[static_cast<std::size_t>(i * b::size + at)] == (inside ? whole : -99.0f));
        }
  }
  ma::mpi::fetch(ranks(), plan, x, view(rows.data(), mine.count));
  index_t sent[2] = {boxes - before, ranks().bytes_sent() - boxes}, sum[2] = {};
  MPI_Allreduce(sent, sum, 2, MPI_INT64_T, MPI_SUM, ranks().comm());
  if (ranks().size() > 1) CHECK(sum[0] < sum[1]);
  for (index_t i = 0; i < mine.count; ++i)
    CHECK(std::memcmp(rows.data() + i * b::size, all.pixels.data() + plan.partner[i] * b::size,
                      sizeof(float) * b::size) == 0);
}

TEST_CASE("weights, groups and targets of the global batch") {
  index_t const n = 15;
  std::vector<float> pixels = test::any_values<float>(n * 4, 1), weights;
  std::vector<double> targets;
  std::vector<std::int32_t> groups;
  test::stream s(3);
  for (index_t i = 0; i < n; ++i) {
    weights.push_back(static_cast<float>(s.unit()));
    targets.push_back(s.unit());
    groups.push_back(static_cast<std::int32_t>(s.below(2)));
  }
  std::vector<std::int64_t> ids(groups.begin(), groups.end());
  ma::key const k{.seed = 4};
  auto const compare = [&](auto const& method) {
    auto const in = [&](index_t first, index_t count) {
      return ma::inputs(ma::features(pixels.data() + first * 4, {count, 4}))
          .weights(ma::weights(weights.data() + first, {count}))
          .targets(ma::labels(targets.data() + first, {count}))
          .groups(ma::class_ids(groups.data() + first, {count}))
          .class_ids(ma::class_ids(ids.data() + first, {count}));
    };
    auto const whole = ma::make_plan(method, in(0, n), k);
    for (int how = 0; how < test::splits; ++how) {
      test::part const mine(n, how);
      auto const gathered = ranks().gather(in(mine.first, mine.count));
      auto const plan = ranks().make_plan(method, gathered, ranks().key_of(k, mine.count));
      for (index_t i = 0; i < mine.count; ++i) CHECK(test::same_row(plan, i, whole, mine.first + i));
    }
  };
  compare(ma::mixup{});
  compare(ma::c_mixup{.bandwidth = 0.1});
  compare(ma::lisa{});
}

}  // namespace mix_test

#include "bad_input/refusals.hpp"

#include <algorithm>
#include <stdexcept>

namespace rules_test {

using namespace bad_input;

// Rules of a user's own that do wrong.
namespace {

struct ratio_of : ma::ratio::rule {
  float value;
  ratio_of const& sampler() const { return *this; }
  float operator()(std::uint64_t, ma::row_of_batch const&) const { return value; }
};
struct partner_of : ma::pairing::rule {
  index_t value;
  template <class Task>
  void operator()(Task const& task) const {
    for (index_t i = 0; i < task.rows(); ++i) task.assign(i, value);
  }
};
struct lazy_pairing : ma::pairing::rule {
  template <class Task>
  void operator()(Task const& task) const {
    task.assign(0, 1);
  }
};
struct box_of : ma::region::rule<ma::kind::boxes> {
  ma::box value;
  template <class Columns>
  void operator()(Columns const& columns, ma::row_facts const& row, ma::random const&) const {
    columns.box(row.row) = value;
  }
};
struct share_of : ma::label::rule {
  float self, partner;
  ma::label_shares operator()(ma::row_facts const&, double) const { return {self, partner}; }
};
struct angry_label : ma::label::rule {
  ma::label_shares operator()(ma::row_facts const& row, double) const {
    if (row.row == 2) throw std::runtime_error("no label today");
    return {1, 0};
  }
};

}  // namespace

TEST_CASE("what a user's rules answer is checked: nothing out of range reaches a plan") {
  world w;
  auto const plan = [&](auto const& rule) { ma::make_plan(with(ma::cutmix{}, rule), w.batch(), ma::key{}); };
  refuse(w, {
                {"ratio NaN",
                 [&] {
                   plan(ratio_of{{}, no_number});
                 },
                 "the ratio of row 0", "nan", "a ratio in [0, 1] from the ratio rule"},
                {"ratio 2",
                 [&] {
                   plan(ratio_of{{}, 2});
                 },
                 "the ratio of row 0", "is 2", "a ratio in [0, 1] from the ratio rule"},
                {"ratio < 0",
                 [&] {
                   plan(ratio_of{{}, -0.25f});
                 },
                 "the ratio of row 0", "is -0.25", "a ratio in [0, 1]"},
                {"ratio NaN inside one_of",
                 [&] {
                   ma::make_plan(ma::one_of(with(ma::mixup{}, ratio_of{{}, no_number})), w.batch(), ma::key{});
                 },
                 "the ratio of row 0", "nan", "a ratio in [0, 1]"},
                {"partner past the batch",
                 [&] {
                   plan(partner_of{{}, 4});
                 },
                 "the partner of row 0", "is 4", "a row in [0, 4), or -1 for none, from the pairing rule"},
                {"partner -2",
                 [&] {
                   plan(partner_of{{}, -2});
                 },
                 "the partner of row 0", "is -2", "a row in [0, 4), or -1"},
                {"partner far away",
                 [&] {
                   plan(partner_of{{}, huge});
                 },
                 "the partner of row 0", "9223372036854775807", "a row in [0, 4)"},
                {"a box past the edge",
                 [&] {
                   plan(box_of{{}, {0, 1, 0, 9, 0, 8}});
                 },
                 "box 0 of row", "leaves the image", "inside (1, 8, 8)"},
                {"a box before the edge",
                 [&] {
                   plan(box_of{{}, {0, 1, -1, 8, 0, 8}});
                 },
                 "box 0 of row", "leaves the image", "inside (1, 8, 8)"},
                {"a box in another slice",
                 [&] {
                   plan(box_of{{}, {0, 2, 0, 8, 0, 8}});
                 },
                 "box 0 of row", "leaves the image", "inside (1, 8, 8)"},
                {"a share NaN",
                 [&] {
                   plan(share_of{{}, no_number, 0});
                 },
                 "the label shares of row 0", "nan and 0", "two finite numbers"},
                {"a share infinite",
                 [&] {
                   plan(share_of{{}, 1, -infinite});
                 },
                 "the label shares of row 0", "1 and -inf", "two finite numbers"},
            });
}

TEST_CASE("a plan survives a refused ratio or partner, and is empty after a refused box or label") {
  world w;
  auto const method = [](float ratio, float share) {
    return with(ma::cutmix{}, ratio_of{{}, ratio}, share_of{{}, share, 0});
  };
  auto p = ma::make_plan(method(0.5f, 1), w.batch(), ma::key{.seed = 9});
  std::string const before = text_of(p);
  CHECK_THROWS_AS(ma::make_plan(method(-1, 1), ma::nchw(w.x.data(), {2, 3, 16, 8}), ma::key{}, p),
                  ma::invalid_argument);
  CHECK(text_of(p) == before);
  CHECK_THROWS_AS(ma::make_plan(method(0.5f, no_number), w.batch(), ma::key{}, p), ma::invalid_argument);
  CHECK(p.rows() == 0);
  CHECK_THROWS_WITH_AS(ma::apply(p, w.batch(), w.room()), doctest::Contains("the plan is empty"), ma::invalid_argument);
  ma::make_plan(method(0.5f, 1), w.batch(), ma::key{.seed = 9}, p);
  CHECK(text_of(p) == before);

  auto const angry = with(ma::cutmix{}, angry_label{});
  ma::plan_of<decltype(angry)> q;
  CHECK_THROWS_AS(ma::make_plan(angry, w.batch(), ma::key{}, q), std::runtime_error);
  CHECK(q.rows() == 0);
}

TEST_CASE("a pairing rule that leaves rows out gives them no partner") {
  world w;
  ma::plan_of<ma::cutmix> p = w.pasted;  // memory with old partners
  ma::make_plan(with(ma::cutmix{}, lazy_pairing{}), w.batch(), ma::key{}, p);
  CHECK(p.partner[0] == 1);
  for (int i = 1; i < 4; ++i) {
    CHECK(p.partner[i] == -1);
    CHECK(p.share_self[i] == 1.0f);
  }
}

TEST_CASE("boxes to the very edges, and empty ones anywhere, are fine") {
  world w;
  for (ma::box const b :
       {ma::box{0, 1, 0, 8, 0, 8}, ma::box{0, 1, 7, 8, 7, 8}, ma::no_box, ma::box{0, 1, 20, 20, -3, 5}}) {
    auto const p = ma::make_plan(with(ma::cutmix{}, box_of{{}, b}), w.batch(), ma::key{.seed = 2});
    ma::apply(p, w.batch(), w.room());
    CHECK(ma::pixel_share(p, 0) == 1.0 - static_cast<double>(b.volume()) / 64.0);
  }
}

TEST_CASE("extreme options that are allowed work") {
  world w;
  auto const whole = ma::make_plan(ma::cutout{.length = 2147483647}, w.batch(), ma::key{});
  CHECK(ma::pixel_share(whole, 0) == 0.0);
  for (auto place : {ma::placement::inside, ma::placement::shifted, ma::placement::uniform_pixels})
    CHECK(ma::pixel_share(ma::make_plan(ma::cutout{.length = 2147483647, .placement = place}, w.batch(), ma::key{}),
                          0) == 0.0);
  ma::key const last{.seed = ~std::uint64_t{0},
                     .step = (std::uint64_t{1} << 40) - 1,
                     .first = (index_t{1} << 40) - 6,
                     .global = (index_t{1} << 40) - 2,
                     .block = 4};
  auto const far = ma::make_plan(with(ma::cutmix{}, ma::pairing::roll{.shift = std::numeric_limits<index_t>::min()}),
                                 w.batch(), last);
  ma::apply(ma::make_plan(ma::cutmix{}, ma::inputs(w.batch()).source_rows(6), ma::key{}), w.batch(), w.second(),
            w.room());
  CHECK(far.shape.first == last.first);
}

}  // namespace rules_test

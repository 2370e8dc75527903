#include <doctest/doctest.h>

#include <limits>
#include <locale>
#include <mixaug/plan/plan_text.hpp>
#include <sstream>

#include "support/memory.hpp"
#include "support/plans.hpp"
#include "support/values.hpp"

namespace plan_text_test {

using ma::index_t;

namespace {

struct fixed_box : ma::region::rule<ma::kind::boxes> {
  template <class Columns>
  void operator()(Columns const& columns, ma::row_facts const& row, ma::random const&) const {
    columns.box(row.row) = {0, 1, 0, 2, 1, 4};
  }
};

template <class R, class B>
std::string written(ma::plan<R, B> const& p) {
  std::ostringstream out;
  ma::write_plan(out, p);
  return out.str();
}
ma::any_plan read(std::string const& text) {
  std::istringstream in(text);
  return ma::read_plan(in);
}

bool same_place(ma::source_place const& a, ma::source_place const& b) {
  return a.by == b.by && a.resized == b.resized && a.how == b.how && a.from == b.from && a.to == b.to;
}

/// Every decision, bit for bit.
template <class R, class B>
void check_same(ma::plan<R, B> const& p, ma::any_plan const& q) {
  CHECK(p.shape == q.shape);
  CHECK(p.drawn_with == q.drawn_with);
  CHECK(p.flags() == q.flags());
  index_t wrong = 0;
  for (index_t i = 0; i < p.rows(); ++i) {
    wrong += p.choice[i] != q.choice[i] || p.self[i] != q.self[i] || p.partner[i] != q.partner[i] ||
             !test::same_bits(p.ratio[i], q.ratio[i]);
    wrong +=
        !test::same_bits(p.share_self[i], q.share_self[i]) || !test::same_bits(p.share_partner[i], q.share_partner[i]);
    wrong += !test::same_bits(p.weight_self[i], q.weight_self[i]) ||
             !test::same_bits(p.weight_partner[i], q.weight_partner[i]);
    auto const a = p.state(i);
    auto const b = q.state(i);
    wrong += a.tiles() > b.tiles() || ma::pixel_share(p, i) != ma::pixel_share(q, i);  // b has room for every choice
    for (index_t j = a.tiles(); j < b.tiles(); ++j) wrong += !b.tile_at(j).where.empty();
    for (index_t j = 0; j < a.tiles(); ++j)
      wrong += !(a.tile_at(j).where == b.tile_at(j).where) || a.tile_at(j).m != b.tile_at(j).m;
    if (p.flags().moved && !(a.tile_at(0).where.empty() || a.tiles() > 1))
      wrong += !same_place(a.tile_at(0).source, b.tile_at(0).source);
    wrong += p.rows_by_partner[i] != q.rows_by_partner[i] || p.rows_by_self[i] != q.rows_by_self[i];
  }
  CHECK(wrong == 0);
}

template <class View>
void check_replay(View const& layout) {
  test::every_plan(layout, {.seed = 11, .step = 7}, layout.extent[1], [&](char const* name, auto const& p) {
    CAPTURE(name);
    ma::any_plan const q = read(written(p));
    check_same(p, q);
    CHECK(written(q) == written(p));
    auto const pixels = test::any_values<float>(layout.size(), 1);
    auto first = pixels, second = pixels;
    auto in = layout, a = layout, b = layout;
    auto copy = pixels;
    in.data = copy.data(), a.data = first.data(), b.data = second.data();
    ma::apply(p, in, a), ma::apply(q, in, b);
    CHECK(test::first_difference(first, second) == -1);
    ma::apply_adjoint(p, in, a), ma::apply_adjoint(q, in, b);
    CHECK(test::first_difference(first, second) == -1);
    if (p.flags().moved) return;
    ma::apply_inplace(p, a), ma::apply_inplace(q, b);
    CHECK(test::first_difference(first, second) == -1);
  });
}

/// German digits: 1.234,5
struct grouped : std::numpunct<char> {
  char do_thousands_sep() const override { return '.'; }
  char do_decimal_point() const override { return ','; }
  std::string do_grouping() const override { return "\3"; }
};

}  // namespace

TEST_CASE("the text of a tiny plan is as documented") {
  std::int64_t const partner[] = {1, -1};
  float const weight[] = {0.1f, 2};
  auto const method =
      with(ma::cutmix{}, ma::pairing::given{ma::indices(partner, {2})}, ma::ratio::constant{0.5f}, fixed_box{});
  auto const in = ma::inputs(ma::nchw<float>(nullptr, {2, 1, 4, 4})).weights(ma::weights(weight, {2}));
  std::string const expected =
      "mixaug-plan 3\n"
      "rows 2 samples 2 source_rows 2 own_source 1 first 0\n"
      "size 4 4\n"
      "key 18446744073709551615 3 0 2 0\n"
      "blends 0 moves 0 local 1\n"
      "choice 0 boxes 1 mix\n"
      "columns choice self partner ratio share_self share_partner weight_self weight_partner field\n"
      "0 0 1 0.5 0.625 0.375 0.1 2 0,1,0,2,1,4\n"
      "0 1 -1 1 1 0 2 1 0,0,0,0,0,0\n"
      "end 2\n";
  CHECK(written(ma::make_plan(method, in, ma::key{.seed = ~std::uint64_t{0}, .step = 3})) == expected);
  CHECK(written(read(expected)) == expected);
  std::string windows;
  for (char c : expected) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  CHECK(written(read(windows)) == expected);

  auto const features =
      ma::make_plan(with(ma::mixup{}, ma::pairing::none{}), ma::features<float>(nullptr, {1, 9}), ma::key{.step = 1});
  CHECK(written(features) ==
        "mixaug-plan 3\nrows 1 samples 1 source_rows 1 own_source 1 first 0\nsize\nkey 0 1 0 1 0\nblends 1 moves 0 "
        "local 1\nchoice 0 whole mix\n"
        "columns choice self partner ratio share_self share_partner weight_self weight_partner field\n0 0 -1 1 1 0 1 "
        "1\nend 1\n");
  check_same(features, read(written(features)));
}

TEST_CASE("every plan reads back to the same bits and mixes the same pixels") {
  SUBCASE("images") { check_replay(ma::nchw<float>(nullptr, {7, 3, 9, 11})); }
  SUBCASE("interleaved images") { check_replay(ma::nhwc<float>(nullptr, {6, 5, 4, 3})); }
  SUBCASE("signals") { check_replay(ma::signals<float>(nullptr, {5, 2, 40})); }
  SUBCASE("volumes") { check_replay(ma::volumes<float>(nullptr, {4, 3, 3, 5, 6})); }
}

TEST_CASE("plans of a second source, of a part of a global batch, and at another resolution read back") {
  auto const x = ma::nchw<float>(nullptr, {6, 3, 12, 8});
  check_same(ma::make_plan(ma::cutmix{}, ma::inputs(x).source_rows(1000), ma::key{.seed = 1}),
             read(written(ma::make_plan(ma::cutmix{}, ma::inputs(x).source_rows(1000), ma::key{.seed = 1}))));
  auto const part =
      ma::make_plan(ma::mixup{}, x,
                    ma::key{.seed = 1, .step = (std::uint64_t{1} << 40) - 1, .first = 600, .global = 1200, .block = 0});
  check_same(part, read(written(part)));
  auto const small = ma::rescaled(ma::make_plan(ma::cutmix{.boxes = 3}, x, ma::key{.seed = 3}), {3, 5});
  check_same(small, read(written(small)));
  auto const any = ma::rescaled(ma::to_any(ma::make_plan(ma::cutmix{.boxes = 3}, x, ma::key{.seed = 3})), {3, 5});
  check_same(small, any);
}

TEST_CASE("a text lists every choice, whatever was drawn, and no boxes where no choice has any") {
  auto const x = ma::nchw<float>(nullptr, {3, 1, 8, 8});
  int whole = 0, boxed = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    auto const p = ma::make_plan(ma::one_of(ma::mixup{}, ma::cutmix{.placement = ma::placement::inside, .boxes = 8}), x,
                                 ma::key{.seed = seed});
    std::string const text = written(p);
    ++(p.choice[0] + p.choice[1] + p.choice[2] == 0 ? whole : boxed);
    CHECK(text.find("\nchoice 0 whole mix\nchoice 1 boxes 8 mix\n") != std::string::npos);
    CHECK(written(read(text)) == text);
  }
  CHECK(whole > 0);
  CHECK(boxed > 0);
  CHECK(written(ma::make_plan(ma::mixup{}, x, ma::key{.seed = 1})).find("boxes") == std::string::npos);
}

namespace {
/// Boxes under a name of one's own.
struct my_kind : ma::kind::boxes {
  static constexpr char const* name = "mine";
};
struct my_region : ma::region::rule<my_kind> {
  template <class Columns>
  void operator()(Columns const& columns, ma::row_facts const& row, ma::random const& draw) const {
    columns.box(row.row) = {0, 1, 0, static_cast<std::int32_t>(1 + draw.below(4)), 1, 3};
  }
};
}  // namespace

TEST_CASE(
    "a plan of a kind of one's own is written and read where the kind is named, and refused by its name elsewhere") {
  auto const x = ma::nchw<float>(nullptr, {5, 1, 4, 4});
  auto const p = ma::make_plan(ma::one_of(ma::mixup{}, with(ma::cutmix{}, my_region{})), x, ma::key{.seed = 9});
  std::ostringstream out;
  ma::write_plan_of<my_kind>(out, p);
  CHECK(out.str().find("\nchoice 1 mine 1 mix\n") != std::string::npos);
  std::istringstream in(out.str()), other(out.str());
  auto const q = ma::read_plan<my_kind>(in);
  int mine = 0;
  for (index_t i = 0; i < 5; ++i) {
    CHECK(ma::pixel_share(q, i) == ma::pixel_share(p, i));
    mine += p.choice[i];
  }
  CHECK(mine > 0);
  CHECK_THROWS_WITH_AS(ma::read_plan(other),
                       doctest::Contains("is region \"mine\"; expected one of whole, boxes, box_pair, cells"),
                       ma::invalid_argument);
}

TEST_CASE("the widest numbers survive, whatever the stream's flags and locale") {
  float const most = std::numeric_limits<float>::max(),
              weights[] = {most, std::numeric_limits<float>::denorm_min(), 1.0f / 3};
  auto const in = ma::inputs(ma::nchw<float>(nullptr, {3, 4, 1000, 2000})).weights(ma::weights(weights, {3}));
  auto const p = ma::make_plan(
      ma::one_of(ma::mixup{}, ma::cutmix{}, ma::cutout{.n_holes = 64, .fill = {most, -most, -0.0f, 1e-30f}}), in,
      ma::key{.seed = 123456789});
  std::ostringstream out;
  out.imbue(std::locale(std::locale::classic(), new grouped));
  out << std::hex << std::showbase << std::showpos;
  out.width(50);
  ma::write_plan(out, p);
  CHECK(out.str() == written(p));
  std::istringstream in_stream(out.str());
  in_stream.imbue(out.getloc());
  in_stream >> std::hex >> std::noskipws;
  check_same(p, ma::read_plan(in_stream));
}

}  // namespace plan_text_test

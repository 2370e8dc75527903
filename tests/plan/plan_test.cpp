#include <doctest/doctest.h>

#include <cstdint>
#include <utility>

#include "support/compare_plans.hpp"
#include "support/values.hpp"

namespace plan_test {

namespace ma = mixaug;
using ma::index_t;

namespace {
auto images(index_t n, index_t size = 12) { return ma::nchw<float>(nullptr, {n, index_t{3}, size, size}); }
ma::one_of const method(ma::mixup{}, ma::cutmix{.boxes = 3}, ma::cutout{.n_holes = 2, .length = 4});
}  // namespace

TEST_CASE("the same key gives the same plan, into any memory") {
  auto const a = ma::make_plan(method, images(50), ma::key{.seed = 1, .step = 9});
  auto b = ma::make_plan(method, images(200), ma::key{.seed = 2});
  ma::make_plan(method, images(50), ma::key{.seed = 1, .step = 9}, b);  // a smaller plan in the same block
  CHECK(test::same_plan(a, b));
  ma::make_plan(method, images(50), ma::key{.seed = 1, .step = 10}, b);
  CHECK_FALSE(test::same_plan(a, b));
  ma::plan_of<decltype(method)> c;
  ma::make_plan(method, ma::inputs(images(50)), ma::key{.seed = 1, .step = 9}, c);
  CHECK(test::same_plan(a, c));
}

TEST_CASE("plans are values: copies stand alone, moves carry") {
  auto a = ma::make_plan(method, images(20), ma::key{.seed = 3});
  auto const original = ma::make_plan(method, images(20), ma::key{.seed = 3});
  auto b = a;
  CHECK(test::same_plan(b, original));
  CHECK(b.ratio.data != a.ratio.data);
  a.edit([](auto const& columns) {
    columns.ratio[0] = 0.125f;
    columns.partner[0] = 7;
    columns.region.rest.head.box(0, 1) = {0, 1, 1, 2, 1, 2};
  });
  CHECK(test::same_plan(b, original));
  auto c = std::move(b);
  CHECK(test::same_plan(c, original));
  b = c;
  CHECK(test::same_plan(b, original));
  auto const& itself = b;
  b = itself;
  CHECK(test::same_plan(b, original));
  b = std::move(c);
  CHECK(test::same_plan(b, original));
  decltype(a) empty, copy_of_empty = empty;
  CHECK(copy_of_empty.rows() == 0);
}

TEST_CASE("what was moved from is empty, memory and plans; a copy of nothing is nothing") {
  ma::workspace<ma::space::host> a, b, empty;
  a.reserve(8)[0] = std::byte{1}, b.reserve(100)[0] = std::byte{2};
  std::byte const* const block = b.data();
  a = std::move(b);
  CHECK((a.data() == block && a.data()[0] == std::byte{2} && b.data() == nullptr));
  CHECK(b.reserve(3) != nullptr);
  auto& itself = a;
  a = std::move(itself);
  CHECK((a.data() == block && a.data()[0] == std::byte{2}));
  a = empty;
  CHECK(a.data() == nullptr);
  a = b;
  CHECK((a.data() != nullptr && a.data() != b.data()));
  ma::detail::resets_on_move n = 5, m = std::move(n);
  CHECK((n == 0 && m == 5));
  n = std::move(m);
  CHECK((n == 5 && m == 0));

  auto const original = ma::make_plan(method, images(20), ma::key{.seed = 3});
  auto p = original, q = ma::make_plan(method, images(3), ma::key{});
  q = std::move(p);
  CHECK(test::same_plan(q, original));
  ma::make_plan(method, images(20), ma::key{.seed = 3}, p);  // what it got in exchange can be planned into
  CHECK(test::same_plan(p, original));
  p = decltype(p)();
  CHECK(p.rows() == 0);
}

TEST_CASE("columns are aligned, apart and inside one block") {
  auto const p = ma::make_plan(method, images(33), ma::key{});
  void const* const at[] = {p.choice.data,
                            p.self.data,
                            p.partner.data,
                            p.ratio.data,
                            p.share_self.data,
                            p.share_partner.data,
                            p.weight_self.data,
                            p.weight_partner.data,
                            p.region.rest.head.where.data,
                            p.region.rest.rest.where.data,
                            p.rows_by_partner.data,
                            p.rows_by_self.data,
                            p.order.data};
  std::size_t const bytes[] = {33,
                               264,
                               264,
                               132,
                               132,
                               132,
                               132,
                               132,
                               33 * 3 * sizeof(ma::box),
                               33 * 2 * sizeof(ma::box),
                               264,
                               264,
                               33 * sizeof(ma::inplace_step)};
  auto address = [](void const* v) { return reinterpret_cast<std::uintptr_t>(v); };
  for (int j = 0; j < 13; ++j) {
    CAPTURE(j);
    CHECK(address(at[j]) % 64 == 0);
    if (j > 0) CHECK(address(at[j]) >= address(at[j - 1]) + bytes[j - 1]);
  }
  static_assert(std::is_trivially_copyable_v<std::remove_cvref_t<decltype(p.view())>>);
}

TEST_CASE("the plan knows what it was made for") {
  auto const p = ma::make_plan(ma::cutmix{.boxes = 2}, ma::volumes<float>(nullptr, {4, 2, 5, 6, 7}),
                               ma::key{.seed = 8, .first = 4, .global = 12, .block = 4});
  CHECK((p.rows() == 4 && p.shape.samples == 4 && p.shape.source_rows == 12 && p.shape.first == 4 &&
         p.shape.spatial == 3));
  CHECK((p.shape.size[0] == 5 && p.shape.size[1] == 6 && p.shape.size[2] == 7 && p.layout.count == 2 &&
         p.shape.own_source));
  CHECK((p.drawn_with == ma::key{.seed = 8, .first = 4, .global = 12, .block = 4} && p.flags().local &&
         !p.flags().blends));
  for (index_t i = 0; i < 4; ++i) CHECK(p.self[i] == i);
  CHECK(ma::make_plan(ma::mixup{}, images(4), ma::key{}).flags().blends);
  CHECK_FALSE(ma::make_plan(ma::mixup{.prob = 0}, images(4), ma::key{}).flags().blends);
  CHECK_FALSE(ma::make_plan(with(ma::mixup{}, ma::ratio::constant{0}), images(4), ma::key{}).flags().blends);
  CHECK_FALSE(ma::make_plan(ma::mixup{}, ma::inputs(images(4)).source_rows(9), ma::key{}).flags().local);
  CHECK_FALSE(ma::make_plan(ma::mixup{}, images(40), ma::key{.seed = 1, .global = 80}).flags().local);
}

TEST_CASE("readers list rows by partner and owners by sample, each ascending, for near and for far partners") {
  test::stream s(2);
  for (index_t step : {1, 1000003}) {  // counted, and merged
    std::vector<std::int64_t> partner(300);
    for (auto& p : partner) p = s.below(18) * step - 1;
    auto const in = ma::inputs(ma::features<float>(nullptr, {300, 1})).source_rows(18 * step);
    auto const p =
        ma::make_plan(with(ma::mixup{}, ma::pairing::given{ma::indices(partner.data(), {300})}), in, ma::key{});
    for (index_t k = 0; k < 300; ++k) {
      REQUIRE(p.rows_by_self[k] == k);
      if (k == 0) continue;
      index_t const a = p.rows_by_partner[k - 1], b = p.rows_by_partner[k];
      REQUIRE((p.partner[a] < p.partner[b] || (p.partner[a] == p.partner[b] && a < b)));
    }
  }
}

}  // namespace plan_test

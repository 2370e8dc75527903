#include "bad_input/refusals.hpp"

#include <memory>
#include <utility>

namespace plans_test {

using namespace bad_input;

namespace {

template <class P>
P moved_into_nothing(P& p) {
  P q = std::move(p);
  return q;
}

}  // namespace

TEST_CASE("an empty plan, default-constructed or moved from, is refused by name") {
  world w;
  ma::plan_of<ma::cutmix> const empty;
  ma::plan_of<ma::cutmix> moved = w.pasted;
  auto const taken = moved_into_nothing(moved);
  ma::any_plan const any;
  refuse(w,
         {
             {"apply", [&] { ma::apply(empty, w.batch(), w.room()); }, "the plan",
              "empty (default-constructed, or moved from)", "make_plan(method, x, key)"},
             {"apply, moved from", [&] { ma::apply(moved, w.batch(), w.room()); }, "the plan", "empty",
              "make_plan(method, x, key)"},
             {"apply any_plan", [&] { ma::apply(any, w.batch(), w.room()); }, "the plan", "empty", "read_plan(stream)"},
             {"apply a source", [&] { ma::apply(empty, w.batch(), w.second(), w.room()); }, "the plan", "empty",
              "make_plan"},
             {"apply_inplace", [&] { ma::apply_inplace(moved, w.batch()); }, "the plan", "empty", "make_plan"},
             {"apply_adjoint", [&] { ma::apply_adjoint(moved, w.gradients(), w.room()); }, "the plan", "empty",
              "make_plan"},
         });
  ma::apply(taken, w.batch(), w.room());
  std::ostringstream shown;
  shown << empty << moved << any;  // a table without rows
  CHECK(shown.str().find("plan of 0 rows") != std::string::npos);
  CHECK(ma::to_any(moved).rows() == 0);
}

TEST_CASE("copies, moves and assignments keep every column, and no plan points into another's memory") {
  world w;
  std::string const text = text_of(w.pasted);
  auto p = std::make_unique<ma::plan_of<ma::cutmix>>(w.pasted);
  ma::plan_of<ma::cutmix> copy = *p, assigned = w.part;
  assigned = *p;
  ma::plan_of<ma::cutmix> const moved = std::move(*p);
  p.reset();
  CHECK(text_of(copy) == text);
  CHECK(text_of(assigned) == text);
  CHECK(text_of(moved) == text);
  CHECK(copy.partner.data != assigned.partner.data);

  auto& self = copy;
  copy = self;
  CHECK(text_of(copy) == text);
  copy = std::move(self);
  CHECK(text_of(copy) == text);

  assigned = ma::plan_of<ma::cutmix>();  // from an empty plan
  CHECK(assigned.rows() == 0);
  assigned = std::move(copy);
  CHECK(text_of(assigned) == text);
  ma::make_plan(ma::cutmix{}, w.batch(), ma::key{.seed = 2}, copy);  // a moved-from plan can be made again
  CHECK(text_of(copy) == text);

  std::vector<ma::plan_of<ma::cutmix>> many;
  for (int k = 0; k < 20; ++k) many.push_back(k % 2 == 0 ? moved : w.part);
  many.erase(many.begin());
  std::swap(many[0], many[1]);
  CHECK(text_of(many[0]) == text);
  CHECK(text_of(many[18]) == text_of(w.part));

  auto three = ma::make_plan(ma::one_of(ma::mixup{}, ma::cutmix{}, ma::cutout{}), w.batch(), ma::key{});
  ma::any_plan any = ma::to_any(three), other = any;
  other = std::move(any);
  any = other;
  CHECK(text_of(any) == text_of(three));
  CHECK(text_of(other) == text_of(three));
}

TEST_CASE("one plan is reused over shapes, sizes and sources, larger and smaller") {
  world w;
  ma::plan_of<ma::cutmix> p;
  auto const same = [&](auto const& in, ma::key const& k) {
    ma::make_plan(ma::cutmix{}, in, k, p);
    CHECK(text_of(p) == text_of(ma::make_plan(ma::cutmix{}, in, k)));
  };
  float* const x = w.x.data();
  same(ma::inputs(w.batch()), {.seed = 1});
  same(ma::inputs(ma::nchw(x, {300, 1, 32, 32})), {.seed = 1, .step = 1});
  same(ma::inputs(ma::signals(x, {3, 2, 50})), {.seed = 1, .step = 2});
  same(ma::inputs(ma::volumes(x, {2, 1, 4, 4, 4})), {.seed = 1, .step = 3});
  same(ma::inputs(w.batch()).source_rows(9), {.seed = 1, .step = 4});
  same(ma::inputs(w.batch()), {.seed = 1, .first = 8, .global = 64, .block = 4});
  ma::make_plan(ma::cutmix{.boxes = 7}, w.batch(), ma::key{}, p);
  CHECK(p.layout.count == 7);
  same(ma::inputs(w.batch()), {.seed = 2});
  CHECK(text_of(p) == text_of(w.pasted));
}

TEST_CASE("a plan can be made from its own columns") {
  world w;
  auto const method = [](ma::plan_of<ma::mixup> const& p) {
    return with(ma::mixup{}, ma::pairing::given{ma::indices(p.partner.data, {p.rows()})});
  };
  auto p = ma::make_plan(ma::mixup{}, w.batch(), ma::key{.seed = 1});
  using plan = ma::plan_of<decltype(method(p))>;
  plan q = ma::make_plan(method(p), w.batch(), ma::key{.seed = 1});
  for (std::uint64_t step = 1; step < 20; ++step) {
    ma::key const k{.seed = 1, .step = step};
    ma::make_plan(method(q), ma::inputs(w.batch()).weights(ma::weights(q.weight_self.data, {4})), k,
                  q);  // last step's partners
    for (int i = 0; i < 4; ++i) {
      CHECK(q.partner[i] == p.partner[i]);
      CHECK(q.weight_partner[i] == 1.0f);
    }
  }
}

TEST_CASE("const views, any integer extents and double images are taken as they are") {
  world w;
  float const* const x = w.x.data();
  std::vector<double> d(w.x.begin(), w.x.end()), mixed(768);
  unsigned char const n = 4;
  unsigned short const c = 3;
  long long const h = 8;
  auto const view = ma::nchw(x, {n, c, h, std::size_t{8}});
  auto const p = ma::make_plan(ma::cutmix{}, view, ma::key{.seed = 2});
  CHECK(text_of(p) == text_of(w.pasted));
  ma::apply(p, view, w.room());
  ma::apply(p, view, ma::gathered(view), w.room());
  ma::apply(p, ma::nchw(static_cast<double const*>(d.data()), {n, c, h, 8u}), ma::nchw(mixed.data(), {4, 3, 8, 8}));
  ma::soft_labels(p, ma::class_ids(static_cast<int const*>(w.classes.data()), {n}), w.matrix());
  ma::apply(p, view, w.room());
  bool same = true;
  for (std::size_t k = 0; k < 768; ++k) same = same && mixed[k] == static_cast<double>(w.out[k]);
  CHECK(same);
}

}  // namespace plans_test

// Batches by rows on the host: elements, saliency, and what is refused. Pixels on every backend are in
// separate_rows_cases.hpp.
#include <doctest/doctest.h>

#include <array>
#include <mixaug/mixaug.hpp>

#include "support/refusal.hpp"
#include "support/score_maps.hpp"
#include "support/values.hpp"

namespace separate_rows_test {

namespace ma = mixaug;
using ma::index_t;

namespace {

constexpr index_t n = 8, c = 3, h = 6, w = 5;

/// Samples in the order of the pointers, each in a vector of its own.
template <class T>
struct samples {
  std::vector<std::vector<T>> memory;
  std::vector<T*> pointers;

  samples(std::vector<T> const& values, index_t count) {
    auto const size = static_cast<std::ptrdiff_t>(values.size()) / count;
    for (index_t i = 0; i < count; ++i) memory.emplace_back(values.begin() + i * size, values.begin() + (i + 1) * size);
    for (auto& m : memory) pointers.push_back(m.data());
  }
  std::vector<T> joined() const {
    std::vector<T> all;
    for (auto const& m : memory) all.insert(all.end(), m.begin(), m.end());
    return all;
  }
};
/// What a plan says about every row.
template <class Plan>
std::vector<double> decisions(Plan const& p) {
  std::vector<double> out;
  for (index_t i = 0; i < p.rows(); ++i) {
    out.push_back(static_cast<double>(p.partner[i]));
    out.push_back(static_cast<double>(p.ratio[i]));
    if constexpr (requires { p.region.to[i]; })
      for (ma::box const& b : {p.region.to[i], p.region.from[i]})
        for (std::int32_t const v : {b.y0, b.y1, b.x0, b.x1}) out.push_back(v);
  }
  return out;
}

/// Mixes values by `plan` as one block and by rows; `view` makes a view of extents {rows, ...} of a pointer.
template <class T, class Plan, class View>
void check_elements(Plan const& plan, index_t size, View const& view) {
  auto values = test::any_values<T>(n * size, 4);
  std::vector<T> out(values.size(), T{});
  samples<T> x(values, n), mixed(out, n);
  ma::apply(ma::serial{}, plan, view(values.data(), n), view(out.data(), n));
  ma::apply(ma::serial{}, plan, ma::rows_of(x.pointers, view(values.data(), 1)),
            ma::rows_of(mixed.pointers, view(out.data(), 1)));
  CHECK(std::memcmp(mixed.joined().data(), out.data(), out.size() * sizeof(T)) == 0);
}

}  // namespace

TEST_CASE("rows: elements of every kind") {
  std::vector<float> shape(n * c * h * w);
  auto const plan = ma::make_plan(ma::cutmix{}, ma::nchw(shape.data(), {n, c, h, w}), ma::key{.seed = 2});
  auto const blended = ma::make_plan(ma::mixup{}, ma::nchw(shape.data(), {n, c, h, w}), ma::key{.seed = 2});
  auto const images = [](auto* p, index_t rows) { return ma::nchw(p, {rows, c, h, w}); };
  auto const masks = [](auto* p, index_t rows) { return ma::masks(p, {rows, h, w}); };
  check_elements<std::uint8_t>(blended, c * h * w, images);
  check_elements<double>(blended, c * h * w, images);
  check_elements<ma::bfloat16>(blended, c * h * w, images);
  check_elements<std::int64_t>(plan, h * w, masks);
  check_elements<std::uint8_t>(plan, h * w, masks);  // pointers to uint8_t, elements std::byte

  auto values = test::any_values<std::int16_t>(n * c * h * w, 4);
  std::vector<std::int16_t> out(values.size());
  samples<std::int16_t> x(values, n), mixed(out, n);
  auto const one = images(values.data(), 1);
  ma::apply(blended, ma::as_pixels(images(values.data(), n)), ma::as_pixels(images(out.data(), n)));
  ma::apply(blended, ma::as_pixels(ma::rows_of(x.pointers, one)), ma::as_pixels(ma::rows_of(mixed.pointers, one)));
  CHECK(mixed.joined() == out);
}

TEST_CASE("rows: lists of pointers, constness, other addresses at each step") {
  samples<float> x(test::any_values<float>(n * c * h * w, 1), n), y(test::any_values<float>(n * c * h * w, 2), n),
      out(x), by_const(x);
  out.pointers.clear();
  for (auto& m : out.memory) out.pointers.push_back(m.data());
  std::vector<float const*> fixed(x.pointers.begin(), x.pointers.end());
  std::array<float*, n> list{};
  std::copy(out.pointers.begin(), out.pointers.end(), list.begin());
  auto const one = ma::nchw(x.pointers[0], {1, c, h, w});
  ma::tensor_view<float const, 4> const one_const = one;
  auto const batch = ma::rows_of(fixed, one_const);
  static_assert(std::is_same_v<decltype(batch), ma::tensor_rows<float const, 4> const>);
  ma::tensor_rows<float const, 4> const converted = ma::rows_of(x.pointers, one);
  CHECK(converted.row(3) == x.pointers[3]);
  CHECK(ma::rows_of(fixed.data(), 3, one_const).extent[0] == 3);

  auto const plan = ma::make_plan(ma::mixup{}, batch, ma::key{.seed = 5});
  CHECK(decisions(plan) ==
        decisions(ma::make_plan(ma::mixup{}, ma::nchw(x.memory[0].data(), {n, c, h, w}), ma::key{.seed = 5})));
  ma::apply(plan, batch, ma::rows_of(list, one));
  auto const first = out.joined();
  std::copy(y.pointers.begin(), y.pointers.end(), fixed.begin());  // the loader's next samples, the same view
  ma::apply(plan, batch, ma::rows_of(list, one));
  CHECK(out.joined() != first);
  ma::apply(plan, ma::rows_of(y.pointers, one), ma::rows_of(x.pointers, one));
  CHECK(out.joined() == x.joined());
}

TEST_CASE("rows: the maps of every detector, and plans that read pixels") {
  constexpr index_t side = 24;
  auto bytes = test::soft_images(n, c, side, side, 5), others = test::soft_images(n, c, side, side, 6);
  samples<std::uint8_t> x(bytes, n), far(others, n);
  std::vector<float> floats(bytes.begin(), bytes.end());
  samples<float> real(floats, n);
  auto const one = ma::nchw(bytes.data(), {1, c, side, side});
  auto const rows = ma::rows_of(x.pointers, one), far_rows = ma::rows_of(far.pointers, one);
  auto const block = ma::nchw(bytes.data(), {n, c, side, side}),
             far_block = ma::nchw(others.data(), {n, c, side, side});
  auto const maps = [&](auto const& detector, auto const& images) {
    std::vector<float> out(n * side * side);
    ma::saliency_map(ma::serial{}, detector, images, ma::scores(out.data(), {n, side, side}));
    return out;
  };
  auto const check = [&](auto const& detector) {
    CHECK(maps(detector, rows) == maps(detector, block));
    CHECK(maps(detector, ma::rows_of(real.pointers, ma::nchw(floats.data(), {1, c, side, side}))) ==
          maps(detector, ma::nchw(floats.data(), {n, c, side, side})));
  };
  check(ma::saliency::fine_grained{});
  check(ma::saliency::frequency_tuned{});
  check(ma::saliency::spectral_residual{.work_height = 16, .work_width = 16});
  check(ma::saliency::gradient_magnitude{});
  auto bgr = rows;
  bgr.order = ma::channel_order::bgr;
  CHECK(maps(ma::saliency::fine_grained{}, bgr) == maps(ma::saliency::fine_grained{ma::channel_order::bgr}, block));

  ma::key const k{.seed = 9};
  ma::serial const be;
  CHECK(decisions(ma::make_plan(be, ma::saliencymix{}, rows, k)) ==
        decisions(ma::make_plan(be, ma::saliencymix{}, block, k)));
  ma::saliencymix const both{.scheme = ma::scheme::salient_to_non_salient};
  CHECK(decisions(ma::make_plan(be, both, ma::inputs(rows).source_rows(n).source_images(far_rows), k)) ==
        decisions(ma::make_plan(be, both, ma::inputs(block).source_rows(n).source_images(far_block), k)));

  auto scores = test::score_maps(n, side, side, 3);
  samples<float> score_rows(scores, n);
  auto const by_rows = ma::rows_of(score_rows.pointers, ma::scores(scores.data(), {1, side, side}));
  auto const by_block = ma::scores(scores.data(), {n, side, side});
  CHECK(decisions(ma::make_plan(be, ma::saliencymix{}, ma::inputs(rows).scores(by_rows), k)) ==
        decisions(ma::make_plan(be, ma::saliencymix{}, ma::inputs(block).scores(by_block), k)));

  x.pointers[5] = nullptr;
  CHECK(test::refusal([&] { ma::make_plan(be, ma::saliencymix{}, rows, k); }) ==
        "mixaug: row 5 of the batch is a null pointer; expected memory for an image");
  CHECK(test::refusal([&] { maps(ma::saliency::fine_grained{}, rows); }) ==
        "mixaug: row 5 of the images is a null pointer; expected memory for (3, 24, 24) elements");
  far.pointers[2] = nullptr;
  x.pointers[5] = x.pointers[4];
  CHECK(test::refusal([&] { ma::make_plan(be, both, ma::inputs(rows).source_rows(n).source_images(far_rows), k); }) ==
        "mixaug: row 2 of source_images is a null pointer; expected memory for an image");
}

TEST_CASE("rows: what is refused, and that nothing is written") {
  auto const values = test::any_values<float>(n * c * h * w, 1), second = test::any_values<float>(n * c * h * w, 2);
  samples<float> x(values, n), out(second, n);
  auto const one = ma::nchw(x.pointers[0], {1, c, h, w});
  auto const rows = ma::rows_of(x.pointers, one), to = ma::rows_of(out.pointers, one);
  auto const plan = ma::make_plan(ma::mixup{}, rows, ma::key{.seed = 5});
  auto const refused = [&](auto const& act) {
    std::string const sentence = test::refusal(act);
    CHECK(x.joined() == values);
    CHECK(out.joined() == second);
    return sentence;
  };
  auto const mixing = [&] { ma::apply(plan, rows, to); };

  float* const kept = out.pointers[3];
  out.pointers[3] = nullptr;
  CHECK(refused(mixing) == "mixaug: row 3 of the output is a null pointer; expected memory for (3, 6, 5) elements");
  out.pointers[3] = out.pointers[6];
  CHECK(refused(mixing) ==
        "mixaug: rows 3 and 6 of the output share memory; expected an allocation of its own for each");
  std::string const inplace = "; expected a buffer of its own, or apply_inplace for a batch that is its own source";
  out.pointers[3] = x.pointers[0];
  CHECK(refused(mixing) == "mixaug: the output is sharing memory with x" + inplace);
  for (std::ptrdiff_t by : {-89, -1, 1, 89}) {  // one of 90 elements in common, or more
    CAPTURE(by);
    std::vector<float> wide(3 * 90, 1.0f);
    out.pointers[3] = wide.data() + 90;
    out.pointers[6] = wide.data() + 90 + by;
    CHECK(refused(mixing) ==
          "mixaug: rows 3 and 6 of the output share memory; expected an allocation of its own for each");
    out.pointers[6] = out.memory[6].data();
    x.pointers[2] = wide.data() + 90 + by;
    CHECK(refused(mixing) == "mixaug: the output is sharing memory with x" + inplace);
    x.pointers[2] = x.memory[2].data();
  }
  out.pointers[3] = kept;
  x.pointers[7] = nullptr;
  CHECK(refused(mixing) == "mixaug: row 7 of x is a null pointer; expected memory for (3, 6, 5) elements");
  x.pointers[7] = x.pointers[1];  // an input may hold a row twice, a batch in place may not
  CHECK(refused([&] { ma::apply_inplace(plan, rows); }) ==
        "mixaug: rows 1 and 7 of x share memory; expected an allocation of its own for each");
  x.pointers[7] = x.memory[7].data();

  std::vector<float> block(n * c * h * w);
  auto const block_view = ma::nchw(block.data(), {n, c, h, w});
  out.pointers[4] = block.data() + 300;
  CHECK(refused([&] { ma::apply(plan, block_view, to); }) == "mixaug: the output is sharing memory with x" + inplace);
  x.pointers[4] = block.data() + 300;
  CHECK(test::refusal([&] { ma::apply(plan, rows, block_view); }) ==
        "mixaug: the output is sharing memory with x" + inplace);
  x.pointers[4] = x.memory[4].data();
  out.pointers[4] = out.memory[4].data();

  auto flat = one;
  flat.stride[3] = 0;
  CHECK(refused([&] { ma::apply(plan, rows, ma::rows_of(out.pointers, flat)); }) ==
        "mixaug: the output is overlapping itself (strides (0, 30, 0, 5, 0) for extents (8, 3, 1, 6, 5)); expected "
        "memory where each index has an element of its own");
  ma::apply(plan, ma::rows_of(x.pointers, flat), block_view);  // to be read, it may
  auto tall = ma::nchw(x.pointers[0], {1, c, h, w}, {0, index_t{1} << 40, index_t{1} << 30, 1});
  CHECK(refused([&] {
          ma::apply(plan, ma::rows_of(x.pointers, tall), ma::nchw(x.pointers[0], {n, c, h, w}));
        }) != "");  // a range of many samples' length is compared with all
  CHECK(refused([&] {
          ma::rows_of(x.pointers, ma::nchw(x.pointers[0], {2, c, h, w}));
        }) ==
        "mixaug: the view of one sample given to rows_of is of shape (2, 3, 6, 5); expected one sample: a first extent "
        "of 1, as in nchw(pointer, {1, c, h, w})");
  CHECK(refused([&] { ma::rows_of(x.pointers.data(), -1, one); }) ==
        "mixaug: the number of pointers given to rows_of is -1; expected a number >= 0");
  CHECK(refused([&] { ma::apply(plan, ma::rows_of(x.pointers.data(), 5, one), to); }) ==
        "mixaug: x is 5 rows; expected 8 rows, for which the plan was made");
  CHECK(refused([&] { ma::apply(plan, ma::rows_of(x.pointers.data(), 0, one), to); }) ==
        "mixaug: x is of shape (0, 3, 6, 5); expected at least one element along each dimension");
  CHECK(refused([&] { ma::make_plan(ma::mixup{}, ma::rows_of(x.pointers.data(), 0, one), ma::key{}); }) ==
        "mixaug: the batch is of shape (0, 3, 6, 5); expected at least one sample, and one element along each "
        "dimension (0 rows are a part of a global batch: set key.global)");

  samples<float> grad(values, n), other(second, n);
  auto const g = ma::rows_of(grad.pointers, one), s = ma::rows_of(other.pointers, one);
  auto const second_source = ma::make_plan(ma::mixup{}, ma::inputs(rows).source_rows(n), ma::key{.seed = 5});
  other.pointers[1] = grad.pointers[6];
  CHECK(refused([&] { ma::apply_adjoint(second_source, rows, g, s); }) ==
        "mixaug: grad_source is sharing memory with grad_x; expected a buffer of its own");
  grad.pointers[0] = x.pointers[0];
  CHECK(refused([&] { ma::apply_adjoint(plan, rows, g); }) ==
        "mixaug: grad_x is sharing memory with grad_out; expected a buffer of its own");
}

TEST_CASE("rows: thousands of them, at addresses of every order") {
  constexpr index_t many = 5000, size = 12;
  std::vector<float> memory(static_cast<std::size_t>(2 * many * size));
  std::vector<float*> from, to;
  for (index_t i = 0; i < many; ++i) {
    index_t const at = i * 3499 % many;  // coprime
    from.push_back(memory.data() + (2 * at) * size);
    to.push_back(memory.data() + (2 * at + 1) * size);  // touches its neighbours and overlaps none
  }
  auto const one = ma::features(from[0], {1, size});
  auto const x = ma::rows_of(from, one), out = ma::rows_of(to, one);
  auto const plan = ma::make_plan(ma::mixup{}, x, ma::key{.seed = 1});
  ma::apply(plan, x, out);
  for (index_t shift : {-11, -1, 1, 11}) {
    CAPTURE(shift);
    float*& moved = to[4321];
    moved += shift;
    CHECK(test::refusal([&] { ma::apply(plan, x, out); }) ==
          "mixaug: the output is sharing memory with x; expected a buffer of its own, or apply_inplace for a batch "
          "that is its own source");
    moved -= shift;
  }
}

}  // namespace separate_rows_test

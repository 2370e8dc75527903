#include "bad_input/refusals.hpp"

namespace views_test {

using namespace bad_input;

TEST_CASE("apply refuses shapes that are not the plan's") {
  world w;
  float* const x = w.x.data();
  float* const o = w.out.data();
  auto const to = [&](auto const& in, auto const& out) { ma::apply(w.pasted, in, out); };
  refuse(w, {
                {"rows of x",
                 [&] {
                   to(ma::nchw(x, {3, 3, 8, 8}), w.room());
                 },
                 "x", "3 rows", "4 rows"},
                {"rows of out",
                 [&] {
                   to(w.batch(), ma::nchw(o, {5, 3, 8, 8}));
                 },
                 "the output", "5 rows", "4 rows"},
                {"channels of out",
                 [&] {
                   to(w.batch(), ma::nchw(o, {4, 1, 8, 8}));
                 },
                 "the output", "(1, 1, 8, 8)", "(3, 1, 8, 8) as x"},
                {"another size",
                 [&] {
                   to(ma::nchw(x, {4, 3, 4, 4}), ma::nchw(o, {4, 3, 4, 4}));
                 },
                 "x", "(4, 4)", "(8, 8), for which the plan was made; for another size use rescaled"},
                {"height and width exchanged",
                 [&] {
                   to(ma::nchw(x, {4, 3, 16, 4}), ma::nchw(o, {4, 3, 16, 4}));
                 },
                 "x", "(16, 4)", "(8, 8)"},
                {"another size of out",
                 [&] {
                   to(w.batch(), ma::nchw(o, {4, 3, 8, 4}));
                 },
                 "the output", "(8, 4)", "(8, 8)"},
                {"mixup: out of another size",
                 [&] {
                   ma::apply(w.mixed, w.batch(), ma::nchw(o, {4, 3, 8, 4}));
                 },
                 "the output", "(3, 1, 8, 4)", "(3, 1, 8, 8) as x"},
                {"volumes",
                 [&] {
                   to(ma::volumes(x, {4, 3, 2, 2, 8}), w.room());
                 },
                 "x", "rank 5 (4, 3, 2, 2, 8)", "rank 4 (n, c, spatial...) or 3"},
                {"features",
                 [&] {
                   to(ma::features(x, {4, 192}), w.room());
                 },
                 "x", "rank 2 (4, 192)", "the plan has 2 spatial dimensions"},
                {"out of another rank",
                 [&] {
                   to(w.batch(), ma::features(o, {4, 192}));
                 },
                 "the output", "rank 2", "rank 4"},
                {"no rows",
                 [&] {
                   to(ma::nchw(x, {0, 3, 8, 8}), w.room());
                 },
                 "x", "(0, 3, 8, 8)", "at least one element"},
                {"no channels",
                 [&] {
                   to(ma::nchw(x, {4, 0, 8, 8}), w.room());
                 },
                 "x", "(4, 0, 8, 8)", "at least one element"},
                {"no pixels",
                 [&] {
                   to(w.batch(), ma::nchw(o, {4, 3, 0, 8}));
                 },
                 "the output", "(4, 3, 0, 8)", "at least one element"},
                {"a negative extent",
                 [&] {
                   to(ma::nchw(x, {4, -3, 8, 8}), w.room());
                 },
                 "x", "(4, -3, 8, 8)", "at least one element"},
                {"x is null",
                 [&] {
                   to(ma::nchw<float>(nullptr, {4, 3, 8, 8}), w.room());
                 },
                 "x", "a null pointer", "memory for (4, 3, 8, 8) elements"},
                {"out is null",
                 [&] {
                   to(w.batch(), ma::nchw<float>(nullptr, {4, 3, 8, 8}));
                 },
                 "the output", "a null pointer", "memory"},
                {"x and out are null",
                 [&] {
                   ma::apply_inplace(w.mixed, ma::nchw<float>(nullptr, {4, 3, 8, 8}));
                 },
                 "x", "a null pointer", "memory"},
                {"in place: rows",
                 [&] {
                   ma::apply_inplace(w.pasted, ma::nchw(x, {2, 3, 8, 8}));
                 },
                 "x", "2 rows", "4 rows"},
                {"in place: size",
                 [&] {
                   ma::apply_inplace(w.pasted, ma::nchw(x, {4, 3, 8, 6}));
                 },
                 "x", "(8, 6)", "(8, 8)"},
            });
}

TEST_CASE("apply refuses strides that overlap or overflow, and outputs that share memory with an input") {
  world w;
  float* const x = w.x.data();
  float* const o = w.out.data();
  index_t const most = index_t{1} << 40;
  auto const to = [&](auto const& in, auto const& out) { ma::apply(w.pasted, in, out); };
  auto const out_of = [&](ma::extents<4> s) { to(w.batch(), ma::nchw(o, {4, 3, 8, 8}, s)); };
  refuse(w, {
                {"stride 0 over rows",
                 [&] {
                   out_of({0, 64, 8, 1});
                 },
                 "the output", "overlapping itself (strides (0,", "an element of its own"},
                {"stride 0 over channels",
                 [&] {
                   out_of({192, 0, 8, 1});
                 },
                 "the output", "overlapping itself", "an element of its own"},
                {"stride 0 over pixels",
                 [&] {
                   out_of({192, 64, 8, 0});
                 },
                 "the output", "overlapping itself", "an element of its own"},
                {"rows of a sliding window",
                 [&] {
                   out_of({192, 64, 1, 1});
                 },
                 "the output", "overlapping itself", "an element of its own"},
                {"samples too close",
                 [&] {
                   out_of({191, 64, 8, 1});
                 },
                 "the output", "(191, 64, 0, 8, 1)", "an element of its own"},
                {"negative and too close",
                 [&] {
                   to(w.batch(), ma::nchw(o + 700, {4, 3, 8, 8}, {-191, 64, 8, 1}));
                 },
                 "the output", "(-191, 64, 0, 8, 1)", "an element of its own"},
                {"in place, stride 0",
                 [&] {
                   ma::apply_inplace(w.pasted, ma::nchw(x, {4, 3, 8, 8}, {0, 64, 8, 1}));
                 },
                 "x", "overlapping itself", "an element of its own"},
                {"strides beyond memory",
                 [&] {
                   out_of({huge, 64, 8, 1});
                 },
                 "the output", "strides (9223372036854775807, 64, 8, 1)", "memory can hold"},
                {"the most negative stride",
                 [&] {
                   out_of({std::numeric_limits<index_t>::min(), 64, 8, 1});
                 },
                 "the output", "strides (-9223372036854775808, 64, 8, 1)", "memory can hold"},
                {"x with strides beyond memory",
                 [&] {
                   to(ma::nchw(x, {4, 3, 8, 8}, {1, 1, huge / 2, huge / 2}), w.room());
                 },
                 "x", "strides (1, 1, 46116", "memory can hold"},
                {"extents whose product overflows",
                 [&] {
                   ma::apply(w.mixed, ma::nchw(x, {most, most, most, most}), w.room());
                 },
                 "x", "(1099511627776, 1099511627776,", "memory can hold"},
                {"interleaved extents whose product overflows",
                 [&] {
                   to(ma::nhwc(x, {most, most, most, most}), w.room());
                 },
                 "x", "(1099511627776, 1099511627776, ", "memory can hold"},
                {"extents above the signed range",
                 [&] {
                   to(ma::nchw(x, {std::uint64_t{1} << 63, 3, 8, 8}), w.room());
                 },
                 "x", "(-9223372036854775808, 3, 8, 8)", "at least one element"},
                {"out is x", [&] { to(w.batch(), w.batch()); }, "the output", "sharing memory with x", "apply_inplace"},
                {"out begins in x",
                 [&] {
                   to(w.batch(), ma::nchw(x + 767, {4, 3, 8, 8}));
                 },
                 "the output", "sharing memory with x", "a buffer of its own"},
                {"x begins in out",
                 [&] {
                   to(ma::nchw(o + 767, {4, 3, 8, 8}), w.room());
                 },
                 "the output", "sharing memory with x", "a buffer of its own"},
                {"x runs back into out",
                 [&] {
                   to(ma::nchw(o + 1151, {4, 3, 8, 8}, {-192, -64, -8, -1}), w.room());
                 },
                 "the output", "sharing memory with x", "a buffer of its own"},
                {"out is the source",
                 [&] {
                   ma::apply(w.from_second, w.batch(), w.second(), ma::nchw(w.source.data(), {4, 3, 8, 8}));
                 },
                 "the output", "sharing memory with the source", "a buffer of its own"},
                {"out is the gathered rows", [&] { ma::apply(w.pasted, w.batch(), ma::gathered(w.room()), w.room()); },
                 "the output", "sharing memory with the source", "a buffer of its own"},
            });
}

TEST_CASE("views of any strides that reach each element once are mixed like plain ones") {
  world w;
  std::vector<float> plain(768), other(2 * 768, -1.0f);
  ma::apply(w.pasted, w.batch(), ma::nchw(plain.data(), {4, 3, 8, 8}));
  auto const check = [&](ma::tensor_view<float const, 4> const& in, ma::tensor_view<float, 4> const& out) {
    ma::apply(w.pasted, in, out);
    auto const expected = ma::nchw(plain.data(), {4, 3, 8, 8});
    index_t wrong = 0;
    for (index_t k = 0; k < 768; ++k) {
      index_t const i = k / 192, c = k / 64 % 3, y = k / 8 % 8, z = k % 8;
      wrong += out(i, c, y, z) != expected(i, c, y, z);
    }
    CHECK(wrong == 0);
  };
  check(w.batch(), ma::nchw(other.data() + 767, {4, 3, 8, 8}, {-192, -64, -8, -1}));  // backwards
  check(w.batch(), ma::nchw(other.data(), {4, 3, 8, 8}, {1, 4, 12, 96}));             // pixels outermost
  check(w.batch(), ma::nchw(other.data(), {4, 3, 8, 8}, {384, 128, 16, 2}));          // with gaps
  check(w.batch(), ma::nhwc(other.data(), {4, 8, 8, 3}));
  std::vector<float> grey(4 * 64);  // one plane read as three channels
  for (index_t k = 0; k < 4 * 64; ++k) grey[static_cast<std::size_t>(k)] = static_cast<float>(k);
  auto const spread = ma::nchw<float const>(grey.data(), {4, 3, 8, 8}, {64, 0, 8, 1});
  ma::apply(w.pasted, spread, ma::nchw(plain.data(), {4, 3, 8, 8}));
  check(spread, ma::nhwc(other.data(), {4, 8, 8, 3}));
}

}  // namespace views_test

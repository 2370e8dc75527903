#include "bad_input/refusals.hpp"

namespace apply_test {

using namespace bad_input;

TEST_CASE("apply refuses sources that the plan does not pair with") {
  world w;
  auto const rows = [&](std::vector<float>& v, int n) { return ma::nchw(v.data(), {n, 3, 8, 8}); };
  refuse(w, {
                {"no second source", [&] { ma::apply(w.from_second, w.batch(), w.room()); }, "the plan",
                 "a second source of 6 rows", "pass it: apply(plan, x, source, out)"},
                {"a source of the wrong number of rows",
                 [&] { ma::apply(w.from_second, w.batch(), rows(w.source, 5), w.room()); }, "the source", "5 rows",
                 "6 rows, which the plan's partners index"},
                {"a source for a plan of the batch", [&] { ma::apply(w.pasted, w.batch(), w.second(), w.room()); },
                 "the source", "6 rows", "4 rows"},
                {"gathered rows of the wrong number",
                 [&] { ma::apply(w.from_second, w.batch(), ma::gathered(w.second()), w.room()); },
                 "the gathered source", "6 rows", "4 rows, one partner for each"},
                {"a part of the global batch alone", [&] { ma::apply(w.part, w.batch(), w.room()); }, "partners",
                 "outside these 4 rows of the global batch", "or set key.block"},
                {"a part of the global batch with a part of the source",
                 [&] { ma::apply(w.part, w.batch(), w.second(), w.room()); }, "the source", "6 rows", "64 rows"},
                {"a source of other channels",
                 [&] {
                   ma::apply(w.from_second, w.batch(), ma::nchw(w.source.data(), {6, 1, 8, 8}), w.room());
                 },
                 "the source", "(1, 1, 8, 8)", "(3, 1, 8, 8) as x"},
                {"a source of another size",
                 [&] {
                   ma::apply(w.from_second, w.batch(), ma::nchw(w.source.data(), {6, 3, 4, 4}), w.room());
                 },
                 "the source", "(4, 4)", "(8, 8)"},
                {"a source without rows", [&] { ma::apply(w.from_second, w.batch(), rows(w.source, 0), w.room()); },
                 "the source", "(0, 3, 8, 8)", "at least one element"},
                {"a null source",
                 [&] {
                   ma::apply(w.from_second, w.batch(), ma::nchw<float>(nullptr, {6, 3, 8, 8}), w.room());
                 },
                 "the source", "a null pointer", "memory for (6, 3, 8, 8)"},
                {"null gathered rows",
                 [&] {
                   ma::apply(w.from_second, w.batch(), ma::gathered(ma::nchw<float>(nullptr, {4, 3, 8, 8})), w.room());
                 },
                 "the source", "a null pointer", "memory for (4, 3, 8, 8)"},
                {"in place with a second source", [&] { ma::apply_inplace(w.from_second, w.batch()); }, "apply_inplace",
                 "a second source", "use apply(plan, x, source, out)"},
                {"in place on a part of the global batch", [&] { ma::apply_inplace(w.part, w.batch()); },
                 "apply_inplace", "the global batch", "use apply(plan, x, source, out)"},
            });
}

TEST_CASE("apply refuses to blend ids, and fills that the elements cannot hold") {
  world w;
  auto const bytes = [&] { return ma::masks(w.pixels.data(), {4, 8, 8}); };
  auto const byte_room = [&] { return ma::masks(w.mixed_pixels.data(), {4, 8, 8}); };
  auto const either = ma::make_plan(ma::one_of(ma::mixup{}, ma::cutmix{}), w.batch(), ma::key{.seed = 6});
  auto const filled = [&](ma::fill_value const& f) {
    return ma::make_plan(ma::cutout{.length = 4, .fill = f}, w.batch(), ma::key{});
  };
  auto const pixels = [&](ma::fill_value const& f) {
    ma::apply(filled(f), ma::nchw(w.pixels.data(), {4, 3, 8, 8}), ma::nchw(w.mixed_pixels.data(), {4, 3, 8, 8}));
  };
  auto const masks = [&](ma::fill_value const& f) { ma::apply(filled(f), w.masks(), w.mask_room()); };
  auto const floats = [&](ma::fill_value const& f) { ma::apply(filled(f), w.batch(), w.room()); };
  auto const halves = [&](ma::fill_value const& f) {
    auto* const v = reinterpret_cast<ma::float16*>(w.pixels.data());
    ma::apply(filled(f), ma::scores(v, {4, 8, 8}),
              ma::scores(reinterpret_cast<ma::float16*>(w.mixed_pixels.data()), {4, 8, 8}));
  };
  auto const signed_bytes = [&](ma::fill_value const& f) {
    auto* const v = reinterpret_cast<std::int8_t*>(w.pixels.data());
    ma::apply(filled(f), ma::masks(v, {4, 8, 8}),
              ma::masks(reinterpret_cast<std::int8_t*>(w.mixed_pixels.data()), {4, 8, 8}));
  };
  auto const shorts = [&](ma::fill_value const& f) {
    auto* const v = reinterpret_cast<std::int16_t*>(w.pixels.data());
    ma::apply(filled(f), ma::as_pixels(ma::scores(v, {4, 8, 8})),
              ma::as_pixels(ma::scores(reinterpret_cast<std::int16_t*>(w.mixed_pixels.data()), {4, 8, 8})));
  };
  auto const brains = [&](ma::fill_value const& f) {
    auto* const v = reinterpret_cast<ma::bfloat16*>(w.pixels.data());
    ma::apply(filled(f), ma::scores(v, {4, 8, 8}),
              ma::scores(reinterpret_cast<ma::bfloat16*>(w.mixed_pixels.data()), {4, 8, 8}));
  };
  refuse(
      w,
      {
          {"mixup of int32 ids", [&] { ma::apply(w.mixed, w.masks(), w.mask_room()); }, "this plan blends pixels",
           "ids cannot be blended", "use a method that pastes, such as cutmix"},
          {"mixup of 8-bit ids", [&] { ma::apply(w.mixed, bytes(), byte_room()); }, "this plan blends pixels",
           "ids cannot be blended", "mix them as soft labels"},
          {"mixup of ids in place", [&] { ma::apply_inplace(w.mixed, w.masks()); }, "this plan blends pixels",
           "ids cannot be blended", "such as cutmix"},
          {"what to say of pixels", [&] { ma::apply(w.mixed, w.masks(), w.mask_room()); }, "integers are taken for ids",
           "if these are pixels, say so with as_pixels(view)", "if they are ids, mix them as soft labels"},
          {"one_of on masks", [&] { ma::apply(either, w.masks(), w.mask_room()); }, "this plan blends pixels",
           "ids cannot be blended", "such as cutmix"},
          {"300 into uint8", [&] { pixels(300); }, "blend::erase's fill", "is 300", "an integer in [0, 255]"},
          {"0.5 into uint8", [&] { pixels(0.5f); }, "blend::erase's fill", "is 0.5", "an integer in [0, 255]"},
          {"-1 into uint8", [&] { pixels(-1); }, "blend::erase's fill", "is -1", "an integer in [0, 255]"},
          {"256 in the last channel",
           [&] {
             pixels({1, 2, 256});
           },
           "blend::erase's fill", "is 256", "an integer in [0, 255]"},
          {"200 into int8", [&] { signed_bytes(200); }, "blend::erase's fill", "is 200", "an integer in [-128, 127]"},
          {"1e12 into int32", [&] { masks(1e12f); }, "blend::erase's fill", "is 1e+12",
           "an integer in [-2.14748e+09, 2.14748e+09]"},
          {"NaN into int32", [&] { masks(no_number); }, "blend::erase's fill", "nan", "an integer"},
          {"NaN into float", [&] { floats(no_number); }, "blend::erase's fill", "nan", "a number"},
          {"infinity into float",
           [&] {
             floats({0, infinite, 0});
           },
           "blend::erase's fill", "inf", "a number"},
          {"40000 into 16-bit pixels", [&] { shorts(40000); }, "blend::erase's fill", "is 40000",
           "an integer in [-32768, 32767]"},
          {"the largest float into bfloat16", [&] { brains(std::numeric_limits<float>::max()); }, "blend::erase's fill",
           "is 3.40282e+38", "a number in [-3.38953e+38, 3.38953e+38]"},
          {"70000 into float16", [&] { halves(70000); }, "blend::erase's fill", "is 70000",
           "a number in [-65504, 65504]"},
          {"four values for three channels",
           [&] {
             floats({1, 2, 3, 4});
           },
           "blend::erase's fill", "4 values", "one for each of the 3 channels"},
          {"three values for one channel",
           [&] {
             masks({1, 2, 3});
           },
           "blend::erase's fill", "3 values", "one for each of the 1 channels"},
          {"three values in place",
           [&] {
             ma::apply_inplace(filled({1, 2, 3}), w.masks());
           },
           "blend::erase's fill", "3 values", "one for each of the 1 channels"},
      });
}

TEST_CASE("apply_adjoint refuses gradients that do not fit, before any is written") {
  world w;
  float* const g = w.grad.data();
  float* const o = w.out.data();
  auto const to_second = [&](auto const& grad_x, auto const& grad_source) {
    ma::apply_adjoint(w.from_second, w.gradients(), grad_x, grad_source);
  };
  refuse(w, {
                {"grad_out of the wrong number of rows",
                 [&] {
                   ma::apply_adjoint(w.mixed, ma::nchw(g, {3, 3, 8, 8}), w.room());
                 },
                 "grad_out", "3 rows", "4 rows, as the plan has"},
                {"grad_out of another size",
                 [&] {
                   ma::apply_adjoint(w.pasted, ma::nchw(g, {4, 3, 4, 8}), w.room());
                 },
                 "grad_out", "(4, 8)", "(8, 8)"},
                {"grad_x of the wrong number of rows",
                 [&] {
                   ma::apply_adjoint(w.mixed, w.gradients(), ma::nchw(o, {3, 3, 8, 8}));
                 },
                 "grad_x", "3 rows", "4 rows"},
                {"grad_x of other channels",
                 [&] {
                   ma::apply_adjoint(w.mixed, w.gradients(), ma::nchw(o, {4, 2, 8, 8}));
                 },
                 "grad_x", "(2, 1, 8, 8)", "(3, 1, 8, 8) as grad_out"},
                {"null gradients",
                 [&] {
                   ma::apply_adjoint(w.mixed, ma::nchw<float>(nullptr, {4, 3, 8, 8}), w.room());
                 },
                 "grad_out", "a null pointer", "memory"},
                {"grad_x overlapping itself",
                 [&] {
                   ma::apply_adjoint(w.mixed, w.gradients(), ma::nchw(o, {4, 3, 8, 8}, {0, 64, 8, 1}));
                 },
                 "grad_x", "overlapping itself", "an element of its own"},
                {"grad_x is grad_out", [&] { ma::apply_adjoint(w.mixed, w.gradients(), w.gradients()); }, "grad_x",
                 "sharing memory with grad_out", "a buffer of its own"},
                {"no place for the source's gradients",
                 [&] { ma::apply_adjoint(w.from_second, w.gradients(), w.room()); }, "partners lie outside the batch",
                 "give their gradients a place", "apply_adjoint(plan, grad_out, grad_x, grad_source)"},
                {"grad_source of the wrong number of rows",
                 [&] {
                   to_second(w.room(), ma::nchw(w.source.data(), {5, 3, 8, 8}));
                 },
                 "grad_source", "5 rows", "6 rows"},
                {"a null grad_source",
                 [&] {
                   to_second(w.room(), ma::nchw<float>(nullptr, {6, 3, 8, 8}));
                 },
                 "grad_source", "a null pointer", "memory"},
                {"grad_source is grad_out",
                 [&] {
                   to_second(w.room(), ma::nchw(g, {6, 3, 8, 8}));
                 },
                 "grad_source", "sharing memory with grad_out", "a buffer of its own"},
                {"grad_source is grad_x",
                 [&] {
                   to_second(w.room(), ma::nchw(o + 192, {6, 3, 8, 8}));
                 },
                 "grad_source", "sharing memory with grad_x", "a buffer of its own"},
                {"gathered gradients of the wrong number", [&] { to_second(w.room(), ma::gathered(w.second())); },
                 "the gathered gradient", "6 rows", "4 rows"},
            });
}

}  // namespace apply_test

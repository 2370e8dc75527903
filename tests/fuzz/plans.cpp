// Plans of methods with drawn options, on images of drawn layouts: refused by a sentence, or mixed as the equation
// says, with shares that are the mean of m, labels that follow, and the same pixels from the run-time form and in
// place.

#include <mixaug/plan/plan_text.hpp>
#include <sstream>

#include "pixel_oracle.hpp"

namespace fuzz {

char const* const name = "plans";
std::int64_t const short_runs = 1500;

namespace {

/// Images in a drawn layout: planar or interleaved, with rows and samples that are padded. Padding holds 99.
template <class T>
struct images {
  index_t n, c, h, w;
  ma::tensor_view<T, 4> view;
  std::vector<T> memory;
  images(index_t rows, index_t channels, index_t height, index_t width, int layout)
      : n(rows), c(channels), h(height), w(width) {
    index_t const pad = layout / 2 % 3, px = layout % 2 == 0 ? 1 : c, row = w * px + pad, plane = h * row + pad,
                  sample = (px == 1 ? c * plane : plane) + pad;
    memory.assign(static_cast<std::size_t>(n * sample + 1), T{99});
    view = ma::nchw(memory.data(), {n, c, h, w}, {sample, px == 1 ? plane : 1, row, px});
  }
  std::vector<T> values() const {
    std::vector<T> all;
    for (index_t i = 0; i < n; ++i)
      for (index_t k = 0; k < c; ++k)
        for (index_t y = 0; y < h; ++y)
          for (index_t x = 0; x < w; ++x) all.push_back(view(i, k, y, x));
    return all;
  }
  void set(std::vector<T> const& all) {
    std::size_t at = 0;
    for (index_t i = 0; i < n; ++i)
      for (index_t k = 0; k < c; ++k)
        for (index_t y = 0; y < h; ++y)
          for (index_t x = 0; x < w; ++x) view(i, k, y, x) = all[at++];
  }
  std::size_t padding() const {
    std::size_t left = 0;
    for (T const v : memory) left += v == T{99} ? 1 : 0;
    return left;
  }
};

struct setting {
  index_t n, c, h, w, source_rows;
  int layout;
  ma::key key;
  bool second;
};

template <class T>
std::vector<T> any_values(index_t size, std::uint64_t seed) {
  stream s(seed);
  std::vector<T> all(static_cast<std::size_t>(size));
  for (T& v : all) v = static_cast<T>(static_cast<int>(s.bits() % 90));  // never that of the padding
  return all;
}

/// apply, apply_inplace by one plan, in elements T.
template <class T, class Plan>
void mix(Plan const& p, ma::any_plan const& columns, setting const& o) {
  images<T> x(o.n, o.c, o.h, o.w, o.layout), out(p.rows(), o.c, o.h, o.w, o.layout / 6),
      source(o.second ? o.source_rows : 1, o.c, o.h, o.w, o.layout / 36);
  index_t const pixels = o.c * o.h * o.w;
  x.set(any_values<T>(o.n * pixels, 1)), source.set(any_values<T>(source.n * pixels, 2));
  std::size_t const padding = out.padding() - static_cast<std::size_t>(p.rows() * pixels);
  if (o.second)
    ma::apply(p, x.view, source.view, out.view);
  else
    ma::apply(p, x.view, out.view);
  auto const got = out.values();
  require_mix(columns, x.values(), o.second ? source.values() : x.values(), o.second ? 0 : p.shape.first, got, o.c);
  require(out.padding() == padding, "padding was written");
  if (o.second || p.rows() != o.n || p.flags().moved) return;
  std::size_t const own = x.padding();
  ma::apply_inplace(p, x.view);
  require(x.values() == got, "in place gives other pixels");
  require(x.padding() == own, "padding was written in place");
}

template <class Method>
bool try_method(Method const& m, setting const& o) {
  auto const x = ma::nchw<float>(nullptr, {o.n, o.c, o.h, o.w});
  std::vector<float> const scores = any_values<float>(o.n * o.h * o.w, 3),
                           others = any_values<float>(o.source_rows * o.h * o.w, 4);
  auto in = ma::inputs(x).scores(ma::scores(scores.data(), {o.n, o.h, o.w}));
  if (o.second) in.source_rows(o.source_rows).source_scores(ma::scores(others.data(), {o.source_rows, o.h, o.w}));
  ma::plan_of<Method> p;
  try {
    ma::make_plan(ma::serial{}, m, in, o.key, p);
  } catch (ma::invalid_argument const& e) {
    require_sentence(e.what());
    require(p.rows() == 0, "a refused plan is not empty");
    return false;
  }
  ma::any_plan const columns = ma::to_any(p);
  for (index_t i = 0; i < p.rows(); ++i) {
    require(std::fabs(p.state(i).mean(p.shape) - mean_of_m(columns, i)) < 1e-6, "the share is not the mean of m");
    require(p.share_self[i] >= 0.0f && p.share_self[i] <= 1.0f &&
                std::fabs(p.share_self[i] + p.share_partner[i] - 1.0f) < 1e-6f,
            "shares that do not sum to 1");
    require(p.partner[i] >= -1 && p.partner[i] < p.shape.source_rows, "a partner outside the source");
  }
  try {
    mix<float>(p, columns, o);
    mix<std::uint8_t>(columns, columns, o);
  } catch (ma::invalid_argument const& e) {  // partners outside this part of the batch, a fill of other channels
    require_sentence(e.what());
  }
  std::ostringstream text;
  ma::write_plan(text, p);
  std::istringstream stream(text.str());
  std::ostringstream again;
  ma::write_plan(again, ma::read_plan(stream));
  require(again.str() == text.str(), "read back, the plan is another");
  return true;
}

float unit(numbers& in) { return static_cast<float>(in.byte()) / 255.0f; }

}  // namespace

std::vector<std::string> corpus() {
  std::vector<std::string> all;
  for (int method = 0; method < 8; ++method) {
    std::string one{static_cast<char>(method), '\3', '\2', '\7', '\11', '\0', '\4'};
    stream s(static_cast<std::uint64_t>(method));
    for (int k = 0; k < 40; ++k) one += static_cast<char>(k < 30 ? static_cast<int>(s.bits() & 255) : 255);
    one[7] = one[8] = '\0';
    all.push_back(one);
  }
  return all;
}

bool one(std::string_view input) {
  numbers in(input);
  int const method = in.below(8);
  setting o{};
  o.n = 1 + in.below(9), o.c = 1 + in.below(4), o.h = 1 + in.below(13), o.w = 1 + in.below(21),
  o.second = in.below(4) == 1, o.source_rows = 1 + in.below(11);
  int const part = in.below(8);
  if (part >= 6) o.key.first = in.below(9), o.key.global = in.below(23), o.key.block = in.below(7);
  o.layout = in.byte(), o.key.seed = in.word(), o.key.step = in.word() >> (23 + in.byte() % 41);
  float const alpha = 3.0f * unit(in), prob = in.below(3) == 0 ? unit(in) : 1.0f;
  auto const mode = in.below(3) == 0 ? ma::mode::batch : ma::mode::sample;
  ma::cutmix cut{.alpha = alpha,
                 .prob = prob,
                 .mode = mode,
                 .placement = static_cast<ma::placement>(in.below(4)),
                 .boxes = 1 + in.below(5)};
  if (in.below(3) == 0) cut.minmax = {0.4f * unit(in), 0.4f + 0.62f * unit(in)};
  ma::cutout const out{.n_holes = 1 + in.below(3), .length = in.below(40)};
  ma::saliencymix salient{.alpha = alpha, .prob = prob, .mode = mode, .scheme = static_cast<ma::scheme>(in.below(6))};
  salient.search = in.below(2) == 0 ? ma::search::pixel : ma::search::box_sum;
  ma::mixup const mix{.alpha = alpha, .prob = prob, .mode = mode};
  switch (method) {
    case 0:
      return try_method(mix, o);
    case 1:
      return try_method(cut, o);
    case 2:
      return try_method(out, o);
    case 3:
      return try_method(salient, o);
    case 4:
      return try_method(ma::regmixup{.alpha = alpha}, o);
    case 5:
      return try_method(ma::fmix{alpha, 4.0f * unit(in), in.below(2) == 0 ? 0.0f : 0.5f * unit(in), mode, prob}, o);
    case 6:
      return try_method(ma::smoothmix{{0.5f * unit(in) + 0.002f, 0.502f + unit(in)}, mode, prob}, o);
    default:
      return try_method(ma::one_of(mix, cut, out, salient), o);
  }
}

}  // namespace fuzz

// Plan texts: refused by a sentence, or read, written again to the same text, and mixed as the equation says. Memory
// follows the text.

#include <mixaug/plan/plan_text.hpp>
#include <sstream>

#include "heap.hpp"
#include "pixel_oracle.hpp"

namespace fuzz {

char const* const name = "plan_text";
std::int64_t const short_runs = 20000;

namespace {

std::string written(ma::any_plan const& p) {
  std::ostringstream out;
  ma::write_plan(out, p);
  return out.str();
}
template <class Method>
std::string text_of(Method const& m, index_t n, std::uint64_t seed) {
  auto const p = ma::make_plan(m, ma::nchw<float>(nullptr, {n, 3, 5, 6}), ma::key{.seed = seed});
  return written(ma::to_any(p));
}

/// Mixes small batches of the plan's shape, out of place, in place.
template <int Rank>
void mix(ma::any_plan const& p, index_t channels) {
  ma::tensor_view<float, Rank> x;
  index_t const length = channels * p.shape.pixels();
  index_t stride = 1;
  for (int d = Rank - 1; d >= 0; --d) {
    x.extent[d] = d == 0 ? p.shape.samples : d == 1 ? channels : p.shape.size[3 - Rank + d];
    x.stride[d] = stride;
    stride *= x.extent[d];
  }
  stream s(1);
  auto const any = [&](index_t rows) {
    std::vector<float> v(static_cast<std::size_t>(rows * length));
    for (float& f : v) f = static_cast<float>(static_cast<std::int64_t>(s.bits() % 2001) - 1000) / 64.0f;
    return v;
  };
  std::vector<float> in = any(p.shape.samples), out(static_cast<std::size_t>(p.rows() * length), 7.0f);
  auto to = x;
  x.data = in.data(), to.data = out.data(), to.extent[0] = p.rows();
  if (p.shape.own_source) {
    ma::apply(p, x, to);
    require_mix(p, in, in, p.shape.first, out, channels);
    ma::apply_inplace(p, x);
    bool const same = out.empty() || std::memcmp(in.data(), out.data(), sizeof(float) * out.size()) == 0;
    require(same, "in place gives other pixels");
  } else {
    if (p.shape.source_rows > 1000) return;
    std::vector<float> const source = any(p.shape.source_rows);
    ma::tensor_view<float const, Rank> from = x;
    from.data = source.data(), from.extent[0] = p.shape.source_rows;
    ma::apply(p, x, from, to);
    require_mix(p, in, source, 0, out, channels);
  }
}

}  // namespace

std::vector<std::string> corpus() {
  std::vector<std::string> all{text_of(ma::mixup{}, 3, 1), text_of(ma::cutmix{.boxes = 3}, 4, 2),
                               text_of(ma::cutout{.length = 3}, 2, 3)};
  all.push_back(text_of(ma::one_of(ma::mixup{}, ma::cutmix{.boxes = 2},
                                   ma::cutout{.n_holes = 2, .length = 2, .fill = {0.5f, 1.0f, -2.0f}}),
                        6, 4));
  char const* const head =
      " own_source 0 first 0\nsize 2 3 4\nkey 1 0 0 2 0\nblends 1 moves 1 local 0\nchoice 0 box_pair mix\nchoice 1 "
      "whole mix\n";
  char const* const columns =
      "columns choice self partner ratio share_self share_partner weight_self weight_partner field\n";
  all.push_back(std::string("mixaug-plan 3\nrows 2 samples 2 source_rows 3") + head + columns +
                "0 0 2 0.5 0.75 0.25 1 1 0,1,0,2,1,3 1,2,1,3,0,2\n1 1 -1 1 1 0 1 1\nend 2\n");
  std::ostringstream features;
  ma::write_plan(features, ma::make_plan(ma::mixup{}, ma::features<float>(nullptr, {4, 3}), ma::key{.seed = 5}));
  all.push_back(features.str());
  std::ostringstream none;  // a rank without rows
  auto const nothing = ma::nchw<float>(nullptr, {0, 3, 4, 4});
  ma::write_plan(none, ma::make_plan(ma::cutmix{}, nothing, ma::key{.seed = 5, .first = 2, .global = 8}));
  all.push_back(none.str());
  return all;
}

bool one(std::string_view input) {
  std::istringstream in{std::string(input)};
  ma::any_plan p;
  std::int64_t const before = heap::bytes;
  heap::begin();
  try {
    p = ma::read_plan(in);
  } catch (ma::invalid_argument const& e) {
    require_sentence(e.what());
  }
  auto const size = static_cast<std::int64_t>(input.size());
  if (heap::most_bytes - before > 120 * size + 8192)
    wrong(std::to_string(heap::most_bytes - before) + " bytes for a text of " + std::to_string(size));
  if (p.rows() == 0 && !ma::detail::made_empty(p.shape)) return false;  // nothing was read
  std::string const text = written(p);
  std::istringstream again(text);
  require(written(ma::read_plan(again)) == text, "read back, the text is another");
  for (index_t i = 0; i < p.rows(); ++i) {
    require(p.self[i] >= 0 && p.self[i] < p.shape.samples && p.partner[i] >= -1 && p.partner[i] < p.shape.source_rows,
            "a row outside the batch or the source");
    if (p.shape.pixels() <= 4096)
      require(std::fabs(p.state(i).mean(p.shape) - mean_of_m(p, i)) < 1e-6, "the share is not the mean of m");
  }
  index_t const limit = 20000;
  if (p.shape.samples > limit || p.shape.pixels() > limit || p.shape.samples * p.shape.pixels() > limit ||
      p.rows() * p.shape.pixels() > limit)
    return true;
  try {
    if (p.shape.spatial == 0) mix<2>(p, 5);
    if (p.shape.spatial == 2) mix<4>(p, 3);
    if (p.shape.spatial == 3) mix<5>(p, 2);
  } catch (ma::invalid_argument const& e) {  // ids of another batch, a fill of other channels, no way in place
    require_sentence(e.what());
  }
  return true;
}

}  // namespace fuzz

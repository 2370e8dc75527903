// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/plan.hpp>
#include <mixaug/plan/text.hpp>
#include <ostream>

MIXAUG_EXACT_BEGIN

/// Plans of chains as text, to log a run and to replay it. Each line holds words separated by one space; numbers are
/// the shortest decimals that read back to the same bits:
///
///   mixaug-augment 1
///   rows ROWS channels C size H W range RANGE of image|signal|volume DEPTH     what the chain gets
///   key SEED STEP FIRST GLOBAL BLOCK
///   clip once|each_step
///   steps COUNT
///   NAME OPTION VALUES ...                          one line for each step, its options in their order
///   ...                                             ROWS lines: for each step 1 if it fires, else 0, and its numbers
///   end ROWS
namespace mixaug {
namespace augment {
namespace detail {

inline constexpr char const* border_names[] = {"constant", "reflect", "edge"};
inline constexpr char const* subject_names[] = {"image", "signal", "volume"};
inline constexpr char const* about_names[] = {"middle", "mean"};
inline constexpr char const* interpolation_names[] = {"nearest", "bilinear", "bicubic"};

/// Writes one option after the other: its name and its values.
struct option_writer {
  text_writer& to;
  void operator()(char const* name, float v) { to.word(name).number(v); }
  void operator()(char const* name, bool v) { to.word(name).number(int{v}); }
  void operator()(char const* name, index_t v) { to.word(name).number(v); }
  void operator()(char const* name, range const& v) { to.word(name).number(v.low).number(v.high); }
  void operator()(char const* name, image_size const& v) { to.word(name).number(v.height).number(v.width); }
  void operator()(char const* name, fractions const& v) { to.word(name).number(v.x).number(v.y); }
  void operator()(char const* name, shear_range const& v) {
    to.word(name).number(v.x_low).number(v.x_high).number(v.y_low).number(v.y_high);
  }
  void operator()(char const* name, border v) { to.word(name).word(border_names[static_cast<int>(v)]); }
  void operator()(char const* name, about v) { to.word(name).word(about_names[static_cast<int>(v)]); }
  void operator()(char const* name, augment::interpolation v) {
    to.word(name).word(interpolation_names[static_cast<int>(v)]);
  }
  void operator()(char const* name, per_channel const& v) {
    to.word(name).number(v.count);
    for (int c = 0; c < v.count; ++c) to.number(v.value[c]);
  }
  void operator()(char const* name, float const (&v)[3]) {
    to.word(name);
    for (float one : v) to.number(one);
  }
  void operator()(char const* name, float const (&v)[3][3]) {
    to.word(name);
    for (auto const& row : v)
      for (float one : row) to.number(one);
  }
};

/// Reads them in the same order.
struct option_reader {
  text_reader& from;
  void operator()(char const* name, float& v) {
    from.expect(name);
    v = from.finite(name);
  }
  void operator()(char const* name, bool& v) {
    from.expect(name);
    v = from.within(name, 0, 1) != 0;
  }
  void operator()(char const* name, index_t& v) {
    from.expect(name);
    v = from.number<index_t>(name);
  }
  void operator()(char const* name, range& v) {
    (*this)(name, v.low);
    v.high = from.finite(name);
  }
  void operator()(char const* name, image_size& v) {
    from.expect(name);
    v.height = from.within(name, 0, longest_side);
    v.width = from.within(name, 0, longest_side);
  }
  void operator()(char const* name, fractions& v) {
    (*this)(name, v.x);
    v.y = from.finite(name);
  }
  void operator()(char const* name, shear_range& v) {
    (*this)(name, v.x_low);
    v.x_high = from.finite(name);
    v.y_low = from.finite(name);
    v.y_high = from.finite(name);
  }
  void operator()(char const* name, border& v) {
    from.expect(name);
    v = static_cast<border>(from.one_word(name, {"constant", "reflect", "edge"}));
  }
  void operator()(char const* name, about& v) {
    from.expect(name);
    v = static_cast<about>(from.one_word(name, {"middle", "mean"}));
  }
  void operator()(char const* name, augment::interpolation& v) {
    from.expect(name);
    v = static_cast<augment::interpolation>(from.one_word(name, {"nearest", "bilinear", "bicubic"}));
  }
  void operator()(char const* name, per_channel& v) {
    from.expect(name);
    v.count = static_cast<int>(from.within(name, 1, per_channel::most));
    for (int c = 0; c < v.count; ++c) v.value[c] = from.finite(name);
  }
  void operator()(char const* name, float (&v)[3]) {
    from.expect(name);
    for (float& one : v) one = from.finite(name);
  }
  void operator()(char const* name, float (&v)[3][3]) {
    from.expect(name);
    for (auto& row : v)
      for (float& one : row) one = from.finite(name);
  }
};

/// Reads a step by its name, trying one type after the other.
template <std::size_t K = 0>
step read_step(text_reader& r, std::string const& name) {
  if constexpr (K == std::variant_size_v<step>) {
    r.bad("step " + mixaug::detail::quoted(name), "the name of a step, such as affine");
  } else {
    using S = std::variant_alternative_t<K, step>;
    if (name != S::name) return read_step<K + 1>(r, name);
    S own;
    S::each(own, option_reader{r});
    return own;
  }
}

inline bool is_whole(float v, index_t low, index_t high) noexcept {
  return v >= static_cast<float>(low) && v <= static_cast<float>(high) && v == std::floor(v);
}
/// True if a step may have drawn these numbers, all finite: those that count pixels are whole and in range.
template <class S>
bool may_draw([[maybe_unused]] S const& s, [[maybe_unused]] image_facts const& in,
              [[maybe_unused]] float const* v) noexcept {
  if constexpr (std::is_same_v<S, crop>)
    return is_whole(v[0], -longest_side, longest_side) && is_whole(v[1], -longest_side, longest_side) &&
           is_whole(v[2], 0, in.depth - s.out_depth(in));
  if constexpr (std::is_same_v<S, flip>) {
    bool const slices = in.kind == subject::volume;
    return is_whole(v[0], 0, 1) && is_whole(v[1], 0, 1) && is_whole(v[2], 0, slices ? 1 : 0);
  }
  if constexpr (std::is_same_v<S, resized_crop>)
    return is_whole(v[0], 0, in.height - 1) && is_whole(v[1], 0, in.width - 1) && is_whole(v[2], 1, in.height) &&
           is_whole(v[3], 1, in.width);
  if constexpr (std::is_same_v<S, occlusion>)
    return is_whole(v[0], 0, in.height) && is_whole(v[1], 0, in.height) && is_whole(v[2], 0, in.width) &&
           is_whole(v[3], 0, in.width);
  if constexpr (std::is_same_v<S, affine>)
    return v[3] >= 1e-3f && v[3] <= 1e3f && std::fabs(v[4]) <= 80.0f && std::fabs(v[5]) <= 80.0f;
  if constexpr (std::is_same_v<S, vignette>) return v[0] >= 0.0f && v[0] <= 0.999f && v[1] >= 0.0f && v[1] <= 1.0f;
  if constexpr (std::is_same_v<S, perspective>) {
    for (int k = 0; k < S::numbers; ++k)
      if (!(v[k] >= 0.0f && v[k] <= 0.45f * static_cast<float>(k % 2 == 0 ? in.width : in.height) + 1.0f)) return false;
  }
  if constexpr (std::is_same_v<S, lens>) return std::fabs(v[0]) <= 1.0f && std::fabs(v[1]) <= 1.0f;
  if constexpr (std::is_same_v<S, elastic>)
    return v[0] >= 0.0f && v[0] <= 1000.0f && v[1] >= s.sigma.low && v[1] <= 256.0f;
  if constexpr (std::is_same_v<S, gaussian_blur>) return v[0] >= 0.0f && v[0] <= s.sigma.high;
  if constexpr (std::is_same_v<S, motion_blur>) return v[0] >= 0.0f && v[0] <= s.length.high && std::fabs(v[2]) <= 1.0f;
  if constexpr (std::is_same_v<S, salt_and_pepper>) return v[0] >= 0.0f && v[0] <= 1.0f;
  return true;
}

}  // namespace detail
}  // namespace augment

/// Writes a plan in the format above, independently of the stream's flags and locale. Errors: an empty plan, or one
/// that rescaled made.
inline void write_plan(std::ostream& out, augment::plan const& p) {
  namespace own = augment::detail;
  if (p.rows() == 0)
    own::fail("the plan", "empty (default-constructed, or moved from)", "a plan that make_plan(chain, x, key) made");
  if (own::plan_writer::compiled(p).of_features)
    own::fail("the plan", "one of features", "that of the images: write it, and rescale what is read back");
  std::string all = "mixaug-augment 1\nrows";
  text_writer w(all);
  augment::image_facts const& in = p.in();
  w.number(p.rows()).word("channels").number(in.channels).word("size").number(in.height).number(in.width);
  w.word("range").number(in.range).word("of").word(own::subject_names[static_cast<int>(in.kind)]).number(in.depth);
  key const& k = p.drawn_with;
  all += "\nkey";
  w.number(k.seed).number(k.step).number(k.first).number(k.global).number(k.block);
  all += p.chain().clip_each_step ? "\nclip each_step\nsteps" : "\nclip once\nsteps";
  auto const& steps = p.chain().steps;
  w.number(static_cast<index_t>(steps.size()));
  for (augment::step const& s : steps)
    own::visit(s, [&](auto const& one) {
      using S = std::remove_cvref_t<decltype(one)>;
      (all += '\n') += S::name;
      S::each(one, own::option_writer{w});
    });
  for (index_t i = 0; i < p.rows(); ++i) {
    char separator = '\n';
    for (int q = 0; q < static_cast<int>(steps.size()); ++q) {
      w.number(p.fired(i, q) ? 1 : 0, separator);
      separator = ' ';
      int const numbers = own::numbers_of(steps[static_cast<std::size_t>(q)]);
      for (int n = 0; n < numbers; ++n) w.number(p.drawn(i, q)[n]);
    }
  }
  all += "\nend";
  w.number(p.rows());
  all += '\n';
  out.write(all.data(), static_cast<std::streamsize>(all.size()));
}

/// Reads a plan of a chain back. Errors: invalid_argument with the line, the word found and what was expected, for a
/// foreign or truncated text, another version, a number outside its range; or what make_plan says of a bad option.
/// Memory grows with the text that is read: fields of elastic steps and bits of exact counts, which follow from few
/// numbers, may take 64 MiB and 8 KiB for each number that the text holds; make a larger plan again from its chain and
/// key.
inline augment::plan read_augment_plan(std::istream& in) {
  namespace own = augment::detail;
  constexpr index_t most = mixaug::detail::most_rows;
  text_reader r(in);
  r.line();
  r.expect("mixaug-augment");
  if (std::string const v = r.word(); v != "1") r.bad("version " + detail::quoted(v), "version 1");
  r.finish();
  r.line();
  r.expect("rows");
  index_t const rows = r.within("rows", 1, most);
  augment::image_facts facts;
  r.expect("channels");
  facts.channels = r.within("channels", 1, INT32_MAX);
  r.expect("size");
  facts.height = r.within("size", 1, own::longest_side);
  facts.width = r.within("size", 1, own::longest_side);
  r.expect("range");
  facts.range = r.finite("range");
  r.expect("of");
  facts.kind = static_cast<augment::subject>(r.one_word("what the chain gets", {"image", "signal", "volume"}));
  facts.depth = r.within("depth", 1, INT32_MAX);
  bool const fits = facts.kind == augment::subject::volume ? facts.channels % facts.depth == 0 : facts.depth == 1;
  if (!fits || (facts.kind == augment::subject::signal && facts.height != 1))
    r.bad("depth " + detail::text(facts.depth) + " or height " + detail::text(facts.height),
          "a depth that divides the channels of a volume, 1 for others, and signals of the height 1");
  r.finish();
  key const k = detail::read_key(r);
  if (k.global < rows || k.first > k.global - rows)
    r.bad("first " + detail::text(k.first) + " and rows " + detail::text(rows),
          "rows of the global batch of " + detail::text(k.global) + " rows");
  augment::chain c;
  c.range = facts.range;
  r.line();
  r.expect("clip");
  c.clip_each_step = r.one_word("clip", {"once", "each_step"}) == 1;
  r.finish();
  r.line();
  r.expect("steps");
  index_t const steps = r.within("steps", 1, augment::chain::most);
  r.finish();
  for (index_t p = 0; p < steps; ++p) {
    r.line();
    std::string const name = r.word();
    c.steps.push_back(own::read_step(r, name));
    r.finish();
  }
  own::compiled_chain compiled;
  own::compile(c, facts, compiled);
  // Rows are read before their columns are allocated, so that a wrong count cannot request memory.
  std::vector<float> drawn;
  for (index_t i = 0; i < rows; ++i) {
    r.line();
    for (int p = 0; p < static_cast<int>(steps); ++p) {
      augment::step const& s = c.steps[static_cast<std::size_t>(p)];
      drawn.push_back(static_cast<float>(r.within("fires", 0, 1)));
      std::size_t const first = drawn.size();
      for (int n = own::numbers_of(s); n > 0; --n) {
        float const v = r.finite(own::name_of(s));
        if (std::fabs(v) > 1e9f) r.bad("a number of " + detail::text(static_cast<double>(v)), "one within +-1e9");
        drawn.push_back(v);
      }
      bool const drawable =
          own::visit(s, [&](auto const& one) { return own::may_draw(one, compiled.facts[p], drawn.data() + first); });
      if (!drawable) r.bad(std::string("numbers of ") + own::name_of(s), "numbers that it may draw");
    }
    r.finish();
  }
  r.line();
  r.expect("end");
  r.within("the row count", rows, rows);
  r.finish();
  constexpr index_t free_numbers = index_t{1} << 24, for_each = 2048;
  index_t const wanted = detail::saturating_multiply(rows, compiled.numbers_width + 2 * compiled.doubles_width);
  if (wanted > free_numbers + for_each * static_cast<index_t>(drawn.size()))
    detail::fail("the plan text", "one from which " + detail::text(wanted) + " numbers follow (fields, bits of pixels)",
                 "at most 2^24, and 2048 for each number in it; make the plan again from its chain and key");
  augment::plan p;
  own::plan_writer::fit(p, c, compiled, rows, k);
  own::plan_writer::set_drawn(p, drawn);
  for (index_t i = 0; i < rows; ++i) own::plan_writer::derive(p, i);
  return p;
}

namespace augment {

/// Prints a table for people: for each image the steps that fire, and their numbers.
inline std::ostream& operator<<(std::ostream& out, plan const& p) {
  std::string all = "plan of " + mixaug::detail::text(p.rows()) + " images, seed " + std::to_string(p.drawn_with.seed) +
                    ", step " + std::to_string(p.drawn_with.step);
  for (index_t i = 0; i < p.rows(); ++i) {
    all += "\n" + mixaug::detail::text(i);
    for (int q = 0; q < static_cast<int>(p.chain().steps.size()); ++q) {
      step const& s = p.chain().steps[static_cast<std::size_t>(q)];
      if (!p.fired(i, q)) continue;
      (all += "  ") += detail::name_of(s);
      for (int n = 0; n < detail::numbers_of(s); ++n) all += " " + detail::text_of(p.drawn(i, q)[n]);
    }
  }
  return out << all << '\n';
}

}  // namespace augment
}  // namespace mixaug

MIXAUG_EXACT_END

// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/plan/kind.hpp>
#include <mixaug/region/detail/field_average.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::kind {

/// A mask of pixels: a bit for each, m = 0 or 1, or a number, where the rule's options say that m may lie between. At
/// another resolution, along an axis of S pixels, pixel x has the bit or the number floor(x n / S) of n.
struct pixel_mask : base {
  static constexpr bool weighted = true;
  static constexpr char const* name = "pixel_mask";
  static constexpr index_t most = index_t{1} << 32;  ///< words or numbers of a row, at most

  /// Room for the mask of a row: words of 32 bits, or numbers. A row without a mask has one bit.
  struct layout {
    index_t words = 1, numbers = 0;
    friend constexpr bool operator==(layout const&, layout const&) = default;
  };
  /// Words of one line of n bits: lines begin at words.
  MIXAUG_HD static constexpr index_t words_of(index_t n) noexcept { return detail::ceil_div(n, 32); }
  /// Layout for masks of `s`, of bits or, if they are `soft`, of numbers.
  static constexpr layout layout_of(plan_shape const& s, bool soft) noexcept {
    if (soft) return {1, s.pixels()};
    return {detail::saturating_multiply(detail::saturating_multiply(s.size[0], s.size[1]), words_of(s.size[2])), 0};
  }
  static constexpr layout merged(layout const& a, layout const& b) noexcept {
    return {detail::greater(a.words, b.words), detail::greater(a.numbers, b.numbers)};
  }
  static constexpr layout rescaled_layout(layout const& l, plan_shape const& to, field how) noexcept {
    return how == field::average ? layout{1, to.pixels()} : l;
  }
  template <class Writer>
  static void write(Writer& out, layout const& l) {
    out.number(l.words).number(l.numbers);
  }
  template <class Reader>
  static layout read_layout(Reader& in) {
    index_t const words = in.within("words", 1, most);
    return {words, in.within("numbers", 0, most)};
  }

  /// The mask of one row.
  struct form {
    std::int32_t n[3] = {1, 1, 1};  ///< bits or numbers along each axis
    std::int32_t soft = 0;          ///< 1: numbers
    MIXAUG_HD constexpr index_t count() const noexcept {
      return detail::saturating_multiply(detail::saturating_multiply(n[0], n[1]), n[2]);
    }
    MIXAUG_HD constexpr index_t words() const noexcept {
      return detail::saturating_multiply(detail::saturating_multiply(n[0], n[1]), words_of(n[2]));
    }
    friend constexpr bool operator==(form const&, form const&) = default;
  };

  struct state {
    form f;
    std::uint32_t const* bits;  ///< bit k % 32 of word k / 32 of a line: pixel k is the sample's own
    float const* numbers;       ///< line by line
    index_t size[3];            ///< size of the image

    MIXAUG_HD index_t cell(int axis, index_t at) const noexcept {
      return f.n[axis] == size[axis] ? at : detail::nearest_pixel(at, f.n[axis], size[axis]);
    }
    MIXAUG_HD index_t line(index_t z, index_t y) const noexcept { return cell(0, z) * f.n[1] + cell(1, y); }
    /// Number k of a line of the mask.
    MIXAUG_HD float number(index_t of_line, index_t k) const noexcept {
      if (f.soft != 0) return numbers[of_line * f.n[2] + k];
      return (bits[of_line * words_of(f.n[2]) + k / 32] >> (k % 32) & 1u) != 0 ? 1.0f : 0.0f;
    }
    /// m of a pixel.
    MIXAUG_HD float at(index_t z, index_t y, index_t x) const noexcept { return number(line(z, y), cell(2, x)); }
    MIXAUG_HD index_t tiles() const noexcept { return 1; }
    MIXAUG_HD tile tile_at(index_t) const noexcept {
      auto const end = [&](int axis) { return static_cast<std::int32_t>(size[axis]); };
      return {{0, end(0), 0, end(1), 0, end(2)}, 0.5f, {}, true};
    }
    /// A run of numbers goes on for 16 pixels at most, the elements of one thread on a device; one of bits to the end
    /// of equal bits, or for 256 pixels.
    MIXAUG_HD run_of_m run_at(index_t z, index_t y, index_t x) const noexcept {
      index_t const of_line = line(z, y), k = cell(2, x);
      float const m = number(of_line, k);
      if (f.n[2] != size[2]) return {detail::nearest_readers(k, f.n[2], size[2]).end, m};
      if (f.soft == 0) return {equal_until(bits + of_line * words_of(f.n[2]), k, detail::lesser(k + 256, f.n[2])), m};
      index_t end = k + 1;
      for (index_t last = detail::lesser(k + 16, f.n[2]); end < last && number(of_line, end) == m;) ++end;
      return {end, m};
    }
    /// Writes m of the pixels [x, x + count) of a row.
    MIXAUG_HD void weights(index_t z, index_t y, index_t x, index_t count, float* MIXAUG_RESTRICT out) const noexcept {
      index_t const of_line = line(z, y);
      if (f.n[2] != size[2]) {
        for (index_t k = 0; k < count; ++k) out[k] = number(of_line, cell(2, x + k));
      } else if (f.soft != 0) {
        float const* const MIXAUG_RESTRICT from = numbers + of_line * f.n[2] + x;
        for (index_t k = 0; k < count; ++k) out[k] = from[k];
      } else {
        spread(bits + of_line * words_of(f.n[2]), x, count, out);
      }
    }
    /// Bits are read by runs.
    MIXAUG_HD bool is_weighted() const noexcept { return f.soft != 0; }
    MIXAUG_HD bool constant(float& value) const noexcept {
      if (f.count() != 1) return false;
      value = number(0, 0);
      return true;
    }
    /// Bits are counted; numbers are summed in row order, in double.
    MIXAUG_HD double mean(plan_shape const& s) const noexcept {
      double sum = 0.0;
      for (index_t z = 0; z < f.n[0]; ++z)
        for (index_t y = 0; y < f.n[1]; ++y) {
          index_t const of_line = z * f.n[1] + y;
          double const lines = static_cast<double>(pixels(0, z) * pixels(1, y));
          sum = detail::fused_sum(f.soft != 0 ? sum_of(of_line) : static_cast<double>(bits_of(of_line)), lines, sum);
        }
      return sum / static_cast<double>(s.pixels());
    }

   private:
    /// Returns the end of the bits equal to bit k of a line, at most `last`.
    MIXAUG_HD static index_t equal_until(std::uint32_t const* of_line, index_t k, index_t last) noexcept {
      std::uint32_t const flip = 0u - (of_line[k / 32] >> (k % 32) & 1u);  // equal bits become 0
      std::uint32_t others = (of_line[k / 32] ^ flip) >> (k % 32) << (k % 32);
      index_t word = k / 32;
      while (others == 0 && ++word * 32 < last) others = of_line[word] ^ flip;
      if (others == 0) return last;
      return detail::lesser(word * 32 + ones((others & (0u - others)) - 1), last);
    }
    /// Writes bits [x, x + count) of a line as numbers, a word at a time.
    MIXAUG_HD static void spread(std::uint32_t const* MIXAUG_RESTRICT from, index_t x, index_t count,
                                 float* MIXAUG_RESTRICT out) noexcept {
      for (index_t k = 0; k < count;) {
        index_t const at = x + k, first = at % 32, some = detail::lesser(32 - first, count - k);
        std::uint32_t const word = from[at / 32] >> first;
        if (some == 32)
          for (index_t u = 0; u < 32; ++u) out[k + u] = static_cast<float>(static_cast<std::int32_t>(word >> u & 1u));
        else
          for (index_t u = 0; u < some; ++u) out[k + u] = static_cast<float>(static_cast<std::int32_t>(word >> u & 1u));
        k += some;
      }
    }
    /// Returns the number of pixels that read a bit or a number along an axis.
    MIXAUG_HD index_t pixels(int axis, index_t k) const noexcept {
      if (f.n[axis] == size[axis]) return 1;
      detail::pixel_range const r = detail::nearest_readers(k, f.n[axis], size[axis]);
      return r.end - r.begin;
    }
    MIXAUG_HD double sum_of(index_t of_line) const noexcept {
      double sum = 0.0;
      for (index_t k = 0; k < f.n[2]; ++k)
        sum = detail::fused_sum(static_cast<double>(number(of_line, k)), static_cast<double>(pixels(2, k)), sum);
      return sum;
    }
    MIXAUG_HD index_t bits_of(index_t of_line) const noexcept {
      index_t const words = words_of(f.n[2]);
      index_t sum = 0;
      if (f.n[2] == size[2]) {
        for (index_t w = 0; w < words; ++w) sum += ones(bits[of_line * words + w]);
        return sum;
      }
      for (index_t k = 0; k < f.n[2]; ++k) sum += number(of_line, k) > 0.0f ? pixels(2, k) : 0;
      return sum;
    }
    /// Counts the bits of a word, pairwise; <bit> cannot be called on devices.
    MIXAUG_HD static index_t ones(std::uint32_t w) noexcept {
      w -= w >> 1 & 0x55555555u;
      w = (w & 0x33333333u) + (w >> 2 & 0x33333333u);
      w = (w + (w >> 4)) & 0x0F0F0F0Fu;
      return static_cast<index_t>(w * 0x01010101u >> 24);
    }
  };

  template <space S, access A = access::read>
  struct columns {
    column<form, S, A> where;          ///< (rows)
    column<std::uint32_t, S, A> bits;  ///< (rows * words)
    column<float, S, A> m;             ///< (rows * numbers)
    index_t words = 1, numbers = 0;    ///< of a row, at most
    index_t size[3] = {1, 1, 1};       ///< size of the image

    void place(detail::column_layout& put, layout const& l, plan_shape const& s) noexcept {
      words = l.words;
      numbers = l.numbers;
      for (int d = 0; d < 3; ++d) size[d] = s.size[d];
      put(where, s.rows);
      put(bits, detail::saturating_multiply(s.rows, words));
      put(m, detail::saturating_multiply(s.rows, numbers));
    }
    MIXAUG_HD state state_of(index_t i, float, std::uint8_t) const noexcept {
      return {where.data[i], bits.data + i * words, m.data + i * numbers, {size[0], size[1], size[2]}};
    }
    /// m = `own` (0 or 1) in all pixels of row i.
    void fill(index_t i, bool own) const noexcept {
      where[i] = form{};
      bits[i * words] = own ? 1u : 0u;
    }
    void clear(index_t i) const noexcept { fill(i, true); }
    template <class From>
    MIXAUG_HD void assign(index_t i, From const& other, index_t k) const noexcept {
      form const f = other.where.data[k];
      where.data[i] = f;
      if (f.soft != 0)
        for (index_t j = 0; j < f.count(); ++j) m.data[i * numbers + j] = other.m.data[k * other.numbers + j];
      else
        for (index_t j = 0; j < f.words(); ++j) bits.data[i * words + j] = other.bits.data[k * other.words + j];
    }
    /// Copies the mask, which is the same at every resolution; for field::average computes a number for each pixel.
    template <class From>
    void rescale(From const& f, plan_shape const& from, plan_shape const& to, field how) const noexcept {
      for (index_t i = 0; i < to.rows; ++i) {
        state const old = f.state_of(i, 1.0f, 0);
        if (how == field::nearest || old.f.count() == 1) {
          assign(i, f, i);
          continue;
        }
        where[i] = form{{static_cast<std::int32_t>(to.size[0]), static_cast<std::int32_t>(to.size[1]),
                         static_cast<std::int32_t>(to.size[2])},
                        1};
        detail::average_field(old, from, to, &m[i * numbers]);
      }
    }
    template <class Writer>
    void write(Writer& out, index_t i) const {
      form const f = where[i];
      state const s = state_of(i, 1.0f, 0);
      out.number(f.n[0]).number(f.n[1], ',').number(f.n[2], ',').word(f.soft != 0 ? "numbers" : "bits");
      auto const number = [&](index_t k) { return s.number(k / f.n[2], k % f.n[2]); };
      if (f.soft == 0) out.bits(f.count(), [&](index_t k) { return number(k) > 0.0f; });
      for (index_t k = 0; f.soft != 0 && k < f.count(); ++k) out.number(number(k));
    }
    template <class Reader>
    void read(Reader& in, plan_shape const&, index_t i) const {
      index_t n[3];
      in.list("mask", n, 3, 1, INT32_MAX);
      form f{{static_cast<std::int32_t>(n[0]), static_cast<std::int32_t>(n[1]), static_cast<std::int32_t>(n[2])}, 0};
      f.soft = in.one_word("mask", {"bits", "numbers"});
      if (f.soft != 0 ? f.count() > numbers : f.words() > words)
        in.bad("a mask of " + detail::shape_text(n, 3), "at most as many bits or numbers as the choice says");
      where[i] = f;
      if (f.soft != 0) {
        for (index_t k = 0; k < f.count(); ++k) m[i * numbers + k] = in.finite("m");
        return;
      }
      for (index_t w = 0; w < f.words(); ++w) bits[i * words + w] = 0;
      in.bits("mask", f.count(), [&](index_t k, bool own) {
        index_t const of_line = k / f.n[2], at = k - of_line * f.n[2];
        bits[i * words + of_line * words_of(f.n[2]) + at / 32] |= (own ? 1u : 0u) << (at % 32);
      });
    }
  };
};

}  // namespace mixaug::kind

MIXAUG_EXACT_END

// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/workspace.hpp>
#include <mixaug/pairing/kernel_pass_steps.hpp>
#include <mixaug/pairing/kernel_points.hpp>

namespace mixaug::detail {

/// What a pass draws: row i of `queries` (m, d) gets out(i, s), s = 0 ... slots - 1, from the random numbers of global
/// row first_row + i, slots first_slot + s. self[i] = the row that query i itself is, or -1; null: none is a row.
template <class Q>
struct pass_request {
  tensor_view<Q const, 2> queries;
  index_t const* self;
  mixaug::key key;
  index_t first_row;
  tensor_view<index_t, 2> out;
  std::uint32_t first_slot = 0;
};

/// The rows of a pass, packed; A = what distances and weights are computed in.
template <class A>
struct kernel_pass_view {
  A const* rows;  ///< [chunk][column][lane], scaled; whole tiles
  index_t n, d;
  double unit;
  pass_kernel<A> kernel;
  bool with_self;

  index_t tiles() const noexcept { return ceil_div(n, pass_shape::tile); }
  A const* tile(index_t t) const noexcept { return rows + t * pass_shape::tile * d; }
};

/// One lane's queries: a block of groups walks over all tiles, each tile loaded once a block.
template <class A, class Q>
struct pass_job {
  using shape = pass_shape;
  static constexpr int G = shape::group;
  kernel_pass_view<A> table;
  pass_request<Q> request;
  index_t block, lanes;  ///< queries of one walk; lanes that share the queries
  std::byte* scratch;
  std::size_t stride;

  struct state {
    A* queries;  ///< [group][column][G]
    A* d2;       ///< [query of a span][tile]
    pass_sum<A>* sums;
    pass_choice* choices;  ///< [query][slot]
  };
  index_t slots() const noexcept { return request.out.extent[1]; }
  /// Groups that share a block of columns: one where a tile's few columns stay in the first cache anyhow.
  index_t span() const noexcept { return table.d * static_cast<index_t>(sizeof(A)) <= 512 ? 1 : block / G; }
  template <class Column>
  static Column* place(std::size_t& at, index_t count, std::byte* base) noexcept {
    Column* const p = base == nullptr ? nullptr : reinterpret_cast<Column*>(base + at);
    at += (sizeof(Column) * static_cast<std::size_t>(count) + 63) / 64 * 64;
    return p;
  }
  std::size_t lay_out(std::byte* base, state& s) const noexcept {
    std::size_t at = 0;
    s.queries = place<A>(at, block * table.d, base);
    s.d2 = place<A>(at, span() * G * shape::tile, base);
    s.sums = place<pass_sum<A>>(at, block, base);
    s.choices = place<pass_choice>(at, block * slots(), base);
    return at;
  }

  void operator()(index_t lane) const noexcept {
    state s;
    lay_out(scratch + static_cast<std::size_t>(lane) * stride, s);
    index_t const m = request.queries.extent[0], blocks = ceil_div(m, block);
    for (index_t b = lane; b < blocks; b += lanes) walk(b * block, lesser(m, (b + 1) * block), s);
  }

 private:
  mixaug::random draw(index_t i) const noexcept {
    return {request.key, static_cast<std::uint64_t>(request.first_row + i), purpose::pairing};
  }
  std::uint32_t slot(index_t s) const noexcept { return request.first_slot + static_cast<std::uint32_t>(s); }
  A scaled(index_t i, index_t k) const noexcept {  // held where squares stay finite
    constexpr double most = sizeof(A) == 8 ? 0x1p500 : 0x1p55;
    double const z = static_cast<double>(request.queries(i, k)) * table.unit;
    return static_cast<A>(z > most ? most : z < -most ? -most : z);
  }

  void walk(index_t first, index_t last, state const& s) const noexcept {
    index_t const groups = ceil_div(last - first, G);
    for (index_t q = 0; q < groups * G; ++q) {
      index_t const i = lesser(first + q, last - 1);  // the last group is filled up with its last query
      for (index_t k = 0; k < table.d; ++k) s.queries[(q / G * table.d + k) * G + q % G] = scaled(i, k);
      s.sums[q] = {0.0, static_cast<A>(INFINITY)};
      for (index_t c = 0; c < slots(); ++c) s.choices[q * slots() + c] = {0.0, 0, -1};
    }
    index_t const span = this->span();
    for (index_t t = 0; t < table.tiles(); ++t)
      for (index_t g = 0; g < groups; g += span) {
        squared_tile(table.tile(t), s.queries + g * table.d * G, lesser(span, groups - g), table.d, s.d2);
        for (index_t q = g * G; q < lesser(last - first, (g + span) * G); ++q)
          add_tile(first + q, t, s.d2 + (q - g * G) * shape::tile, s.sums[q], s.choices + q * slots());
      }
    for (index_t q = 0; q < last - first; ++q) write(first + q, s, q);
  }
  /// Each tile that some slot of a query chose is weighed once more.
  void write(index_t i, state const& s, index_t q) const noexcept {
    pass_choice const* const choices = s.choices + q * slots();
    for (index_t c = 0; c < slots(); ++c) request.out(i, c) = -1;
    for (index_t t = next_tile(choices, -1); t >= 0; t = next_tile(choices, t)) {
      A* const w = s.d2 + q % G * shape::tile;
      squared_tile(table.tile(t), s.queries + q / G * table.d * G, 1, table.d, s.d2);
      leave_out(i, t, w);
      weigh_tile(table.kernel, least_of_tile(w), w);
      double total = 0.0;
      for (int j = 0; j < shape::tile; ++j) total += static_cast<double>(w[j]);
      for (index_t c = 0; c < slots(); ++c)
        if (choices[c].tile == t) request.out(i, c) = row_of(i, c, t, w, total);
    }
  }
  /// The lowest chosen tile above `after`, or -1.
  index_t next_tile(pass_choice const* choices, index_t after) const noexcept {
    index_t found = -1;
    for (index_t c = 0; c < slots(); ++c) {
      index_t const t = choices[c].tile;
      if (t > after && (found < 0 || t < found)) found = t;
    }
    return found;
  }
  /// Rows that must not be chosen lie infinitely far: those behind the last one, and the query itself.
  void leave_out(index_t i, index_t t, A* d2) const noexcept {
    index_t const from = t * shape::tile;
    for (index_t j = table.n - from; j < shape::tile; ++j) d2[j] = static_cast<A>(INFINITY);
    index_t const self = table.with_self || request.self == nullptr ? -1 : request.self[i];
    if (self >= from && self < from + shape::tile) d2[self - from] = static_cast<A>(INFINITY);
  }
  void add_tile(index_t i, index_t t, A* d2, pass_sum<A>& sum, pass_choice* choices) const noexcept {
    leave_out(i, t, d2);
    A const least = least_of_tile(d2);
    if (least == static_cast<A>(INFINITY)) return;
    if (least < sum.nearest) {
      double const f =
          table.kernel.tophat ? 1.0 : static_cast<double>(falling_exp((least - sum.nearest) * table.kernel.rate));
      sum.total *= f;
      for (index_t c = 0; c < slots(); ++c) choices[c].limit *= f;
      sum.nearest = least;
    }
    sum.total += weigh_tile(table.kernel, sum.nearest, d2);
    for (index_t c = 0; c < slots(); ++c) {
      pass_choice& p = choices[c];
      if (!(sum.total > p.limit)) continue;
      auto const attempt = static_cast<std::uint32_t>(++p.used);
      p = {sum.total / (1.0 - mixaug::random::unit(draw(i).bits(kernel_number(slot(c), attempt)))), p.used,
           static_cast<std::int32_t>(t)};
    }
  }
  index_t row_of(index_t i, index_t c, index_t t, A const* w, double total) const noexcept {
    double const at = mixaug::random::unit(draw(i).bits(kernel_number(slot(c), 0))) * total;
    double sum = 0.0;
    index_t found = -1;
    for (int j = 0; j < shape::tile; ++j) {
      if (!(w[j] > A{0})) continue;
      found = t * shape::tile + j;
      sum += static_cast<double>(w[j]);
      if (at < sum) break;
    }
    return found;
  }
};

/// Packs rows into chunks; rows behind the last are 0.
template <class A, class T>
struct pass_packing {
  kernel_points<T> points;
  double unit;
  A* out;
  void operator()(index_t chunk) const noexcept {
    constexpr index_t W = pass_shape::lanes;
    for (index_t k = 0; k < points.d; ++k)
      for (index_t l = 0; l < W; ++l) {
        index_t const i = chunk * W + l;
        out[(chunk * points.d + k) * W + l] = i < points.n ? static_cast<A>(points.at(i, k) * unit) : A{0};
      }
  }
};

/// Exact kernel sampling for any number of columns: one pass over all rows chooses the partners of a block of
/// queries (4 or more at once: they share loads). O(n d) work a query, whatever the bandwidth; memory = one packed copy
/// of the rows.
/// A = double: chances to 1e-10 relative. A = float (features): squared distances d2 carry d / 2 + 2 roundings of
/// 2^-24, all of one sign of term (direct differences, nothing cancels), so that a chance is off by at most
/// 6e-8 (d / 2 + 2) d2 / (2 h^2) relative, typically by the square root of that count.
template <class A>
class kernel_pass {
 public:
  template <class T, class Backend>
  kernel_pass(tensor_view<T, 2> const& rows, pairing::kernel_options const& options, Backend const& be) {
    using element = std::remove_const_t<T>;
    constexpr bool wide = sizeof(A) == 8;
    auto const p = points_of(rows);
    check_kernel(options);
    kernel_unit const scale(options.bandwidth, check_points(p, "labels"), wide ? kernel_room : 50);
    index_t const chunks = ceil_div(p.n, pass_shape::tile) * pass_shape::chunks;
    bytes_ = static_cast<std::size_t>(chunks * pass_shape::lanes * p.d) * sizeof(A);
    rows_.reserve(bytes_);
    be.items(chunks, pass_packing<A, element>{p, scale.unit, reinterpret_cast<A*>(rows_.data())});
    n_ = p.n, d_ = p.d, unit_ = scale.unit, with_self_ = options.with_self;
    kernel_ = {static_cast<A>(scale.rate), static_cast<A>(scale.limit), options.kernel == mixaug::kernel::tophat};
  }

  kernel_pass_view<A> view() const noexcept {
    return {reinterpret_cast<A const*>(rows_.data()), n_, d_, unit_, kernel_, with_self_};
  }
  std::size_t bytes() const noexcept { return bytes_; }

  /// Draws on the backend's threads; the scratch grows to lanes x 64 queries. -1 where no row can be drawn.
  template <class Backend, class Q>
  void draw(Backend const& be, pass_request<Q> const& r, workspace<space::host>& scratch) const {
    check(r);
    constexpr index_t G = pass_shape::group;
    index_t const m = r.queries.extent[0];
    if (m == 0 || r.out.extent[1] == 0) return;
    index_t const block = G * greater(1, lesser(16, ceil_div(m, G * be.lanes())));
    pass_job<A, Q> job{view(), r, block, lesser(be.lanes(), ceil_div(m, block)), nullptr, 0};
    typename pass_job<A, Q>::state s;
    job.stride = job.lay_out(nullptr, s);
    job.scratch = scratch.reserve(job.stride * static_cast<std::size_t>(job.lanes));
    be.items(job.lanes, job);
  }

 private:
  template <class Q>
  void check(pass_request<Q> const& r) const {
    index_t const m = r.queries.extent[0];
    if (r.queries.extent[1] != d_)
      fail("queries", text(r.queries.extent[1]) + " numbers a row", text(d_) + ", as the labels have");
    if (r.out.extent[0] != m) fail("partners", text(r.out.extent[0]) + " rows", text(m) + ", one for each query");
    if (r.out.extent[1] + r.first_slot > index_t{1} << 20)
      fail("partners", text(r.out.extent[1]) + " columns", "fewer than 2^20 partners a query");
    if (m > 0) check_points(points_of(r.queries), "queries");
  }

  workspace<space::host> rows_;
  std::size_t bytes_ = 0;
  index_t n_ = 0, d_ = 0;
  double unit_ = 1.0;
  pass_kernel<A> kernel_{};
  bool with_self_ = true;
};

}  // namespace mixaug::detail

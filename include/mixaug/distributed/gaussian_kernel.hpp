// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/distributed/detail/sharded_draws.hpp>
#include <mixaug/kernel/detail/argument_checks.hpp>
#include <mixaug/pairing/given.hpp>
#include <variant>

MIXAUG_EXACT_BEGIN

namespace mixaug::mpi {

/// pairing::gaussian_kernel of labels of one column that lie on several ranks: for data sets whose labels, or whose
/// table, outgrow one machine. `local_labels` (n): those of this rank's rows, float or double; the rows of rank 0 come
/// first, then those of rank 1, ..., of any numbers, also none. Partners are those of the table of one process, bit for
/// bit. The build sorts by samples: time O(N log N / ranks), O(N / ranks) memory on each rank, for any distribution of
/// the labels, and rows beyond 2^32. A draw asks the rank that was given the query's label, then the rank that has its
/// cell; proposals that lie on other ranks are resolved in rounds. It is drawn from by all ranks together; mpi::fetch
/// brings the drawn rows; as_rule is a pairing rule of the draws. Copies share the table, and a duplicate of the
/// communicator. Errors, on all ranks: bandwidth not > 0, options that differ between ranks, labels that are not
/// finite, no label.
class gaussian_kernel {
 public:
  template <class T>
  gaussian_kernel(world const& w, tensor_view<T, 1> const& local_labels, pairing::kernel_options const& options) {
    using number = std::remove_const_t<T>;
    static_assert(std::is_same_v<number, float> || std::is_same_v<number, double>,
                  "mixaug: a kernel table is of labels (n), float or double");
    table_ = std::make_shared<detail::sharded_table<number> const>(w.shared(), local_labels, options);
  }

  /// Labels of all ranks.
  index_t rows() const {
    return std::visit([](auto const& t) { return t->rows(); }, table_);
  }
  /// Bytes of this rank's part.
  std::size_t bytes() const {
    return std::visit([](auto const& t) { return t->bytes(); }, table_);
  }

  /// Draws the partners of rows of the table: queries (m), any rows; partners (m), or (m, k) for k independent draws
  /// each, rows of the table or -1 for none. key.first: the global row of this rank's query 0, as in one process. m may
  /// differ between ranks and be 0. Collective. Errors, on all ranks: those of pairing::gaussian_kernel, another seed,
  /// step or k than on rank 0.
  template <int R>
  void draw(tensor_view<std::int64_t const, 1> const& queries, key const& k,
            tensor_view<std::int64_t, R> const& partners) const {
    std::visit([&](auto const& t) { draw_rows(*t, queries, k, partners); }, table_);
  }
  /// The pairing rule of the table: draws, and returns what gives these partners to a plan of as many rows. A rule runs
  /// on each rank by itself, and these draws are of all ranks together, so that they come before the plan. queries: the
  /// rows of the table that this rank's batch has; k: the plan's key. `partners` (m) must outlive the plan's making.
  /// Collective; errors as for draw.
  pairing::given as_rule(tensor_view<std::int64_t const, 1> const& queries, key const& k,
                         tensor_view<std::int64_t, 1> const& partners) const {
    draw(queries, k, partners);
    return {partners};
  }
  /// Draws the partners of labels that are not in the table: values (m), of the table's type.
  template <class T, int R>
  void draw_at(tensor_view<T, 1> const& values, key const& k, tensor_view<std::int64_t, R> const& partners) const {
    std::visit([&](auto const& t) { draw_values(*t, values, k, partners); }, table_);
  }

 private:
  /// Agrees on the draws. Refuses what `check` and the ranks' numbers refuse; returns partners as (m, k).
  template <class Table, int R, class Check>
  static tensor_view<index_t, 2> agreed(Table const& t, index_t m, key const& k,
                                        tensor_view<std::int64_t, R> const& partners, Check const& check) {
    tensor_view<index_t, 2> out;
    auto const refused = detail::caught([&] {
      out = detail::partner_rows(m, k, partners);
      check();
    });
    std::uint64_t const slots = R == 2 ? static_cast<std::uint64_t>(partners.extent[R - 1]) : 1;
    detail::agree(t.comm(), refused,
                  {{"key.seed", k.seed}, {"key.step", k.step}, {"the number of partners a query", slots}},
                  detail::no_numbers{});
    return out;
  }
  template <class T, int R>
  static void draw_rows(detail::sharded_table<T> const& t, tensor_view<std::int64_t const, 1> const& queries,
                        key const& k, tensor_view<std::int64_t, R> const& partners) {
    auto const out = agreed(t, queries.extent[0], k, partners, [&] {
      if (queries.data == nullptr && queries.extent[0] > 0)
        detail::fail("queries", "a null pointer", "rows of the table");
      for (index_t i = 0; i < queries.extent[0]; ++i)
        if (queries(i) < 0 || queries(i) >= t.rows())
          detail::fail("queries(" + detail::text(i) + ")", detail::text(queries(i)),
                       "a row in [0, " + detail::text(t.rows()) + ")");
    });
    auto rows = t.comm().template list<index_t>();
    for (index_t i = 0; i < queries.extent[0]; ++i) rows.push_back(queries(i));
    auto const labels = detail::labels_of_rows(t, rows);
    auto list = t.comm().template list<detail::shard_query<T>>();
    for (std::size_t i = 0; i < rows.size(); ++i)
      list.push_back({labels[i], rows[i], k.first + static_cast<index_t>(i)});
    write(t, k, list, out);
  }
  template <class T, class V, int R>
  static void draw_values(detail::sharded_table<T> const& t, tensor_view<V, 1> const& values, key const& k,
                          tensor_view<std::int64_t, R> const& partners) {
    auto const two = detail::two_columns<std::remove_const_t<V>>(values);
    auto const out = agreed(t, values.extent[0], k, partners, [&] {
      detail::check_queries(two, 1, std::is_same_v<T, double>);
      for (index_t i = 0; i < values.extent[0]; ++i)
        if (!detail::finite(values(i)))
          detail::fail("query " + detail::text(i), detail::text(static_cast<double>(values(i))), "a finite number");
    });
    auto list = t.comm().template list<detail::shard_query<T>>();
    for (index_t i = 0; i < values.extent[0]; ++i) list.push_back({static_cast<T>(values(i)), -1, k.first + i});
    write(t, k, list, out);
  }
  template <class T>
  static void write(detail::sharded_table<T> const& t, key const& k,
                    detail::kept_list<detail::shard_query<T>> const& list, tensor_view<index_t, 2> const& out) {
    index_t const slots = out.extent[1];
    auto const partners = detail::partners_of(t, k, list, slots);
    for (index_t i = 0; i < out.extent[0]; ++i)
      for (index_t s = 0; s < slots; ++s) out(i, s) = partners[static_cast<std::size_t>(i * slots + s)];
  }

  std::variant<std::shared_ptr<detail::sharded_table<float> const>,
               std::shared_ptr<detail::sharded_table<double> const>>
      table_;
};

}  // namespace mixaug::mpi

MIXAUG_EXACT_END

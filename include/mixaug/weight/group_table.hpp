// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/workspace.hpp>
#include <mixaug/plan/concepts.hpp>
#include <mixaug/plan/inputs.hpp>
#include <mixaug/weight/normalise.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace weight {

/// Treatment of a group (or class) without samples: an error, or weight 0, and it does not count.
enum class empty_group : unsigned char { refuse, weightless };

}  // namespace weight

namespace detail {

/// out(i) = table[group(i)]; NaN for an invalid id, since ids on a device are not checked.
template <class G, class T>
struct table_rows {
  static constexpr index_t block = 1024;
  double const* table;
  G const* group;
  T* out;
  index_t groups, g_stride, stride, n;

  MIXAUG_HD void operator()(index_t b, index_t lane, index_t lanes) const noexcept {
    for (index_t i = b * block + lane; i < lesser(b * block + block, n); i += lanes) {
      auto const g = static_cast<index_t>(group[i * g_stride]);
      out[i * stride] = g >= 0 && g < groups ? static_cast<T>(table[g]) : not_a_weight<T>();
    }
  }
};
/// Checks the arguments and runs it; ids of host views are checked before anything is written.
template <class Backend, class G, class Out>
void weigh_groups(Backend const& be, double const* table, index_t groups, G const& ids, Out const& out) {
  check_memory<Backend, G, Out>(), check_ids<G>(), check_numbers<Out>();
  check_list(ids, "groups");
  check_list(out, "the output", ids.extent[0], "groups"), check_output_list(out, "the output");
  check_lists_apart(out, ids, "groups"), check_range(ids, "groups", groups, "a group");
  using body = table_rows<std::remove_const_t<typename G::element>, typename Out::element>;
  run_rows(be, body{table, ids.data, out.data, groups, ids.stride[0], out.stride[0], ids.extent[0]},
           ceil_div(ids.extent[0], body::block));
}

}  // namespace detail

namespace weight {

/// One weight for each of K groups or classes, and the group of each sample of the data set (a view of the caller's
/// memory, if given). Rules compute the weights; a device table is a copy of a host table.
template <space S>
class group_table_of {
 public:
  static constexpr space memory = S;

  group_table_of() = default;
  group_table_of(group_table_of const&) = default;
  group_table_of(group_table_of&&) noexcept = default;
  group_table_of& operator=(group_table_of&&) noexcept = default;
  /// If the allocation fails, this table is unchanged.
  group_table_of& operator=(group_table_of const& other) requires(S == space::host) {
    return *this = group_table_of(other);
  }
  /// Copies a host table to the device; waits for the copy.
  template <std::derived_from<group_table_of<space::host>> Table>
  requires(S == space::device) explicit group_table_of(Table const& host) : groups_(host.groups()) {
    check_made();
    std::size_t const bytes = static_cast<std::size_t>(groups_) * sizeof(double);
    table_.reserve(bytes);
    std::memcpy(table_.staging(), host.data(), bytes);
    table_.upload({});
    table_.wait();
  }

  index_t groups() const noexcept { return groups_; }
  double const* data() const noexcept { return reinterpret_cast<double const*>(table_.data()); }
  /// Returns the weight of group g.
  double of(index_t g) const requires(S == space::host) {
    check_made();
    if (g < 0 || g >= groups_) detail::fail("the group", detail::text(g), "in [0, " + detail::text(groups_) + ")");
    return data()[g];
  }
  /// Returns the number of samples of the data set: the number of group ids that the table was made from, or 0 if it
  /// was made from counts.
  index_t rows() const noexcept { return groups_ == 0 ? 0 : ids_.size(); }
  float weight(index_t row) const requires(S == space::host) {
    check_made();
    if (row < 0 || row >= rows()) {
      std::string const hint = rows() == 0 ? " (made from counts: it knows no rows)" : "";
      detail::fail("the row", detail::text(row), "in [0, " + detail::text(rows()) + ")" + hint);
    }
    return static_cast<float>(of(ids_[row]));
  }
  /// Writes the weights of samples by their groups (n), integers of any type, to out (n), float or double.
  template <backend Be, class G, class Out>
  void weights(Be const& be, G const& groups, Out const& out) const {
    static_assert(Be::memory == S, "mixaug: the backend does not reach the table; see group_table_of<space>");
    check_made();
    detail::weigh_groups(be, data(), groups_, groups, out);
  }

 protected:
  void check_made() const {
    if (groups_ == 0)
      detail::fail("the table", "empty (default-constructed, or moved from)",
                   "one made from the groups of a data set, or from their counts");
  }
  detail::resets_on_move groups_;
  detail::id_list ids_;
  workspace<S> table_;
};
/// A table in host memory.
using group_table = group_table_of<space::host>;

}  // namespace weight

namespace detail {

/// Number of samples of each group, given or counted from ids. Invalid counts and ids are refused here.
struct group_counts {
  workspace<space::host> memory;
  id_list ids;
  index_t groups = 0, samples = 0, filled = 0;  ///< filled: number of groups with samples

  index_t* data() const noexcept { return reinterpret_cast<index_t*>(memory.data()); }

  template <class C>
  group_counts(C const& counts, weight::empty_group empty) {
    check_memory<one_host, C>(), check_ids<C>(), check_list(counts, "counts");
    room(counts.extent[0]);
    for (index_t g = 0; g < groups; ++g) {
      data()[g] = static_cast<index_t>(counts(g));
      if (data()[g] < 0 || data()[g] > (index_t{1} << 53) - samples)
        fail("counts(" + text(g) + ")", text(data()[g]), "a number of samples >= 0, together at most 2^53");
      add(g);
    }
    check(empty);
  }
  template <class G>
  group_counts(G const& group_ids, index_t k, weight::empty_group empty) : ids(group_ids) {
    check_memory<one_host, G>(), check_list(group_ids, "groups");
    if (k <= 0 || k > (index_t{1} << 32)) fail("the number of groups", text(k), "in [1, 2^32]");
    check_range(group_ids, "groups", k, "a group");
    room(k);
    for (index_t i = 0; i < ids.size(); ++i) ++data()[ids[i]];
    for (index_t g = 0; g < k; ++g) add(g);
    check(empty);
  }

 private:
  struct one_host {
    static constexpr space memory = space::host;
  };
  void room(index_t k) {
    groups = k;
    std::size_t const bytes = static_cast<std::size_t>(k) * sizeof(index_t);
    std::memset(memory.reserve(bytes), 0, bytes);
  }
  void add(index_t g) noexcept {
    samples += data()[g];
    filled += static_cast<index_t>(data()[g] > 0);
  }
  void check(weight::empty_group empty) const {
    if (samples == 0) fail("counts", "without a sample", "the counts of a data set");
    for (index_t g = 0; g < groups && empty == weight::empty_group::refuse; ++g)
      if (data()[g] == 0)
        fail("group " + text(g), "without a sample", "at least one, or .empty = weight::empty_group::weightless");
  }
};

}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END

// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <mixaug/distributed/detail/agreement.hpp>
#include <mixaug/plan/inputs.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace mpi {
class gathered_inputs;
}  // namespace mpi
namespace detail {
template <>
inline constexpr bool is_input_set<mpi::gathered_inputs> = true;

/// Gathers the lists of inputs whose rows are those of the batch: of every rank, in the order of the ranks.
class input_gathering {
 public:
  input_gathering(communicator const& c, kept_list<index_t> const& rows) : c_(c), rows_(rows) {}

  /// The ids of all rows.
  kept_list<std::int64_t> ids(id_list const& v) const {
    auto mine = c_.list<std::int64_t>(v.size());
    for (index_t i = 0; i < v.size(); ++i) mine[static_cast<std::size_t>(i)] = v[i];
    return all_gather(c_, mine.data(), rows_);
  }
  /// The numbers of all rows, row by row; in float where that holds all of them.
  kept_list<double> reals(real_list const& v, index_t width, bool in_float) const {
    if (in_float) {
      auto const all = rows_of_width<float>(v, width);
      auto reals = c_.list<double>();
      reals.assign(all.begin(), all.end());
      return reals;
    }
    return rows_of_width<double>(v, width);
  }
  /// True if every number is one of float.
  static bool fits_float(real_list const& v) {
    for (index_t i = 0; i < v.size(); ++i)
      for (index_t j = 0; j < v.width(); ++j)
        if (double const x = v.at(i, j); static_cast<double>(static_cast<float>(x)) != x) return false;
    return true;
  }

 private:
  template <class T>
  kept_list<T> rows_of_width(real_list const& v, index_t width) const {
    auto mine = c_.list<T>();
    mine.reserve(static_cast<std::size_t>(v.size() * width));
    for (index_t i = 0; i < v.size(); ++i)
      for (index_t j = 0; j < width; ++j) mine.push_back(static_cast<T>(v.at(i, j)));
    auto counts = c_.list<index_t>();
    for (index_t n : rows_) counts.push_back(n * width);
    return all_gather(c_, mine.data(), counts);
  }
  communicator const& c_;
  kept_list<index_t> const& rows_;
};

}  // namespace detail

namespace mpi {

/// The inputs of this rank's batch, and in the place of its class ids, groups, index, targets, features and weights
/// those of the global batch, which it owns, in memory of the world: it is destroyed by the thread that calls that.
/// world::gather makes it; make_plan takes it as inputs. It can be moved.
class gathered_inputs : public input_set<space::host> {
 public:
  gathered_inputs(gathered_inputs const&) = delete;
  gathered_inputs& operator=(gathered_inputs const&) = delete;
  gathered_inputs(gathered_inputs&&) = default;
  gathered_inputs& operator=(gathered_inputs&& other) noexcept {
    gathered_inputs taken(std::move(other));
    static_cast<input_set<space::host>&>(*this) = taken;
    std::swap(comm_, taken.comm_);
    std::swap(ids_, taken.ids_);
    std::swap(reals_, taken.reals_);
    return *this;
  }

 private:
  friend class world;
  static constexpr int lists = 3;

  /// The numbers of one rank: its rows, and for each list of reals its width (0: not given) and whether float holds it.
  struct facts {
    index_t rows = 0, width[lists] = {};
    bool in_float[lists] = {};
  };

  gathered_inputs(std::shared_ptr<detail::communicator> comm, input_set<space::host> const& in)
      : input_set<space::host>(in), comm_(std::move(comm)) {
    detail::communicator const& c = *comm_;
    detail::id_list* const lists_of_ids[] = {&this->ids, &this->group_ids, &this->places};
    detail::real_list* const lists_of_reals[] = {&this->labels, &this->feature_rows, &this->loss_weights};
    char const* const id_names[] = {"class_ids", "groups", "index"};
    char const* const real_names[] = {"targets", "features", "weights"};
    facts mine;
    mine.rows = in.shape.samples;
    std::uint64_t named = 0;
    auto const refused = detail::caught([&] {
      for (unsigned k = 0; k < lists; ++k) {
        named |= std::uint64_t{lists_of_ids[k]->given()} << k | std::uint64_t{lists_of_reals[k]->given()}
                                                                    << (lists + k);
        if (lists_of_ids[k]->given()) check(id_names[k], lists_of_ids[k]->size(), lists_of_ids[k]->data(), mine.rows);
        if (!lists_of_reals[k]->given()) continue;
        check(real_names[k], lists_of_reals[k]->size(), lists_of_reals[k]->data(), mine.rows);
        mine.width[k] = lists_of_reals[k]->width();
        mine.in_float[k] = detail::input_gathering::fits_float(*lists_of_reals[k]);
      }
    });
    auto const all = detail::agree(c, refused, {{"the list of inputs that are given", named, false}}, mine);
    auto rows = c.list<index_t>();
    for (facts const& f : all) rows.push_back(f.rows);
    detail::input_gathering const gather(c, rows);
    index_t const global = detail::starts_of(rows).back();
    for (int k = 0; k < lists; ++k) {
      if (lists_of_ids[k]->given()) {
        ids_[k] = gather.ids(*lists_of_ids[k]);
        *lists_of_ids[k] = detail::id_list(indices(static_cast<std::int64_t const*>(ids_[k].data()), {global}));
      }
      if (!lists_of_reals[k]->given()) continue;
      index_t width = 0;
      bool in_float = true;
      for (std::size_t r = 0; r < all.size(); ++r) {
        if (all[r].rows == 0) continue;  // a view of 0 rows may have any width
        if (width != 0 && width != all[r].width[k])
          detail::fail(real_names[k], detail::text(all[r].width[k]) + " numbers a row on rank " + std::to_string(r),
                       detail::text(width) + ", as on the ranks before");
        width = all[r].width[k];
        in_float = in_float && all[r].in_float[k];
      }
      if (width == 0) continue;
      reals_[k] = gather.reals(*lists_of_reals[k], width, in_float);
      *lists_of_reals[k] = detail::real_list(labels_view(reals_[k].data(), global, width));
    }
  }
  static tensor_view<double const, 2> labels_view(double const* p, index_t rows, index_t width) noexcept {
    return row_major(p, extents<2>{rows, width});
  }
  static void check(char const* name, index_t size, void const* data, index_t rows) {
    detail::same_rows(name, size, rows);
    if (data == nullptr && rows > 0) detail::fail(name, "a null pointer", detail::text(rows) + " rows");
  }

  std::shared_ptr<detail::communicator> comm_;  ///< in whose memory the lists are
  detail::kept_list<std::int64_t> ids_[lists];
  detail::kept_list<double> reals_[lists];
};

}  // namespace mpi
}  // namespace mixaug

MIXAUG_EXACT_END

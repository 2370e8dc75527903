// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <istream>
#include <mixaug/core/error.hpp>
#include <mixaug/core/tensor_view.hpp>
#include <mixaug/core/workspace.hpp>
#include <ostream>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// The mixed batch of the previous step and its soft targets, for RecursiveMix, and the batch that this step mixes.
/// Each step swaps the two; nothing is allocated after construction. Elements T of any kind, Rank axes (n, c,
/// spatial...).
///   history<float, 4> past(x, num_classes);                 // once, for the largest batch
///   auto plan = make_plan(recursivemix{}, inputs(x).source_rows(past.rows()), key);
///   apply(plan, x, past.source(), past.mixed(n));
///   soft_labels(plan, class_ids, past.targets(), past.mixed_targets(n), {.smooth = smooth::self});
///   ... train on past.mixed(n) and past.mixed_targets(n) ...
///   past.advance();                                         // and past.reset() before an epoch
template <class T, int Rank>
class history {
  static_assert(std::is_trivially_copyable_v<T>, "mixaug: a history holds trivially copyable elements");

 public:
  /// Makes an empty history for batches of at most as many rows as `like`, in its extents and its order of memory.
  /// Errors: an extent or a number of classes that is not > 0, more elements than memory can have.
  template <class U>
  history(tensor_view<U, Rank> const& like, index_t num_classes) : classes_(num_classes) {
    static_assert(std::is_same_v<std::remove_const_t<U>, T>, "mixaug: a history has the batch's element type");
    for (int d = 0; d < Rank; ++d)
      if (like.extent[d] <= 0)
        detail::fail("the history's batch", "of shape " + detail::shape_text(like.extent, Rank),
                     "at least one sample, and one element along each dimension");
    if (num_classes <= 0) detail::fail("the history's num_classes", detail::text(num_classes), "a number > 0");
    place(like);
    index_t const bytes = detail::saturating_multiply(detail::saturating_multiply(row_, capacity()), sizeof_t);
    index_t const of_targets = detail::saturating_multiply(detail::saturating_multiply(classes_, capacity()), 4);
    if (bytes == INT64_MAX || of_targets == INT64_MAX)
      detail::fail("the history's batch", "of shape " + detail::shape_text(like.extent, Rank),
                   "fewer elements than memory can have");
    for (int k = 0; k < 2; ++k) {
      images_[k].reserve(static_cast<std::size_t>(bytes));
      targets_[k].reserve(static_cast<std::size_t>(of_targets));
    }
  }

  /// Rows of the history: those of the step before, 0 at the first step and after reset().
  index_t rows() const noexcept { return rows_; }
  /// Rows of the largest batch.
  index_t capacity() const noexcept { return shape_.extent[0]; }
  index_t num_classes() const noexcept { return classes_; }

  /// The mixed images of the step before, the source of this step's plan.
  tensor_view<T const, Rank> source() const noexcept { return images<T const>(images_[0], rows_); }
  /// Their soft targets (rows, num_classes), the labels of that source.
  tensor_view<float const, 2> targets() const noexcept {
    return labels(reinterpret_cast<float const*>(targets_[0].data()), {rows_, classes_});
  }

  /// The images that this step of n rows writes.
  /// Errors: n outside [1, capacity()].
  tensor_view<T, Rank> mixed(index_t n) {
    mixed_images_ = checked(n);
    return images<T>(images_[1], n);
  }
  /// The soft targets that it writes (n, num_classes).
  tensor_view<float, 2> mixed_targets(index_t n) {
    mixed_targets_ = checked(n);
    return labels(reinterpret_cast<float*>(targets_[1].data()), {n, classes_});
  }
  /// Makes the batch that was mixed the history of the next step.
  /// Errors: images or targets were not asked for since the last call, or for different numbers of rows.
  void advance() {
    if (mixed_images_ == 0 || mixed_images_ != mixed_targets_)
      detail::fail("the history advances after mixed(" + detail::text(mixed_images_) + ") and mixed_targets(" +
                   detail::text(mixed_targets_) + "); write the images and the targets of one batch first");
    std::swap(images_[0], images_[1]);
    std::swap(targets_[0], targets_[1]);
    rows_ = mixed_images_;
    mixed_images_ = mixed_targets_ = 0;
  }
  /// Forgets the history: the next step has no source rows. Call it before each epoch.
  void reset() noexcept { rows_ = mixed_images_ = mixed_targets_ = 0; }

  /// Writes the history, to resume a run between two steps; the machine's byte order.
  /// Errors: a stream that fails.
  void save(std::ostream& out) const {
    header const h = head();
    out.write(reinterpret_cast<char const*>(&h), sizeof h);
    out.write(reinterpret_cast<char const*>(images_[0].data()), image_bytes(rows_));
    out.write(reinterpret_cast<char const*>(targets_[0].data()), target_bytes(rows_));
    if (!out) detail::fail("the history's stream", "in a failed state", "room for the history");
  }
  /// Reads a history that save() wrote, of the same extents, order of memory, element size and number of classes.
  /// Drops a batch that was begun and not advanced to.
  /// Errors: what is none, or another; the history is then as it was.
  void load(std::istream& in) {
    mixed_images_ = mixed_targets_ = 0;
    header const own = head();
    header h;
    if (!in.read(reinterpret_cast<char*>(&h), sizeof h) || std::memcmp(h.magic, own.magic, sizeof h.magic) != 0)
      detail::fail("the history's stream", "not one of mixaug's", "what history::save wrote");
    if (std::memcmp(h.shape, own.shape, sizeof h.shape) != 0)
      detail::fail("the saved history", "of another element, shape, order of memory or number of classes",
                   "batches of shape " + detail::shape_text(shape_.extent, Rank) + " and " + detail::text(classes_) +
                       " classes");
    if (h.rows < 0 || h.rows > capacity())
      detail::fail("the saved history", "of " + detail::text(h.rows) + " rows", "0 to " + detail::text(capacity()));
    if (!in.read(reinterpret_cast<char*>(images_[1].data()), image_bytes(h.rows)) ||
        !in.read(reinterpret_cast<char*>(targets_[1].data()), target_bytes(h.rows)))
      detail::fail("the saved history", "shorter than its rows", "the whole of what history::save wrote");
    std::swap(images_[0], images_[1]);
    std::swap(targets_[0], targets_[1]);
    rows_ = h.rows;
  }

 private:
  static constexpr std::size_t axes = static_cast<std::size_t>(Rank);
  static constexpr index_t sizeof_t = static_cast<index_t>(sizeof(T));
  struct header {
    char magic[16];
    index_t shape[2 * axes + 2];  ///< extents, strides, size of an element, classes
    index_t rows;
  };
  header head() const noexcept {
    header h{"mixaug history1", {}, rows_};
    for (int d = 0; d < Rank; ++d) {
      h.shape[d] = shape_.extent[d];
      h.shape[Rank + d] = shape_.stride[d];
    }
    h.shape[2 * Rank] = sizeof_t;
    h.shape[2 * Rank + 1] = classes_;
    return h;
  }
  /// Lays out a dense batch whose axes lie in memory in the order of those of `like`, rows outermost.
  template <class U>
  void place(tensor_view<U, Rank> const& like) noexcept {
    int order[axes];  // from the innermost axis outwards; of equal strides the last axis first
    for (int d = 0; d < Rank; ++d) {
      int at = d;
      for (; at > 0 && d > 0 && outside(like, order[at - 1], Rank - 1 - d); --at) order[at] = order[at - 1];
      order[at] = Rank - 1 - d;
    }
    row_ = 1;
    for (int k = 0; k < Rank; ++k) {
      int const d = order[k];
      shape_.extent[d] = like.extent[d];
      if (d == 0) continue;
      shape_.stride[d] = row_;
      row_ = detail::saturating_multiply(row_, like.extent[d]);
    }
    shape_.stride[0] = row_;
  }
  /// True if axis a lies outside of axis b in memory.
  template <class U>
  static bool outside(tensor_view<U, Rank> const& v, int a, int b) noexcept {
    index_t const x = v.stride[a] < 0 ? -v.stride[a] : v.stride[a], y = v.stride[b] < 0 ? -v.stride[b] : v.stride[b];
    return x > y;
  }
  template <class U>
  tensor_view<U, Rank> images(workspace<space::host> const& memory, index_t n) const noexcept {
    tensor_view<U, Rank> v;
    v.data = reinterpret_cast<U*>(memory.data());
    for (int d = 0; d < Rank; ++d) {
      v.extent[d] = d == 0 ? n : shape_.extent[d];
      v.stride[d] = shape_.stride[d];
    }
    return v;
  }
  index_t checked(index_t n) const {
    if (n < 1 || n > capacity())
      detail::fail("the rows to mix", detail::text(n),
                   "1 to " + detail::text(capacity()) + ", as the history was made for");
    return n;
  }
  std::streamsize image_bytes(index_t n) const noexcept { return static_cast<std::streamsize>(n * row_ * sizeof_t); }
  std::streamsize target_bytes(index_t n) const noexcept { return static_cast<std::streamsize>(n * classes_ * 4); }

  tensor_view<T, Rank> shape_{};  ///< extents and strides of the largest batch; no data
  index_t classes_, row_ = 1, rows_ = 0, mixed_images_ = 0, mixed_targets_ = 0;
  workspace<space::host> images_[2], targets_[2];
};

}  // namespace mixaug

MIXAUG_EXACT_END

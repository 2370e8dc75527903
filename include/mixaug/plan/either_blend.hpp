// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/run.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::blend {

/// Blend of one_of: each row uses the blend of its choice.
template <class First, class... Rest>
struct either {
  First head{};
  either<Rest...> rest{};

  static constexpr bool same_place = First::same_place && either<Rest...>::same_place;
  MIXAUG_HD static constexpr bool reads_source(std::uint8_t choice) noexcept {
    return choice == 0 ? First::reads_source(0) : either<Rest...>::reads_source(static_cast<std::uint8_t>(choice - 1));
  }
  MIXAUG_HD constexpr bool per_channel(std::uint8_t choice) const noexcept {
    return choice == 0 ? head.per_channel(0) : rest.per_channel(static_cast<std::uint8_t>(choice - 1));
  }
  template <class T>
  void check(index_t channels) const {
    head.template check<T>(channels);
    rest.template check<T>(channels);
  }
  template <run_kind K, class T>
  MIXAUG_HD void run(std::uint8_t choice, run_of<T> o, run_of<T const> a, run_of<T const> b, index_t n, float m,
                     index_t channel, index_t px) const noexcept {
    if (choice == 0)
      head.template run<K>(0, o, a, b, n, m, channel, px);
    else
      rest.template run<K>(static_cast<std::uint8_t>(choice - 1), o, a, b, n, m, channel, px);
  }
};
template <class Only>
struct either<Only> : Only {};

}  // namespace mixaug::blend

namespace mixaug::detail {

template <class Only>
blend::either<Only> joined_blends(Only const& only) {
  blend::either<Only> e;
  static_cast<Only&>(e) = only;
  return e;
}
template <class First, class... Rest>
blend::either<First, Rest...> joined_blends(First const& first, Rest const&... rest) requires(sizeof...(Rest) > 0) {
  return {first, joined_blends(rest...)};
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END

// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/erase.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::blend {

/// one_of: the sample's choice says which blend reads it.
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
    if constexpr (requires { head.template check<T>(channels); }) head.template check<T>(channels);
    if constexpr (requires { rest.template check<T>(channels); }) rest.template check<T>(channels);
  }
  template <detail::run_kind K, class T>
  MIXAUG_HD void run(std::uint8_t choice, detail::run_of<T> o, detail::run_of<T const> a, detail::run_of<T const> b,
                     index_t n, float m, index_t channel, index_t px) const noexcept {
    if (choice == 0)
      head.template run<K>(0, o, a, b, n, m, channel, px);
    else
      rest.template run<K>(static_cast<std::uint8_t>(choice - 1), o, a, b, n, m, channel, px);
  }
};
template <class Only>
struct either<Only> : Only {};

}  // namespace mixaug::blend

MIXAUG_EXACT_END

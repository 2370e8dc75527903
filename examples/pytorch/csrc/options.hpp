// SPDX-License-Identifier: MIT
#pragma once
#include <charconv>
#include <initializer_list>
#include <map>
#include <mixaug/core/error.hpp>
#include <set>
#include <string>
#include <string_view>

namespace mixaug_torch {

/// A method's options as Python gives them, a line "name=value" for each. What is read counts as known; refuse_others()
/// refuses the rest by name.
class options {
 public:
  explicit options(std::string_view lines) {
    while (!lines.empty()) {
      std::string_view const line = lines.substr(0, lines.find('\n'));
      lines.remove_prefix(line.size() < lines.size() ? line.size() + 1 : line.size());
      std::size_t const equals = line.find('=');
      if (equals == 0 || equals == std::string_view::npos)
        mixaug::detail::fail("an option", "'" + std::string(line) + "'", "name=value");
      given_[std::string(line.substr(0, equals))] = line.substr(equals + 1);
    }
  }

  float real(char const* name, float otherwise) {
    return static_cast<float>(number(name, static_cast<double>(otherwise), "a number"));
  }
  double precise(char const* name, double otherwise) { return number(name, otherwise, "a number"); }
  std::int64_t integer(char const* name, std::int64_t otherwise) { return number(name, otherwise, "an integer"); }
  bool flag(char const* name, bool otherwise) { return choice(name, {"False", "True"}, otherwise ? 1 : 0) == 1; }
  /// The place of the given text in `names`, as a value of Enum.
  template <class Enum = int>
  Enum choice(char const* name, std::initializer_list<char const*> names, Enum otherwise) {
    std::string const* const text = find(name);
    if (text == nullptr) return otherwise;
    int at = 0;
    std::string all;
    for (char const* n : names) {
      if (*text == n) return static_cast<Enum>(at);
      all += (at++ == 0 ? "" : ", ") + std::string(n);
    }
    mixaug::detail::fail(std::string("the option ") + name, "'" + *text + "'", "one of " + all);
  }
  void refuse_others(std::string const& method) const {
    for (auto const& [name, value] : given_)
      if (known_.count(name) == 0)
        mixaug::detail::fail(method + " has no option '" + name + "'; it has " + all_known());
  }

 private:
  std::string const* find(char const* name) {
    known_.insert(name);
    auto const at = given_.find(name);
    return at == given_.end() ? nullptr : &at->second;
  }
  template <class T>
  T number(char const* name, T otherwise, char const* expected) {
    std::string const* const text = find(name);
    if (text == nullptr) return otherwise;
    T value{};
    auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc() || end != text->data() + text->size())
      mixaug::detail::fail(std::string("the option ") + name, "'" + *text + "'", expected);
    return value;
  }
  std::string all_known() const {
    std::string all;
    for (auto const& name : known_) all += (all.empty() ? "" : ", ") + name;
    return all;
  }
  std::map<std::string, std::string> given_;
  std::set<std::string> known_;
};

}  // namespace mixaug_torch

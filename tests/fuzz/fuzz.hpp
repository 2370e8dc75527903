#pragma once
// What a fuzzer is: a corpus of good inputs, and what is done with one input, good or not. main.cpp changes the inputs
// of the corpus by a mutator of its own, from fixed seeds; libFuzzer can take its place (see CMakeLists.txt).

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

/// Defined by each program.
extern char const* const name;
extern std::int64_t const short_runs;  ///< runs of a short run, a second or two
std::vector<std::string> corpus();
/// Whether the input was taken, not refused. What is wrong ends the program.
bool one(std::string_view input);

[[noreturn]] inline void wrong(std::string const& what) {
  std::fprintf(stderr, "%s: %s\n", name, what.c_str());
  std::abort();
}
inline void require(bool good, char const* what) {
  if (!good) wrong(what);
}

/// Refusals of the library say where they come from; --run K shows them.
inline bool shows_refusals = false;
inline void require_sentence(std::string_view refusal) {
  if (shows_refusals) std::fprintf(stderr, "%.*s\n", static_cast<int>(refusal.size()), refusal.data());
  if (refusal.substr(0, 8) != "mixaug: " || refusal.size() < 20) wrong(std::string(refusal));
}

/// SplitMix64.
class stream {
 public:
  explicit stream(std::uint64_t seed) : state_(seed) {}
  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(bits() % n); }

 private:
  std::uint64_t state_;
};

/// An input read as numbers; zeros behind its end.
class numbers {
 public:
  explicit numbers(std::string_view bytes) : bytes_(bytes) {}
  int byte() { return at_ < bytes_.size() ? static_cast<unsigned char>(bytes_[at_++]) : 0; }
  int below(int n) { return byte() % n; }
  std::uint64_t word() {
    std::uint64_t v = 0;
    for (int k = 0; k < 8; ++k) v = v << 8 | static_cast<std::uint64_t>(byte());
    return v;
  }
  std::string_view rest() const { return bytes_.substr(at_); }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace fuzz

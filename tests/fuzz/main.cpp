// The main program of every fuzzer. usage: NAME [--seconds N] [--run K]
//   without arguments   the corpus as it is, and a fixed number of changed inputs
//   --seconds N         as many others as there is time for, each time other ones
//   --run K             the one input K again
// Input K depends on K alone.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>

#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::one({reinterpret_cast<char const*>(data), size});
  return 0;
}

#if !defined(MIXAUG_LIBFUZZER)
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace {

std::int64_t current = 0;

void name_the_run() {
  std::fprintf(stderr, "%s: in run %lld; once more: --run %lld\n", fuzz::name, static_cast<long long>(current),
               static_cast<long long>(current));
}

char const* const words[] = {"0",
                             "1",
                             "-1",
                             "2",
                             "63",
                             "64",
                             "65",
                             "255",
                             "256",
                             "65535",
                             "2147483647",
                             "2147483648",
                             "-2147483648",
                             "4294967296",
                             "1099511627774",
                             "1099511627775",
                             "9223372036854775807",
                             "-9223372036854775808",
                             "18446744073709551615",
                             "1e39",
                             "1e-46",
                             "nan",
                             "inf",
                             "-inf",
                             "0x1p3",
                             ".5",
                             "-0",
                             "1e308",
                             " ",
                             "\n",
                             ",",
                             "",
                             std::string_view("\0", 1).data()};
char const numbers[] = {0, 1, 2, 15, 16, 127, -128, -1, 64, 32};

std::string changed(std::vector<std::string> const& all, std::uint64_t seed) {
  fuzz::stream s(seed);
  std::string in = all[s.below(all.size())];
  for (std::size_t changes = 1 + s.below(4); changes > 0; --changes) {
    std::size_t const at = s.below(in.size() + 1), n = std::min(in.size() - at, std::size_t{1} << s.below(8));
    switch (s.below(10)) {
      case 0:  // a bit
        if (at < in.size()) in[at] = static_cast<char>(in[at] ^ (1 << s.below(8)));
        break;
      case 1:  // a byte
        if (at < in.size()) in[at] = numbers[s.below(sizeof numbers)];
        break;
      case 2:
        in.erase(at, n);
        break;
      case 3:
        in.insert(at, in.substr(s.below(in.size() + 1), n));
        break;
      case 4: {  // goes on as another input
        std::string const& other = all[s.below(all.size())];
        in = in.substr(0, at) + other.substr(s.below(other.size() + 1));
        break;
      }
      case 5:
        in.resize(at);
        break;
      case 6:
        for (std::size_t k = at; k < at + n; ++k) in[k] = static_cast<char>(s.bits());
        break;
      default: {  // another word where one stands
        std::size_t const begin = in.find_last_of(" ,\n", at), from = begin == std::string::npos ? 0 : begin + 1;
        std::size_t const to = std::min(in.find_first_of(" ,\n", from), in.size());
        in.replace(from, to - from, words[s.below(sizeof words / sizeof *words)]);
      }
    }
  }
  return in;
}

}  // namespace

int main(int argc, char** argv) {
  double seconds = 0;
  std::int64_t only = -1;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--seconds") == 0) seconds = std::atof(argv[i + 1]);
    if (std::strcmp(argv[i], "--run") == 0) only = std::atoll(argv[i + 1]);
  }
  if (argc != 1 && seconds <= 0 && only < 0)
    return std::fprintf(stderr, "usage: %s [--seconds N] [--run K]\n", argv[0]), 2;
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(name_the_run);
  std::signal(SIGABRT, [](int) { name_the_run(); });  // wrong(), std::terminate
  auto const begun = std::chrono::steady_clock::now();
  auto const passed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count(); };
  std::vector<std::string> const all = fuzz::corpus();
  auto const size = static_cast<std::int64_t>(all.size());
  std::int64_t taken = 0;
  auto const run = [&](std::int64_t k) {
    current = k;
    bool const good =
        fuzz::one(k < size ? all[static_cast<std::size_t>(k)] : changed(all, static_cast<std::uint64_t>(k)));
    if (k < size && !good) name_the_run(), fuzz::wrong("an input of the corpus was refused");
    taken += good ? 1 : 0;
  };
  fuzz::shows_refusals = only >= 0;
  if (only >= 0) return run(only), 0;
  std::int64_t done = 0;
  for (; done < size + (seconds > 0 ? 0 : fuzz::short_runs); ++done) run(done);
  std::int64_t const first = size + (std::chrono::system_clock::now().time_since_epoch().count() & 0xFFFFFFFFFFFF);
  for (; passed() < seconds; ++done) run(first + done);
  std::printf("%s: %lld inputs, %lld of them taken, %.1f s\n", fuzz::name, static_cast<long long>(done),
              static_cast<long long>(taken), passed());
  return 0;
}
#endif

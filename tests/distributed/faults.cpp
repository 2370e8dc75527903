// What no test program survives, run by faults.sh:
//   faults uninitialised | killed FILE | read FILE | steps FOLDER TABLE_SEED KILL_AT
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mixaug/distributed/mpi.hpp>
#include <mixaug/distributed/records.hpp>
#include <mixaug/mixaug.hpp>
#include <mixaug/weight/record_file.hpp>
#include <numeric>
#include <string>
#include <vector>

namespace ma = mixaug;

namespace {

constexpr ma::index_t rows = 1 << 16;

/// A world without MPI_Init, and after MPI_Finalize, is refused by a sentence.
int uninitialised(int argc, char** argv) {
  auto const refused = [](char const* sentence) {
    try {
      ma::mpi::world w;
    } catch (ma::invalid_argument const& e) {
      return std::strstr(e.what(), sentence) != nullptr;
    }
    return false;
  };
  bool const before = refused("MPI is not initialised; call MPI_Init");
  MPI_Init(&argc, &argv);
  ma::mpi::world* const kept = new ma::mpi::world;  // outlives MPI, and must not touch it then
  MPI_Finalize();
  bool const after = refused("MPI is finalised");
  delete kept;
  return before && after ? 0 : 1;
}

/// Mixes, and saves a record at each step, until the last rank is killed in the third.
int killed(int argc, char** argv, char const* path) {
  MPI_Init(&argc, &argv);
  ma::mpi::world const w;
  std::vector<float> x(4 * 3 * 16), out(x.size());
  auto const view = ma::nchw(x.data(), {4, 3, 4, 4});
  ma::weight::uncertainty record(rows, {.epochs = 9});
  std::vector<int> const ones(rows, 1);
  for (int step = 0; step < 1000; ++step) {
    if (step == 3 && w.rank() + 1 == w.size()) std::raise(SIGKILL);
    auto const plan = w.make_plan(ma::cutmix{}, view, w.key_of({.step = static_cast<std::uint64_t>(step)}, 4));
    ma::mpi::mix(w, plan, view, ma::nchw(out.data(), {4, 3, 4, 4}));
    if (w.rank() == 0 && step < 9) {
      record.record(ma::serial{}, step, ma::class_ids(ones.data(), {rows}), ma::class_ids(ones.data(), {rows}));
      ma::weight::save(record, path);
    }
  }
  MPI_Finalize();
  return 0;  // not reached: faults.sh expects that mpirun fails
}

/// The record is whole, and of an epoch that was complete.
int read(char const* path) {
  auto const record = ma::weight::load(path);
  std::printf("%ld epochs\n", static_cast<long>(record.recorded()));
  return record.rows() == rows && record.recorded() >= 3 && record.u(0) == 0.0 ? 0 : 1;
}

/// What a run saves beside its record: the next step, the seed of the table's draws, and a digest of each plan so far.
struct saved_run {
  std::uint64_t table_seed = 0;
  std::vector<std::uint64_t> plans;
  std::uint64_t step() const { return plans.size(); }

  /// Writes a file whole or not at all.
  void save(std::filesystem::path const& file) const {
    std::filesystem::path const part = file.string() + ".part";
    {
      std::ofstream out(part);
      out << table_seed;
      for (std::uint64_t plan : plans) out << ' ' << plan;
    }
    std::filesystem::rename(part, file);
  }
  bool load(std::filesystem::path const& file) {
    std::ifstream in(file);
    if (!(in >> table_seed)) return false;
    for (std::uint64_t plan = 0; in >> plan;) plans.push_back(plan);
    return true;
  }
};

/// Steps of C-Mixup with UMIX's weights on a data set in slices: partners from a sharded table, a record of each epoch.
class stepped_run {
 public:
  stepped_run(ma::mpi::world const& w, std::filesystem::path folder, std::uint64_t table_seed)
      : world_(w),
        folder_(std::move(folder)),
        first_(items * w.rank() / w.size()),
        count_(items * (w.rank() + 1) / w.size() - first_),
        labels_(static_cast<std::size_t>(count_)),
        data_(static_cast<std::size_t>(count_ * width)),
        record_(items, {.epochs = steps / steps_of_epoch, .eta = 1.0, .c = 0.5}),
        table_(table_of_slice()) {
    state_.table_seed = table_seed;
    if (state_.load(folder_ / "run")) record_ = ma::weight::load(record_file(epoch()));
    if (world_.rank() == 0) std::printf("from step %d\n", static_cast<int>(state_.step()));
  }
  /// Goes on to the last step; the last rank is killed in step `kill_at`.
  void run(std::int64_t kill_at) {
    while (state_.step() < steps) {
      if (kill_at == static_cast<std::int64_t>(state_.step()) && world_.rank() + 1 == world_.size())
        std::raise(SIGKILL);
      step();
      if (state_.step() % steps_of_epoch == 0) record_epoch();
      if (world_.rank() == 0) {
        ma::weight::save(record_, record_file(epoch()));
        state_.save(folder_ / "run");
      }
    }
  }

 private:
  static constexpr ma::index_t items = 240, batch = 20, width = 4;
  static constexpr std::uint64_t steps = 12, steps_of_epoch = 4;

  std::uint64_t epoch() const { return state_.step() / steps_of_epoch; }
  std::filesystem::path record_file(std::uint64_t epoch) const { return folder_ / ("record." + std::to_string(epoch)); }
  ma::mpi::gaussian_kernel table_of_slice() {
    for (ma::index_t i = 0; i < count_; ++i) {
      ma::index_t const row = first_ + i;
      labels_[static_cast<std::size_t>(i)] = static_cast<float>(row * 37 % 101);
      for (ma::index_t c = 0; c < width; ++c)
        data_[static_cast<std::size_t>(i * width + c)] = static_cast<float>(row * width + c);
    }
    return {world_, ma::labels(static_cast<float const*>(labels_.data()), {count_}), {.bandwidth = 3.0}};
  }
  void step() {
    ma::index_t const p = world_.size(), r = world_.rank(), at = batch * r / p, n = batch * (r + 1) / p - at;
    std::vector<std::int64_t> asked, drawn(static_cast<std::size_t>(n));
    std::vector<float> x, mixed(static_cast<std::size_t>(n * width));
    for (ma::index_t i = at; i < at + n; ++i) {
      asked.push_back((static_cast<ma::index_t>(state_.step()) * batch + i) * 7 % items);
      for (ma::index_t c = 0; c < width; ++c) x.push_back(static_cast<float>(asked.back() * width + c));
    }
    auto const queries = ma::indices(static_cast<std::int64_t const*>(asked.data()), {n});
    auto const view = ma::features(x.data(), {n, width}), out = ma::features(mixed.data(), {n, width});
    auto const key = world_.key_of({.seed = 3, .step = state_.step()}, n);
    auto draws = key;
    draws.seed = state_.table_seed;
    auto in = ma::inputs(view).index(queries).source_rows(items);
    if (record_.recorded() > 0) in.weights(record_);
    auto const rule = table_.as_rule(queries, draws, ma::indices(drawn.data(), {n}));
    auto const plan = world_.make_plan(with(ma::umix{.alpha = 2.0f, .sigma = 0.8f}, rule), in, key);
    ma::mpi::mix(world_, plan, view, ma::features(data_.data(), {count_, width}), out);

    std::vector<double> numbers;  // the whole plan, and what was mixed
    for (ma::index_t i = 0; i < n; ++i) {
      for (auto v :
           {plan.ratio[i], plan.weight_self[i], plan.weight_partner[i], mixed[static_cast<std::size_t>(4 * i)]})
        numbers.push_back(static_cast<double>(v));
      numbers.push_back(static_cast<double>(plan.partner[i]));
    }
    int const count = static_cast<int>(numbers.size());
    std::vector<int> counts(static_cast<std::size_t>(p)), places(counts);
    MPI_Allgather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, world_.comm());
    std::exclusive_scan(counts.begin(), counts.end(), places.begin(), 0);
    std::vector<double> all(static_cast<std::size_t>(places.back() + counts.back()));
    MPI_Allgatherv(numbers.data(), count, MPI_DOUBLE, all.data(), counts.data(), places.data(), MPI_DOUBLE,
                   world_.comm());
    ma::detail::option_digest digest;
    digest.add(all.data(), sizeof(double) * all.size());
    state_.plans.push_back(digest.value);
  }
  /// Each rank records its slice.
  void record_epoch() {
    ma::index_t const done = static_cast<ma::index_t>(epoch()) - 1;
    std::vector<int> const right(static_cast<std::size_t>(count_), 1);
    std::vector<int> told;
    for (ma::index_t i = 0; i < count_; ++i) told.push_back(static_cast<int>((first_ + i + done) % 3 % 2));
    ma::weight::uncertainty fresh(items, record_.options());
    fresh.record(ma::serial{}, done, ma::class_ids(told.data(), {count_}), ma::class_ids(right.data(), {count_}),
                 first_);
    ma::mpi::merge(world_, fresh);
    record_.merge(fresh);
  }

  ma::mpi::world const& world_;
  std::filesystem::path folder_;
  ma::index_t first_, count_;  ///< this rank's slice of the data set
  std::vector<float> labels_, data_;
  ma::weight::uncertainty record_;
  ma::mpi::gaussian_kernel table_;
  saved_run state_;
};

int stepped(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  {
    ma::mpi::world const w;
    stepped_run(w, argv[2], std::strtoull(argv[3], nullptr, 10)).run(std::strtoll(argv[4], nullptr, 10));
  }
  MPI_Finalize();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "uninitialised") == 0) return uninitialised(argc, argv);
  if (argc == 3 && std::strcmp(argv[1], "killed") == 0) return killed(argc, argv, argv[2]);
  if (argc == 3 && std::strcmp(argv[1], "read") == 0) return read(argv[2]);
  if (argc == 5 && std::strcmp(argv[1], "steps") == 0) return stepped(argc, argv);
  return 2;
}

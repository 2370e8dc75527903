// SPDX-License-Identifier: MIT
#pragma once
// Data-parallel training of a small classifier in LibTorch: each rank has a slice of the data set and a part of every
// global batch, partners are images of similar brightness on any rank (the pairing of C-Mixup, by a kernel table over
// all ranks), gradients are averaged by MPI. Nothing in it depends on the number of ranks but the order of float sums.

#include <torch/torch.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <mixaug/distributed/mpi.hpp>
#include <mixaug/distributed/records.hpp>
#include <mixaug/loss/pair_cross_entropy.hpp>
#include <mixaug/mixaug.hpp>
#include <mixaug/weight/record_file.hpp>
#include <mixaug/weight/uncertainty.hpp>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "support/drawn_images.hpp"
#include "support/image_set.hpp"
#include "support/tensor_views.hpp"

namespace example {

// Three convolutions and a linear layer. Nothing is normalised over the batch, whose parts lie on different ranks.
struct small_network : torch::nn::Module {
  explicit small_network(std::int64_t classes)
      : first(register_module("first", convolution(3, 16))),
        second(register_module("second", convolution(16, 32))),
        third(register_module("third", convolution(32, 64))),
        head(register_module("head", torch::nn::Linear(64, classes))) {}
  static torch::nn::Conv2d convolution(std::int64_t in, std::int64_t out) {
    return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).stride(2).padding(1));
  }
  torch::Tensor forward(torch::Tensor const& x) {
    auto const maps = torch::relu(third->forward(torch::relu(second->forward(torch::relu(first->forward(x))))));
    return head->forward(maps.mean({2, 3}));
  }
  torch::nn::Conv2d first, second, third;
  torch::nn::Linear head;
};

struct rank_budget {
  std::int64_t images = 512, batch = 64;
  int epochs = 3;
  double rate = 0.1;
  std::uint64_t seed = 7;
  std::uint64_t table_seed = 11;  // of the kernel table's draws
};

// What a training leaves: of every step the mean loss of the global batch and a digest of the whole plan.
struct rank_history {
  std::vector<double> losses;
  std::vector<std::uint64_t> plans;
};

class rank_training {
 public:
  rank_training(ma::mpi::world const& w, image_set const& images, rank_budget const& budget)
      : world_(w),
        images_(images),
        budget_(budget),
        slice_(part_of(images.n)),
        table_seed_(budget.table_seed),
        record_(images.n, {.epochs = budget.epochs, .eta = 1.0, .c = 0.5}),
        table_(table_of_slice()) {
    auto const rows = rows_of_slice();
    slice_pixels_ = pixels_of(rows);
    slice_labels_ = labels_of(rows);
    torch::manual_seed(static_cast<std::uint64_t>(budget.seed));
    net_ = std::make_shared<small_network>(static_cast<std::int64_t>(images.class_names.size()));
  }

  // Trains from the step where it stands to the end of an epoch, and appends to the history.
  void run(int until_epoch, rank_history& history) {
    for (; epoch_ < until_epoch; ++epoch_) {
      auto const order = order_of(epoch_);
      for (std::int64_t at = 0; at < budget_.images; at += budget_.batch) step(order, at, history);
      record_epoch();
    }
  }
  // Rank 0 writes what a run on any number of ranks needs to go on: weights, record, epoch, step and the table's seed.
  void save(std::filesystem::path const& folder) {
    world_.agree(world_.rank() != 0 ? nullptr : ma::detail::caught([&] {
      torch::save(net_, (folder / "network.pt").string());
      torch::save(torch::tensor({static_cast<std::int64_t>(epoch_), static_cast<std::int64_t>(step_),
                                 static_cast<std::int64_t>(table_seed_)}),
                  (folder / "place.pt").string());
      ma::weight::save(record_, folder / "record");
    }));
  }
  void load(std::filesystem::path const& folder) {
    world_.agree(ma::detail::caught([&] {
      torch::load(net_, (folder / "network.pt").string());
      torch::Tensor place;
      torch::load(place, (folder / "place.pt").string());
      epoch_ = static_cast<int>(place[0].item<std::int64_t>());
      step_ = static_cast<std::uint64_t>(place[1].item<std::int64_t>());
      table_seed_ = static_cast<std::uint64_t>(place[2].item<std::int64_t>());
      record_ = ma::weight::load(folder / "record");
    }));
  }

 private:
  // The order of an epoch follows from seed and epoch alone.
  std::vector<std::int64_t> order_of(int epoch) const {
    std::vector<std::int64_t> order(static_cast<std::size_t>(budget_.images));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::mt19937_64 bits(budget_.seed * 1000 + static_cast<std::uint64_t>(epoch));
    std::shuffle(order.begin(), order.end(), bits);
    return order;
  }
  // This rank's part of n rows: [first, first + count).
  struct part {
    std::int64_t first, count;
  };
  part part_of(std::int64_t n) const {
    std::int64_t const p = world_.size(), r = world_.rank();
    return {n * r / p, n * (r + 1) / p - n * r / p};
  }
  // The rows of the data set that this rank holds.
  std::vector<std::int64_t> rows_of_slice() const {
    std::vector<std::int64_t> rows(static_cast<std::size_t>(slice_.count));
    std::iota(rows.begin(), rows.end(), slice_.first);
    return rows;
  }
  // The table over all ranks, of their images' mean brightness in [0, 1].
  ma::mpi::gaussian_kernel table_of_slice() const {
    std::vector<float> brightness;
    for (std::int64_t row : rows_of_slice()) {
      auto const* const bytes = images_.image(row);
      double const sum = std::accumulate(bytes, bytes + images_.image_size(), 0.0);
      brightness.push_back(static_cast<float>(sum / (255.0 * static_cast<double>(images_.image_size()))));
    }
    auto const labels = ma::labels(static_cast<float const*>(brightness.data()), {slice_.count});
    return {world_, labels, {.bandwidth = 0.02}};
  }
  torch::Tensor pixels_of(std::vector<std::int64_t> const& rows) const {
    std::int64_t const side = images_.h;
    auto const bytes = torch::empty({static_cast<std::int64_t>(rows.size()), side, side, 3}, torch::kUInt8);
    for (std::size_t i = 0; i < rows.size(); ++i)
      std::memcpy(bytes.data_ptr<std::uint8_t>() + i * images_.image_size(), images_.image(rows[i]),
                  images_.image_size());
    return (bytes.to(torch::kFloat).div(255) - 0.5).permute({0, 3, 1, 2}).contiguous();
  }
  torch::Tensor labels_of(std::vector<std::int64_t> const& rows) const {
    auto const labels = torch::empty({static_cast<std::int64_t>(rows.size())}, torch::kLong);
    for (std::size_t i = 0; i < rows.size(); ++i)
      labels.data_ptr<std::int64_t>()[i] = images_.labels[static_cast<std::size_t>(rows[i])];
    return labels;
  }

  void step(std::vector<std::int64_t> const& order, std::int64_t at, rank_history& history) {
    std::int64_t const n = std::min(budget_.batch, budget_.images - at);
    part const mine = part_of(n);
    std::vector<std::int64_t> const rows(order.begin() + at + mine.first, order.begin() + at + mine.first + mine.count);
    auto const x = pixels_of(rows), labels = labels_of(rows);

    // The global plan: mixup with partners of similar brightness, and UMIX's weights by the record of the epochs
    // before.
    auto const key = world_.key_of({.seed = budget_.seed, .step = step_}, mine.count);
    auto draws = key;
    draws.seed = table_seed_;
    std::vector<std::int64_t> drawn(rows.size());
    auto const queries = ma::indices(rows.data(), {mine.count});
    auto const similar = table_.as_rule(queries, draws, ma::indices(drawn.data(), {mine.count}));
    auto in = ma::inputs(images_of(x)).index(queries).source_rows(images_.n);
    if (record_.recorded() > 0) in.weights(record_);
    world_.make_plan(with(ma::umix{.alpha = 1.0f, .sigma = 0.8f}, similar), in, key, plan_);
    auto const mixed = torch::empty_like(x), partners = torch::zeros_like(labels);
    ma::mpi::mix(world_, plan_, images_of(x), images_of(slice_pixels_), images_of(mixed));
    ma::mpi::fetch(world_, plan_, ids_of(slice_labels_), ids_of(partners));

    for (auto& p : net_->parameters()) p.mutable_grad() = torch::zeros_like(p);
    double loss = 0.0;
    if (mine.count > 0) {
      auto const logits = net_->forward(mixed);
      auto const losses = torch::empty({mine.count}), gradient = torch::empty_like(logits);
      ma::pair_cross_entropy(plan_, rows_of(logits), ids_of(labels), ma::gathered(ids_of(partners)), numbers_of(losses),
                             rows_of(gradient), {.scale = 1.0 / static_cast<double>(n)});
      logits.backward(gradient);
      loss = losses.to(torch::kDouble).sum().item<double>();
    }
    descend();
    history.losses.push_back(sum_of_ranks(loss) / static_cast<double>(n));
    history.plans.push_back(digest_of_plan());
    ++step_;
  }
  // The gradients of all ranks are summed on one, so that all have the same bits.
  void descend() {
    torch::NoGradGuard const guard;
    for (auto& p : net_->parameters()) {
      auto const gradient = p.grad().contiguous(), sum = torch::empty_like(gradient);
      int const size = static_cast<int>(gradient.numel());
      MPI_Reduce(gradient.data_ptr<float>(), sum.data_ptr<float>(), size, MPI_FLOAT, MPI_SUM, 0, world_.comm());
      MPI_Bcast(sum.data_ptr<float>(), size, MPI_FLOAT, 0, world_.comm());
      p.sub_(sum, budget_.rate);
    }
  }
  double sum_of_ranks(double v) const {
    double sum = 0.0;
    MPI_Allreduce(&v, &sum, 1, MPI_DOUBLE, MPI_SUM, world_.comm());
    return sum;
  }
  // Partners, ratios and weights of the global batch, in the order of its rows.
  std::uint64_t digest_of_plan() const {
    struct row {
      std::int64_t partner;
      float ratio, weight_self, weight_partner;
      float unused = 0.0f;
    };
    std::vector<row> mine;
    for (std::int64_t i = 0; i < plan_.rows(); ++i)
      mine.push_back({plan_.partner[i], plan_.ratio[i], plan_.weight_self[i], plan_.weight_partner[i]});
    int const bytes = static_cast<int>(mine.size() * sizeof(row));
    std::vector<int> counts(static_cast<std::size_t>(world_.size())), at(counts);
    MPI_Allgather(&bytes, 1, MPI_INT, counts.data(), 1, MPI_INT, world_.comm());
    std::exclusive_scan(counts.begin(), counts.end(), at.begin(), 0);
    std::vector<unsigned char> all(static_cast<std::size_t>(at.back() + counts.back()));
    MPI_Allgatherv(mine.data(), bytes, MPI_BYTE, all.data(), counts.data(), at.data(), MPI_BYTE, world_.comm());
    std::uint64_t digest = 0xcbf29ce484222325;
    for (unsigned char const byte : all) digest = (digest ^ byte) * 0x100000001b3;
    return digest;
  }
  // Every rank tells its slice of the images, clean; the record of the epoch is that of all.
  void record_epoch() {
    ma::weight::uncertainty fresh(images_.n, record_.options());
    if (slice_.count > 0) {
      torch::NoGradGuard const guard;
      auto const told = net_->forward(slice_pixels_).argmax(1);
      fresh.record(ma::serial{}, epoch_, ids_of(told), ids_of(slice_labels_), slice_.first);
    }
    ma::mpi::merge(world_, fresh);
    record_.merge(fresh);
  }

  ma::mpi::world world_;
  image_set const& images_;
  rank_budget budget_;
  part slice_;  // of the data set
  torch::Tensor slice_pixels_, slice_labels_;
  std::uint64_t table_seed_;
  ma::weight::uncertainty record_;
  ma::mpi::gaussian_kernel table_;
  std::shared_ptr<small_network> net_;
  ma::plan_of<ma::umix> plan_;
  int epoch_ = 0;
  std::uint64_t step_ = 0;
};

}  // namespace example

// SPDX-License-Identifier: MIT
#include "plan_bytes.hpp"

#include <cstring>
#include <mixaug/plan/plan_text.hpp>
#include <sstream>

namespace mixaug_torch {
namespace {

namespace ma = mixaug;

/// What a plan is beside its block of columns.
struct header {
  std::uint64_t mark, block, checksum;
  ma::plan_shape shape;
  ma::any_plan::region_kind::layout layout;
  ma::plan_flags flags;
  ma::blend::any_blend blend;
  ma::key key;
};
constexpr std::uint64_t mark = 0x6d69786175670003u ^ sizeof(header) << 16;
constexpr std::size_t head = (sizeof(header) + 63) / 64 * 64;
static_assert(std::is_trivially_copyable_v<header>);

std::size_t block_bytes(ma::plan_shape const& shape, ma::any_plan::region_kind::layout const& layout) noexcept {
  ma::detail::column_layout measure;
  ma::plan_view<ma::any_plan::region_kind>().place(measure, shape, layout);
  return measure.used;
}
/// Four chains of FNV-1a over words of 8 bytes, so that the checksum is as fast as the memory.
std::uint64_t checksum(std::byte const* p, std::size_t bytes) noexcept {
  std::uint64_t h[4] = {1, 2, 3, 4};
  std::size_t k = 0;
  for (; k + 32 <= bytes; k += 32)
    for (std::size_t lane = 0; lane < 4; ++lane) {
      std::uint64_t word;
      std::memcpy(&word, p + k + 8 * lane, 8);
      h[lane] = (h[lane] ^ word) * 0x100000001B3u;
      h[lane] ^= h[lane] >> 32;
    }
  for (; k < bytes; ++k) h[0] = (h[0] ^ static_cast<std::uint64_t>(p[k])) * 0x100000001B3u;
  return h[0] ^ h[1] * 3 ^ h[2] * 5 ^ h[3] * 7;
}
/// The checksum of the header, whose own is 0, and the block.
std::uint64_t checksum(std::byte const* bytes, std::size_t block, header& h) noexcept {
  h.checksum = 0;
  std::byte words[head] = {};
  std::memcpy(words, &h, sizeof h);
  return checksum(words, head) * 31 + checksum(bytes + head, block);
}

}  // namespace

std::size_t plan_bytes(ma::any_plan const& plan) noexcept { return head + block_bytes(plan.shape, plan.layout); }

void write_plan(ma::any_plan const& plan, std::byte* out) noexcept {
  std::memset(out, 0, head);
  header h;
  std::memset(static_cast<void*>(&h), 0, sizeof h);  // the gaps between members, too
  h.mark = mark;
  h.block = block_bytes(plan.shape, plan.layout);
  h.shape = plan.shape;
  h.layout = plan.layout;
  h.flags = plan.flags();
  h.blend = plan.blend;
  h.key = plan.drawn_with;
  std::memcpy(out + head, plan.block().data(), h.block);
  std::memcpy(out, &h, sizeof h);
  std::memcpy(&h, out, sizeof h);
  std::uint64_t const sum = checksum(out, h.block, h);
  std::memcpy(out + offsetof(header, checksum), &sum, sizeof sum);
}

ma::any_plan read_plan(std::byte const* bytes, std::size_t size) {
  char const* const expected = "the tensor of a plan that make_plan or Plan.from_text of this process made, unchanged";
  header h;
  if (size < head) ma::detail::fail("the plan", "a tensor of " + std::to_string(size) + " bytes", expected);
  std::memcpy(&h, bytes, sizeof h);
  std::uint64_t const written = h.checksum;
  if (h.mark != mark || h.block > size - head || checksum(bytes, h.block, h) != written)
    ma::detail::fail("the plan", "a tensor of other bytes", expected);
  ma::any_plan plan;
  plan.fit(h.shape, h.layout);
  std::memcpy(plan.block().data(), bytes + head, h.block);
  ma::detail::plan_writer::flags(plan) = h.flags;
  plan.blend = h.blend;
  plan.drawn_with = h.key;
  return plan;
}

std::string text_of(ma::any_plan const& plan) {
  std::ostringstream out;
  ma::write_plan(out, plan);
  return std::move(out).str();
}
ma::any_plan plan_of(std::string const& text) {
  std::istringstream in(text);
  return ma::read_plan(in);
}

}  // namespace mixaug_torch

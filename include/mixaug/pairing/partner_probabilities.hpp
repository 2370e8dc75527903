// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/pairing/detail/class_partners.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Writes the distribution from which pairing::class_similarity or pairing::class_tour draws the partner of row i of
/// the call: `out` (n) receives a probability for each row of the global batch, or of the second source. They sum to 1,
/// or are all 0 if the row has no partner. For inspection: it allocates. Errors: those of planning, and an i or
/// n out of range.
template <class Rule, space S, class T>
void partner_probabilities(Rule const& rule, input_set<S> in, key const& k, index_t i, tensor_view<T, 1> const& out) {
  detail::real_matrix<T>();
  if (in.shape.own_source) in.shape.source_rows = 0;
  detail::check_shape(in.shape);
  mixaug::key const drawn_with = detail::checked(k, in.shape.samples);
  if (!in.shape.own_source && k.block != 0)
    detail::fail("key.block confines partners inside the batch, but the inputs name a second source");
  index_t const global = drawn_with.global, rows = in.shape.samples;
  in.shape.first = drawn_with.first, in.shape.rows = rows;
  if (in.shape.own_source) in.shape.source_rows = global;
  detail::check_inputs(in, drawn_with);
  if (i < 0 || i >= rows)
    detail::fail("row i", detail::text(i), "a row of the call, in [0, " + detail::text(rows) + ")");
  detail::same_rows("out", out.extent[0], in.shape.source_rows);
  if (out.data == nullptr) detail::fail("out", "a null pointer", detail::text(in.shape.source_rows) + " numbers");
  detail::check_written("out", out);
  workspace<space::host> scratch, memory;
  column<double, space::host, access::write> law;
  column<index_t, space::host, access::write> partner;
  detail::column_layout measure;
  measure(law, in.shape.source_rows), measure(partner, rows);
  detail::column_layout put{memory.reserve(measure.used)};
  put(law, in.shape.source_rows), put(partner, rows);
  for (index_t j = 0; j < in.shape.source_rows; ++j) law[j] = 0.0;
  index_t const block = drawn_with.block == 0 || drawn_with.block > global ? global : drawn_with.block;
  pairing_task<S> const task{in, drawn_with, global, block, partner.data, nullptr, -1, scratch};
  rule.prepare(task);
  detail::class_partners<pairing_task<S>, Rule>{task, rule}.probabilities(drawn_with.first + i, law.data);
  for (index_t j = 0; j < in.shape.source_rows; ++j) out(j) = static_cast<T>(law[j]);
}

}  // namespace mixaug

MIXAUG_EXACT_END

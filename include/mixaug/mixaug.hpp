// SPDX-License-Identifier: MIT
#pragma once

// Umbrella header for the CPU; needs only the standard library. Rooms are in the order in which a batch meets them:

// inputs: description of a batch
#include <mixaug/core/tensor_view.hpp>
#include <mixaug/plan/inputs.hpp>
#include <mixaug/version.hpp>
// pairing: writes partner; the tables of a data set, <mixaug/kernel/gaussian_kernel.hpp>, are not here
#include <mixaug/pairing/class_balanced.hpp>
#include <mixaug/pairing/class_similarity.hpp>
#include <mixaug/pairing/class_tour.hpp>
#include <mixaug/pairing/derangement.hpp>
#include <mixaug/pairing/given.hpp>
#include <mixaug/pairing/history_row.hpp>
#include <mixaug/pairing/intra_label_or_group.hpp>
#include <mixaug/pairing/kernel_in_batch.hpp>
#include <mixaug/pairing/minority.hpp>
#include <mixaug/pairing/none.hpp>
#include <mixaug/pairing/other_class.hpp>
#include <mixaug/pairing/partner_probabilities.hpp>
#include <mixaug/pairing/prototypes.hpp>
#include <mixaug/pairing/reverse.hpp>
#include <mixaug/pairing/roll.hpp>
#include <mixaug/pairing/same_class.hpp>
#include <mixaug/pairing/shuffle.hpp>
// ratio: writes ratio
#include <mixaug/ratio/beta.hpp>
#include <mixaug/ratio/beta_one.hpp>
#include <mixaug/ratio/constant.hpp>
#include <mixaug/ratio/given.hpp>
#include <mixaug/ratio/uniform.hpp>
// saliency: score maps that a region reads
#include <mixaug/saliency/detector.hpp>
#include <mixaug/saliency/gradient_magnitude.hpp>
// region: writes the field m
#include <mixaug/region/fourier_mask.hpp>
#include <mixaug/region/given_boxes.hpp>
#include <mixaug/region/given_mask.hpp>
#include <mixaug/region/grid_cells.hpp>
#include <mixaug/region/puzzle.hpp>
#include <mixaug/region/random_box.hpp>
#include <mixaug/region/resized_box.hpp>
#include <mixaug/region/resized_random_box.hpp>
#include <mixaug/region/salient_box.hpp>
#include <mixaug/region/smooth_mask.hpp>
#include <mixaug/region/top_cells.hpp>
#include <mixaug/region/two_boxes.hpp>
#include <mixaug/region/whole.hpp>
// blend: how the output combines its two sides
#include <mixaug/blend/erase.hpp>
#include <mixaug/blend/mix.hpp>
// label: writes share_self and share_partner
#include <mixaug/label/by_ratio.hpp>
#include <mixaug/label/by_score.hpp>
#include <mixaug/label/by_share.hpp>
#include <mixaug/label/corrected.hpp>
#include <mixaug/label/keep.hpp>
#include <mixaug/label/remix.hpp>
// weight: sources of weight_self and weight_partner
#include <mixaug/weight/cvar.hpp>
#include <mixaug/weight/effective_number.hpp>
#include <mixaug/weight/group_dro.hpp>
#include <mixaug/weight/inverse_frequency.hpp>
#include <mixaug/weight/just_train_twice.hpp>
#include <mixaug/weight/uncertainty.hpp>
// method: one file for each paper
#include <mixaug/method/attentivemix.hpp>
#include <mixaug/method/background_mix.hpp>
#include <mixaug/method/balanced_mixup.hpp>
#include <mixaug/method/c_mixup.hpp>
#include <mixaug/method/cutmix.hpp>
#include <mixaug/method/cutout.hpp>
#include <mixaug/method/fmix.hpp>
#include <mixaug/method/gridmix.hpp>
#include <mixaug/method/lisa.hpp>
#include <mixaug/method/manifold_mixup.hpp>
#include <mixaug/method/metamix.hpp>
#include <mixaug/method/mixup.hpp>
#include <mixaug/method/one_of.hpp>
#include <mixaug/method/patchmix.hpp>
#include <mixaug/method/puzzlemix.hpp>
#include <mixaug/method/recursivemix.hpp>
#include <mixaug/method/regmixup.hpp>
#include <mixaug/method/remix.hpp>
#include <mixaug/method/resizemix.hpp>
#include <mixaug/method/saliencymix.hpp>
#include <mixaug/method/smoothmix.hpp>
#include <mixaug/method/snapmix.hpp>
#include <mixaug/method/umix.hpp>
// plan: all decisions of a step
#include <mixaug/plan/make_plan.hpp>
#include <mixaug/plan/rescaled.hpp>
// apply: application of a plan to pixels, labels and gradients
#include <mixaug/apply/apply.hpp>
#include <mixaug/apply/apply_adjoint.hpp>
#include <mixaug/apply/apply_inplace.hpp>
#include <mixaug/apply/boxes.hpp>
#include <mixaug/apply/label_grid.hpp>
#include <mixaug/apply/labels.hpp>
#include <mixaug/apply/roi_align.hpp>
#include <mixaug/apply/saliency_map.hpp>
#include <mixaug/apply/write_field.hpp>
// losses and accuracies of mixed batches
#include <mixaug/loss/history_targets.hpp>
#include <mixaug/loss/pair_cross_entropy.hpp>
#include <mixaug/loss/pair_loss.hpp>
#include <mixaug/loss/soft_target_cross_entropy.hpp>
#include <mixaug/metric/group_accuracy.hpp>
#include <mixaug/metric/pair_accuracy.hpp>
// device plans, if CUDA is the default backend
#if MIXAUG_CHOSEN == 4 && defined(__CUDACC__)
#  include <mixaug/cuda.cuh>
#endif

// SPDX-License-Identifier: MIT
#pragma once
// All kinds of the library.
#include <mixaug/region/kind/box_pair.hpp>
#include <mixaug/region/kind/boxes.hpp>
#include <mixaug/region/kind/cells.hpp>
#include <mixaug/region/kind/mask.hpp>
#include <mixaug/region/kind/moved_cells.hpp>
#include <mixaug/region/kind/pixel_mask.hpp>
#include <mixaug/region/kind/resized_box.hpp>
#include <mixaug/region/kind/whole.hpp>

// expect: mixaug: a gaussian_kernel draws on the host; upload(backend, table) is the table of views on the device
#include <mixaug/mixaug.hpp>
#include <mixaug/backend/serial.hpp>
#include <mixaug/kernel/gaussian_kernel.hpp>

namespace ma = mixaug;

void draw(ma::pairing::gaussian_kernel const& table, std::int64_t const* rows, std::int64_t* partners) {
  table.draw(ma::serial{}, ma::on_device(ma::indices(rows, {9})), ma::key{}, ma::on_device(ma::indices(partners, {9})));
}

#pragma once
#include <doctest/doctest.h>

#include <mixaug/apply/adversarial_noise.hpp>

#include "support/memory.hpp"
#include "support/values.hpp"

TEST_CASE_TEMPLATE_DEFINE("noise has serial's bits", Backend, noise_bits) {
  Backend const be;
  ma::serial const serial;
  auto const images = ma::nchw<float>(nullptr, {5, 3, 9, 11});
  auto const values = test::any_values<float>(images.size(), 1), g = test::any_values<float>(images.size(), 2);
  ma::adversarial_noise const noise{.eps = 30, .range = {-2, 2}};
  ma::key const key{.seed = 3, .step = 5, .first = 7, .global = 20};

  auto x = test::place<Backend>(images, values);
  auto grad = test::place<Backend>(images, g);
  auto uniform = test::room<Backend>(images), out = test::room<Backend>(images);
  ma::add_uniform_noise(be, noise, x.view(), key, uniform.view());
  ma::add_adversarial_noise(be, noise, x.view(), grad.view(), key, out.view());

  auto own_x = test::place<ma::serial>(images, values);
  auto own_grad = test::place<ma::serial>(images, g);
  auto own_uniform = test::room<ma::serial>(images), own_out = test::room<ma::serial>(images);
  ma::add_uniform_noise(serial, noise, own_x.view(), key, own_uniform.view());
  ma::add_adversarial_noise(serial, noise, own_x.view(), own_grad.view(), key, own_out.view());
  CHECK(test::first_difference(uniform.read(), own_uniform.read()) == -1);
  CHECK(test::first_difference(out.read(), own_out.read()) == -1);
  CHECK((uniform.intact() && out.intact()));
}

#define TEST_NOISE(BACKEND) TEST_CASE_TEMPLATE_INVOKE(noise_bits, BACKEND)

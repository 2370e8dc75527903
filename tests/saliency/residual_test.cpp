#include <mixaug/apply/saliency_map.hpp>
#include <mixaug/backend/serial.hpp>
#include <mixaug/saliency/spectral_residual.hpp>

#include "saliency/residual_maps.hpp"

namespace residual_test {

using namespace residual;

namespace {
/// The pattern of the golden vectors; colours in the order blue, green, red.
int pattern(ma::index_t y, ma::index_t x, int c) {
  return static_cast<int>((31 * y + 17 * x + 53 * c + ((x * y) % 29) * (c + 1)) % 256);
}
int gray_pattern(ma::index_t y, ma::index_t x) {
  return (3735 * pattern(y, x, 0) + 19235 * pattern(y, x, 1) + 9798 * pattern(y, x, 2) + 16384) >> 15;
}

/// OpenCV 4.6, the peak last.
void check_golden(ma::index_t h, ma::index_t w, std::vector<value> const& golden) {
  image const m = drawn(h, w, gray_pattern);
  CHECK(error(m, golden) < 1e-4);
  auto const got = map_of(m);
  CHECK(std::max_element(got.begin(), got.end()) - got.begin() == golden.back().y * w + golden.back().x);
}
/// Waves that differ from image to image.
image waves(ma::index_t h, ma::index_t w, int seed) {
  double const a = 3 + seed % 5, b = 2 + seed % 7, c = seed * 0.7;
  return drawn(h, w, [=](ma::index_t y, ma::index_t x) {
    double const v = static_cast<double>(y) / static_cast<double>(h),
                 u = static_cast<double>(x) / static_cast<double>(w);
    return 128 + 60 * std::sin(a * u + b * v * v + c) + 50 * std::cos(9 * u * v - c) + 17 * std::sin(a * b * (u - v));
  });
}
}  // namespace

TEST_CASE("OpenCV's values, 16 x 16") {
  std::vector<float> const golden{
      0.526408f,   0.025869f,   0.0436955f,  0.0209617f,  0.0108621f,  0.0119899f,  0.0154518f,   0.0156999f,
      0.0214003f,  0.0216568f,  0.0295379f,  0.027798f,   0.0419077f,  0.0417942f,  0.0492635f,   0.650353f,
      0.0075262f,  0.0027854f,  0.00428134f, 0.00900229f, 0.0104077f,  0.0101028f,  0.0139238f,   0.0166002f,
      0.0232931f,  0.0253224f,  0.0338964f,  0.025268f,   0.052481f,   0.0161239f,  0.00791935f,  0.0169233f,
      0.00222755f, 0.00390733f, 0.00875095f, 0.0116531f,  0.018119f,   0.0172472f,  0.0219817f,   0.025087f,
      0.0336935f,  0.0316445f,  0.0622354f,  0.0138327f,  0.00646614f, 0.00514086f, 0.0103849f,   0.00447315f,
      0.00318675f, 0.00863143f, 0.0119717f,  0.0208885f,  0.0244729f,  0.0249147f,  0.0300767f,   0.0232672f,
      0.0663564f,  0.0145604f,  0.00734744f, 0.0013487f,  0.00215233f, 0.00655215f, 0.0106689f,   0.0145444f,
      0.00894591f, 0.0141213f,  0.0207083f,  0.0299176f,  0.0352091f,  0.0269233f,  0.0491379f,   0.010834f,
      0.0072992f,  0.00247347f, 0.00331079f, 0.00377563f, 0.00663777f, 0.0144981f,  0.0227923f,   0.0165383f,
      0.0132718f,  0.0205922f,  0.0301897f,  0.0377591f,  0.0542197f,  0.0136533f,  0.00707348f,  0.00284469f,
      0.00292614f, 0.00412574f, 0.0052795f,  0.00843504f, 0.00939729f, 0.0171682f,  0.0275917f,   0.0330091f,
      0.0214733f,  0.0342932f,  0.0353459f,  0.0888912f,  0.0197559f,  0.0026873f,  0.000979219f, 0.00260821f,
      0.00555457f, 0.00906949f, 0.00696724f, 0.0132056f,  0.0176336f,  0.0304313f,  0.0419438f,   0.0390465f,
      0.0255194f,  0.0553603f,  0.021034f,   0.00986553f, 0.00396841f, 0.00173532f, 0.00222281f,  0.00507466f,
      0.0136649f,  0.00976905f, 0.0154161f,  0.0199034f,  0.0321161f,  0.0324852f,  0.0500279f,   0.0614175f,
      0.106084f,   0.0273213f,  0.00562883f, 0.0069962f,  0.00342146f, 0.00377019f, 0.00696015f,  0.012657f,
      0.0128251f,  0.0181585f,  0.0240538f,  0.0220803f,  0.0309128f,  0.0486806f,  0.0577558f,   0.0618888f,
      0.0108558f,  0.00345238f, 0.00764749f, 0.0124249f,  0.00739188f, 0.0110015f,  0.0146713f,   0.0129332f,
      0.0227636f,  0.0302808f,  0.0257278f,  0.0284632f,  0.0341285f,  0.0610176f,  0.0207312f,   0.0132158f,
      0.00252963f, 0.00689121f, 0.0121514f,  0.0111119f,  0.0131911f,  0.0199607f,  0.0131191f,   0.0195611f,
      0.033392f,   0.033041f,   0.043465f,   0.0190878f,  0.0066697f,  0.00747982f, 0.00708399f,  0.00903189f,
      0.00432491f, 0.0113814f,  0.0196173f,  0.0182555f,  0.0255924f,  0.0298123f,  0.0209904f,   0.0285621f,
      0.0363168f,  0.0811257f,  0.0177262f,  0.0024441f,  0.00260065f, 0.00932877f, 0.0088518f,   0.0190797f,
      0.00818655f, 0.0172795f,  0.0290344f,  0.0276272f,  0.0351128f,  0.0260102f,  0.0323619f,   0.0200157f,
      0.00519346f, 0.00667983f, 0.00213898f, 0.00314961f, 0.00646431f, 0.00994569f, 0.0170005f,   0.0184448f,
      0.0103463f,  0.0286894f,  0.0406596f,  0.046588f,   0.0425421f,  0.0511188f,  0.0150409f,   0.00340948f,
      0.00313295f, 0.0031324f,  0.00491993f, 0.00746698f, 0.00855875f, 0.0204095f,  0.0191197f,   0.0405411f,
      0.0247553f,  0.0352122f,  0.0510303f,  0.0554347f,  0.0147332f,  0.0093889f,  0.00459076f,  0.00283708f,
      0.00509022f, 0.00454603f, 0.0097111f,  0.00901494f, 0.0177449f,  0.0230601f,  0.0359855f,   0.0352131f,
      0.237321f,   0.127511f,   0.227511f,   0.0454081f,  0.00532717f, 0.00459527f, 0.00540702f,  0.00631996f,
      0.00734384f, 0.00928235f, 0.00953295f, 0.0150924f,  0.0216775f,  0.0406001f,  0.0285411f,   0.184197f};
  auto const got = map_of(drawn(16, 16, [](ma::index_t y, ma::index_t x) { return pattern(y, x, 0); }));
  double worst = 0;
  for (std::size_t i = 0; i < got.size(); ++i)
    worst = std::max(worst, static_cast<double>(std::fabs(got[i] - golden[i])));
  CHECK(worst < 0.65e-4);
  CHECK(std::max_element(got.begin(), got.end()) - got.begin() == 15);
}
TEST_CASE("OpenCV's values, larger images") {
  check_golden(24, 40,
               {{0, 0, 0.447888f},
                {0, 19, 0.196837f},
                {3, 5, 0.202891f},
                {3, 24, 0.088307f},
                {6, 10, 0.236577f},
                {6, 29, 0.40643f},
                {9, 15, 0.176465f},
                {9, 34, 0.28583f},
                {13, 20, 0.100466f},
                {13, 39, 0.127447f},
                {16, 25, 0.315148f},
                {16, 4, 0.21602f},
                {19, 30, 0.170281f},
                {19, 9, 0.107779f},
                {23, 35, 0.223393f},
                {23, 14, 0.564447f},
                {23, 13, 0.859446f}});
  check_golden(32, 32,
               {{0, 0, 0.601612f},
                {0, 15, 0.275077f},
                {4, 5, 0.15267f},
                {4, 20, 0.183377f},
                {8, 10, 0.426155f},
                {8, 25, 0.360385f},
                {13, 15, 0.317395f},
                {13, 30, 0.386727f},
                {17, 20, 0.151721f},
                {17, 3, 0.168912f},
                {22, 25, 0.146098f},
                {22, 8, 0.220694f},
                {26, 30, 0.288312f},
                {26, 13, 0.0986889f},
                {31, 3, 0.2843f},
                {31, 18, 0.164894f},
                {31, 31, 0.879185f}});
  check_golden(64, 64,
               {{0, 0, 0.41717f},
                {0, 31, 0.487505f},
                {9, 5, 0.486865f},
                {9, 36, 0.493122f},
                {18, 10, 0.433019f},
                {18, 41, 0.507275f},
                {27, 15, 0.529523f},
                {27, 46, 0.528358f},
                {36, 20, 0.454606f},
                {36, 51, 0.45074f},
                {45, 25, 0.496369f},
                {45, 56, 0.554304f},
                {54, 30, 0.501882f},
                {54, 61, 0.376523f},
                {63, 35, 0.391522f},
                {63, 2, 0.775936f},
                {63, 0, 1.0f}});
  check_golden(96, 80,
               {{0, 0, 0.959924f},
                {0, 39, 0.648972f},
                {13, 5, 0.644413f},
                {13, 44, 0.776758f},
                {27, 10, 0.644941f},
                {27, 49, 0.694354f},
                {40, 15, 0.693732f},
                {40, 54, 0.695638f},
                {54, 20, 0.571756f},
                {54, 59, 0.694561f},
                {67, 25, 0.65905f},
                {67, 64, 0.687658f},
                {81, 30, 0.662121f},
                {81, 69, 0.685503f},
                {95, 35, 0.765333f},
                {95, 74, 0.783294f},
                {78, 16, 0.991052f}});
}

TEST_CASE("the reference, smooth images of many sizes") {
  ma::index_t const sizes[] = {1, 2, 3, 7, 16, 31, 32, 33, 64, 65, 90, 128, 150, 224};
  for (int k = 0; k < 40; ++k) {
    image const m = waves(sizes[k % 14], sizes[k * 5 % 14], k);
    CAPTURE(m.h);
    CAPTURE(m.w);
    CHECK(error(m) < 1e-5);
  }
}
TEST_CASE("the detector's working height and width are each its own") {
  image const m = waves(37, 53, 4);
  ma::index_t const sizes[][2] = {{8, 64}, {64, 8}, {32, 16}};
  for (auto const& s : sizes) {
    std::vector<float> got(m.gray.size());
    ma::saliency_map(ma::serial{}, ma::saliency::spectral_residual{.work_height = s[0], .work_width = s[1]},
                     ma::nchw(m.gray.data(), {1, 1, m.h, m.w}), ma::scores(got.data(), {1, m.h, m.w}));
    auto const want = reference::spectral_residual(m.gray.data(), m.h, m.w, s[0], s[1]);
    double worst = 0;
    for (std::size_t k = 0; k < got.size(); ++k)
      worst = std::max(worst, std::fabs(static_cast<double>(got[k]) - want[k]));
    CHECK(worst < 1e-5 * *std::max_element(want.begin(), want.end()));
  }
}

TEST_CASE("other working sizes, square or not") {
  ma::index_t const sizes[][2] = {{32, 32}, {128, 128}, {32, 128}, {128, 32}, {8, 8},
                                  {8, 64},  {64, 8},    {16, 8},   {16, 256}, {256, 64}};
  for (auto const& s : sizes)
    for (int k = 0; k < 3; ++k) {
      CAPTURE(s[0]);
      CAPTURE(s[1]);
      CHECK(error(waves(40 + 30 * k, 100 - 25 * k, k), s[0], s[1]) < 1e-5);
    }
}

}  // namespace residual_test

# For an overlay port: copy this folder and say where the sources are, MIXAUG_SOURCE in the environment; a registry's
# port puts vcpkg_from_git here instead.
set(SOURCE_PATH "$ENV{MIXAUG_SOURCE}")
if(NOT EXISTS "${SOURCE_PATH}/include/mixaug/version.hpp")
  message(FATAL_ERROR "MIXAUG_SOURCE is '${SOURCE_PATH}', which is no source tree of mixaug")
endif()
set(VCPKG_BUILD_TYPE release)  # headers alone
vcpkg_cmake_configure(SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS -DMIXAUG_BUILD_TESTS=OFF -DMIXAUG_BUILD_BENCH=OFF -DMIXAUG_BUILD_EXAMPLES=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/mixaug)
vcpkg_fixup_pkgconfig()
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")

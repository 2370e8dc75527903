# cmake -DPREFIX=... -DCOMPILER=... -DFOLDER=... -P cps.cmake: a program is built by what mixaug.cps of an installation
# says, and where CMake reads such files, by find_package.
cmake_minimum_required(VERSION 3.22)

file(GLOB_RECURSE cps "${PREFIX}/*/mixaug.cps")
file(READ "${cps}" json)
string(JSON place GET "${json}" cps_path)
string(REPLACE "@prefix@" "${PREFIX}" place "${place}")
get_filename_component(folder "${cps}" DIRECTORY)
if(NOT place STREQUAL folder)
  message(FATAL_ERROR "cps_path is ${place}, and the file lies in ${folder}")
endif()

# flags(COMPONENT VARIABLE): the component's own and those of what it requires.
function(flags component variable)
  set(own "")
  string(JSON count ERROR_VARIABLE none LENGTH "${json}" components ${component} includes)
  if(NOT none)
    string(JSON include GET "${json}" components ${component} includes 0)
    string(REPLACE "@prefix@" "${PREFIX}" include "${include}")
    list(APPEND own "-I${include}")
  endif()
  string(JSON backend ERROR_VARIABLE none GET "${json}" components ${component} definitions "*" MIXAUG_BACKEND)
  if(NOT none)
    list(APPEND own "-DMIXAUG_BACKEND=${backend}")
  endif()
  string(JSON required ERROR_VARIABLE none GET "${json}" components ${component} requires 0)
  if(NOT none)
    string(REPLACE ":" "" required "${required}")
    flags(${required} more)
    list(APPEND own ${more})
  endif()
  set(${variable} ${own} PARENT_SCOPE)
endfunction()

string(JSON component GET "${json}" default_components 0)
flags(${component} options)
file(MAKE_DIRECTORY "${FOLDER}")
execute_process(COMMAND "${COMPILER}" -std=c++20 ${options} "${CMAKE_CURRENT_LIST_DIR}/app.cpp" -o "${FOLDER}/app"
                COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${FOLDER}/app" COMMAND_ERROR_IS_FATAL ANY)

if(CMAKE_VERSION VERSION_GREATER_EQUAL 4.3)
  set(alone "${FOLDER}/prefix")  # without the files that find_package would prefer
  file(REMOVE_RECURSE "${alone}")
  file(COPY "${PREFIX}/include" "${PREFIX}/share/cps" DESTINATION "${alone}")
  file(MAKE_DIRECTORY "${alone}/share")
  file(RENAME "${alone}/cps" "${alone}/share/cps")
  file(CONFIGURE OUTPUT "${FOLDER}/CMakeLists.txt" @ONLY CONTENT [=[
cmake_minimum_required(VERSION 4.3)
project(consumer LANGUAGES CXX)
find_package(mixaug 0.2 REQUIRED)
add_executable(app "@CMAKE_CURRENT_LIST_DIR@/app.cpp")
target_link_libraries(app PRIVATE mixaug::mixaug)
]=])
  execute_process(COMMAND "${CMAKE_COMMAND}" -S "${FOLDER}" -B "${FOLDER}/build" "-DCMAKE_PREFIX_PATH=${alone}"
                          "-DCMAKE_CXX_COMPILER=${COMPILER}" COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND "${CMAKE_COMMAND}" --build "${FOLDER}/build" COMMAND_ERROR_IS_FATAL ANY)
endif()

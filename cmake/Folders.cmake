# One target a folder: its sources make a static library, its *_test.cc one test program. What
# tests share lies in *_testing.cc.

# What nearly every source includes, parsed once: it is two thirds of a build's time otherwise. What
# only some need has no place here: GCC instantiates a header's templates in every source, used or
# not (nlohmann/json.hpp: 0.6 s each).
# GCC only: Clang wants every macro of the command line to agree.
# tearproof_precompile(<target> [_test])
function(tearproof_precompile target)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_precompile_headers(${target} REUSE_FROM tearproof_precompiled${ARGN})
  endif()
endfunction()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled.cc CONTENT "")
add_library(tearproof_precompiled OBJECT ${CMAKE_BINARY_DIR}/precompiled.cc)
target_link_libraries(tearproof_precompiled PRIVATE tearproof_options fmt::fmt)
set(tearproof_common_headers
  <algorithm> <array> <atomic> <cstdint> <filesystem> <fstream> <functional> <map> <memory>
  <optional> <set> <sstream> <string> <string_view> <vector> <fmt/chrono.h> <fmt/format.h>)
target_precompile_headers(tearproof_precompiled PRIVATE ${tearproof_common_headers})
if(TEARPROOF_TESTS)
  add_library(tearproof_precompiled_test OBJECT ${CMAKE_BINARY_DIR}/precompiled.cc)
  target_link_libraries(tearproof_precompiled_test PRIVATE tearproof_options fmt::fmt
                        GTest::gmock)
  target_precompile_headers(tearproof_precompiled_test PRIVATE ${tearproof_common_headers}
                            <gmock/gmock.h> <gtest/gtest.h>)
endif()

# tearproof_folder(<name> [DEPENDS <target>...] [TEST_DEPENDS <target>...])
# Makes tearproof_<name> of the *.cc here and, where there are *_test.cc, <name>_test.
function(tearproof_folder name)
  cmake_parse_arguments(FOLDER "" "" "DEPENDS;TEST_DEPENDS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_(test|testing)\\.cc$")
  list(FILTER sources EXCLUDE REGEX "(_test|_testing|_fuzzer|/main)\\.cc$")
  if(sources)
    add_library(tearproof_${name} STATIC ${sources})
    target_link_libraries(tearproof_${name} PUBLIC tearproof_options ${FOLDER_DEPENDS})
    tearproof_precompile(tearproof_${name})
  else()
    add_library(tearproof_${name} INTERFACE)
    target_link_libraries(tearproof_${name} INTERFACE tearproof_options ${FOLDER_DEPENDS})
  endif()
  if(tests AND TEARPROOF_TESTS)
    tearproof_test(${name}_test SOURCES ${tests} DEPENDS tearproof_${name} ${FOLDER_TEST_DEPENDS})
  endif()
endfunction()

# tearproof_test(<name> SOURCES <file>... DEPENDS <target>...)
function(tearproof_test name)
  cmake_parse_arguments(TEST "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE ${TEST_DEPENDS} GTest::gmock GTest::gtest_main)
  tearproof_precompile(${name} _test)
  target_compile_definitions(${name} PRIVATE TEARPROOF_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  # Parametrised tests by their names: values would follow, as bytes if they are structs.
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES PROPERTIES TIMEOUT 300)
endfunction()

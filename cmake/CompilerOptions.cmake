# The language, the warnings and the sanitizers that every target is built with.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# -O3 takes half as long again to compile and makes nothing here faster.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release or RelWithDebInfo" FORCE)
endif()

option(TEARPROOF_WERROR "Warnings are errors" OFF)
set(TEARPROOF_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")
option(TEARPROOF_COVERAGE "Count which lines the tests reach" OFF)

find_program(TEARPROOF_CCACHE ccache)
if(TEARPROOF_CCACHE)
  # Precompiled headers need it told that their macros and times do not matter.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${TEARPROOF_CCACHE})
endif()

add_library(tearproof_options INTERFACE)
target_compile_options(tearproof_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  -fno-omit-frame-pointer)
# GCC 12 takes "literal" + std::string for an overlapping memcpy.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(tearproof_options INTERFACE -Wno-restrict)
endif()
target_compile_definitions(tearproof_options INTERFACE _FILE_OFFSET_BITS=64)
target_include_directories(tearproof_options INTERFACE ${CMAKE_SOURCE_DIR})
if(TEARPROOF_WERROR)
  target_compile_options(tearproof_options INTERFACE -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 sees these in std::string's own code where there is nothing.
    target_compile_options(tearproof_options INTERFACE -Wno-error=restrict -Wno-error=array-bounds
                           -Wno-error=stringop-overflow -Wno-error=stringop-overread)
  endif()
endif()
if(TEARPROOF_SANITIZE)
  target_compile_options(tearproof_options INTERFACE -fsanitize=${TEARPROOF_SANITIZE}
                         -fno-sanitize-recover=all)
  target_link_options(tearproof_options INTERFACE -fsanitize=${TEARPROOF_SANITIZE})
endif()
if(TEARPROOF_COVERAGE)
  target_compile_options(tearproof_options INTERFACE --coverage -O0 -g)
  target_link_options(tearproof_options INTERFACE --coverage)
endif()
if(TEARPROOF_FUZZERS)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "TEARPROOF_FUZZERS needs Clang: use the preset fuzz")
  endif()
  target_compile_options(tearproof_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Generates the tables of harness/api/registry.h from the folders.

# The text of a file as a C++ string literal. A raw literal may hold at most 64 KiB.
function(tearproof_literal path out)
  file(READ ${path} text)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  set(${out} "R\"tearproof~(${text})tearproof~\"" PARENT_SCOPE)
endfunction()

# tearproof_write_registry(<target> <file> <content>): writes it if it changed, makes the library.
function(tearproof_write_registry target content)
  set(path ${CMAKE_CURRENT_BINARY_DIR}/${target}.cc)
  file(CONFIGURE OUTPUT ${path} CONTENT "${content}" @ONLY)
  add_library(${target} STATIC ${path})
  target_link_libraries(${target} PUBLIC tearproof_options ${ARGN})
endfunction()

# For folders that hold one `Make` each: reports, checkers.
# tearproof_make_registry(<target> <folder of the tree> <namespace> <Type> <function> <name>... )
function(tearproof_make_registry target namespace type accessor)
  set(declarations "")
  set(rows "")
  foreach(name IN LISTS ARGN)
    string(APPEND declarations
           "namespace ${namespace}::${name} { std::unique_ptr<${type}> Make(); }\n")
    string(APPEND rows "    {&${namespace}::${name}::Make},\n")
  endforeach()
  list(LENGTH ARGN count)
  tearproof_write_registry(${target} "// Generated from the folders.
#include <array>
#include \"harness/api/registry.h\"
namespace tearproof {
${declarations}
namespace { constexpr std::array<Registered${type}, ${count}> kTable = {{
${rows}}}; }
std::span<const Registered${type}> ${accessor}() { return kTable; }
}  // namespace tearproof
" tearproof_api)
endfunction()

# perennial_embed(target NAMESPACE ns HEADER path FILES file...)
#
# Puts text files into the library as std::string_view constants. A file "stage_flows.sql" becomes
# `ns::kStageFlowsSql`, declared in the generated header <path> (below the build folder, on the include path of the
# target's own sources only).

function(perennial_embed target)
  cmake_parse_arguments(EMBED "" "NAMESPACE;HEADER" "FILES" ${ARGN})
  set(out ${CMAKE_BINARY_DIR}/generated/${EMBED_HEADER})
  string(REGEX REPLACE "\\.h$" ".cpp" out_cpp ${out})
  set(inputs)
  foreach(file IN LISTS EMBED_FILES)
    get_filename_component(absolute ${file} ABSOLUTE)
    list(APPEND inputs ${absolute})
  endforeach()
  list(JOIN inputs "|" joined)
  add_custom_command(
    OUTPUT ${out} ${out_cpp}
    COMMAND ${CMAKE_COMMAND} "-DFILES=${joined}" -DNAMESPACE=${EMBED_NAMESPACE} -DHEADER=${EMBED_HEADER} -DOUT=${out}
            -P ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake
    DEPENDS ${inputs} ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${out_cpp})
  target_include_directories(${target} PRIVATE $<BUILD_INTERFACE:${CMAKE_BINARY_DIR}/generated>)
endfunction()

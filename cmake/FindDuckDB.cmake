# DuckDB::DuckDB, from deps/duckdb (npm) or from the system. The header and the library come from two packages, so
# they are checked against each other here: the library must be of the header's major version and not older.

set(_deps ${CMAKE_CURRENT_LIST_DIR}/../deps/duckdb/node_modules)
find_path(DUCKDB_INCLUDE_DIR duckdb.h HINTS ${_deps}/duckdb/src/duckdb/src/include)
find_library(DUCKDB_LIBRARY duckdb HINTS ${_deps}/@duckdb/node-bindings-linux-x64)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(DuckDB
  REQUIRED_VARS DUCKDB_LIBRARY DUCKDB_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run ./dev setup, which installs it from deps/duckdb")

if(NOT DUCKDB_CHECKED STREQUAL "${DUCKDB_INCLUDE_DIR}|${DUCKDB_LIBRARY}")
  try_run(_ran _compiled ${CMAKE_BINARY_DIR}/duckdb_check ${CMAKE_CURRENT_LIST_DIR}/duckdb_check.cpp
    CMAKE_FLAGS -DINCLUDE_DIRECTORIES=${DUCKDB_INCLUDE_DIR} LINK_LIBRARIES ${DUCKDB_LIBRARY}
    COMPILE_OUTPUT_VARIABLE _compile_output RUN_OUTPUT_VARIABLE _library_version)
  if(NOT _compiled OR NOT _ran EQUAL 0)
    message(FATAL_ERROR "DuckDB: ${DUCKDB_INCLUDE_DIR}/duckdb.h and ${DUCKDB_LIBRARY} do not work together:\n"
      "${_compile_output}${_library_version}\nRun ./dev setup to install the pinned pair.")
  endif()
  string(STRIP "${_library_version}" _library_version)
  get_filename_component(_source_package ${DUCKDB_INCLUDE_DIR}/../../../.. ABSOLUTE)
  set(_header_version ${_library_version})
  if(EXISTS ${_source_package}/package.json)
    file(READ ${_source_package}/package.json _package)
    string(JSON _header_version GET "${_package}" version)
  endif()
  string(REGEX MATCH "^[0-9]+" _header_major "${_header_version}")
  string(REGEX MATCH "^[0-9]+" _library_major "${_library_version}")
  if(NOT _header_major EQUAL _library_major OR _library_version VERSION_LESS _header_version)
    message(FATAL_ERROR "DuckDB: the header is version ${_header_version}, the library is ${_library_version}; "
      "the library must have the same major version and not be older. Run ./dev setup to install the pinned pair.")
  endif()
  message(STATUS "DuckDB: header ${_header_version}, library ${_library_version}")
  set(DUCKDB_CHECKED "${DUCKDB_INCLUDE_DIR}|${DUCKDB_LIBRARY}" CACHE INTERNAL "")
endif()

if(NOT TARGET DuckDB::DuckDB)
  add_library(DuckDB::DuckDB SHARED IMPORTED)
  set_target_properties(DuckDB::DuckDB PROPERTIES
    IMPORTED_LOCATION ${DUCKDB_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${DUCKDB_INCLUDE_DIR})
endif()

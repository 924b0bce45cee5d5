# cmake --install: the command, the libraries and headers of all rooms, DuckDB's library, and a CMake package that an
# outside project finds with find_package(Perennial) and links as Perennial::engine (or any single room).

include(CMakePackageConfigHelpers)
set(PERENNIAL_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/Perennial)
set(PERENNIAL_PRIVATE_LIBDIR ${CMAKE_INSTALL_LIBDIR}/perennial)

get_property(rooms GLOBAL PROPERTY PERENNIAL_ROOMS)
install(TARGETS ${rooms} EXPORT PerennialTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT PerennialTargets NAMESPACE Perennial:: DESTINATION ${PERENNIAL_CMAKE_DIR})

if(TARGET perennial_command)
  set_target_properties(perennial_command PROPERTIES
    INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}/perennial" BUILD_RPATH_USE_ORIGIN ON)
  install(TARGETS perennial_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

foreach(module perennial_quiet_codecs perennial_networks perennial_pictures)
  if(TARGET ${module})
    install(TARGETS ${module} LIBRARY DESTINATION ${PERENNIAL_PRIVATE_LIBDIR})
    if(TARGET perennial_command)
      add_dependencies(perennial_command ${module})
    endif()
  endif()
endforeach()

get_filename_component(duckdb_library ${DUCKDB_LIBRARY} REALPATH)
install(FILES ${duckdb_library} DESTINATION ${PERENNIAL_PRIVATE_LIBDIR} RENAME libduckdb.so)

configure_package_config_file(cmake/PerennialConfig.cmake.in PerennialConfig.cmake
  INSTALL_DESTINATION ${PERENNIAL_CMAKE_DIR} PATH_VARS PERENNIAL_PRIVATE_LIBDIR)
write_basic_package_version_file(PerennialConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/PerennialConfig.cmake ${CMAKE_BINARY_DIR}/PerennialConfigVersion.cmake
  cmake/FindXGBoost.cmake
  DESTINATION ${PERENNIAL_CMAKE_DIR})

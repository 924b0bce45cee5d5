# perennial_room(name [DEPENDS room...] [LIBS target...] [PUBLIC_LIBS target...])
#
# One room of the house: every .cpp below the current folder becomes the static library perennial_<name>, every
# *_test.cpp the program perennial_<name>_test. What several tests share stands in *_testing.h, which is not installed.
# A room may include its own headers and those of the rooms that it DEPENDS on, as "perennial/<room>/...". Rooms with a
# slash ("models/value") become perennial_models_value.
#
# Tests whose suite name ends in "Slow" run only under `ctest -L slow`. So do 500 cases of every law of the
# other suites from a new seed; the fast set takes the same 100 each time (30 under sanitizers).

function(perennial_room name)
  cmake_parse_arguments(ROOM "" "" "DEPENDS;LIBS;PUBLIC_LIBS" ${ARGN})
  string(REPLACE "/" "_" id ${name})
  set(target perennial_${id})

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cpp)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS *.h)
  list(FILTER headers EXCLUDE REGEX "_testing\\.h$")
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$|/main\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  add_library(${target} STATIC ${sources})
  add_library(Perennial::${id} ALIAS ${target})
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${headers})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:perennial_flags> ${ROOM_LIBS})
  target_link_libraries(${target} PUBLIC ${ROOM_PUBLIC_LIBS})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${id} VERIFY_INTERFACE_HEADER_SETS ON)
  foreach(room IN LISTS ROOM_DEPENDS)
    string(REPLACE "/" "_" room_id ${room})
    target_link_libraries(${target} PUBLIC perennial_${room_id})
  endforeach()
  set_property(GLOBAL APPEND PROPERTY PERENNIAL_ROOMS ${target})

  if(PERENNIAL_TESTS AND tests)
    add_executable(${target}_test ${tests})
    target_include_directories(${target}_test SYSTEM PRIVATE ${RAPIDCHECK_INCLUDE_DIR})
    target_compile_definitions(${target}_test PRIVATE
      PERENNIAL_SOURCE_DIR="${PROJECT_SOURCE_DIR}" PERENNIAL_SHARED_DATA="${PROJECT_SOURCE_DIR}/../shared/data")
    # Tests call what is fast; that they themselves compile fast counts for more, under sanitizers three times as fast.
    if(PERENNIAL_SANITIZE)
      target_compile_options(${target}_test PRIVATE -O0)
    else()
      target_compile_options(${target}_test PRIVATE $<$<CONFIG:Release>:-O1>)
    endif()
    target_link_libraries(${target}_test PRIVATE ${target} perennial_flags ${ROOM_LIBS}
      ${RAPIDCHECK_LIBRARY} GTest::gtest_main GTest::gmock)
    add_test(NAME ${name} COMMAND ${target}_test --gtest_filter=-*Slow.* --gtest_brief=1)
    add_test(NAME ${name}.slow COMMAND ${target}_test --gtest_filter=*Slow.* --gtest_brief=1)
    add_test(NAME ${name}.new_seed COMMAND ${target}_test --gtest_filter=-*Slow.* --gtest_brief=1)
    # Sanitizers look for what goes wrong at all, not for the rare case, and are slow.
    set(cases "seed=1")
    if(PERENNIAL_SANITIZE)
      set(cases "seed=1 max_success=30")
    endif()
    set_tests_properties(${name} PROPERTIES ENVIRONMENT "RC_PARAMS=${cases}")
    set_tests_properties(${name}.new_seed PROPERTIES LABELS slow ENVIRONMENT "RC_PARAMS=max_success=500")
    set_tests_properties(${name}.slow PROPERTIES LABELS slow)
  endif()
endfunction()

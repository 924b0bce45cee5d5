# How our own code is compiled: C++20, warnings as errors, sanitizers by preset, ccache and mold where present.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -g1")
set(CMAKE_CXX_FLAGS_ASAN "-O1 -g1 -fno-omit-frame-pointer")

add_library(perennial_flags INTERFACE)
target_compile_options(perennial_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
  -Wno-missing-field-initializers  # designated initializers leave the rest at their defaults on purpose
  -ffp-contract=off)               # the same results with and without fused multiply-add
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False positives of g++ 12 in the standard library under -O3 and under sanitizers.
  target_compile_options(perennial_flags INTERFACE -Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow
    -Wno-array-bounds -Wno-stringop-overread)
endif()
if(PERENNIAL_NATIVE)
  target_compile_options(perennial_flags INTERFACE -march=native)
endif()
if(PERENNIAL_SANITIZE)
  add_compile_options(-fsanitize=${PERENNIAL_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PERENNIAL_SANITIZE})
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

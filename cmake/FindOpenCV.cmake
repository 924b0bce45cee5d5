# OpenCV's decoders and scaling of pictures: OpenCV::pictures. Debian's packages of single parts hold no CMake package.
find_path(OPENCV_INCLUDE_DIR opencv2/imgcodecs.hpp PATH_SUFFIXES opencv4)
foreach(part core imgproc imgcodecs)
  find_library(OPENCV_${part}_LIBRARY opencv_${part})
  mark_as_advanced(OPENCV_${part}_LIBRARY)
endforeach()
mark_as_advanced(OPENCV_INCLUDE_DIR)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenCV REQUIRED_VARS
  OPENCV_INCLUDE_DIR OPENCV_core_LIBRARY OPENCV_imgproc_LIBRARY OPENCV_imgcodecs_LIBRARY)
if(OpenCV_FOUND AND NOT TARGET OpenCV::pictures)
  add_library(OpenCV::pictures INTERFACE IMPORTED)
  set_target_properties(OpenCV::pictures PROPERTIES
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${OPENCV_INCLUDE_DIR}"
    INTERFACE_INCLUDE_DIRECTORIES "${OPENCV_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES "${OPENCV_imgcodecs_LIBRARY};${OPENCV_imgproc_LIBRARY};${OPENCV_core_LIBRARY}")
endif()

# Writes OUT (a header) and its .cpp from FILES ("a|b|c"): see perennial_embed.cmake.
#
# The bytes go through the assembler (.incbin), so a megabyte of JavaScript costs the compiler nothing.

string(REPLACE "|" ";" files "${FILES}")
set(header "#pragma once\n#include <string_view>\n\nnamespace ${NAMESPACE} {\n")
set(source "#include \"${HEADER}\"\n\n")
set(definitions "")
string(REGEX REPLACE "[^A-Za-z0-9]" "_" prefix "${NAMESPACE}")
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME)
  string(REGEX REPLACE "[^A-Za-z0-9]+" ";" words "${name}")
  set(constant "k")
  foreach(word IN LISTS words)
    string(SUBSTRING "${word}" 0 1 first)
    string(SUBSTRING "${word}" 1 -1 rest)
    string(TOUPPER "${first}" first)
    string(APPEND constant "${first}${rest}")
  endforeach()
  set(symbol "embedded_${prefix}_${constant}")
  string(APPEND header "extern const std::string_view ${constant};\n")
  string(APPEND source
    "asm(\".pushsection .rodata\\n.global ${symbol}\\n.global ${symbol}_end\\n\"\n"
    "    \"${symbol}:\\n.incbin \\\"${file}\\\"\\n${symbol}_end:\\n.byte 0\\n.popsection\\n\");\n"
    "extern \"C\" const char ${symbol}[];\nextern \"C\" const char ${symbol}_end[];\n\n")
  string(APPEND definitions
    "const std::string_view ${constant}{${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})};\n")
endforeach()
string(APPEND header "}  // namespace ${NAMESPACE}\n")
string(APPEND source "namespace ${NAMESPACE} {\n${definitions}}  // namespace ${NAMESPACE}\n")
string(REGEX REPLACE "\\.h$" ".cpp" out_cpp ${OUT})
file(WRITE ${OUT} "${header}")
file(WRITE ${out_cpp} "${source}")

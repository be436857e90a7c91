# kopa_library(NAME SOURCES ... DEPENDS ...): one library a concern. Headers lie beside sources.
function(kopa_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC kopa_options ${ARG_DEPENDS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE kopa_options ${ARG_DEPENDS})
  endif()
endfunction()

# kopa_binary(NAME SOURCES ... DEPENDS ...): a program in build/<preset>/bin.
function(kopa_binary name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE kopa_options ${ARG_DEPENDS})
endfunction()

# kopa_test(NAME SOURCES ... DEPENDS ... [LABEL unit] [TIMEOUT 60]): one gtest program, one ctest entry.
function(kopa_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SOURCES;DEPENDS" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE kopa_options ${ARG_DEPENDS} GTest::gmock GTest::gtest GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT "KOPA_SOURCE_DIR=${CMAKE_SOURCE_DIR};KOPA_BIN_DIR=${CMAKE_BINARY_DIR}/bin;TSAN_OPTIONS=ignore_noninstrumented_modules=1")
endfunction()

# kopa_embed(NAME HEADER_PATH NAMESPACE FILES...): byte arrays of files, compiled into library NAME.
function(kopa_embed name)
  cmake_parse_arguments(ARG "" "NAMESPACE;BASE_DIR" "FILES" ${ARGN})
  set(out "${CMAKE_BINARY_DIR}/generated/embedded/${name}")
  add_custom_command(
    OUTPUT "${out}.cc"
    COMMAND ${CMAKE_COMMAND} -DOUT=${out}.cc -DNAMESPACE=${ARG_NAMESPACE} -DBASE_DIR=${ARG_BASE_DIR}
            "-DFILES=${ARG_FILES}" -P "${CMAKE_SOURCE_DIR}/scripts/cmake/Embed.cmake"
    DEPENDS ${ARG_FILES} "${CMAKE_SOURCE_DIR}/scripts/cmake/Embed.cmake"
    VERBATIM)
  add_library(${name} STATIC "${out}.cc")
  target_link_libraries(${name} PUBLIC kopa_base)
endfunction()

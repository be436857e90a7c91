# kopa_mutant(NAME FILE FROM TO): a `simulation` with one source file of a core patched: FROM, which
# must be there exactly once, becomes TO. The patched file goes into the program itself, so that the
# library's own is never linked. Where FROM is not found configuring warns and there is no such program,
# so that the gate fails: then the fault has to be planted anew. Several FROM TO pairs may follow each
# other; @SEMICOLON@ stands for a semicolon, which CMake would take for the end of a list's part.
function(kopa_mutant name file)
  file(READ "${CMAKE_SOURCE_DIR}/${file}" source)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${file}")
  set(pairs ${ARGN})
  while(pairs)
    list(POP_FRONT pairs from to)
    string(REPLACE "@SEMICOLON@" ";" from "${from}")
    string(REPLACE "@SEMICOLON@" ";" to "${to}")
    string(FIND "${source}" "${from}" first)
    string(FIND "${source}" "${from}" last REVERSE)
    if(first EQUAL -1 OR NOT first EQUAL last)
      message(WARNING "${name}: ${file} has not exactly one \"${from}\"")
      return()
    endif()
    string(REPLACE "${from}" "${to}" source "${source}")
  endwhile()
  get_filename_component(stem "${file}" NAME_WE)
  set(patched "${CMAKE_CURRENT_BINARY_DIR}/mutants/${name}/${stem}.cc")
  file(CONFIGURE OUTPUT "${patched}" CONTENT "${source}" @ONLY)
  kopa_binary(simulation_${name} SOURCES simulation_main.cc "${patched}" DEPENDS kopa_simulation)
  set_target_properties(simulation_${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests/mutants")
  set_property(GLOBAL APPEND PROPERTY KOPA_MUTANTS simulation_${name})
endfunction()

# Compiler settings that hold for every target: standard, warnings, sanitizers, linker, ccache.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

# Dev: quick to compile, quick enough to run thousands of property cases, with line numbers.
set(CMAKE_CXX_FLAGS_DEV "-O1 -g1")
set(CMAKE_C_FLAGS_DEV "-O1 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_C_FLAGS_RELEASE "-O2 -g1")

find_program(KOPA_CCACHE ccache)
if(KOPA_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${KOPA_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER "${KOPA_CCACHE}")
endif()

# Links are many (a test a concern): lld takes a tenth of the time of bfd.
find_program(KOPA_LLD ld.lld)
if(KOPA_LLD)
  add_link_options(-fuse-ld=lld)
endif()

add_library(kopa_options INTERFACE)
target_include_directories(kopa_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(kopa_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety -Wno-sign-conversion>)
if(KOPA_WERROR)
  target_compile_options(kopa_options INTERFACE -Werror)
endif()
if(KOPA_SANITIZE)
  add_compile_options(-fsanitize=${KOPA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${KOPA_SANITIZE})
endif()

# cmake -D FROM=<this folder> -D TO=<folder> -D NPM=<npm> -P prepare.cmake
# Copies the page's sources to a folder and installs their packages there, if they changed.
file(COPY ${FROM}/page ${FROM}/test ${FROM}/build.mjs ${FROM}/package.json
     ${FROM}/package-lock.json ${FROM}/tsconfig.json DESTINATION ${TO})
file(SHA256 ${TO}/package-lock.json wanted)
set(mark ${TO}/node_modules/.installed)
if(EXISTS ${mark})
  file(READ ${mark} installed)
endif()
if(NOT "${installed}" STREQUAL "${wanted}")
  execute_process(COMMAND ${NPM} ci --no-audit --no-fund --loglevel=error WORKING_DIRECTORY ${TO}
                  COMMAND_ERROR_IS_FATAL ANY)
  file(WRITE ${mark} ${wanted})
endif()

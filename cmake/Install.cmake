# What `cmake --install` puts where: the program, and what a user reads beside it.
if(TARGET tearproof)
  install(TARGETS tearproof RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(FILES ${CMAKE_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/backends/adapters
        DESTINATION ${CMAKE_INSTALL_DATADIR}/tearproof PATTERN "__pycache__" EXCLUDE
        PATTERN "node_modules" EXCLUDE)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/scenarios DESTINATION ${CMAKE_INSTALL_DATADIR}/tearproof
        FILES_MATCHING PATTERN "*.toml")

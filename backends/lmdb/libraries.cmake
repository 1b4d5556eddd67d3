target_link_libraries(${backend_target} PUBLIC PkgConfig::lmdb)

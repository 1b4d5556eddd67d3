target_link_libraries(${backend_target} PUBLIC SQLite::SQLite3)

# The SQL of the import formats, embedded.
file(GLOB _sql CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/formats/*.sql)
perennial_embed(perennial_store NAMESPACE perennial::store::formats_sql
  HEADER perennial/store/import/formats_sql.h FILES ${_sql})

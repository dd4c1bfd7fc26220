// Every statement of sql/, as constants: sql/query/session/find.sql is sql::session_find.
#pragma once

#include <array>

#include "store/sql_text.h"

namespace latchkey::store::sql {
// Made by the Makefile; they hold constants only and belong into this namespace.
#include "sql_queries.inc"
#include "sql_schema.inc"

// The schema files in their order: the file at index N brings version N to N + 1. Each ends by
// setting `user_version`. tests/unit/store/schema_test.cc holds this list to the folder.
inline constexpr std::array kSchema = {schema_0001_first, schema_0002_directory,
                                      schema_0003_membership, schema_0004_credential_life,
                                      schema_0005_user_token, schema_0006_audit,
                                      schema_0007_device_login, schema_0008_credential_key};
}  // namespace latchkey::store::sql

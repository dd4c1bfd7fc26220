// How the audit log is read, for those who append to it, list it and check it.
#pragma once

#include "latchkey/store/audit.h"
#include "store/statement.h"

namespace latchkey::store {

// Where the chain begins and where it ends.
struct AuditEnds {
  AuditHead base;
  AuditHead head;
};

AuditEnds read_audit_ends(Columns& columns);
AuditRow read_audit_row(Columns& columns);

}  // namespace latchkey::store

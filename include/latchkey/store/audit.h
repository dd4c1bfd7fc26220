// The audit log: rows that are only ever appended, chained by their digests. Verbs of the store
// append the row of a change in the change's own transaction (src/store/audit_log.h); this is for
// what changes outside of the database, and for reading.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/model/audit.h"

namespace latchkey::store {

class Connection;

// One row as it was read: nothing in it is known to be true before verify() said so.
struct AuditRow {
  std::int64_t seq = 0;
  TimePoint time{};
  std::string action;
  std::string actor;
  std::string address;
  std::string agent;
  std::string account;
  std::string user_name;
  std::string object;
  std::string detail;  // the text of a JSON object
  crypto::Digest chain;
};

// Names one state of the log: all rows up to `seq` are as they were then.
struct AuditHead {
  std::int64_t seq = 0;
  crypto::Digest chain;
};

// What verify() found. `faults` is empty for a whole chain.
struct AuditReport {
  std::int64_t rows = 0;
  std::int64_t first = 0;  // the first row that is still kept; 1 unless old ones were removed
  AuditHead head;
  std::vector<std::string> faults;  // sentences that name the rows, at most kAuditFaultsMax
};

inline constexpr std::size_t kAuditFaultsMax = 20;
inline constexpr std::int64_t kAuditPruneRows = 5000;  // at a time: some milliseconds

class Audit {
 public:
  explicit Audit(Connection& connection) : connection_(connection) {}

  // Appends the row of something that changed outside of the store, on the disk when it returns.
  // Errors: kUnavailable: nothing was written.
  Outcome append(TimePoint now, const model::Actor& by, const model::AuditEvent& event);

  // Lists rows in their order, beginning behind `after`; of one user, or of everybody.
  // `user_name` is compared byte by byte. Errors: kUnavailable.
  Result<std::vector<AuditRow>> list(std::string_view user_name, std::int64_t after,
                                     std::uint32_t limit);

  // Returns where the chain ends now. Who keeps it elsewhere can show later that nobody has
  // written the log anew. Errors: kUnavailable.
  Result<AuditHead> head();

  // Removes rows from the beginning that are older than `horizon`, and appends a row that says so.
  // What stays is whole to verify(). Returns how many were removed: at most kAuditPruneRows.
  Result<std::int64_t> prune(TimePoint horizon, TimePoint now);

  // Computes the whole chain again.
  //
  // Input:   `known`, heads that were noted before; the log must still have each.
  // Returns: which rows were changed, removed, put elsewhere or added, and whether the end is
  //          missing. Errors: kUnavailable: the log cannot be read.
  Result<AuditReport> verify(const std::vector<AuditHead>& known);

 private:
  Connection& connection_;
};

// Returns the chain at `row`, of which `row.chain` is not looked at.
// Spec: HMAC-SHA256 with the chain before it as the key; docs/audit.md has the bytes.
crypto::Digest chain_after(const crypto::Digest& before, const AuditRow& row);

}  // namespace latchkey::store

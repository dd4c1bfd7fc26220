// latchkey audit list|verify|export
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "latchkey/wire/hex.h"
#include "latchkey/wire/json.h"
#include "latchkey/wire/json_object.h"
#include "latchkey/wire/number.h"
#include "latchkey/wire/time.h"
#include "every.h"
#include "listing.h"
#include "opened.h"

namespace latchkey::admin {
namespace {

constexpr std::size_t kDetailBytesMax = 64 * 1024;

template <typename Take>
Outcome every_row(store::Audit& audit, const std::string& user, std::int64_t after, Take take) {
  return every<store::AuditRow>(
      [&](const store::AuditRow* last) {
        return audit.list(user, last == nullptr ? after : last->seq, store::kListRowsMax);
      },
      take);
}

std::vector<Cell> cells_of(const store::AuditRow& row) {
  return {row.seq,       wire::rfc3339(row.time), row.action, row.actor, row.user_name,
          row.object,    row.address,             row.agent,  row.detail};
}

// `detail` is JSON unless somebody has been at the file; then it is shown as the text it is.
std::string json_line(const store::AuditRow& row) {
  wire::JsonObject line;
  line.add("row", row.seq)
      .add("time", wire::rfc3339(row.time))
      .add("action", row.action)
      .add("actor", row.actor)
      .add("address", row.address)
      .add("agent", row.agent)
      .add("account", row.account)
      .add("user", row.user_name)
      .add("object", row.object);
  if (wire::Json::parse(row.detail, kDetailBytesMax)) {
    line.add_raw("detail", row.detail);
  } else {
    line.add("detail", row.detail);
  }
  return line.add("chain", row.chain.hex()).text();
}

std::string text_of(const store::AuditHead& head) {
  return std::to_string(head.seq) + ":" + head.chain.hex();
}

// Reads `ROW:CHAIN`, as verify prints it.
std::optional<store::AuditHead> read_head(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto seq = wire::read_number<std::int64_t>(text.substr(0, colon));
  const auto bytes = wire::hex_decode(text.substr(colon + 1));
  if (!seq || *seq < 0 || !bytes) return std::nullopt;
  const auto chain = crypto::Digest::from_bytes(*bytes);
  if (!chain) return std::nullopt;
  return store::AuditHead{.seq = *seq, .chain = *chain};
}

}  // namespace

int audit_list(const Arguments& arguments, const World& world) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  // The log may be long; only its end is kept.
  std::deque<store::AuditRow> newest;
  const auto keep = [&](const store::AuditRow& row) {
    newest.push_back(row);
    if (newest.size() > arguments.last) newest.pop_front();
  };
  const Outcome read = every_row(opened->store.audit(), arguments.user, 0, keep);
  if (!read) return failed(world, "audit", read.error());
  Listing listing({"row", "time", "action", "actor", "user", "object", "address", "agent",
                   "detail"});
  for (const store::AuditRow& row : newest) listing.add(cells_of(row));
  listing.write(arguments.form, world.out);
  return kGood;
}

int audit_export(const Arguments& arguments, const World& world) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  const Outcome read = every_row(
      opened->store.audit(), arguments.user, arguments.after,
      [&world](const store::AuditRow& row) { world.out << json_line(row) << '\n'; });
  return read ? static_cast<int>(kGood) : failed(world, "audit", read.error());
}

int audit_verify(const Arguments& arguments, const World& world) {
  std::vector<store::AuditHead> known;
  for (const std::string& text : arguments.heads) {
    const std::optional<store::AuditHead> head = read_head(text);
    if (!head) {
      return complain(world, kUsage,
                      "--head: " + text + ": must be ROW:CHAIN, as verify prints it");
    }
    known.push_back(*head);
  }
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  const Result<store::AuditReport> report = opened->store.audit().verify(known);
  if (!report) return failed(world, "audit", report.error());
  for (const std::string& fault : report->faults) complain(world, kFailed, "audit: " + fault);
  if (!report->faults.empty()) return kFailed;
  world.out << report->rows << " rows from row " << report->first << " on, whole\nhead "
            << text_of(report->head) << '\n';
  return kGood;
}

}  // namespace latchkey::admin

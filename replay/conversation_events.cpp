#include "replay/conversation_events.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <vector>

#include "projections/audit_query.h"
#include "projections/view_kind.h"
#include "projections/view_pointer.h"
#include "projections/view_store.h"

namespace hansard::replay {

using base::Position;
using base::Result;

namespace {
constexpr std::size_t kStretchEvents = 1'000;
constexpr std::size_t kPagePositions = 10'000;

struct Listed {
  std::vector<Position> positions;  // ascending
  Position to;                      // everything up to it is listed
};

// Nothing: there is no audit view of this log.
std::shared_ptr<const projections::StoreSnapshot> audit_rows(const engine::Engine& engine, const std::string& data) {
  const projections::ViewKind& kind = projections::audit_kind();
  const std::string place = data + "/views/" + std::string(kind.name);
  const std::string folder = place + "/" + projections::read_pointer(place, kind.version).current.text();
  std::error_code missing;
  if (data.empty() || !std::filesystem::exists(folder + "/CURRENT", missing)) return nullptr;
  auto rows = projections::ViewStore::open_read_only(folder);
  const bool is_usable = rows && rows.value()->checkpoint().epoch == engine.epoch() &&
                         rows.value()->checkpoint().position <= engine.durable();
  return is_usable ? std::move(rows).value() : nullptr;
}

Listed listed_in(std::shared_ptr<const projections::StoreSnapshot> rows, const EventsAbout& what) {
  const projections::AuditSnapshot audit(std::move(rows));
  Listed listed{{}, std::min(what.through, audit.position())};
  projections::AuditQuery query;
  query.filter.conversation = what.conversation;
  query.limit = kPagePositions;
  for (query.to = listed.to; query.to;) {
    const projections::AuditPage page = audit.find(query);
    listed.positions.insert(listed.positions.end(), page.positions.begin(), page.positions.end());
    if (page.finished || page.scanned_to.value <= 1) break;
    query.to = {page.scanned_to.value - 1};
  }
  std::reverse(listed.positions.begin(), listed.positions.end());
  return listed;
}
}  // namespace

Result<void> for_each_event_about(const engine::Engine& engine, const std::string& data, const EventsAbout& what,
                                  const std::function<void(Position)>& progress, const TakeEvent& take) {
  Listed listed;
  if (auto rows = audit_rows(engine, data)) listed = listed_in(std::move(rows), what);
  for (Position at : listed.positions) {
    TRY(auto event, engine.get(at));
    TRY(take(*event));
    progress(at);
  }
  for (Position at = listed.to; at < what.through;) {
    TRY(auto events, engine.read(at, kStretchEvents));
    if (events.empty()) return base::error(base::ErrorCode::corrupt, "the log ends before its durable position");
    for (const auto& event : events) {
      if (event->position > what.through) break;
      TRY(take(*event));
    }
    at = events.back()->position;
    progress(std::min(at, what.through));
  }
  return base::success();
}

}  // namespace hansard::replay

#include "projections/one_conversation.h"

#include "projections/chat_snapshot.h"
#include "projections/projection.h"
#include "projections/row_map.h"

namespace hansard::projections {

namespace {
constexpr std::size_t kStretchEvents = 1'000;
constexpr std::size_t kRowsCachedMax = 100'000;

template <class Body>
bool is_pointer_of(const Body& body, const ConversationId& conversation) {
  if constexpr (domain::PointerEvent<Body>) {
    return body.conversation == conversation;
  } else {
    return false;
  }
}
}  // namespace

bool concerns(const domain::RecordedEvent& event, const ConversationId& conversation) {
  if (event.stream == base::stream_of(conversation)) return true;
  if (!event.body) return false;
  return std::visit([&](const auto& body) { return is_pointer_of(body, conversation); }, *event.body);
}

base::Result<std::unique_ptr<Snapshot>> fold_conversation(const engine::Engine& engine,
                                                          const ConversationId& conversation, Position through,
                                                          const std::function<void(Position)>& progress) {
  auto rows = std::make_shared<RowMap>();
  RowBatch batch(*rows, kRowsCachedMax);
  Checkpoint next;
  next.epoch = engine.epoch();
  while (next.position < through) {
    TRY(auto events, engine.read(next.position, kStretchEvents));
    if (events.empty()) return base::error(base::ErrorCode::corrupt, "the log ends before its durable position");
    for (const auto& event : events) {
      if (event->position > through) break;
      next.position = event->position;
      if (!concerns(*event, conversation)) continue;
      auto applied = apply(*event, batch);
      if (!applied) return applied.error();
    }
    rows->commit(batch.changes(next.digest), next);
    batch.committed();
    progress(next.position);
  }
  return std::unique_ptr<Snapshot>(std::make_unique<ChatSnapshot>(std::move(rows), std::make_shared<UnreadMemo>(0)));
}

}  // namespace hansard::projections

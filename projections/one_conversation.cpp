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

base::Result<std::unique_ptr<Snapshot>> fold_conversation(std::uint32_t epoch, const ConversationId& conversation,
                                                          Position through, const EventWalk& walk) {
  auto rows = std::make_shared<RowMap>();
  RowBatch batch(*rows, kRowsCachedMax);
  Checkpoint next;
  next.epoch = epoch;
  std::size_t applied = 0;
  TRY(walk([&](const domain::RecordedEvent& event) -> base::Result<void> {
    if (!concerns(event, conversation)) return base::success();
    TRY(apply(event, batch));
    if (++applied % kStretchEvents != 0) return base::success();
    rows->commit(batch.changes(next.digest), next);
    batch.committed();
    return base::success();
  }));
  next.position = through;
  rows->commit(batch.changes(next.digest), next);
  batch.committed();
  return std::unique_ptr<Snapshot>(std::make_unique<ChatSnapshot>(std::move(rows), std::make_shared<UnreadMemo>(0)));
}

}  // namespace hansard::projections

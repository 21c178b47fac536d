#include "projections/chat_snapshot.h"

namespace hansard::projections {

std::optional<ProfileView> ChatSnapshot::profile(const UserId&) const { return {}; }
bool ChatSnapshot::blocks(const UserId&, const UserId&) const { return false; }
std::optional<Timestamp> ChatSnapshot::last_seen(const UserId&) const { return {}; }
std::vector<UserId> ChatSnapshot::contacts(const UserId&, std::uint32_t, const UserId&, std::size_t) const {
  return {};
}
bool ChatSnapshot::share_conversation(const UserId&, const UserId&, std::uint32_t) const { return false; }
std::vector<ScheduledView> ChatSnapshot::scheduled(const UserId&, const std::optional<ScheduledCursor>&,
                                                   std::size_t) const {
  return {};
}
std::optional<ScheduledView> ChatSnapshot::scheduled_message(const MessageId&) const { return {}; }
std::vector<DueSend> ChatSnapshot::due_sends(Timestamp, std::size_t) const { return {}; }
std::vector<MessageId> ChatSnapshot::expirable(Timestamp, std::size_t) const { return {}; }
std::optional<FileView> ChatSnapshot::file(const FileId&) const { return {}; }
bool ChatSnapshot::may_read_file(const FileId&, const UserId&) const { return false; }
std::vector<CollectableFile> ChatSnapshot::collectable_files(Timestamp, const std::optional<CollectableFile::Place>&,
                                                             std::size_t) const {
  return {};
}
bool ChatSnapshot::is_blob_used(const base::Digest&) const { return false; }

}  // namespace hansard::projections

// Profiles, blocks, files and last-seen: what belongs to a person and not to a conversation.
#include "engine/domain/deciding.h"

namespace hansard::domain {

Decision decide_one(const Given& given, const PutProfile& command) {
  if (!given.caller.service) return reject(RejectionCode::forbidden, "Only a service writes profiles.");
  const Position before = given.state.user(command.user).profile;
  if (before && given.state.profile_content(before) == command.profile) return unchanged({});
  return changed(ProfileUpdated{command.user, command.profile}, {});
}

Decision decide_one(const Given& given, const BlockUser& command) {
  const UserId& actor = given.caller.actor;
  if (command.user == actor) return reject(RejectionCode::invalid, "Nobody blocks himself.");
  if (given.state.blocks(actor, command.user) == command.blocked) return unchanged({});
  if (command.blocked) return changed(UserBlocked{actor, command.user}, {});
  return changed(UserUnblocked{actor, command.user}, {});
}

Decision decide_one(const Given& given, const RecordFile& command) {
  if (given.state.file(command.file)) return reject(RejectionCode::id_taken, "The id names something else.");
  Accepted accepted =
      changed(FileUploaded{given.caller.actor, command.file, command.sha256, command.size, command.content}, {});
  accepted.created = true;
  return accepted;
}

Decision decide_one(const Given& given, const CollectFile& command) {
  if (!given.caller.server) return not_found();
  const auto file = given.state.file(command.file);
  if (!file || file->collected || file->last_use > command.seen) return unchanged({});
  if (!given.state.holds_on(file->owner).empty()) return unchanged({});
  return changed(FileCollected{file->owner, command.file}, {});
}

Decision decide_one(const Given& given, const NoteSeen& command) {
  if (!given.caller.server) return not_found();
  return changed(UserSeen{given.caller.actor, command.at}, {});
}

}  // namespace hansard::domain

// One conversation of a workspace import as requests: created, its posts in order with the comings and goings that they
// tell of, its reactions; in the end the members of the export, who have read everything. See workspace_import.h.
//
// Thread: one worker at a time.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "replay/import_desk.h"
#include "replay/post_player.h"

namespace hansard::replay {

class ConversationPlayer {
 public:
  // Both outlive the player.
  ConversationPlayer(const migrate::Conversation& conversation, ImportDesk& desk)
      : conversation_(conversation),
        desk_(desk),
        staying_(conversation.members.begin(), conversation.members.end()),
        admins_(conversation.admins.begin(), conversation.admins.end()) {}

  // An error means that the server is away for good or takes nothing from us; what else it refuses is counted. The
  // posts of a conversation that it refuses are counted and left out.
  base::Result<void> play(const migrate::Post& post);
  // After the last post; also where there was none.
  base::Result<void> finish();

 private:
  base::Result<void> create(const std::string& first_author);
  void choose_creator(const std::string& first_author);
  std::string creation();
  // Title and metadata, as a JSON object.
  std::string description();
  base::Result<void> update(const base::JsonValue& there);
  bool is_staying(const std::string& user) const;
  base::Result<void> add_member(const std::string& user, const std::string& why);
  // `why`: "" for the end.
  base::Result<void> remove_member(const std::string& user, const std::string& why);
  // Both: false: there is no message.
  base::Result<bool> bring(const migrate::Post& post);
  base::Result<bool> send(const migrate::Post& post);
  base::Result<void> react(const migrate::Post& post);
  base::Result<void> settle_members();
  base::Result<void> mark_read();

  const migrate::Conversation& conversation_;
  ImportDesk& desk_;
  std::string path_;  // of the conversation here, "" before it is created
  std::string creator_;
  bool is_refused_ = false;
  std::optional<PostPlayer> posts_;                // once it is created
  const std::unordered_set<std::string> staying_;  // in the end
  const std::unordered_set<std::string> admins_;
  std::unordered_set<std::string> members_;
  std::unordered_map<std::string, unsigned> removals_;  // by user
};

// A profile; safe to ask for again.
ApiRequest profile_request(const migrate::Person& person, migrate::Losses& losses);

}  // namespace hansard::replay

// One conversation of a workspace import as requests: created, its posts in order with the comings and goings that they
// tell of, its reactions; in the end the members of the export, who have read everything. See workspace_import.h.
//
// Thread: one worker at a time.
#pragma once

#include <functional>
#include <string>
#include <unordered_set>

#include "replay/client.h"
#include "replay/workspace_import.h"

namespace hansard::replay {

using Ask = std::function<base::Result<ApiResponse>(const ApiRequest&)>;

class ConversationPlayer {
 public:
  ConversationPlayer(const migrate::Conversation& conversation, Ask ask, migrate::Losses& losses,
                     WorkspaceReport& report)
      : conversation_(conversation), ask_(std::move(ask)), losses_(losses), report_(report) {}

  // An error means that the server is away for good; what it refuses is counted.
  base::Result<void> play(const migrate::Post& post);
  // After the last post; also where there was none.
  base::Result<void> finish();

 private:
  base::Result<void> create(const std::string& first_author);
  base::Result<void> add_member(const std::string& user, const std::string& why);
  base::Result<void> remove_member(const std::string& user, const std::string& why);
  base::Result<void> send(const migrate::Post& post);
  base::Result<void> send_piece(const migrate::Post& post, std::size_t number, std::size_t from, std::string text);
  std::string body_of(const migrate::Post& post, std::size_t number, std::size_t from, const std::string& text);
  void append_mentions(std::string& body, const migrate::Post& post, std::size_t from, std::size_t length);
  base::Result<void> react(const migrate::Post& post);
  base::Result<void> settle_members();
  base::Result<void> mark_read();
  // The body of the answer, "" for a refusal.
  base::Result<std::string> request(const ApiRequest& request, const std::string& about);

  const migrate::Conversation& conversation_;
  const Ask ask_;
  migrate::Losses& losses_;
  WorkspaceReport& report_;
  std::string id_;
  std::string creator_;
  std::unordered_set<std::string> members_, seen_;
  std::string last_answer_;  // of the newest message
};

// A profile; safe to ask for again.
ApiRequest profile_request(const migrate::Person& person);

}  // namespace hansard::replay

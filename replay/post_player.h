// The posts of one conversation of a workspace import as messages: each sent once, and edited where a newer export
// says that it was edited there after what is here. What was edited here later stays. See workspace_import.h.
//
// Thread: one worker at a time. Memory: the keys of the posts.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>

#include "engine/base/json.h"
#include "replay/import_desk.h"

namespace hansard::replay {

class PostPlayer {
 public:
  // `conversation`: its id here. The desk outlives the player.
  PostPlayer(ImportDesk& desk, std::string conversation) : desk_(desk), conversation_(std::move(conversation)) {}

  // now: sent, perhaps by an earlier request; before: it was there and said something else, and was edited if the
  // export says so; out: its author is no member; refused: for another reason, which is counted.
  enum class Sent { now, before, out, refused };
  base::Result<Sent> play(const migrate::Post& post);
  // Of the newest message of the export, 0 before the first.
  std::uint64_t last_ordinal() const { return last_ordinal_; }

 private:
  // A post, or a part of one that is too long for one message.
  struct Piece {
    const migrate::Post& post;
    std::string key;
    std::string text;
    bool is_part = false;
    std::string content;  // text, metadata and mentions, as the beginning of a body
  };
  Piece piece_of(const migrate::Post& post, std::string key, std::size_t from, std::string text, bool is_part);
  void append_mentions(std::string& body, const migrate::Post& post, std::size_t from, std::size_t length);
  ApiRequest send_request(const Piece& piece);
  void append_reply_to(std::string& body, const migrate::Post& post);
  base::Result<Sent> send(const Piece& piece);
  base::Result<Sent> meet(const Piece& piece, const ApiResponse& refusal);
  base::Result<void> edit(const Piece& piece);
  Sent refused(const Piece& piece, const ApiResponse& answer);
  bool is_to_edit(const Piece& piece, const base::JsonValue& there);
  void note_ordinal(const base::JsonValue& message);

  ImportDesk& desk_;
  const std::string conversation_;
  base::JsonParser parser_;
  std::unordered_set<std::string> seen_;
  std::uint64_t last_ordinal_ = 0;
};

}  // namespace hansard::replay

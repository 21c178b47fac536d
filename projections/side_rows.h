// The rows of the chat view that stand beside conversations and messages: reactions, people, what waits for its time,
// and files. The rules of rows.h hold here too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/domain/state.h"
#include "projections/queries.h"

namespace hansard::projections {

// What others did to a message: read with it, and only there where somebody ever did. No row means nothing of it.
struct StandingRow {
  std::uint64_t replies = 0;                  // live
  std::vector<domain::EmojiCount> reactions;  // by the bytes of the emoji; each count is above 0
  // What the past begins with: replies ever, live or not, and rows of past reactions.
  std::uint64_t replies_ever = 0;
  std::uint64_t reactions_ever = 0;
  Ordinal last_reply;      // live or not
  Position last_reaction;  // or its taking back
  bool empty() const { return replies_ever == 0 && reactions_ever == 0; }
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

// The reactions of one user to one message. It may outlive the message; its StandingRow says what counts.
struct EmojisRow {
  std::vector<std::string> emojis;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

struct ProfileRow {
  ProfileView profile;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

struct TimeRow {
  Timestamp at;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

struct UserRow {
  UserId user;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

struct ScheduledRow {
  ScheduledView message;
  std::vector<FileId> files;  // what it carries; ascending, each once
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

// `file.id` is in the key.
struct FileRow {
  FileView file;
  bool was_attached = false;
  std::uint64_t carriers = 0;  // messages that carry it: waiting, live or deleted, not expired or erased
  // Where it stands among the collectable; nothing: it is not.
  std::optional<Timestamp> collectable_at() const;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

}  // namespace hansard::projections

// What another chat system exported, as Hansard will say it: people, conversations and their posts in the order of
// time. The readers (slack_export.h, mattermost_export.h) turn a format into this; replay/workspace_import.h plays it.
//
// Thread: everything const from any.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"

namespace hansard::migrate {

// A user id of Hansard's, with his profile.
struct Person {
  std::string id;
  std::string display_name;
  std::string avatar;    // a URL, "" for none
  std::string metadata;  // a JSON object, "" for none
};

struct Conversation {
  std::string key;  // unique for good, over all exports of the workspace: the external id
  bool is_direct = false;
  std::string title;
  std::string creator;               // "" when nobody knows
  std::vector<std::string> members;  // ascending, each once
  std::vector<std::string> admins;   // of the members, ascending, each once
  bool members_are_known = false;    // `members` are all who are in it now
  std::string metadata;              // a JSON object, "" for none
};

// In Unicode code points of the text.
struct Mention {
  std::string user;
  std::size_t offset = 0, length = 0;
};

struct Reaction {
  std::string emoji, user;
};

struct Post {
  std::string key;  // unique for good
  std::string author;
  base::Timestamp time;
  bool is_notice = false;  // of the system: somebody joined, the topic changed
  bool is_bot = false;
  std::string text;
  std::vector<Mention> mentions;
  std::string reply_to;  // the key of another post, "" for none
  std::vector<Reaction> reactions;
  std::string metadata;             // a JSON object, "" for none
  std::vector<std::string> joined;  // by this notice
  std::vector<std::string> left;
};

// What could not be carried over, counted by sentence; none of it is no sentence. Thread: any.
class Losses {
 public:
  void note(const std::string& what, std::uint64_t count = 1);
  std::map<std::string, std::uint64_t> all() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t> counts_;
};

class Workspace {
 public:
  // False stops.
  using Sink = std::function<bool(Post post)>;

  virtual ~Workspace() = default;
  virtual const std::vector<Person>& people() const = 0;
  virtual const std::vector<Conversation>& conversations() const = 0;
  // The posts of a conversation by its number, in the order of time. Reads the export; bounded memory.
  virtual base::Result<void> read(std::size_t conversation, Losses& losses, const Sink& sink) const = 0;
};

// Appends `"name":"value"`, behind a comma where `object` needs one.
void append_text_member(std::string& object, std::string_view name, std::string_view value);
// Ascending, each once.
void sort_once(std::vector<std::string>& names);
// The first `count` code points.
std::string first_code_points(const std::string& text, std::size_t count);

// The character for the name of an emoji ("+1"), ":name:" for one this table does not know. Skin tones are left out.
std::string emoji_of(std::string_view name);

}  // namespace hansard::migrate

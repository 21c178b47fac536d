#include "replay/migrate/mattermost_export.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "engine/base/file_reason.h"
#include "replay/migrate/mattermost_posts.h"
#include "replay/migrate/slack_files.h"

namespace hansard::migrate {

namespace {
using base::JsonValue;

constexpr char kUnknownLines[] = "lines of a kind this version does not know: left out";
constexpr char kNoConversation[] = "posts of a channel that is not in the export: left out";
constexpr char kNoName[] = "users, channels or teams without a name: left out";
constexpr char kArchived[] = "archived channels: open like the others";
constexpr char kHeaders[] = "headers of direct and group messages: left out";
constexpr char kTeams[] = "teams: their channels are conversations like the others";

// Its posts are read again at their places.
constexpr char kReadOnce[] = " is a pipe or a device, and is read more than once: write it to a file and name that.";

constexpr std::size_t kUserIdBytesMax = 128;  // the server's (API section 1)

// Of a reply that says it is older than what it replies to: no post has this key.
constexpr char kNoRoot[] = "mattermost:";

// Where a post or reply is.
struct Place {
  std::int64_t time = 0;
  std::uint64_t line_at = 0;
  std::uint32_t line_bytes = 0;
  std::uint32_t reply = 0;  // 0: the root itself, else its reply - 1
};

std::vector<std::string> names_in(const JsonValue& list) {
  std::vector<std::string> names;
  for (const JsonValue& item : list.items()) {
    std::string name = item.string() ? std::string(*item.string()) : text_of(item, "username");
    if (!name.empty()) names.push_back(std::move(name));
  }
  sort_once(names);
  return names;
}

std::string direct_key(const std::vector<std::string>& members) {
  std::string key = "mattermost:@";
  for (const std::string& member : members) key += member + ",";
  return key;
}

std::string channel_key(const std::string& team, const std::string& name) { return "mattermost:" + team + "/" + name; }

class MattermostExport final : public Workspace {
 public:
  explicit MattermostExport(std::string path) : path_(std::move(path)) {}

  base::Result<void> open(Losses& losses) {
    if (base::is_read_once(path_)) return base::error(base::ErrorCode::not_found, path_ + kReadOnce);
    std::ifstream file(path_, std::ios::binary);
    if (!file) return base::error(base::ErrorCode::not_found, path_ + " cannot be opened");
    // As Mattermost hands an export out: PK…
    if (file.peek() == 'P') {
      return base::error(base::ErrorCode::malformed, path_ + " is a zip archive: unpack it and name the .jsonl in it");
    }
    base::JsonParser parser;
    std::string buffer(kLineBytesMax + 1, '\0');
    for (std::uint64_t number = 1, at = 0; file.getline(buffer.data(), static_cast<std::streamsize>(buffer.size()));
         ++number) {
      const std::uint64_t taken = static_cast<std::uint64_t>(file.gcount());
      const std::string_view line(buffer.data(), taken - (file.eof() ? 0 : 1));
      const std::uint64_t line_at = std::exchange(at, at + taken);
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      auto read = read_line(line, line_at, parser, losses);
      if (!read) return at_line(number, read.error());
    }
    if (!file.eof()) return at_line(0, base::error(base::ErrorCode::malformed, "a line is longer than 16 MiB"));
    return finish(losses);
  }

  const std::vector<Person>& people() const override { return people_; }
  const std::vector<Conversation>& conversations() const override { return conversations_; }

  base::Result<void> read(std::size_t number, Losses& losses, const Sink& sink) const override {
    std::ifstream file(path_, std::ios::binary);
    base::JsonParser parser;
    Reading reading{MattermostKeys(conversations_[number].key), conversations_[number].is_direct, {}};
    std::string line;
    for (const Place& place : places_[number]) {
      line.resize(place.line_bytes);
      file.seekg(static_cast<std::streamoff>(place.line_at));
      if (!file.read(line.data(), place.line_bytes)) return base::error(base::ErrorCode::io, path_ + " cannot be read");
      TRY(auto value, parser.parse(line));
      auto post = post_at(value, place, reading, losses);
      if (post && !sink(std::move(*post))) return base::success();
    }
    return base::success();
  }

 private:
  // Of one conversation.
  struct Reading {
    MattermostKeys keys;
    bool is_direct = false;
    std::unordered_map<std::uint64_t, std::string> roots;  // keys of posts with replies, by the place of their line
  };

  base::Error at_line(std::uint64_t number, const base::Error& error) const {
    const std::string where = number == 0 ? path_ : path_ + ", line " + std::to_string(number);
    return base::error(error.code, where + ": " + error.detail);
  }

  std::optional<Post> post_at(const JsonValue& line, const Place& place, Reading& reading, Losses& losses) const {
    JsonValue root = line.member("post");
    if (root.kind() != JsonValue::Kind::object) root = line.member("direct_post");
    const auto replies = root.member("replies").items();
    if (place.reply == 0) {
      std::string key = reading.keys.next(root);
      if (!replies.empty()) reading.roots[place.line_at] = key;
      return mattermost_post(root, {std::move(key), "", reading.is_direct}, names_, losses);
    }
    if (place.reply > replies.size()) return std::nullopt;
    const JsonValue& reply = replies[place.reply - 1];
    const auto root_key = reading.roots.find(place.line_at);
    const std::string reply_to = root_key == reading.roots.end() ? kNoRoot : root_key->second;
    return mattermost_post(reply, {reading.keys.next(reply), reply_to, reading.is_direct}, names_, losses);
  }

  base::Result<void> read_line(std::string_view line, std::uint64_t at, base::JsonParser& parser, Losses& losses) {
    TRY(auto value, parser.parse(line));
    const std::string type = text_of(value, "type");
    if (type.empty()) return base::error(base::ErrorCode::malformed, "it is no object with a `type`");
    const JsonValue content = value.member(type);
    const Place place{0, at, static_cast<std::uint32_t>(line.size()), 0};
    if (type == "version") return check_version(content);
    TRY(check_content(type, content));
    if (type == "team") {
      losses.note(kTeams);
    } else if (type == "channel") {
      add_channel(content, losses);
    } else if (type == "user") {
      add_person(content, losses);
    } else if (type == "bot") {
      add_bot(content, losses);
    } else if (type == "direct_channel") {
      note_of_direct(content, losses);
      add_direct(members_of(content));
    } else if (type == "post") {
      add_places(channel_key(text_of(content, "team"), text_of(content, "channel")), content, place);
    } else if (type == "direct_post") {
      add_places(add_direct(names_in(content.member("channel_members"))), content, place);
    } else {
      losses.note(kUnknownLines);
    }
    return base::success();
  }

  static base::Result<void> check_version(const JsonValue& version) {
    if (version.integer() == 1) return base::success();
    return base::error(base::ErrorCode::unsupported, "the export is not of version 1");
  }

  static base::Result<void> check_content(const std::string& type, const JsonValue& content) {
    const std::string problem = mattermost_problem(type, content);
    if (problem.empty()) return base::success();
    return base::error(base::ErrorCode::malformed, "of its `" + type + "`: " + problem);
  }

  static std::vector<std::string> members_of(const JsonValue& direct) {
    auto members = names_in(direct.member("members"));
    return members.empty() ? names_in(direct.member("participants")) : members;
  }

  static void note_of_direct(const JsonValue& direct, Losses& losses) {
    if (!text_of(direct, "header").empty()) losses.note(kHeaders);
    const std::size_t favorites = direct.member("favorited_by").items().size();
    if (favorites > 0) losses.note(kMattermostFlags, favorites);
  }

  void add_bot(const JsonValue& bot, Losses& losses) {
    const std::string name = text_of(bot, "username");
    Person person{"bot:" + name, text_of(bot, "display_name"), "", R"({"mattermost":{"is_bot":true}})"};
    if (name.empty() || person.id.size() > kUserIdBytesMax) return losses.note(kNoName);
    if (person.display_name.empty()) person.display_name = name;
    names_.bots.insert(name);
    people_.push_back(std::move(person));
  }

  void add_person(const JsonValue& user, Losses& losses) {
    Person person;
    person.id = text_of(user, "username");
    if (person.id.empty() || person.id.size() > kUserIdBytesMax) return losses.note(kNoName);
    person.display_name = text_of(user, "nickname");
    const std::string first = text_of(user, "first_name"), last = text_of(user, "last_name");
    if (person.display_name.empty()) person.display_name = first + (first.empty() || last.empty() ? "" : " ") + last;
    std::string inside = "{";
    for (const char* name : {"email", "position"}) {
      const std::string value = text_of(user, name);
      if (!value.empty()) append_text_member(inside, name, first_code_points(value, 200));
    }
    person.metadata = "{\"mattermost\":" + inside + "}}";
    names_.users.insert(person.id);
    for (const JsonValue& team : user.member("teams").items()) {
      for (const JsonValue& channel : team.member("channels").items()) {
        add_member(channel_key(text_of(team, "name"), text_of(channel, "name")), person.id, channel, losses);
      }
    }
    people_.push_back(std::move(person));
  }

  void add_member(const std::string& key, const std::string& user, const JsonValue& channel, Losses& losses) {
    members_[key].push_back(user);
    if (text_of(channel, "roles").find("channel_admin") != std::string::npos) admins_[key].push_back(user);
    if (channel.member("favorite").boolean().value_or(false)) losses.note(kMattermostFlags);
  }

  void add_channel(const JsonValue& channel, Losses& losses) {
    const std::string name = text_of(channel, "name");
    if (name.empty()) return losses.note(kNoName);
    if (channel.member("deleted_at").integer().value_or(0) > 0) losses.note(kArchived);
    Conversation conversation;
    conversation.key = channel_key(text_of(channel, "team"), name);
    conversation.title = text_of(channel, "display_name");
    if (conversation.title.empty()) conversation.title = name;
    std::string inside = "{";
    for (const char* text : {"header", "purpose"}) {
      const std::string value = text_of(channel, text);
      if (!value.empty()) append_text_member(inside, text, first_code_points(value, 1'000));
    }
    conversation.metadata = "{\"mattermost\":" + inside + "}}";
    add(std::move(conversation));
  }

  // The key of the conversation of these people.
  std::string add_direct(const std::vector<std::string>& members) {
    Conversation conversation;
    conversation.key = direct_key(members);
    conversation.members = members;
    conversation.members_are_known = true;
    conversation.is_direct = members.size() == 2;
    const std::string key = conversation.key;
    if (!members.empty()) add(std::move(conversation));
    return key;
  }

  void add(Conversation conversation) {
    if (!numbers_.try_emplace(conversation.key, conversations_.size()).second) return;
    conversations_.push_back(std::move(conversation));
  }

  // Posts may stand before their channel: they are kept by its key.
  void add_places(const std::string& key, const JsonValue& post, Place place) {
    auto& places = by_key_[key];
    place.time = post.member("create_at").integer().value_or(0);
    places.push_back(place);
    for (const JsonValue& reply : post.member("replies").items()) {
      place.time = reply.member("create_at").integer().value_or(0);
      ++place.reply;
      places.push_back(place);
    }
  }

  base::Result<void> finish(Losses& losses) {
    places_.resize(conversations_.size());
    for (auto& [key, places] : by_key_) {
      auto number = numbers_.find(key);
      if (number == numbers_.end()) {
        losses.note(kNoConversation, places.size());
        continue;
      }
      std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
        return std::tie(a.time, a.line_at, a.reply) < std::tie(b.time, b.line_at, b.reply);
      });
      places_[number->second] = std::move(places);
    }
    by_key_.clear();
    for (Conversation& conversation : conversations_) settle_members(conversation);
    if (!conversations_.empty()) return base::success();
    return base::error(base::ErrorCode::not_found,
                       "there are no channels in " + path_ + "; name the .jsonl file of a Mattermost bulk export");
  }

  // Users, bots and channels may stand in any order: who is what is known in the end.
  void settle_members(Conversation& conversation) {
    auto members = members_.find(conversation.key);
    if (members != members_.end()) {
      conversation.members = std::move(members->second);
      conversation.members_are_known = true;
    }
    for (std::string& member : conversation.members) member = names_.user_id(member);
    sort_once(conversation.members);
    conversation.admins = std::move(admins_[conversation.key]);
    sort_once(conversation.admins);
  }

  const std::string path_;
  std::vector<Person> people_;
  MattermostNames names_;
  std::unordered_map<std::string, std::vector<std::string>> members_, admins_;  // by channel
  std::vector<Conversation> conversations_;
  std::unordered_map<std::string, std::size_t> numbers_;  // of conversations, by key
  std::unordered_map<std::string, std::vector<Place>> by_key_;
  std::vector<std::vector<Place>> places_;
};
}  // namespace

base::Result<std::unique_ptr<Workspace>> open_mattermost_export(const std::string& file, Losses& losses) {
  auto mattermost = std::make_unique<MattermostExport>(file);
  TRY(mattermost->open(losses));
  return std::unique_ptr<Workspace>(std::move(mattermost));
}

}  // namespace hansard::migrate

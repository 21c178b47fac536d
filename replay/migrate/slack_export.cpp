#include "replay/migrate/slack_export.h"

#include <algorithm>
#include <filesystem>
#include <unordered_set>

#include "replay/migrate/slack_posts.h"

namespace hansard::migrate {

namespace {
namespace fs = std::filesystem;
using base::JsonValue;

constexpr char kPins[] = "pinned messages: not carried over";
constexpr char kArchived[] = "archived channels: open like the others";
constexpr char kNoUserFields[] = "users without an id: left out";
constexpr char kNameTaken[] = "users whose name another user has: here under their Slack id";
constexpr char kNoChannel[] = "folders of no listed channel: left out";
constexpr char kNoChannelFields[] = "channels without an id: left out";

// A name becomes a path: nothing in it may lead elsewhere.
bool is_file_name(const std::string& name) {
  return !name.empty() && name.size() <= 200 && name.find('/') == std::string::npos && !name.starts_with('.');
}

struct Channel {
  Conversation conversation;
  std::string id;      // Slack's
  std::string folder;  // below the export
};

class SlackExport final : public Workspace {
 public:
  SlackExport(std::string folder, SlackUserId user_id) : folder_(std::move(folder)), user_id_(user_id) {}

  base::Result<void> open(Losses& losses) {
    TRY(read_people(losses));
    for (const char* file : {"channels.json", "groups.json", "mpims.json", "dms.json"}) {
      TRY(read_channels(file, losses));
    }
    note_other_folders(losses);
    if (!channels_.empty()) return base::success();
    return base::error(base::ErrorCode::not_found, "there are no channels in " + folder_ +
                                                       "; unpack the export and name the folder with users.json in it");
  }

  const std::vector<Person>& people() const override { return people_; }
  const std::vector<Conversation>& conversations() const override { return conversations_; }

  base::Result<void> read(std::size_t number, Losses& losses, const Sink& sink) const override {
    const Channel& channel = channels_[number];
    base::JsonParser parser;
    for (const std::string& file : day_files(folder_ + "/" + channel.folder)) {
      TRY(auto day, parse_list(file, kFileBytesMax, parser));
      TRY(check(file, day, "message", slack_problem));
      for (const JsonValue& message : in_order(day)) {
        auto post = slack_post(message, channel.id, directory_, losses);
        if (post && !sink(std::move(*post))) return base::success();
      }
    }
    return base::success();
  }

 private:
  // `what` each of them is.
  static base::Result<void> check(const std::string& file, const std::vector<JsonValue>& items, const char* what,
                                  std::string (*problem_of)(const JsonValue&)) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::string problem = problem_of(items[i]);
      if (problem.empty()) continue;
      return base::error(base::ErrorCode::malformed, file + ", " + what + " " + std::to_string(i + 1) + ": " + problem);
    }
    return base::success();
  }

  static std::vector<JsonValue> in_order(const std::vector<JsonValue>& day) {
    std::vector<std::pair<SlackTime, JsonValue>> timed;
    for (const JsonValue& message : day) {
      timed.emplace_back(slack_time(text_of(message, "ts")).value_or(SlackTime{}), message);
    }
    std::stable_sort(timed.begin(), timed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<JsonValue> messages;
    for (const auto& [time, message] : timed) messages.push_back(message);
    return messages;
  }

  base::Result<void> read_people(Losses& losses) {
    base::JsonParser parser;
    const std::string file = folder_ + "/users.json";
    TRY(auto users, parse_list(file, kFileBytesMax, parser));
    TRY(check(file, users, "user", slack_user_problem));
    for (const JsonValue& user : users) add_person(user, losses);
    return base::success();
  }

  std::string hansard_id(const JsonValue& user) const {
    std::string wanted;
    if (user_id_ == SlackUserId::name) wanted = text_of(user, "name");
    if (user_id_ == SlackUserId::email) wanted = text_of(user.member("profile"), "email");
    return wanted.empty() || wanted.size() > 128 ? text_of(user, "id") : wanted;
  }

  void add_person(const JsonValue& user, Losses& losses) {
    const std::string id = text_of(user, "id");
    if (id.empty()) return losses.note(kNoUserFields);
    const JsonValue profile = user.member("profile");
    Person person{hansard_id(user), text_of(profile, "display_name"), text_of(profile, "image_192"), ""};
    if (!taken_.insert(person.id).second) {
      losses.note(kNameTaken);
      person.id = id;
      taken_.insert(id);
    }
    for (const char* other : {"real_name", "name"}) {
      if (person.display_name.empty()) person.display_name = text_of(user, other);
    }
    std::string slack = "{";
    append_text_member(slack, "id", id);
    for (const char* name : {"email", "title", "real_name"}) {
      const std::string value = text_of(profile, name);
      if (!value.empty()) append_text_member(slack, name, first_code_points(value, 200));
    }
    if (user.member("deleted").boolean().value_or(false)) slack += ",\"deleted\":true";
    if (user.member("is_bot").boolean().value_or(false)) slack += ",\"is_bot\":true";
    person.metadata = "{\"slack\":" + slack + "}}";
    directory_.users[id] = {person.id, person.display_name.empty() ? id : person.display_name};
    people_.push_back(std::move(person));
  }

  base::Result<void> read_channels(const std::string& file, Losses& losses) {
    std::error_code problem;
    if (!fs::exists(folder_ + "/" + file, problem)) return base::success();
    base::JsonParser parser;
    TRY(auto channels, parse_list(folder_ + "/" + file, kFileBytesMax, parser));
    TRY(check(folder_ + "/" + file, channels, "channel", slack_channel_problem));
    for (const JsonValue& channel : channels) add_channel(channel, file, losses);
    return base::success();
  }

  // A list that was lost on the way, or a channel that left it, leaves folders with days.
  void note_other_folders(Losses& losses) const {
    std::unordered_set<std::string> known;
    for (const Channel& channel : channels_) known.insert(channel.folder);
    std::error_code problem;
    for (const auto& entry : fs::directory_iterator(folder_, problem)) {
      const bool is_known = known.contains(entry.path().filename().string());
      if (!is_known && !day_files(entry.path().string()).empty()) losses.note(kNoChannel);
    }
  }

  void add_channel(const JsonValue& channel, const std::string& file, Losses& losses) {
    Channel added;
    added.id = text_of(channel, "id");
    if (!is_file_name(added.id)) return losses.note(kNoChannelFields);
    if (!channel.member("pins").items().empty()) losses.note(kPins, channel.member("pins").items().size());
    if (channel.member("is_archived").boolean().value_or(false)) losses.note(kArchived);
    const std::string name = text_of(channel, "name");
    added.folder = is_file_name(name) ? name : added.id;
    directory_.channels[added.id] = name;
    fill(added.conversation, channel, added.id, file);
    conversations_.push_back(added.conversation);
    channels_.push_back(std::move(added));
  }

  void fill(Conversation& conversation, const JsonValue& channel, const std::string& id,
            const std::string& file) const {
    conversation.key = "slack:" + id;
    for (const JsonValue& member : channel.member("members").items()) {
      if (member.string()) conversation.members.push_back(directory_.user_id(std::string(*member.string())));
    }
    sort_once(conversation.members);
    conversation.members_are_known = !conversation.members.empty();
    const std::string creator = text_of(channel, "creator");
    if (!creator.empty()) conversation.creator = directory_.user_id(creator);
    conversation.is_direct = file == "dms.json" && conversation.members.size() == 2;
    if (file != "dms.json") conversation.title = text_of(channel, "name");
    std::string slack = "{";
    append_text_member(slack, "id", id);
    for (const char* text : {"topic", "purpose"}) {
      const std::string value = plain_text(text_of(channel.member(text), "value"), directory_.names()).text;
      if (!value.empty()) append_text_member(slack, text, first_code_points(value, 1'000));
    }
    conversation.metadata = "{\"slack\":" + slack + "}}";
  }

  const std::string folder_;
  const SlackUserId user_id_;
  SlackDirectory directory_;
  std::unordered_set<std::string> taken_;  // Hansard's user ids
  std::vector<Person> people_;
  std::vector<Conversation> conversations_;
  std::vector<Channel> channels_;
};
}  // namespace

base::Result<std::unique_ptr<Workspace>> open_slack_export(const std::string& folder, SlackUserId user_id,
                                                           Losses& losses) {
  std::error_code problem;
  if (!fs::is_directory(folder, problem)) {
    return base::error(base::ErrorCode::not_found,
                       folder + " is no folder; unpack a Slack export first: unzip export.zip -d FOLDER");
  }
  auto slack = std::make_unique<SlackExport>(folder, user_id);
  TRY(slack->open(losses));
  return std::unique_ptr<Workspace>(std::move(slack));
}

}  // namespace hansard::migrate

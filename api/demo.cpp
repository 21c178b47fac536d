#include "api/demo.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace hansard::api {
namespace {

using base::ConversationId;
using base::MessageId;
using base::UserId;

constexpr const char* kTrip = "demo-trip";
constexpr const char* kRide = "demo-ride-1001";

domain::Caller as(std::string_view user) { return {UserId{"demo"}, UserId{std::string(user)}, true, false, false}; }

// One command at a time: the demo is small, and each step names what the one before made.
class Desk final : public engine::AnswerSink {
 public:
  explicit Desk(engine::Engine& engine) : engine_(engine) {}

  engine::Answer ask(domain::Command command, std::string_view user) {
    engine_.submit({std::move(command), as(user), "", 0, this});
    std::unique_lock lock(mutex_);
    answered_.wait(lock, [this] { return answer_.has_value(); });
    return *std::exchange(answer_, std::nullopt);
  }

  void deliver(std::vector<engine::Completion> completions) override {
    std::lock_guard lock(mutex_);
    answer_ = std::move(completions.front().answer);
    answered_.notify_all();
  }

 private:
  engine::Engine& engine_;
  std::mutex mutex_;
  std::condition_variable answered_;
  std::optional<engine::Answer> answer_;
};

std::string reason_of(const engine::Answer& answer) {
  const auto* rejection = std::get_if<domain::Rejection>(&answer);
  return rejection ? rejection->detail : "the engine takes no commands";
}

// The first refusal is kept; what comes after it is not tried.
class Script {
 public:
  Script(engine::Engine& engine, base::Clock& clock) : desk_(engine), uuids_(clock), now_(clock.now()) {}

  void run(domain::Command command, std::string_view user) {
    if (!refusal_.empty()) return;
    const engine::Answer answer = desk_.ask(std::move(command), user);
    if (!std::holds_alternative<engine::Done>(answer)) refusal_ = reason_of(answer);
  }

  ConversationId open(domain::CreateConversation command, std::string_view user) {
    const ConversationId id = command.id;
    run(std::move(command), user);
    return id;
  }

  MessageId say(const ConversationId& where, std::string_view user, int minutes_ago, std::string text,
                std::optional<MessageId> reply_to = std::nullopt) {
    domain::SendMessage command;
    command.conversation = where;
    command.id = MessageId{uuids_.next()};
    command.content.mentions = mentions_in(text);
    command.content.text = std::move(text);
    command.reply_to = reply_to;
    command.origin_time = base::Timestamp{now_.ms - minutes_ago * 60'000};
    const MessageId id = command.id;
    run(std::move(command), user);
    return id;
  }

  void react(const MessageId& message, std::string_view user, std::string emoji) {
    run(domain::React{message, std::move(emoji), true}, user);
  }
  void forward(const MessageId& message, const ConversationId& where, std::string_view user) {
    run(domain::ForwardMessage{message, where, MessageId{uuids_.next()}}, user);
  }
  void introduce(std::string_view user, std::string display_name) {
    run(domain::PutProfile{UserId{std::string(user)}, {std::move(display_name), "", ""}}, user);
  }

  void edit(const MessageId& message, std::string_view user, std::string text) {
    domain::EditMessage command;
    command.message = message;
    command.mentions = mentions_in(text);
    command.text = std::move(text);
    run(std::move(command), user);
  }

  // At most one of each per user and conversation: a second would wait for the receipt interval.
  void receive(const ConversationId& where, std::string_view user, std::uint64_t up_to) {
    run(domain::Delivered{where, {up_to}}, user);
  }
  void read(const ConversationId& where, std::string_view user, std::uint64_t up_to) {
    run(domain::Read{where, {up_to}, std::nullopt}, user);
  }

  const std::string& refusal() const { return refusal_; }

 private:
  // "@name" up to the next space; the texts are ASCII, so bytes are code points.
  static std::vector<domain::Mention> mentions_in(const std::string& text) {
    std::vector<domain::Mention> mentions;
    for (auto at = text.find('@'); at != std::string::npos; at = text.find('@', at + 1)) {
      const auto end = text.find_first_of(" ,.!?", at);
      const std::string name = text.substr(at + 1, (end == std::string::npos ? text.size() : end) - at - 1);
      mentions.push_back({UserId{name}, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(name.size() + 1)});
    }
    return mentions;
  }

  Desk desk_;
  base::UuidSource uuids_;
  const base::Timestamp now_;
  std::string refusal_;
};

void introduce_all(Script& script) {
  script.introduce("alice", "Alice");
  script.introduce("bob", "Bob");
  script.introduce("carol", "Carol");
  script.introduce("driver-dan", "Dan, your driver");
}

ConversationId direct_of_two() { return domain::direct_conversation_id(UserId{"alice"}, UserId{"bob"}); }

void play_direct(Script& script) {
  domain::CreateConversation create;
  create.type = domain::ConversationType::direct;
  create.id = direct_of_two();
  create.members = {UserId{"bob"}};
  const ConversationId direct = script.open(std::move(create), "alice");
  script.say(direct, "alice", 190, "Hi Bob, are you coming this weekend?");
  const MessageId answer = script.say(direct, "bob", 186, "Yes! I bring the tnet.");
  script.edit(answer, "bob", "Yes! I bring the tent.");
  script.say(direct, "alice", 185, "Perfect, then I bring the stove.", answer);
  script.receive(direct, "bob", 3);
  script.read(direct, "bob", 3);
  script.read(direct, "alice", 3);
  script.say(direct, "bob", 12, "Do we need a second tent for Carol?");
}

void play_trip(Script& script) {
  domain::CreateConversation create;
  create.type = domain::ConversationType::group;
  create.external_id = kTrip;
  create.id = domain::external_conversation_id(as("alice"), kTrip);
  create.title = "Weekend trip";
  create.metadata = R"({"place":"Lake Constance"})";
  create.members = {UserId{"bob"}, UserId{"carol"}};
  const ConversationId trip = script.open(std::move(create), "alice");
  const MessageId plan = script.say(trip, "alice", 170, "We leave on Friday at five. @bob drives.");
  script.say(trip, "bob", 168, "Five is early, can we say six?", plan);
  script.edit(plan, "alice", "We leave on Friday at six. @bob drives.");
  const MessageId mistake = script.say(trip, "carol", 160, "Who took my sleeping bag?!");
  script.run(domain::DeleteMessage{mistake, std::nullopt}, "carol");
  const MessageId found = script.say(trip, "carol", 159, "Found it. I am in, six is fine.", plan);
  script.react(found, "alice", "\U0001F389");
  script.react(found, "bob", "\U0001F389");
  script.receive(trip, "bob", 4);
  script.read(trip, "bob", 4);
  script.read(trip, "alice", 2);
  const MessageId site = script.say(trip, "bob", 9, "@alice @carol I booked the camp site, two places by the water.");
  script.forward(site, direct_of_two(), "bob");
  script.say(trip, "carol", 7, "Great! What do I owe you?");
  script.receive(trip, "alice", 6);
}

void play_ride(Script& script) {
  domain::CreateConversation create;
  create.type = domain::ConversationType::ride;
  create.external_id = kRide;
  create.id = domain::external_conversation_id(as("alice"), kRide);
  create.title = "Ride 1001";
  create.metadata = R"({"from":"Market Street 5","to":"Central Station"})";
  create.members = {UserId{"driver-dan"}};
  const ConversationId ride = script.open(std::move(create), "alice");
  script.say(ride, "driver-dan", 31, "Hello, I am on my way. A blue car.");
  script.say(ride, "alice", 30, "Thank you, I wait in front of the bakery.");
  script.receive(ride, "driver-dan", 2);
  script.read(ride, "driver-dan", 2);
  script.read(ride, "alice", 1);
  script.say(ride, "driver-dan", 24, "I am here.");
  script.receive(ride, "alice", 3);
}

}  // namespace

base::Result<void> fill_demo(engine::Engine& engine, base::Clock& clock) {
  if (engine.durable()) return base::success();
  Script script(engine, clock);
  introduce_all(script);
  play_direct(script);
  play_trip(script);
  play_ride(script);
  if (!script.refusal().empty()) {
    return base::error(base::ErrorCode::refused, "the demo cannot be written: " + script.refusal());
  }
  return base::success();
}

std::string demo_guide(const std::string& url, const std::string& token) {
  const std::string host = url.substr(url.find("//"));
  const std::string socket = url.starts_with("https:") ? "wss:" : "ws:";
  const std::string trip = base::to_text(domain::external_conversation_id(as(kDemoUser), kTrip));
  const std::string curl = "curl -s -H 'Authorization: Bearer " + token + "' ";
  return "\nThe demo: you are " + std::string(kDemoUser) + ", with this token for 24 hours:\n\n" + token +
         "\n\nYour conversations, a new message, and a socket that shows what happens:\n\n" +  //
         curl + url + "/api/v1/conversations\n\n" +                                            //
         curl + "-H 'Content-Type: application/json' -d '{\"content\":\"Hello from curl\"}' " + url +
         "/api/v1/conversations/" + trip + "/messages\n\n" +  //
         "python3 -m websockets '" + socket + host + "/ws?access_token=" + token + "'\n\n";
}

}  // namespace hansard::api

#include "tests/process/house.h"

#include <regex>
#include <stdexcept>
#include <utility>

#include "tests/support/small_store.h"

namespace hansard::process {

namespace {
void render(std::string& out, const domain::RecordedEvent& event, const projections::Snapshot& now) {
  if (now.position() < event.position) throw std::runtime_error("the view has not applied the event");
  out += "\"event\":{\"position\":" + std::to_string(event.position.value) + "}";
}
}  // namespace

class FakePost final : public HttpPost {
 public:
  explicit FakePost(Receiver& receiver) : receiver_(receiver) {}
  HttpReply send(const HttpRequest& request) override { return receiver_.receive(request); }
  void cancel() override {}

 private:
  Receiver& receiver_;
};

void Receiver::answer(std::vector<HttpReply> next) {
  std::lock_guard lock(mutex_);
  next_ = {next.begin(), next.end()};
}

void Receiver::answer_always(std::optional<HttpReply> reply) {
  std::lock_guard lock(mutex_);
  always_ = std::move(reply);
}

std::vector<HttpRequest> Receiver::take() {
  std::lock_guard lock(mutex_);
  return std::exchange(seen_, {});
}

std::vector<std::uint64_t> Receiver::numbers() {
  const std::regex number("\"number\":(\\d+),");
  std::vector<std::uint64_t> found;
  for (const auto& request : take()) {
    std::smatch match;
    if (!std::regex_search(request.body, match, number)) throw std::runtime_error("no number in " + request.body);
    found.push_back(std::stoull(match[1]));
  }
  return found;
}

std::unique_ptr<HttpPost> Receiver::post() { return std::make_unique<FakePost>(*this); }

HttpReply Receiver::receive(const HttpRequest& request) {
  std::lock_guard lock(mutex_);
  seen_.push_back(request);
  if (!next_.empty()) {
    HttpReply reply = next_.front();
    next_.pop_front();
    return reply;
  }
  return always_.value_or(HttpReply{200, "", {}});
}

House::House()
    : engine(engine::Engine::open(support::small_engine(folder.path()), clock).value()),
      views(projections::Views::open(*engine, support::small_views(folder.path())).value()),
      store(ProgressStore::open(folder / "outbox").value()) {}

House::~House() {
  views->stop();
  engine->stop();
}

engine::Answer House::run(domain::Command command, domain::Caller caller) {
  return support::answer_to(*engine, std::move(command), std::move(caller));
}

engine::Answer House::run(domain::Command command, const std::string& user) {
  domain::Caller caller;
  caller.subject = caller.actor = {user};
  return run(std::move(command), std::move(caller));
}

base::ConversationId House::group(const std::string& owner, std::vector<std::string> others,
                                  domain::SettingsPatch settings) {
  domain::CreateConversation create;
  create.id = support::random_id<base::ConversationId>();
  create.settings = settings;
  for (auto& other : others) create.members.push_back({other});
  return std::get<engine::Done>(run(create, owner)).conversation;
}

base::MessageId House::send(const base::ConversationId& to, const std::string& author, const std::string& text) {
  domain::SendMessage message;
  message.conversation = to;
  message.id = support::random_id<base::MessageId>();
  message.content.text = text;
  return *std::get<engine::Done>(run(message, author)).message;
}

void House::settle() {
  if (!views->applied_gate().wait_for(engine->durable(), std::chrono::seconds(20))) {
    throw std::runtime_error("the views do not catch up");
  }
}

CourierParts House::parts() {
  return {*engine,         *views, *store,
          clock,           render, [this](const Trouble& trouble) { troubles.push_back(trouble); },
          dead_letters_max};
}

Subscriber House::subscriber(std::vector<domain::EventType> types) const {
  Subscriber who;
  who.name = "orders";
  who.url = "https://example.com/hook";
  who.secret = std::string(32, 's');
  who.types = std::move(types);
  return who;
}

base::Wake House::run(Courier& courier) {
  settle();
  base::Wake wake = courier.step();
  while (wake.at <= clock.monotonic()) wake = courier.step();
  return wake;
}

void House::reopen_store() {
  store.reset();
  store = ProgressStore::open(folder / "outbox").value();
}

}  // namespace hansard::process

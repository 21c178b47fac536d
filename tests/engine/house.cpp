#include "tests/engine/house.h"

#include <limits>
#include <stdexcept>
#include <utility>

namespace hansard::engine {

base::ConversationId conversation_id(std::uint8_t number) {
  base::ConversationId id;
  id.bytes[0] = 0xC0;
  id.bytes[6] = 0x70;
  id.bytes[15] = number;
  return id;
}

base::MessageId message_id(std::uint8_t number) {
  base::MessageId id;
  id.bytes[0] = 0xAA;
  id.bytes[6] = 0x70;
  id.bytes[15] = number;
  return id;
}

domain::Caller as(const std::string& user) {
  domain::Caller caller;
  caller.subject.value = user;
  caller.actor.value = user;
  return caller;
}

domain::SendMessage text_message(const base::ConversationId& to, const std::string& text) {
  domain::SendMessage send;
  send.conversation = to;
  send.content.text = text;
  return send;
}

// Days pass between two answers here: that is no queue.
House::House() {
  options.data_folder = folder.path();
  options.queue_wait_max_ms = std::numeric_limits<std::uint32_t>::max();
}

House::~House() { store->release(); }

void House::open() {
  Storage storage;
  storage.log = std::make_unique<support::MemoryLog>(store);
  storage.typing = std::make_unique<support::MemoryTypingLane>();
  storage.report = report;
  auto opened = assemble(options, clock, std::move(storage));
  if (!opened) throw std::runtime_error(opened.error().detail);
  engine_ = std::move(opened).value();
}

void House::crash() { engine_.reset(); }

void House::stop() {
  engine_->stop();
  engine_.reset();
}

std::uint64_t House::submit(domain::Command command, const domain::Caller& caller, const std::string& key) {
  // The edge fills the ids that clients did not make.
  if (auto* send = std::get_if<domain::SendMessage>(&command); send && !send->client_made) send->id.bytes = ids_.next();
  const std::uint64_t token = next_token_++;
  engine_->submit({std::move(command), caller, key, token, &answers});
  return token;
}

Answer House::run(domain::Command command, const domain::Caller& caller, const std::string& key) {
  return wait(submit(std::move(command), caller, key));
}

Done House::done(domain::Command command, const domain::Caller& caller, const std::string& key) {
  return std::get<Done>(run(std::move(command), caller, key));
}

base::ConversationId House::group(std::uint8_t number) {
  domain::CreateConversation create;
  create.id = conversation_id(number);
  create.client_made = true;
  create.members = {{"bob"}, {"cid"}};
  done(create, as("ann"));
  return create.id;
}

Done House::send(const base::ConversationId& to, const std::string& text, const std::string& user,
                 const std::string& key) {
  return done(text_message(to, text), as(user), key);
}

void House::poke() { run(domain::CloseConversation{conversation_id(255)}, as("nobody")); }

std::vector<EventPtr> House::log_events() {
  std::vector<EventPtr> all;
  while (true) {
    auto some = engine_->read({all.size()}, 1'000).value();
    if (some.empty()) return all;
    all.insert(all.end(), some.begin(), some.end());
  }
}

}  // namespace hansard::engine

#include "tests/faults/load.h"

#include <array>
#include <cstring>
#include <random>

#include "engine/codec/codec.h"
#include "engine/log/event_log.h"
#include "tests/faults/disk_recorder.h"
#include "tests/files/waiting.h"

namespace hansard::faults {

namespace {
using base::ConversationId;
using base::MessageId;
using base::UserId;

// Of commands without an answer: 1 to 24, another number every ten commands.
std::size_t under_way_most(std::uint64_t number) { return 1 + number / 10 * 7 % 24; }
constexpr std::uint64_t kConversations = 4, kUsers = 6;

using Chance = std::mt19937_64;

template <class Id>
Id id_of(std::uint8_t kind, std::uint64_t seed, std::uint64_t number) {
  Id id;
  id.bytes[0] = kind;
  for (std::size_t i = 0; i < 4; ++i) id.bytes[1 + i] = static_cast<std::uint8_t>(seed >> (8 * i));
  id.bytes[6] = 0x70;
  id.bytes[8] = 0x80;
  for (std::size_t i = 0; i < 6; ++i) id.bytes[10 + i] = static_cast<std::uint8_t>(number >> (8 * i));
  return id;
}

UserId user(std::uint64_t number) { return {"user-" + std::to_string(number % kUsers)}; }

domain::Caller as(const UserId& who) {
  domain::Caller caller;
  caller.subject = caller.actor = who;
  return caller;
}

std::string words(Chance& chance) {
  static constexpr std::array kWords{"verbatim", "record", "speech", "house", "bill", "vote", "amended", "reading"};
  std::string text;
  const std::size_t count = chance() % 30 == 0 ? 400 : 1 + chance() % 12;
  for (std::size_t i = 0; i < count; ++i) text += (i > 0 ? " " : "") + std::string(kWords[chance() % kWords.size()]);
  return text;
}

// What one draw decides, so that other commands can refer to a message: who wrote it and where.
struct Sent {
  MessageId id;
  ConversationId conversation;
  UserId author;
};

class Author {
 public:
  Author(std::uint64_t seed, std::uint64_t number)
      : seed_(seed), number_(number), chance_(seed * 0x9E3779B97F4A7C15ull + number) {}

  Request write(std::optional<std::string>& blob) {
    if (number_ < kConversations) return create();
    const std::uint64_t kind = chance_() % 100;
    if (kind < 58) return send();
    if (kind < 68) return edit();
    if (kind < 73) return of(domain::DeleteMessage{older().id, std::nullopt}, older().author);
    if (kind < 80) return of(domain::React{older().id, "+1", chance_() % 4 != 0}, user(chance_()));
    if (kind < 87) return of(domain::Read{{}, {}, older().id}, user(chance_()));
    if (kind < 90) return profile();
    if (kind < 93) return flag();
    if (kind < 95) return come_or_go();
    if (kind < 98) return file(blob);
    return erase();
  }

 private:
  Request of(domain::Command command, const UserId& who) {
    return {std::move(command), as(who), "k-" + std::to_string(seed_) + "-" + std::to_string(number_)};
  }
  ConversationId conversation(std::uint64_t number) const {
    return id_of<ConversationId>(0x01, seed_, number % kConversations);
  }
  Sent sent(std::uint64_t number) const {
    return {id_of<MessageId>(0x02, seed_, number), conversation(number), user(number / kConversations)};
  }
  // Some earlier command, which may have been something else: then this one is refused, as it will be the next time.
  Sent older() const {
    const std::uint64_t back = 1 + number_ * 7 % 40;
    return sent(number_ > back + kConversations ? number_ - back : kConversations);
  }

  Request create() {
    domain::CreateConversation create;
    create.id = conversation(number_);
    create.client_made = true;
    create.title = words(chance_);
    for (std::uint64_t i = 0; i < kUsers; ++i) create.members.push_back(user(i));
    return of(create, user(0));
  }
  Request send() {
    domain::SendMessage send;
    const Sent made = sent(number_);
    send.id = made.id;
    send.client_made = true;
    send.conversation = made.conversation;
    send.content.text = words(chance_) + " " + std::to_string(number_);
    return of(send, made.author);
  }
  Request edit() {
    domain::EditMessage edit;
    edit.message = older().id;
    edit.text = words(chance_) + " edited by " + std::to_string(number_);
    return of(edit, older().author);
  }
  Request profile() {
    Request request = of(domain::PutProfile{user(number_), {words(chance_), "", ""}}, {"service"});
    request.caller.service = true;
    return request;
  }
  Request flag() {
    domain::FlagConversation flag;
    flag.conversation = conversation(chance_());
    flag.pinned = chance_() % 2 == 0;
    return of(flag, user(chance_()));
  }
  Request come_or_go() {
    const ConversationId where = conversation(chance_());
    const UserId who{"guest-" + std::to_string(chance_() % 3)};
    if (chance_() % 2 == 0) return of(domain::RemoveMember{where, who, std::nullopt}, user(0));
    return of(domain::AddMembers{where, {{who, domain::Role::member}}, std::nullopt}, user(0));
  }
  Request file(std::optional<std::string>& blob) {
    blob = words(chance_) + " as a file " + std::to_string(number_);
    domain::RecordFile record;
    record.file = id_of<base::FileId>(0x03, seed_, number_);
    record.sha256 = base::sha256(*blob);
    record.size = blob->size();
    record.content = {"notes.txt", "text/plain"};
    return of(record, user(number_));
  }
  Request erase() {
    domain::RequestErasure erase;
    erase.id = id_of<base::ErasureId>(0x04, seed_, number_);
    erase.scope = older().id;
    erase.reason = "asked for";
    Request request = of(erase, {"admin"});
    request.caller.admin = true;
    return request;
  }

  const std::uint64_t seed_, number_;
  Chance chance_;
};

std::string hex(const base::Digest& digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::uint8_t byte : digest) text += {kDigits[byte >> 4], kDigits[byte & 15]};
  return text;
}
}  // namespace

Request request_of(std::uint64_t seed, std::uint64_t number, std::optional<std::string>& blob) {
  return Author(seed, number).write(blob);
}

base::Result<std::string> digest_of_leaves(const log::EventLog& log, std::uint64_t first, std::uint64_t last) {
  base::Sha256 hash;
  for (std::uint64_t at = first; at <= last; ++at) {
    TRY(auto record, log.get(base::kPartition, {at}));
    TRY(codec::verify(record));
    hash.update(codec::leaf_bytes(record));
  }
  return hex(hash.finish());
}

bool Load::upload(const std::string& bytes) {
  auto upload = files::begin(*store_.files, bytes.size());
  if (!upload || !files::append(*upload.value(), bytes)) return false;
  return files::finish(*upload.value()).has_value();
}

void Load::submit(std::uint64_t number, Request request) {
  store_.engine->submit({std::move(request.command), std::move(request.caller), std::move(request.key), number, this});
}

bool Load::give(std::uint64_t number) {
  std::optional<std::string> blob;
  Request request = request_of(seed_, number, blob);
  if (blob && !upload(*blob)) return false;
  {
    std::unique_lock lock(mutex_);
    answered_.wait(lock, [&] { return under_way_ < under_way_most(number); });
    if (is_refused_) return false;
    ++under_way_;
  }
  submit(number, std::move(request));
  return true;
}

void Load::finish() {
  std::unique_lock lock(mutex_);
  answered_.wait(lock, [&] { return under_way_ == 0; });
}

void Load::deliver(std::vector<engine::Completion> completions) {
  std::lock_guard lock(mutex_);
  for (auto& one : completions) {
    --under_way_;
    if (is_asking_again_) {
      again_ = std::move(one.answer);
      continue;
    }
    Outcome outcome{one.token, 0, 0, ""};
    if (const auto* done = std::get_if<engine::Done>(&one.answer); done != nullptr && !done->events.empty()) {
      outcome.first = done->events.front()->position.value;
      outcome.last = done->events.back()->position.value;
      auto leaves = digest_of_leaves(*store_.engine->log(), outcome.first, outcome.last);
      if (leaves) outcome.leaves = leaves.value();
    }
    if (std::holds_alternative<engine::DiskFull>(one.answer) ||
        std::holds_alternative<engine::Overloaded>(one.answer)) {
      is_refused_ = true;
    } else {
      note(note_of(outcome));
    }
  }
  answered_.notify_all();
}

std::optional<std::string> Load::ask_again(const Outcome& promised) {
  std::optional<std::string> blob;
  {
    std::lock_guard lock(mutex_);
    is_asking_again_ = true;
    ++under_way_;
  }
  submit(promised.number, request_of(seed_, promised.number, blob));
  finish();
  std::lock_guard lock(mutex_);
  is_asking_again_ = false;
  const std::string what = "command " + std::to_string(promised.number) + " given again: ";
  const auto* done = std::get_if<engine::Done>(&*again_);
  if (done == nullptr) return what + "refused, though it was accepted";
  if (!done->replayed) return what + "carried out a second time";
  if (done->events.empty() || done->events.back()->position.value != promised.last) return what + "another outcome";
  return std::nullopt;
}

void Load::note_checkpoint() {
  const auto shown = store_.proofs->checkpoint();
  if (!shown || shown->note == checkpoint_) return;
  checkpoint_ = shown->note;
  note(note_of(ShownCheckpoint{store_.proofs->key().text(), shown->note}));
}

}  // namespace hansard::faults

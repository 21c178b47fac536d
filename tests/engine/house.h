// An engine on a log in memory with a manual clock, and verbs for what tests do with it.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/assemble.h"
#include "engine/engine.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_log.h"
#include "tests/support/temp_folder.h"

namespace hansard::engine {

// Collects answers; a test waits for the one it wants.
class Answers final : public AnswerSink {
 public:
  void deliver(std::vector<Completion> completions) override {
    std::lock_guard lock(mutex_);
    ++calls_;
    for (auto& one : completions) {
      doubled_ = doubled_ || !answers_.emplace(one.token, std::move(one.answer)).second;
    }
    arrived_.notify_all();
  }
  Answer wait(std::uint64_t token) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return answers_.contains(token); });
    return answers_.at(token);
  }
  bool has(std::uint64_t token) {
    std::lock_guard lock(mutex_);
    return answers_.contains(token);
  }
  std::size_t size() {
    std::lock_guard lock(mutex_);
    return answers_.size();
  }
  std::size_t calls() {
    std::lock_guard lock(mutex_);
    return calls_;
  }
  bool doubled() {
    std::lock_guard lock(mutex_);
    return doubled_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::map<std::uint64_t, Answer> answers_;
  std::size_t calls_ = 0;
  bool doubled_ = false;
};

base::ConversationId conversation_id(std::uint8_t number);
base::MessageId message_id(std::uint8_t number);
domain::Caller as(const std::string& user);
domain::SendMessage text_message(const base::ConversationId& to, const std::string& text);

class House {
 public:
  House();
  ~House();

  void open();   // on what the log and the folder hold; fails the test when it cannot
  void crash();  // the engine is gone, nothing was stopped
  void stop();   // the engine stopped, and gone

  // The token to wait for.
  std::uint64_t submit(domain::Command command, const domain::Caller& caller, const std::string& key = "");
  Answer wait(std::uint64_t token) { return answers.wait(token); }
  Answer run(domain::Command command, const domain::Caller& caller, const std::string& key = "");
  // The outcome of a command that must be accepted.
  Done done(domain::Command command, const domain::Caller& caller, const std::string& key = "");

  // A group of "ann" (owner), "bob" and "cid".
  base::ConversationId group(std::uint8_t number = 1);
  Done send(const base::ConversationId& to, const std::string& text, const std::string& user = "ann",
            const std::string& key = "");
  // Submits something harmless that makes the sequencer look at its clock.
  void poke();

  Engine& engine() { return *engine_; }
  std::vector<EventPtr> log_events();

  support::TempFolder folder;
  support::ManualClock clock;
  std::shared_ptr<support::MemoryStore> store = std::make_shared<support::MemoryStore>();
  log::OpenReport report;
  Options options;
  Answers answers;

 private:
  std::unique_ptr<Engine> engine_;
  base::UuidSource ids_{clock};
  std::uint64_t next_token_ = 1;
};

}  // namespace hansard::engine

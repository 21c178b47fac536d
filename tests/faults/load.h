// Commands for a store under test. Command `number` of a seed is always the same, so that one which was under way when
// the power went is given again as it was: I6 says that it has one effect.
//
// A little of everything that leaves something on the disk: conversations, messages, edits, deletions, reactions,
// pointers, flags, profiles, attachments, erasures, members who come and go.
//
// Thread: one; answers arrive on the sequencer's.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "tests/faults/promises.h"
#include "tests/faults/whole_store.h"

namespace hansard::faults {

struct Request {
  domain::Command command;
  domain::Caller caller;
  std::string key;
};

// `blob` receives the bytes that must be durable before the command is given, where it records a file.
Request request_of(std::uint64_t seed, std::uint64_t number, std::optional<std::string>& blob);

// SHA-256 over the leaves of the records from `first` to `last`, in hex. Errors: as EventLog::get.
base::Result<std::string> digest_of_leaves(const log::EventLog& log, std::uint64_t first, std::uint64_t last);

// Gives commands and notes what they were answered, before anybody else could know.
class Load final : public engine::AnswerSink {
 public:
  Load(WholeStore& store, std::uint64_t seed) : store_(store), seed_(seed) {}

  // Waits until there is room for one more: there is now little under way, so that commits are small and many, now
  // much. False: the store takes no more (a full disk, an upload that failed).
  bool give(std::uint64_t number);
  // Waits for every answer.
  void finish();
  // The answer to a command that was acknowledged before: nothing, or how it differs.
  std::optional<std::string> ask_again(const Outcome& promised);
  // Notes the newest signed checkpoint, if it is another one.
  void note_checkpoint();

  void deliver(std::vector<engine::Completion> completions) override;

 private:
  bool upload(const std::string& bytes);
  void submit(std::uint64_t number, Request request);

  WholeStore& store_;
  const std::uint64_t seed_;
  std::mutex mutex_;
  std::condition_variable answered_;
  std::size_t under_way_ = 0;
  bool is_refused_ = false;
  bool is_asking_again_ = false;
  std::optional<engine::Answer> again_;
  std::string checkpoint_;
};

}  // namespace hansard::faults

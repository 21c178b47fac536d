// The engine and the views in a temporary folder, with a manual clock, a receiver that answers as it is told, and
// verbs.
//
// Thread: one; the receiver may be asked from others.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "projections/process/courier.h"
#include "projections/process/webhooks.h"
#include "projections/views.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_folder.h"

namespace hansard::process {

// Whoever is posted to. Answers 200 unless told otherwise.
class Receiver {
 public:
  void answer(std::vector<HttpReply> next);            // these, then 200 again
  void answer_always(std::optional<HttpReply> reply);  // nothing: 200 again
  std::vector<HttpRequest> take();                     // what has come since the last take
  std::vector<std::uint64_t> numbers();                // of take()
  std::unique_ptr<HttpPost> post();

 private:
  friend class FakePost;
  HttpReply receive(const HttpRequest& request);
  std::mutex mutex_;
  std::deque<HttpReply> next_;
  std::optional<HttpReply> always_;
  std::vector<HttpRequest> seen_;
};

class House {
 public:
  House();
  ~House();

  base::ConversationId group(const std::string& owner, std::vector<std::string> others,
                             domain::SettingsPatch settings = {});
  base::MessageId send(const base::ConversationId& to, const std::string& author, const std::string& text);
  engine::Answer run(domain::Command command, domain::Caller caller);
  engine::Answer run(domain::Command command, const std::string& user);
  // The views have applied what is durable.
  void settle();

  CourierParts parts();
  Subscriber subscriber(std::vector<domain::EventType> types = {domain::EventType::message_sent}) const;
  std::unique_ptr<Courier> courier(Subscriber who) { return std::make_unique<Courier>(who, parts(), receiver.post()); }
  // Steps until nothing is left to do before the clock moves; the wake of the last step.
  base::Wake run(Courier& courier);
  void reopen_store();

  support::TempFolder folder;
  support::ManualClock clock;
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<projections::Views> views;
  std::unique_ptr<ProgressStore> store;
  Receiver receiver;
  std::vector<Trouble> troubles;
  std::size_t dead_letters_max = 10'000;
};

}  // namespace hansard::process

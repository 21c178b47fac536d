// A store on the disk with an eraser, its clock in the test's hand: things are said, asked to be erased, and the eraser
// is stepped, broken off at a step, and begun anew on what is on the disk.
//
// Thread: one.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "projections/process/eraser.h"
#include "tests/process/reluctant_engine.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_folder.h"

namespace hansard::process {

class EraserHouse {
 public:
  EraserHouse() { open(); }
  ~EraserHouse();

  void open();
  // As a kill: nothing is stopped or flushed.
  void crash();
  void restart() {
    crash();
    open();
  }

  engine::Answer run(domain::Command command, domain::Caller caller);
  engine::Done done(domain::Command command, const std::string& user);
  base::ConversationId group(const std::string& owner, std::vector<std::string> others = {});
  base::MessageId send(const base::ConversationId& to, const std::string& author, const std::string& text,
                       std::vector<base::FileId> files = {});
  base::MessageId schedule(const base::ConversationId& to, const std::string& author, const std::string& text);
  base::FileId upload(const std::string& owner, const std::string& bytes, const std::string& name);
  void react(const base::MessageId& message, const std::string& user, const std::string& emoji);
  // Nothing: a legal hold forbids it.
  std::optional<base::ErasureId> erase(const domain::ErasureScope& scope);
  base::HoldId hold(const domain::HoldScope& scope);
  void release(const base::HoldId& id);
  void settle();

  // Every step until the erasure is complete, or waits for a release.
  void finish(const base::ErasureId& id);
  // One step; the view has applied what is durable before it.
  void step();
  bool is_complete(const base::ErasureId& id);
  std::unique_ptr<projections::Snapshot> snapshot();

  // Events of a type in the log.
  template <class Body>
  std::vector<Body> events() const {
    std::vector<Body> found;
    for (base::Position at{1}; at <= engine->durable(); at = at.next()) {
      const auto event = engine->get(at).value();
      if (event->body && std::holds_alternative<Body>(*event->body)) found.push_back(std::get<Body>(*event->body));
    }
    return found;
  }
  // Files below the folder that hold the bytes, in whatever form a table stores them.
  std::set<std::string> files_with(const std::string& words) const;

  support::TempFolder folder;
  support::ManualClock clock;
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<projections::Views> views;
  std::unique_ptr<files::BlobStore> blobs;
  std::unique_ptr<ReluctantEngine> reluctant;  // before the desk
  std::unique_ptr<CommandDesk> desk;
  std::unique_ptr<Eraser> eraser;
  ErasureWatch watch;
  std::vector<base::Error> troubles;
  std::function<void(Eraser::Stage)> before_step = [](Eraser::Stage) {};
  std::function<base::Result<bool>(base::Position)> purge_others = [](base::Position) { return true; };

 private:
  std::uint8_t erasures_ = 0;
};

}  // namespace hansard::process

// What the server does without being asked: timers and webhooks; and the store they keep their progress in, with that
// of the consumers of the log.
//
// Thread: open, start and stop from the owner. Owns: the store, the webhooks, the timers and their threads. Outlived by
// the engine, the views and the clock; destroyed after the engine has stopped, for it may still answer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/files/blob_store.h"
#include "projections/process/command_desk.h"
#include "projections/process/consumers.h"
#include "projections/process/erasure_watch.h"
#include "projections/process/timers.h"
#include "projections/process/webhooks.h"

namespace hansard::process {

struct ProcessOptions {
  std::string data_folder;
  std::uint32_t notify_after_s = 30;          // after a message was sent
  std::uint32_t dead_letters_max = 10'000;    // per webhook
  std::uint32_t files_unattached_s = 86'400;  // what no message carries within it is collected
  std::uint32_t files_sweep_s = 21'600;       // for one look at all blobs
  ConsumerOptions consumers;
};

class Process {
 public:
  struct Parts {
    engine::Engine& engine;
    projections::Views& views;
    base::Clock& clock;
    RenderEvent render;
    std::function<void(const Trouble&)> trouble;
    files::BlobStore* files = nullptr;  // nothing: there are no attachments
    std::function<void(const base::Error&)> files_trouble;
    // What an erasure takes out of search and other views: true once they are clean through the position.
    std::function<base::Result<bool>(base::Position)> purge_others = [](base::Position) { return true; };
    std::function<void(const base::Error&)> erasure_trouble = [](const base::Error&) {};
  };

  // `data_folder`/outbox is opened or made. Errors: see ProgressStore::open.
  static base::Result<std::unique_ptr<Process>> open(const Parts& parts, const ProcessOptions& options,
                                                     std::vector<Subscriber> subscribers);
  ~Process();
  void start();
  // While the engine still answers. Idempotent.
  void stop();

  Webhooks& webhooks() { return webhooks_; }
  Consumers& consumers() { return consumers_; }
  const ErasureWatch& erasures() const { return erasure_watch_; }

 private:
  Process(const Parts& parts, const ProcessOptions& options, std::vector<Subscriber> subscribers,
          std::unique_ptr<ProgressStore> store);
  std::vector<std::unique_ptr<Timer>> make_eraser(const Parts& parts);
  std::vector<std::unique_ptr<Timer>> make_timers(const Parts& parts, const ProcessOptions& options);

  std::unique_ptr<ProgressStore> store_;
  Webhooks webhooks_;
  Consumers consumers_;
  CommandDesk desk_;
  Timers timers_;
  CommandDesk eraser_desk_;
  ErasureWatch erasure_watch_;
  Timers eraser_;  // on a thread of its own: it may be busy for minutes
};

}  // namespace hansard::process

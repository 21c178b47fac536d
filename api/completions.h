// Commands out, answers back to this io thread: the AnswerSink of one thread. The sequencer hands over all answers of a
// group commit in one call and one post; each submission's callback then runs on this thread.
//
// Thread: submit and the callbacks on the io thread; deliver from the sequencer's.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "engine/engine.h"

namespace hansard::api {

namespace asio = boost::asio;

class Completions final : public engine::AnswerSink {
 public:
  using Callback = std::function<void(engine::Answer)>;

  Completions(asio::io_context& io, engine::Engine& engine) : io_(io), engine_(engine) {}
  // The callback runs exactly once, never inside submit.
  void submit(domain::Command command, domain::Caller caller, std::string key, Callback callback);
  void deliver(std::vector<engine::Completion> completions) override;
  std::size_t in_flight() const { return waiting_.size(); }

 private:
  void run_arrived();

  asio::io_context& io_;
  engine::Engine& engine_;
  std::unordered_map<std::uint64_t, Callback> waiting_;
  std::uint64_t next_token_ = 1;
  std::mutex mutex_;
  std::vector<engine::Completion> arrived_;
};

}  // namespace hansard::api

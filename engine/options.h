// The limits of the engine, most of which an operator may change in the configuration file (docs/CONFIGURATION.md; I10,
// docs/ARCHITECTURE.md says where the others are). What clients can notice has the defaults of API.md section 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "engine/domain/decide.h"
#include "engine/log/rocks_log.h"
#include "engine/log/typing_lane.h"

namespace hansard::engine {

struct Options {
  std::string data_folder;
  std::size_t queue_commands_max = 16'384;  // waiting for the sequencer; beyond it: overloaded
  std::size_t queue_bytes_max = 64u << 20;  // about; of texts, metadata and members in waiting commands
  std::uint32_t queue_wait_max_ms = 800;    // the oldest of them; beyond it: overloaded
  std::size_t batch_commands_max = 1'000;   // per group commit
  std::size_t batch_bytes_max = 1u << 20;
  std::size_t tail_events_max = 65'536;  // decoded, newest, in memory
  std::size_t tail_bytes_max = 64u << 20;
  std::size_t index_overlay_events_max = 100'000;  // also: what a start replays at most
  std::size_t index_cache_bytes = 64u << 20;
  std::uint32_t command_days_kept = 7;
  std::uint32_t receipt_interval_ms = 1'000;  // read and delivered: one event per member, conversation and this
  std::size_t receipts_waiting_max = 100'000;
  // Called once with the opened log, before anything is appended; an error refuses the start. Nothing: no check.
  std::function<base::Result<void>(log::EventLog&)> inspect_log;
  domain::Rules rules;
  log::LogOptions log;
  log::TypingOptions typing;
};

}  // namespace hansard::engine

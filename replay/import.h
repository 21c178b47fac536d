// `hansard-replay import`: plays a chat log through the public API as a trusted back end would (service scope, act_as,
// origin_time, quiet). A channel is a group conversation whose external id is its name; its creator is who speaks
// first. Idempotent: every command has a key and every message an id made from the line's id, so a second run, or one
// that goes on after an interruption, changes nothing that is there.
//
// Order: lines of one channel are played in their order, one at a time; channels side by side. The reader stays at
// most `window` lines ahead of the slowest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "replay/client.h"

namespace hansard::replay {

struct ImportOptions {
  Endpoint endpoint;
  std::string token;
  std::string file;
  double speed = 0;  // times as fast as the log's own clock; 0 = as fast as the server takes it
  unsigned connections = 32;
  std::size_t window = 20'000;
  std::chrono::seconds patience{120};
  bool quiet = false;  // no progress
};

struct ImportReport {
  std::uint64_t lines = 0, channels = 0, messages = 0, system_messages = 0, joins = 0, removals = 0;
  std::uint64_t replayed = 0;          // commands the server had already
  std::uint64_t repeats = 0;           // requests sent again after a broken connection or 503
  std::uint64_t dangling_replies = 0;  // reply_to no earlier line of the channel that is there
  std::uint64_t mentions_out_of_range = 0;
  std::vector<std::string> refused;  // the first hundred: line id and what the server said
  std::uint64_t refused_total = 0;
  double seconds = 0;
};

base::Result<ImportReport> import_chat_log(const ImportOptions& options);

// The id of the message a line becomes: UUIDv8 (RFC 9562) over SHA-256 of the line's id.
std::string message_id_of_line(std::string_view line_id);

}  // namespace hansard::replay

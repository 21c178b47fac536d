// `hansard-replay check`: folds a chat log on its own (expected.h) and holds every conversation, message (author, text,
// time, order, reply, mentions), membership and unread count a server answers against it, through the public API.
//
// Thread: one at a time; it uses a few connections of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "replay/client.h"

namespace hansard::replay {

struct CheckOptions {
  Endpoint endpoint;
  std::string token;  // service scope
  std::string file;
  unsigned connections = 8;
  std::chrono::seconds patience{60};
  bool quiet = false;
};

struct CheckReport {
  std::uint64_t conversations = 0, messages = 0, replies = 0, mentions = 0, members = 0, unread_counts = 0;
  std::uint64_t differences_total = 0;
  std::vector<std::string> differences;  // the first hundred, a sentence each
};

base::Result<CheckReport> check_chat_log(const CheckOptions& options);

}  // namespace hansard::replay

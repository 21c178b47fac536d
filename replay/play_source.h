// Where a replay takes events from: the log of a stopped (or running) data folder, or a server's feed.
//
// Thread: one at a time. Limits: a batch is a page of the feed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/event_filter.h"
#include "replay/server_options.h"

namespace hansard::replay {

// One event on its way.
struct PlayedEvent {
  std::string position;  // on the wire: text order is log order
  std::string lane;      // events of one lane keep their order: a conversation, else the event's stream
  base::Timestamp time;
  std::string json;  // engine/event_json.h
};

struct PlayRange {
  engine::EventFilter filter;
  std::string types;  // as they were written
  std::string from;   // exclusive; "" for the beginning; plain or as on the wire, like `to`
  std::string to;     // inclusive; "" for the end of the log
};

class PlaySource {
 public:
  struct Batch {
    std::vector<PlayedEvent> events;
    std::string position;  // everything up to it was given or filtered
    double share = 0;      // of the way
    bool has_ended = false;
  };
  virtual ~PlaySource() = default;
  // May be empty before the end: nothing matched in this stretch.
  virtual base::Result<Batch> next() = 0;
};

base::Result<std::unique_ptr<PlaySource>> play_from_folder(const std::string& data_folder, const PlayRange& range);
// `client`: how long one page is waited for.
base::Result<std::unique_ptr<PlaySource>> play_from_server(const ServerOptions& server, const PlayRange& range,
                                                           ClientOptions client);

}  // namespace hansard::replay

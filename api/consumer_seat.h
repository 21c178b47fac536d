// A reader's place at a named consumer (projections/process/consumers.h), given back when it goes.
//
// Thread: the io thread of the context, also `fenced`, which is called at most once and not after the seat has gone.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/context.h"
#include "api/problem.h"
#include "api/signal.h"

namespace hansard::api {

class ConsumerSeat {
 public:
  // not_found: no such consumer. Whoever read for it before is fenced.
  static Answered<std::unique_ptr<ConsumerSeat>> take(Context& context, const std::string& name,
                                                      std::function<void()> fenced);
  ~ConsumerSeat();
  ConsumerSeat(const ConsumerSeat&) = delete;
  ConsumerSeat& operator=(const ConsumerSeat&) = delete;

  const process::Consumers::Place& place() const { return place_; }
  bool is_current() const { return consumers_.holds(name_, place_.lease); }
  void ack(base::Position up_to) { consumers_.ack(name_, place_.lease, up_to); }

 private:
  ConsumerSeat(process::Consumers& consumers, std::string name, process::Consumers::Place place,
               std::shared_ptr<Bell> bell);

  process::Consumers& consumers_;
  const std::string name_;
  const process::Consumers::Place place_;
  const std::shared_ptr<Bell> bell_;
};

// What a reader is told whose place another has.
Problem consumer_taken();

}  // namespace hansard::api

#include "api/messages_ahead.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "tests/api/transport_fakes.h"

using namespace hansard;
using namespace hansard::api;
using namespace hansard::test;

namespace {

std::string told(const std::optional<projections::MessageView>& message) {
  if (!message) return "none";
  return std::to_string(message->facts.ordinal.value) + (message->content ? message->content->text : " gone");
}

}  // namespace

TEST_CASE("whatever is asked for in whatever order, it is the message as the snapshot has it") {
  rc::prop("at == message_at", [] {
    Edge edge;
    History history(edge.engine);
    for (std::size_t where : {0u, 1u}) {
      history.create(where, 0, 1);
      for (int i = 0; i < 40; ++i) history.send(where, static_cast<std::size_t>(i % 2));
      history.change(where, 0, false);
      history.expire(where, 7);
    }
    edge.publish();
    edge.apply_all();
    const auto snapshot = edge.views.snapshot();
    MessagesAhead messages(*snapshot);
    std::uint64_t at[2] = {1, 1};
    for (int i = 0; i < 100; ++i) {
      const auto where = *rc::gen::inRange<std::size_t>(0, 2);
      const bool goes_on = *rc::gen::inRange(0, 8) != 0;
      at[where] = goes_on ? at[where] + 1 : *rc::gen::inRange<std::uint64_t>(0, 50);
      const auto id = History::conversation(where);
      RC_ASSERT(told(messages.at(id, {at[where]})) == told(snapshot->message_at(id, {at[where]}, {})));
    }
  });
}

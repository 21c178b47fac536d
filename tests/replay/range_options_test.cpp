#include "replay/range_options.h"

#include <catch2/catch.hpp>

using namespace hansard;

namespace {
replay::RangeOptions of_types(std::vector<std::string> types) {
  replay::RangeOptions options;
  options.types = std::move(types);
  return options;
}
}  // namespace

TEST_CASE("a filter takes groups of event types, as subscriptions do") {
  using List = std::vector<std::string>;
  CHECK(replay::filter_of(of_types({})).value().types.empty());
  CHECK(replay::filter_of(of_types({"message.sent", "message.sent"})).value().types == List{"message.sent"});
  const auto group = replay::filter_of(of_types({"reaction.*", "message.sent,read.advanced"})).value().types;
  CHECK(group == List{"message.sent", "reaction.added", "reaction.removed", "read.advanced"});
}

TEST_CASE("a type or group that is none is refused with the list of all") {
  for (const char* wrong : {"message.whispered", "whisper.*", "message", "*", ".*", "unknown"}) {
    INFO(wrong);
    const auto filter = replay::filter_of(of_types({"message.sent", wrong}));
    REQUIRE_FALSE(filter);
    CHECK(filter.error().code == base::ErrorCode::malformed);
    CHECK_THAT(filter.error().detail,
               Catch::StartsWith("--type: there is no event type '" + std::string(wrong) + "'. There are ") &&
                   Catch::Contains("conversation.created, ") && Catch::Contains("audit.read") &&
                   Catch::EndsWith(", and groups of them, such as message.*."));
  }
}

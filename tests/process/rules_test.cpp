#include <catch2/catch.hpp>

#include "engine/event_filter.h"
#include "projections/process/delivery_rows.h"
#include "projections/process/delivery_rules.h"
#include "projections/process/progress_store.h"
#include "projections/process/webhook_request.h"
#include "tests/support/temp_folder.h"

namespace hansard::process {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

HttpReply status(int number) { return {number, "", {}}; }

std::string refusal_of(const SubscriberOptions& options) {
  const auto made = subscriber_of(options);
  return made ? "" : made.error().detail;
}

SubscriberOptions sound() {
  SubscriberOptions options;
  options.name = "push";
  options.url = "https://push.example.com/hansard?tenant=1";
  options.secret_file = "secret";
  options.types = {"message.sent"};
  return options;
}

TEST_CASE("2xx is delivered, a lasting no is dead, all else is tried again until the attempts are used up") {
  Subscriber subscriber;
  subscriber.max_attempts = 5;
  for (const int good : {200, 201, 202, 204, 299}) CHECK(judge(status(good), 1, subscriber) == Verdict::delivered);
  for (const int dead : {400, 401, 403, 404, 409, 410, 413, 422, 451, 499}) {
    CHECK(judge(status(dead), 1, subscriber) == Verdict::dead);
  }
  for (const int later : {0, 101, 301, 302, 307, 408, 425, 429, 500, 502, 503, 504, 599}) {
    INFO(later);
    CHECK(judge(status(later), 1, subscriber) == Verdict::later);
    CHECK(judge(status(later), 4, subscriber) == Verdict::later);
    CHECK(judge(status(later), 5, subscriber) == Verdict::dead);
  }
}

TEST_CASE("the wait doubles up to its bound and is spread over its upper half") {
  Subscriber subscriber;
  subscriber.retry_first_ms = 1'000;
  subscriber.retry_most_ms = 60'000;
  CHECK(delay_after(1, status(500), subscriber, 0.0) == milliseconds(500));
  CHECK(delay_after(1, status(500), subscriber, 0.5) == milliseconds(750));
  CHECK(delay_after(4, status(500), subscriber, 0.0) == milliseconds(4'000));
  for (const std::uint32_t attempts : {7u, 8u, 40u, 1'000'000u}) {
    CHECK(delay_after(attempts, status(500), subscriber, 0.0) == milliseconds(30'000));
    CHECK(delay_after(attempts, status(500), subscriber, 0.999'999) < milliseconds(60'000));
  }
}

TEST_CASE("Retry-After is obeyed, but for no longer than an hour") {
  const Subscriber subscriber;
  CHECK(delay_after(1, {503, "", seconds(20)}, subscriber, 0.0) == seconds(20));
  CHECK(delay_after(1, {429, "", seconds(86'400)}, subscriber, 0.0) == seconds(3'600));
  CHECK(delay_after(20, {429, "", seconds(1)}, subscriber, 0.0) == milliseconds(150'000));
}

TEST_CASE("the signature is HMAC-SHA-256 over id, timestamp and body") {
  // printf 'push-1.1704067200.{"a":1}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
  CHECK(webhook_signature("0123456789abcdef0123456789abcdef", "push-1", 1'704'067'200, "{\"a\":1}") ==
        "v1=35f6db50b4b6ee67d29c89bc268682049db6dac56edd431a200bf79b1c442a00");
}

TEST_CASE("a request carries its id, the time of the attempt and the signature of its own body") {
  Subscriber subscriber;
  subscriber.name = "push";
  subscriber.secret = std::string(32, 'k');
  const auto request = webhook_request(subscriber, {0xABC, 7}, "{}", {1'704'067'200'999});
  const std::string id = "push-0000000000000abc-7";
  const auto has = [&](const std::string& line) {
    return std::find(request.headers.begin(), request.headers.end(), line) != request.headers.end();
  };
  CHECK(has("Hansard-Webhook-Id: " + id));
  CHECK(has("Hansard-Webhook-Timestamp: 1704067200"));
  CHECK(has("Hansard-Webhook-Signature: " + webhook_signature(subscriber.secret, id, 1'704'067'200, "{}")));
  CHECK(has("Content-Type: application/json"));
}

TEST_CASE("a sound webhook of the configuration is taken") {
  auto options = sound();
  options.conversations = {"01890000-0000-7000-8000-000000000001"};
  const auto made = subscriber_of(options);
  REQUIRE(made);
  CHECK(made.value().types == std::vector{domain::EventType::message_sent});
  CHECK(made.value().conversations.size() == 1);
  CHECK_FALSE(made.value().is_loopback);
}

TEST_CASE("a webhook's types are named as those of the event log, alone or as a group") {
  auto options = sound();
  options.types = {"notification.due", "message.*", "message.sent"};
  const auto made = subscriber_of(options);
  REQUIRE(made);
  auto types = engine::parse_event_types("message.*").value();
  REQUIRE(types.size() > 1);
  types.push_back(domain::EventType::notification_due);
  CHECK(made.value().types == types);
  for (const char* wrong : {"", "*", "message", "message.", "messages.*", "message.*x", "message.sent,member.added"}) {
    INFO(wrong);
    options.types = {"message.sent", wrong};
    CHECK_THAT(refusal_of(options), Catch::StartsWith("webhook 'push': there is no event type"));
  }
}

TEST_CASE("plain http goes to this machine only, and no URL carries a password") {
  for (const char* url : {"https://example.com", "https://example.com:8443/a?b=c", "http://127.0.0.1:9000/hook",
                          "http://127.1.2.3/", "http://[::1]:9000/hook", "http://localhost/hook"}) {
    auto options = sound();
    options.url = url;
    INFO(url);
    CHECK(refusal_of(options).empty());
  }
  for (const char* url :
       {"", "example.com/hook", "http://example.com/hook", "http://127.0.0.1.example.com/", "http://127.0.0.1x/",
        "ftp://127.0.0.1/", "file:///etc/passwd", "https://user:word@example.com/", "https://", "https:///path",
        "https://exa mple.com/", "http://[::2]/", "http://10.0.0.1/", "http://localhost.example.com/"}) {
    auto options = sound();
    options.url = url;
    INFO(url);
    CHECK_FALSE(refusal_of(options).empty());
  }
}

TEST_CASE("a mistake in a webhook is named with it") {
  auto options = sound();
  options.types = {"message.new"};
  CHECK(refusal_of(options) == "webhook 'push': there is no event type 'message.new'");
  options.types = {"Message.Sent"};
  CHECK(refusal_of(options) == "webhook 'push': there is no event type 'Message.Sent'");
  options.types = {"unknown"};
  CHECK(refusal_of(options) == "webhook 'push': there is no event type 'unknown'");
  options.types = {};
  CHECK(refusal_of(options) == "webhook 'push': types names no event type");
  options = sound();
  options.name = "Push/1";
  CHECK(refusal_of(options) == "webhook 'Push/1': the name is not 1 to 64 of a-z, 0-9, '-' and '_'");
  options = sound();
  options.from = "yesterday";
  CHECK(refusal_of(options) == "webhook 'push': from is not \"now\" or \"beginning\"");
  options = sound();
  options.conversations = {"all"};
  CHECK(refusal_of(options) == "webhook 'push': 'all' is not a conversation id");
  CHECK_FALSE(check_subscribers({sound(), sound()}));
  CHECK_FALSE(check_subscribers(std::vector<SubscriberOptions>(kSubscribersMax + 1, sound())));
  CHECK(check_subscribers({sound()}));
}

TEST_CASE("rows are read as they were written, and nothing else is") {
  const DeliveryState state{0x1234567890ABCDEF, 3, {1'000'000}, 42, {1'000'001}, 40, 2, 1};
  DeliveryState read;
  REQUIRE(read.decode(state.encode()));
  CHECK(read == state);
  const DeadLetter letter{0, {77}, {1'704'067'200'000}, 503, 15, "the receiver answered 503"};
  DeadLetter read_letter;
  REQUIRE(read_letter.decode(letter.encode()));
  CHECK(read_letter == letter);
  const std::string bytes = state.encode();
  for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(read.decode(bytes.substr(0, size)));
  CHECK_FALSE(read.decode(bytes + "x"));
}

TEST_CASE("what was written to the progress store is there after it was closed, in the order of the keys") {
  const support::TempFolder folder;
  {
    const auto store = ProgressStore::open(folder / "outbox").value();
    std::vector<ProgressStore::Change> changes;
    for (const std::uint64_t number : {300u, 2u, 70'000u}) changes.push_back({dead_key("a", number), "x"});
    changes.push_back({dead_key("ab", 1), "y"});
    changes.push_back({state_key("a"), "z"});
    store->write(changes);
    const ProgressStore::Change gone{dead_key("a", 300), std::nullopt};
    store->write({&gone, 1});
    CHECK_FALSE(ProgressStore::open(folder / "outbox"));
  }
  const auto store = ProgressStore::open(folder / "outbox").value();
  const auto rows = store->list(dead_prefix("a"), "", 10);
  REQUIRE(rows.size() == 2);
  CHECK(number_of_key(rows[0].key) == 2);
  CHECK(number_of_key(rows[1].key) == 70'000);
  CHECK(store->list(dead_prefix("a"), dead_key("a", 2), 10).size() == 1);
  CHECK(store->list(dead_prefix("a"), "", 1).size() == 1);
  CHECK(store->get(state_key("a")) == "z");
  CHECK_FALSE(store->get(state_key("b")));
}

TEST_CASE("a store of a newer build is refused") {
  const support::TempFolder folder;
  {
    const ProgressStore::Change newer{"format", "2"};
    ProgressStore::open(folder / "outbox").value()->write({&newer, 1});
  }
  const auto opened = ProgressStore::open(folder / "outbox");
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == base::ErrorCode::unsupported);
}

}  // namespace
}  // namespace hansard::process

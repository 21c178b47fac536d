// What the read side costs. Hidden from an ordinary run; measure a release build:
//   test_projections "[.measure]"
#include <time.h>

#include <chrono>
#include <cmath>
#include <cstdio>

#include <catch2/catch.hpp>

#include "engine/base/hash.h"
#include "projections/views.h"
#include "tests/projections/log_builder.h"
#include "tests/projections/view_fixture.h"
#include "tests/support/fake_engine.h"

namespace hansard::projections {
namespace {

constexpr std::size_t kEvents = 1'000'000;
constexpr std::size_t kConversations = 200;
constexpr std::size_t kMembers = 20;

class Random {
 public:
  std::uint64_t below(std::uint64_t limit) {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return (state_ >> 33) % limit;
  }
  // Few take most: rank r with weight 1/r, nearly.
  std::uint64_t zipf(std::uint64_t limit) {
    double uniform = static_cast<double>(below(1'000'000)) / 1'000'000.0;
    return static_cast<std::uint64_t>(std::pow(static_cast<double>(limit + 1), uniform)) - 1;
  }

 private:
  std::uint64_t state_ = 42;
};

std::string member_name(std::size_t number) { return "member-" + std::to_string(number); }

// 3 % edits, 1 % deletes, 2 % reads, a fifth of the messages replies to a recent one, a tenth with a mention.
LogBuilder generated_log() {
  LogBuilder log;
  Random random;
  std::vector<base::ConversationId> ids;
  std::vector<std::vector<domain::MessageFacts>> sent(kConversations);
  std::vector<std::string> members;
  for (std::size_t i = 0; i < kMembers; ++i) members.push_back(member_name(i));
  for (std::size_t i = 0; i < kConversations; ++i) ids.push_back(log.create(members));
  std::string words(400, 'x');
  while (log.end().value < kEvents) {
    std::size_t c = random.zipf(kConversations);
    std::uint64_t kind = random.below(100);
    auto& messages = sent[c];
    const std::string& user = members[random.zipf(kMembers)];
    if (kind < 4 && !messages.empty()) {
      std::size_t at = messages.size() - 1 - random.below(std::min<std::size_t>(messages.size(), 50));
      if (kind < 3) {
        log.edit(messages[at], words.substr(0, 20 + random.below(100)));
      } else {
        log.remove(messages[at]);
      }
    } else if (kind < 6) {
      log.read(ids[c], user, messages.size());
    } else {
      LogBuilder::SendOptions options;
      options.text = words.substr(0, 20 + random.below(100));
      if (kind < 25 && !messages.empty())
        options.reply_to = messages[messages.size() - 1 - random.below(std::min<std::size_t>(messages.size(), 200))];
      if (kind > 90) options.mentions.push_back(mention_of(members[random.below(kMembers)]));
      messages.push_back(log.send(ids[c], user, std::move(options)));
    }
  }
  return log;
}

// Of this thread, so that a busy machine measures the same; what RocksDB does in the background is in `wall` only.
double cpu_now() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

template <class Work>
double seconds(const Work& work) {
  double start = cpu_now();
  work();
  return cpu_now() - start;
}

template <class Work>
void report_each(const char* what, int times, const Work& work) {
  for (int i = 0; i < times / 10; ++i) work();
  std::printf("%-52s %10.2f us\n", what,
              seconds([&] {
                for (int i = 0; i < times; ++i) work();
              }) * 1e6 /
                  times);
}

TEST_CASE("rebuild and reads", "[.measure]") {
  support::TempFolder folder;
  support::FakeEngine engine(generated_log().events());
  ViewOptions options;
  options.data_folder = folder.path();
  std::optional<base::Result<std::vector<ViewStatus>>> rebuilt;
  auto start = std::chrono::steady_clock::now();
  double took = seconds([&] { rebuilt = rebuild(engine, folder.path() + "/rebuilt", options, nullptr); });
  double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  REQUIRE(*rebuilt);
  std::printf("%-52s %10.0f events/s (wall: %.0f)\n", "rebuild", static_cast<double>(kEvents) / took,
              static_cast<double>(kEvents) / wall);

  auto views = Views::open(engine, options);
  REQUIRE(views);
  auto id = conversation_id(1);
  std::printf("messages in the largest conversation: %llu\n",
              static_cast<unsigned long long>(views.value()->snapshot()->conversation(id)->last_ordinal.value));
  HistoryQuery query;
  query.limit = 100;
  report_each("snapshot", 100'000, [&] { (void)views.value()->snapshot(); });
  report_each("history of the newest 100", 20'000, [&] { (void)views.value()->snapshot()->history(id, query, {}); });
  query.from = {5'000};
  report_each("history of 100 in the middle", 20'000, [&] { (void)views.value()->snapshot()->history(id, query, {}); });
  report_each("the list of 200 conversations, 50 shown", 200,
              [&] { (void)views.value()->snapshot()->conversations({member_name(3)}, {}, {}, 50); });
  report_each("unread of one, hot", 20'000, [&] { (void)views.value()->snapshot()->unread(id, {member_name(3)}); });
  report_each("one message", 20'000, [&] { (void)views.value()->snapshot()->message(message_id(400'000)); });
}

TEST_CASE("live folding in small batches", "[.measure]") {
  auto log = generated_log().events();
  log.resize(200'000);
  for (std::size_t batch : {1, 10, 100, 500, 2'000}) {
    FoldedView view(0, 100'000, {});
    double took = seconds([&] { view.follow(log, batch); });
    std::printf("%-40s %11zu %10.0f events/s\n", "fold, batches of", batch, static_cast<double>(log.size()) / took);
  }
}

TEST_CASE("unread counted cold", "[.measure]") {
  LogBuilder log;
  auto id = log.create({"ann", "bob"});
  std::vector<domain::MessageFacts> sent;
  for (std::size_t i = 0; i < 400'000; ++i) sent.push_back(log.send(id, i % 2 ? "ann" : "bob"));
  for (std::size_t i = 0; i < sent.size(); i += 100) log.remove(sent[i]);
  FoldedView view(0, 100'000);
  view.follow(log.events(), 30'000);
  view.flush();
  report_each("unread of 400,000 messages, 1 % deleted, cold", 2'000,
              [&] { (void)view.snapshot().unread(id, {"ann"}); });
  report_each("explain of it, 100 ordinals", 2'000, [&] { (void)view.snapshot().explain(id, {"ann"}, 100); });
}

TEST_CASE("the digest's hash", "[.measure]") {
  std::string key(33, 'k'), value(200, 'v');
  std::uint64_t kept = 0;
  report_each("hash_row of 233 bytes", 1'000'000, [&] { kept += hash_row(key, value).low; });
  report_each("SHA-256 of 233 bytes", 100'000, [&] { kept += base::sha256_pair(key, value)[0]; });
  std::printf("%llu\n", static_cast<unsigned long long>(kept & 1));
}

}  // namespace
}  // namespace hansard::projections

// Search in this process, without HTTP: building an index, then queries of a member of 200 conversations while messages
// arrive at 10,000 a second on the same cores. A latency is from the question to the answer, the hand-over between
// threads included.
#include <atomic>
#include <filesystem>
#include <functional>
#include <future>
#include <thread>

#include "projections/search/search_view.h"
#include "tests/bench/load.h"
#include "tests/bench/scene.h"
#include "tests/bench/synthetic_log.h"

namespace hansard::bench {

namespace {
using namespace search;
namespace fs = std::filesystem;

constexpr std::uint64_t kFeedPerSecond = 10'000;
constexpr std::size_t kPermissionSets = 50;
constexpr std::chrono::milliseconds kThinking{10};

using Draw = std::function<std::string()>;

// Messages become durable at a steady rate; how long until the index has them is sampled.
class Feed {
 public:
  Feed(SyntheticLog& log, SearchView& view) : log_(log), view_(view) {
    feeder_ = std::thread([this] { feed(); });
    sampler_ = std::thread([this] { sample(); });
  }
  ~Feed() { stop(); }
  void stop() {
    stopping_ = true;
    if (feeder_.joinable()) feeder_.join();
    if (sampler_.joinable()) sampler_.join();
  }
  std::vector<std::uint64_t>& delays() { return delays_; }

 private:
  void feed() {
    std::uint64_t first = log_.durable().value, start = now_ns();
    while (!stopping_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      log_.advance({first + (now_ns() - start) * kFeedPerSecond / 1'000'000'000});
    }
  }
  void sample() {
    while (!stopping_) {
      std::uint64_t start = now_ns();
      if (view_.applied_gate()->wait_for(log_.durable(), std::chrono::seconds(10))) delays_.push_back(now_ns() - start);
      std::this_thread::sleep_for(std::chrono::milliseconds(7));
    }
  }

  SyntheticLog& log_;
  SearchView& view_;
  std::atomic<bool> stopping_{false};
  std::vector<std::uint64_t> delays_;
  std::thread feeder_, sampler_;
};

class SearchBench {
 public:
  SearchBench(const std::string& folder, double seconds, std::uint64_t messages)
      : folder_(folder), seconds_(seconds), messages_(messages), log_(messages) {}

  std::vector<Row> run() {
    rows_.push_back(build());
    rows_.push_back(size());
    for (std::size_t i = 0; i < kPermissionSets; ++i) sets_.push_back(draw_seats());
    Feed feed(log_, *view_);
    recent();
    relevant();
    feed.stop();
    rows_.push_back({label("searchable after"), 0, "", percentiles(feed.delays()), 0, 0, "10,000 messages/s"});
    view_->stop();
    return std::move(rows_);
  }

 private:
  std::string label(const std::string& name) const {
    return "search, " + std::to_string(messages_ / 1'000'000) + " million: " + name;
  }

  Row build() {
    SearchOptions options;
    options.data_folder = folder_;
    std::uint64_t start = now_ns();
    view_ = std::move(SearchView::open(log_, options).value());
    if (!view_->applied_gate()->wait_for({messages_}, std::chrono::hours(1))) throw std::runtime_error("no index");
    double passed = static_cast<double>(now_ns() - start) / 1e9;
    return {label("rebuild"),
            static_cast<double>(messages_) / passed,
            "messages/s",
            std::nullopt,
            0,
            0,
            "making the messages included"};
  }

  Row size() {
    double bytes = 0;
    for (const auto& file : fs::recursive_directory_iterator(folder_)) {
      if (file.path().extension() == ".db") bytes += static_cast<double>(file.file_size());
    }
    return {label("disk"),  bytes / static_cast<double>(messages_), "bytes/message", std::nullopt, 0, 0,
            "with the text"};
  }

  std::vector<Seat> draw_seats() {
    std::vector<Seat> seats;
    for (int i = 0; i < 190; ++i)
      seats.push_back({SyntheticLog::conversation(random_() % SyntheticLog::kConversations), {}});
    for (int i = 0; i < 10; ++i) seats.push_back({SyntheticLog::conversation(log_.conversations().draw(random_)), {}});
    return seats;
  }

  const std::string& word(std::size_t from, std::size_t to) { return log_.word(from + random_() % (to - from)); }
  std::string phrase() {
    const auto& texts = log_.some_texts();
    const std::string& text = texts[random_() % texts.size()];
    auto second = text.find(' ') + 1;
    return "\"" + text.substr(0, text.find(' ', second)) + "\"";
  }

  Found ask(const std::string& text, Sort sort, std::optional<PageCursor> cursor) {
    std::promise<base::Result<Found>> promise;
    auto answer = promise.get_future();
    Question question{std::make_shared<const Query>(parse_query(text)), sort, 20, sets_[random_() % sets_.size()],
                      std::move(cursor)};
    view_->ask(std::move(question), [&](base::Result<Found> found) { promise.set_value(std::move(found)); });
    return answer.get().value();
  }

  void measure(const std::string& name, Sort sort, const Draw& draw, bool second_page = false) {
    std::vector<std::uint64_t> latencies;
    std::uint64_t until = now_ns() + static_cast<std::uint64_t>(seconds_ * 1e9);
    while (now_ns() < until) {
      std::string text = draw();
      auto cursor = second_page ? ask(text, sort, std::nullopt).next : std::nullopt;
      std::uint64_t start = now_ns();
      ask(text, sort, cursor);
      latencies.push_back(now_ns() - start);
      std::this_thread::sleep_for(kThinking);
    }
    auto count = static_cast<double>(latencies.size());
    rows_.push_back({label(name), count, "queries", percentiles(latencies), 0, 0, "200 conversations, 20 hits"});
  }

  void recent() {
    measure("one word", Sort::recent, [&] { return word(5, 51); });
    measure("a stop word", Sort::recent, [&] { return word(0, 3); });
    measure("a rare word", Sort::recent, [&] { return word(5'000, 50'000); });
    measure("two words", Sort::recent, [&] { return word(5, 301) + " " + word(5, 301); });
    measure("a phrase", Sort::recent, [&] { return phrase(); });
    measure("a prefix", Sort::recent, [&] { return word(100, 50'000).substr(0, 4) + "*"; });
    measure("a short prefix", Sort::recent, [&] { return word(100, 50'000).substr(0, 2) + "*"; });
  }
  void relevant() {
    measure("relevance, one word", Sort::relevance, [&] { return word(5, 51); });
    measure("relevance, a stop word", Sort::relevance, [&] { return word(0, 3); });
    measure("relevance, two words", Sort::relevance, [&] { return word(5, 301) + " " + word(5, 301); });
    measure("relevance, a phrase", Sort::relevance, [&] { return phrase(); });
    measure("relevance, one word, second page", Sort::relevance, [&] { return word(5, 51); }, true);
  }

  const std::string folder_;
  const double seconds_;
  const std::uint64_t messages_;
  SyntheticLog log_;
  std::mt19937_64 random_{11};
  std::vector<std::vector<Seat>> sets_;
  std::vector<Row> rows_;
  std::unique_ptr<SearchView> view_;
};
}  // namespace

std::vector<Row> search_rows(const std::string& scratch, double seconds, std::uint64_t messages) {
  std::string folder = scratch + "/search-" + std::to_string(messages);
  auto rows = SearchBench(folder, seconds, messages).run();
  fs::remove_all(folder);
  return rows;
}

}  // namespace hansard::bench

// Best first, window by window: see index_reader.h for the score and the windows.
#include <cmath>
#include <utility>

#include "projections/search/fts_functions.h"
#include "projections/search/index_asking.h"
#include "projections/search/index_reader.h"

namespace hansard::search {

namespace {
// Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009): k1 and b as usual; the mean length is fixed,
// so that a score stays what it was.
constexpr double kSaturation = 1.2, kLengthShare = 0.75, kMeanWords = 12;
constexpr double kRecencyBonus = 0.3, kRecencyMessages = 100'000;
constexpr double kWeightUnit = 16, kScoreUnit = 1'000;
constexpr MessageNumber kSampledMessages = 50'000;
constexpr char kSampledMatchesMax[] = "5000";
constexpr char kWithin[] = "AND rowid BETWEEN ?2 AND ?3";
constexpr char kWithinNewestFirst[] = "AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid DESC";
// Of the time in which a window was ranked first, what its next pages may take.
constexpr std::uint32_t kWindowAgain = 4;

double score_of(std::uint64_t frequencies, const std::string& weights, const CatalogEntry& entry, MessageNumber age) {
  double length = 1 - kLengthShare + kLengthShare * entry.words / kMeanWords;
  double score = kRecencyBonus / (1 + age / kRecencyMessages);
  for (std::size_t slot = 0; slot < weights.size(); ++slot) {
    auto count = static_cast<double>(frequencies >> (8 * slot) & 0xFF);
    double weight = static_cast<unsigned char>(weights[slot]) / kWeightUnit;
    score += weight * count * (kSaturation + 1) / (count + kSaturation * length);
  }
  return score;
}
}  // namespace

// Ranked hits of [low, high] that come after the cursor; `best` is a heap with the worst on top.
struct IndexReader::Window {
  using Ranked = std::pair<std::int32_t, MessageNumber>;
  MessageNumber high = 0, low = 0;
  Ranked after{INT32_MAX, 0};
  std::string weights;
  std::vector<Ranked> best;
  std::uint64_t remaining = 0;  // of this page and the next ones
  std::uint32_t budget_ms = 0;  // from the start, where each message is read
  bool looked = false;          // at one of them at least

  void offer(Ranked one, std::size_t limit) {
    ++remaining;
    if (best.size() == limit && one < best.front()) return;
    best.push_back(one);
    std::push_heap(best.begin(), best.end(), std::greater<>());
    if (best.size() <= limit) return;
    std::pop_heap(best.begin(), best.end(), std::greater<>());
    best.pop_back();
  }
};

// Reading what the messages say takes thousands of times longer than ranking them, so there the clock is looked at
// before each; from the newest on, so that what was ranked until then is a window.
base::Result<std::optional<MessageNumber>> IndexReader::rank_shelf(Asking& asking, Window& window, Shelf shelf) {
  const bool reads_each = asking.plan.needs_matcher;
  TRY(auto* rows, statement(shelf, "rowid, frequencies(" + shelf_table(shelf) + ", ?4)",
                            reads_each ? kWithinNewestFirst : kWithin));
  if (rows == nullptr) return std::optional<MessageNumber>();
  rows->bind(1, asking.plan.expression).bind(2, std::int64_t{window.low}).bind(3, std::int64_t{window.high});
  rows->bind_blob(4, asking.plan.slots);
  while (true) {
    TRY(auto row, rows->step());
    if (!row) return std::optional<MessageNumber>();
    auto number = static_cast<MessageNumber>(rows->integer(0));
    if (reads_each && std::exchange(window.looked, true) && is_over(asking, window.budget_ms)) {
      rows->reset();
      return std::optional(number);
    }
    TRY(auto matches, is_match(asking, number));
    if (matches) rank(asking, window, number, static_cast<std::uint64_t>(rows->integer(1)));
  }
}

void IndexReader::rank(Asking& asking, Window& window, MessageNumber number, std::uint64_t frequencies) {
  ++asking.matched;
  double score = score_of(frequencies, window.weights, catalog_->at(number), window.high - number);
  Window::Ranked one{static_cast<std::int32_t>(std::lround(score * kScoreUnit)), number};
  if (one < window.after) window.offer(one, asking.question.limit);
}

base::Result<std::uint64_t> IndexReader::sample(const std::string& expression, MessageNumber from, MessageNumber to) {
  std::uint64_t count = 0;
  for (Shelf shelf = catalog_->shelf_of(from); shelf <= catalog_->shelf_of(to); ++shelf) {
    TRY(auto* rows, statement(shelf, "1", std::string("AND rowid BETWEEN ?2 AND ?3 LIMIT ") + kSampledMatchesMax));
    if (rows == nullptr) continue;
    rows->bind(1, expression).bind(2, std::int64_t{from}).bind(3, std::int64_t{to});
    while (true) {
      TRY(auto row, rows->step());
      if (!row) break;
      ++count;
    }
  }
  return count;
}

// How rare each ranked phrase is among the newest, in sixteenths.
base::Result<std::string> IndexReader::weigh(const Asking& asking) {
  if (asking.plan.ranked.size() == 1) return std::string(1, static_cast<char>(kWeightUnit));
  MessageNumber from = asking.newest > kSampledMessages ? asking.newest - kSampledMessages : 1;
  double messages = asking.newest - from + 1;
  std::string weights;
  for (const auto& expression : asking.plan.ranked) {
    TRY(auto count, sample(expression, from, asking.newest));
    auto matches = static_cast<double>(count);
    double weight = std::log(1 + (messages - std::min(matches, messages) + 0.5) / (matches + 0.5));
    weights += static_cast<char>(std::lround(std::min(255.0, std::max(1.0, weight * kWeightUnit))));
  }
  return weights;
}

// A window under way has to be ranked whole again, or pages would skip or repeat.
base::Result<void> IndexReader::rank_window(Asking& asking, Window& window, MessageNumber lowest) {
  const bool is_under_way = lowest != 0;
  window.budget_ms = budgets_.page_ms * (is_under_way ? kWindowAgain : 1);
  window.low = window.high + 1;
  for (Shelf shelf = catalog_->shelf_of(window.high); window.low > 1; --shelf) {
    window.low = std::max<MessageNumber>(catalog_->first_of(shelf), is_under_way ? lowest : 1);
    TRY(auto stopped, rank_shelf(asking, window, shelf));
    if (stopped && is_under_way)
      return base::error(base::ErrorCode::overloaded,
                         "The page takes too long to rank; search for less, or with `sort=recent`.");
    if (stopped) window.low = *stopped + 1;
    bool is_enough = stopped || window.remaining >= asking.question.limit || is_over(asking, budgets_.relevance_ms);
    if (is_under_way ? window.low == lowest : is_enough) break;
  }
  return base::success();
}

base::Result<void> IndexReader::find_relevant(Asking& asking) {
  const auto& cursor = asking.question.cursor;
  Window window;
  window.high = asking.top();
  bool is_under_way = cursor && cursor->lowest != 0;
  if (is_under_way) window.after = {cursor->score, cursor->last};
  bool has_weights = cursor && cursor->weights.size() == asking.plan.ranked.size();
  TRY(auto weights, has_weights ? base::Result<std::string>(cursor->weights) : weigh(asking));
  window.weights = std::move(weights);
  TRY(rank_window(asking, window, is_under_way ? cursor->lowest : 0));
  std::sort(window.best.begin(), window.best.end(), std::greater<>());
  for (const auto& [score, number] : window.best) asking.hits.push_back(number);
  asking.low = window.low;
  PageCursor next{Sort::relevance, window.high + 1, window.low, 0, 0, window.weights};
  if (window.remaining > window.best.size()) {
    next.score = window.best.back().first;
    next.last = window.best.back().second;
    asking.next = next;
  } else if (window.low > 1) {
    next.below = std::exchange(next.lowest, 0);
    asking.next = next;
  }
  return count_outside(asking, window.high, window.low);
}

base::Result<void> IndexReader::count_outside(Asking& asking, MessageNumber high, MessageNumber low) {
  asking.examined += high >= low ? high - low + 1 : 0;
  TRY(scan_down(asking, low > 1 ? low - 1 : 0, 1, true));
  TRY(scan_down(asking, asking.newest, high + 1, true));
  return base::success();
}

}  // namespace hansard::search

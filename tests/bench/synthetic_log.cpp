#include "tests/bench/synthetic_log.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace hansard::bench {

namespace {
constexpr std::size_t kTextsKept = 10'000;
constexpr std::int64_t kStart = 1'700'000'000'000;

std::vector<std::string> make_words(std::size_t count) {
  constexpr char kConsonants[] = "bcdfghjklmnprstvwz", kVowels[] = "aeiou";
  std::mt19937_64 random(7);
  std::set<std::string> known;
  std::vector<std::string> words;
  while (words.size() < count) {
    std::string word;
    // Frequent words are short, as in languages.
    std::size_t syllables = 1 + random() % (words.size() < 100 ? 2 : 4);
    for (std::size_t i = 0; i < syllables; ++i) {
      word += kConsonants[random() % (sizeof kConsonants - 1)];
      word += kVowels[random() % (sizeof kVowels - 1)];
    }
    if (random() % 2 == 0) word += kConsonants[random() % (sizeof kConsonants - 1)];
    if (known.insert(word).second) words.push_back(std::move(word));
  }
  return words;
}

template <class Id>
Id numbered(std::uint8_t kind, std::uint64_t number) {
  Id id;
  id.bytes[0] = kind;
  for (std::size_t i = 0; i < 8; ++i) id.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return id;
}
}  // namespace

Zipf::Zipf(std::size_t count, double exponent) : keep_(count), alias_(count) {
  std::vector<double> share(count);
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += share[i] = std::pow(static_cast<double>(i + 1), -exponent);
  std::vector<std::uint32_t> small, large;
  for (std::uint32_t i = 0; i < count; ++i) {
    share[i] *= static_cast<double>(count) / sum;
    (share[i] < 1 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    std::uint32_t less = small.back(), more = large.back();
    small.pop_back();
    keep_[less] = share[less];
    alias_[less] = more;
    share[more] -= 1 - share[less];
    if (share[more] >= 1) continue;
    large.pop_back();
    small.push_back(more);
  }
  for (std::uint32_t i : small) keep_[i] = 1;
  for (std::uint32_t i : large) keep_[i] = 1;
}

std::size_t Zipf::draw(std::mt19937_64& random) const {
  std::size_t i = random() % keep_.size();
  double coin = static_cast<double>(random() >> 11) * 0x1p-53;
  return coin < keep_[i] ? i : alias_[i];
}

SyntheticLog::SyntheticLog(std::uint64_t durable)
    : words_(make_words(kWords)),
      word_law_(kWords, 1.0),
      conversation_law_(kConversations, 0.9),
      gate_(base::Position{durable}),
      ordinals_(kConversations) {}

base::ConversationId SyntheticLog::conversation(std::size_t number) {
  return numbered<base::ConversationId>(0xC0, number);
}

void SyntheticLog::submit(engine::Submission submission) {
  std::vector<engine::Completion> refused(1);
  refused[0].token = submission.token;
  refused[0].answer = engine::Overloaded{};
  submission.sink->deliver(std::move(refused));
}

engine::EventPtr SyntheticLog::next() const {
  std::size_t conversation = conversation_law_.draw(random_);
  domain::MessageSent body;
  body.facts.conversation = SyntheticLog::conversation(conversation);
  body.facts.message = numbered<base::MessageId>(0xA0, ++made_);
  body.facts.ordinal = {++ordinals_[conversation]};
  body.facts.author = {"user" + std::to_string(random_() % kUsers)};
  body.facts.created_at = body.facts.sent_at = {kStart + static_cast<std::int64_t>(made_)};
  domain::MessageContent content;
  for (std::size_t words = 5 + random_() % 21; words > 0; --words) {
    if (!content.text.empty()) content.text += ' ';
    content.text += words_[word_law_.draw(random_)];
  }
  if (some_texts_.size() < kTextsKept) some_texts_.push_back(content.text);
  body.content = std::move(content);
  domain::RecordedEvent event;
  event.position = {made_};
  event.stream = base::stream_of(body.facts.conversation);
  event.version = {body.facts.ordinal.value};
  event.time = body.facts.sent_at;
  event.raw_type = static_cast<std::uint16_t>(domain::EventType::message_sent);
  event.body = std::move(body);
  return std::make_shared<const domain::RecordedEvent>(std::move(event));
}

base::Result<std::vector<engine::EventPtr>> SyntheticLog::read(base::Position after, std::size_t events_max) const {
  if (after.value != made_) return base::error(base::ErrorCode::unsupported, "this log is read forward only");
  std::vector<engine::EventPtr> events;
  std::size_t count = std::min<std::size_t>(events_max, durable().value - after.value);
  events.reserve(count);
  for (std::size_t i = 0; i < count; ++i) events.push_back(next());
  return events;
}

base::Result<engine::EventPtr> SyntheticLog::get(base::Position) const {
  return base::error(base::ErrorCode::not_found, "this log is read forward only");
}

}  // namespace hansard::bench

// The model: over the same log, looking at every message answers the same as the index, for random queries with every
// operator, negation, prefixes and phrases, page by page and in both orders.
#include <algorithm>
#include <random>

#include <catch2/catch.hpp>

#include "engine/base/clock.h"
#include "tests/search/search_fixture.h"

namespace hansard::search {
namespace {

using Test = std::function<bool(const Said&)>;

// A term or a query: as a string, and as a test of a message.
struct Asked {
  std::string text;
  Test test;
};

const std::vector<Spelling> kWords = {{"apple", "apple"},
                                      {"Apple,", "apple"},
                                      {"APPLY", "apply"},
                                      {"banana!", "banana"},
                                      {"Größe", "grosse"},
                                      {"GRÖSSE", "grosse"},
                                      {"naïve", "naive"},
                                      {"café.", "cafe"},
                                      {"Привет", "привет"},
                                      {"ПРИВЕТ,", "привет"},
                                      {"приятель", "приятель"},
                                      {"Ελλάδα", "ελλαδα"},
                                      {"مرحبا", "مرحبا"},
                                      {"שָׁלוֹם", "שלום"},
                                      {"नमस्ते", "नमस्ते"},
                                      {"42", "42"},
                                      {"a", "a"},
                                      {"👍", "👍"},
                                      {"😂", "😂"},
                                      {"東京都", "東京都", true},
                                      {"京都大学", "京都大学", true},
                                      {"東京", "東京", true},
                                      {"ﾄｳｷｮｳ", "トウキョウ", true},
                                      {"학교에서", "학교에서", true},
                                      {"ภาษาไทย", "ภาษาไทย", true},
                                      {"北", "北", true}};

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(engine_); }
  bool once_in(std::size_t n) { return below(n) == 0; }
  template <class T>
  const T& of(const std::vector<T>& values) {
    return values[below(values.size())];
  }

 private:
  std::mt19937 engine_;
};

// The folded text with single spaces between words, so that a word is " word ".
std::string line_of(const Said& message) {
  std::string line = " ";
  for (const auto& word : message.words) line += word.folded + " ";
  return line;
}

Test holds_word(const Spelling& word) {
  std::string wanted = word.is_run ? word.folded : " " + word.folded + " ";
  return [wanted](const Said& message) { return line_of(message).find(wanted) != std::string::npos; };
}

std::vector<std::string> code_points(const std::string& text) {
  std::vector<std::string> points;
  for (char c : text) {
    bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (!continues) points.emplace_back();
    points.back() += c;
  }
  return points;
}

Asked part_of_a_run(Dice& dice, const Spelling& run) {
  auto points = code_points(run.folded);
  std::size_t from = dice.below(points.size()), count = 1 + dice.below(points.size() - from);
  std::string part;
  for (std::size_t i = from; i < from + count; ++i) part += points[i];
  return {part, [part](const Said& message) { return line_of(message).find(part) != std::string::npos; }};
}

Asked a_prefix(Dice& dice) {
  Spelling word = dice.of(kWords);
  while (word.is_run || code_points(word.folded).size() < 3) word = dice.of(kWords);
  auto points = code_points(word.folded);
  std::string begin;
  for (std::size_t i = 0; i < 2 + dice.below(points.size() - 2); ++i) begin += points[i];
  return {begin + "*",
          [begin](const Said& message) { return line_of(message).find(" " + begin) != std::string::npos; }};
}

Asked a_phrase(Dice& dice, const Chat& chat) {
  const Said& message = dice.of(chat.said);
  std::vector<Spelling> words;
  for (const auto& word : message.words) {
    if (!word.is_run) words.push_back(word);
    if (word.is_run || words.size() == 3) break;
  }
  if (words.empty()) words.push_back(kWords[0]);
  std::string text = "\"", line = " ";
  for (const auto& word : words) {
    text += (text.size() > 1 ? " " : "") + word.folded;
    line += word.folded + " ";
  }
  return {text + "\"", [line](const Said& m) { return line_of(m).find(line) != std::string::npos; }};
}

std::string day(std::int64_t ms) { return base::time_text({ms}).substr(0, 10); }

Asked a_filter(Dice& dice, const Chat& chat, const std::vector<std::string>& users) {
  const Said& some = dice.of(chat.said);
  std::string user = dice.of(users);
  std::string quoted = user.find(' ') == std::string::npos ? user : "\"" + user + "\"";
  std::int64_t midnight = parse_period(day(some.facts.created_at.ms))->from;
  std::int64_t next = midnight + 86'400'000;
  switch (dice.below(8)) {
    case 0:
      return {"from:" + quoted, [user](const Said& m) { return m.facts.author.value == user; }};
    case 1:
      return {"mentions:" + quoted, [user](const Said& m) { return m.mentioned.contains(user); }};
    case 2:
      return {"has:file", [](const Said& m) { return m.has_file; }};
    case 3:
      return {"type:image", [](const Said& m) { return m.facts.type == domain::MessageType::image; }};
    case 4: {
      auto id = some.conversation;
      return {"in:" + base::to_text(id), [id](const Said& m) { return m.conversation == id; }};
    }
    case 5:
      return {"before:" + day(midnight), [midnight](const Said& m) { return m.facts.created_at.ms < midnight; }};
    case 6:
      return {"after:" + day(midnight), [next](const Said& m) { return m.facts.created_at.ms >= next; }};
    default:
      return {"on:" + day(midnight), [midnight, next](const Said& m) {
                return m.facts.created_at.ms >= midnight && m.facts.created_at.ms < next;
              }};
  }
}

Asked a_term(Dice& dice, const Chat& chat, const std::vector<std::string>& users) {
  switch (dice.below(6)) {
    case 0:
      return a_prefix(dice);
    case 1:
      return a_phrase(dice, chat);
    case 2:
      return a_filter(dice, chat, users);
    default:
      break;
  }
  Spelling word = dice.of(kWords);
  if (word.is_run) return part_of_a_run(dice, word);
  return {dice.once_in(2) ? word.written : word.folded, holds_word(word)};
}

Asked a_query(Dice& dice, const Chat& chat, const std::vector<std::string>& users) {
  Asked query{"", [](const Said&) { return true; }};
  for (std::size_t clauses = 1 + dice.below(3); clauses > 0; --clauses) {
    Asked any{"", [](const Said&) { return false; }};
    for (std::size_t terms = dice.once_in(3) ? 1 + dice.below(3) : 1; terms > 0; --terms) {
      Asked term = a_term(dice, chat, users);
      bool negated = dice.once_in(4);
      if (negated) term.text.insert(0, "-");
      any.text += (any.text.empty() ? "" : " OR ") + term.text;
      any.test = [was = any.test, test = term.test, negated](const Said& m) { return was(m) || test(m) != negated; };
    }
    query.text += (query.text.empty() ? "" : " ") + any.text;
    query.test = [was = query.test, test = any.test](const Said& m) { return was(m) && test(m); };
  }
  return query;
}

std::vector<Spelling> some_words(Dice& dice) {
  std::vector<Spelling> words;
  for (std::size_t i = 0; i < 1 + dice.below(6); ++i) words.push_back(dice.of(kWords));
  return words;
}

void say_something(Dice& dice, Chat& chat, const std::vector<base::ConversationId>& rooms,
                   const std::vector<std::string>& users) {
  auto room = dice.of(rooms);
  switch (dice.below(16)) {
    case 0:
      return chat.join(room, dice.of(users));
    case 1:
      return chat.leave(room, dice.of(users));
    case 2:
      return chat.noise();
    default:
      break;
  }
  bool changes = !chat.said.empty() && dice.once_in(4);
  Said* old = changes ? &chat.said[dice.below(chat.said.size())] : nullptr;
  if (old != nullptr && old->is_live) {
    switch (dice.below(6)) {
      case 0:
        return chat.remove(*old);
      case 1:
        return chat.expire(*old);
      case 2:
        return chat.erase_by_edit(*old);
      default:
        return chat.edit(*old, some_words(dice));
    }
  }
  Chat::Options options;
  if (dice.once_in(4)) options.type = domain::MessageType::image;
  if (dice.once_in(4)) options.mentioned = {dice.of(users)};
  options.has_file = dice.once_in(5);
  if (dice.once_in(3)) options.created_at = 1'600'000'000'000 + static_cast<std::int64_t>(dice.below(10)) * 40'000'000;
  chat.send(room, dice.of(users), some_words(dice), options);
}

void compare(Dice& dice, Chat& chat, Searcher& search, const std::vector<std::string>& users) {
  Asked query = a_query(dice, chat, users);
  std::string user = dice.of(users);
  INFO("user " << user << ", query: " << query.text);
  auto wanted = Searcher::names(chat.expected(user, query.test));
  std::size_t limit = 1 + dice.below(9);
  CHECK(search.all(user, query.text, Sort::recent, limit) == wanted);
  Found first = search.ask(user, query.text, Sort::recent, limit);
  CHECK(first.total == wanted.size());
  CHECK(first.total_is_exact);
  auto best_first = search.all(user, query.text, Sort::relevance, limit);
  std::sort(best_first.begin(), best_first.end());
  std::sort(wanted.begin(), wanted.end());
  CHECK(best_first == wanted);
}

TEST_CASE("the index answers what looking at every message answers") {
  unsigned seed = std::random_device{}();
  if (const char* given = std::getenv("SEED")) seed = static_cast<unsigned>(std::atoi(given));
  INFO("SEED=" << seed);
  Dice dice(seed);
  support::TempFolder folder;
  Chat chat;
  const std::vector<std::string> users = {"ann", "bob", "eve", "a b c"};
  std::vector<base::ConversationId> rooms;
  for (int i = 0; i < 12; ++i) rooms.push_back(chat.create({"ann", users[dice.below(4)]}, dice.once_in(2)));
  SearchOptions options = patient_options(folder.path());
  options.shelf_bits = 6;
  options.scrub_interval_ms = 1;
  Searcher search(chat, options);
  for (int round = 0; round < 8; ++round) {
    for (int i = 0; i < 60; ++i) say_something(dice, chat, rooms, users);
    search.settle();
    for (int i = 0; i < 60; ++i) compare(dice, chat, search, users);
  }
}

}  // namespace
}  // namespace hansard::search

// What was taken out of an index is in none of its bytes, whatever was edited before and is written after: SQLite
// leaves copies of rows in the unused space of its pages (secure_vfs.h).
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

#include "projections/search/index_step.h"
#include "tests/search/chat.h"
#include "tests/support/temp_folder.h"

namespace hansard::search {
namespace {

constexpr unsigned kWorlds = 20, kRounds = 80, kEditsARound = 8;
constexpr std::size_t kKeptOneIn = 3;
constexpr char kSaid = 'q', kEdited = 'z', kKept = 'k';

using Choice = std::function<std::size_t(std::size_t)>;

// Some messages say nothing that is ever removed. Edits make texts longer, so that pages are halved again and again.
class World {
 public:
  World(const std::string& folder, Choice choose) : folder_(folder), choose_(std::move(choose)) {
    room_ = chat_.create({"ann"});
    file_ = IndexFile::open(folder + "/index.db", 1).value();
  }

  void say(std::size_t messages, char secret) {
    for (; messages > 0; --messages) chat_.send(room_, "ann", text(chat_.said.size(), secret));
  }
  void edit_some(char secret) {
    for (unsigned edits = 0; edits < kEditsARound; ++edits) {
      const std::size_t which = choose_(chat_.said.size());
      if (chat_.said[which].is_live) chat_.edit(chat_.said[which], text(which, secret));
    }
  }
  void remove_secrets() {
    for (std::size_t i = 0; i < chat_.said.size(); ++i) {
      if (!is_kept(i)) chat_.remove(chat_.said[i]);
    }
  }
  void index() {
    while (file_->state().position < chat_.engine.durable()) {
      REQUIRE(index_some(chat_.engine, *file_, 100, chat_.engine.durable()));
    }
  }
  void scrub() {
    while (!file_->scrub_some().value()) {
    }
  }
  // The database and its write-ahead log.
  bool has_any_of(char letter) const {
    const std::string bytes(20, letter);
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string all{std::istreambuf_iterator<char>(in), {}};
      if (all.find(bytes) != std::string::npos) return true;
    }
    return false;
  }

 private:
  static bool is_kept(std::size_t message) { return message % kKeptOneIn == 0; }
  std::string text(std::size_t message, char secret) {
    return std::string(30 + choose_(secret == kSaid ? 1 : 200), is_kept(message) ? kKept : secret);
  }

  const std::string folder_;
  const Choice choose_;
  Chat chat_;
  base::ConversationId room_;
  std::unique_ptr<IndexFile> file_;
};

}  // namespace

TEST_CASE("what was removed is in no byte of the index, nor comes back with what is written later") {
  for (unsigned seed = 1; seed <= kWorlds; ++seed) {
    std::uint64_t state = seed;
    const support::TempFolder folder;
    World world(folder.path(), [&state](std::size_t most) {
      state = state * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
      return static_cast<std::size_t>((state >> 33) % most);
    });
    world.say(300, kSaid);
    for (unsigned round = 0; round < kRounds; ++round) {
      world.edit_some(kEdited);
      world.say(1, kSaid);
      world.index();
    }
    CHECK(world.has_any_of(kSaid));
    CHECK(world.has_any_of(kEdited));
    world.remove_secrets();
    world.index();
    world.scrub();
    INFO("seed " << seed);
    CHECK(!world.has_any_of(kSaid));
    CHECK(!world.has_any_of(kEdited));
    for (unsigned round = 0; round < kRounds; ++round) world.edit_some(kKept);
    world.index();
    CHECK(!world.has_any_of(kSaid));
    CHECK(!world.has_any_of(kEdited));
    CHECK(world.has_any_of(kKept));
  }
}

// Each slice merges 64 pages; those of this index need some dozens.
TEST_CASE("a clean-up ends however much is taken out on its way, and begins again with that") {
  const support::TempFolder folder;
  Chat chat;
  const auto room = chat.create({"ann"});
  auto file = IndexFile::open(folder.path() + "/index.db", 1).value();
  const auto index = [&] {
    while (file->state().position < chat.engine.durable()) {
      REQUIRE(index_some(chat.engine, *file, 500, chat.engine.durable()));
    }
  };
  const auto said = [&](std::size_t number) {
    std::string text;
    for (std::size_t word = 0; word < 150; ++word) text += "word" + std::to_string(number * 150 + word) + ' ';
    return text;
  };
  for (std::size_t i = 0; i < 4'000; ++i) chat.send(room, "ann", said(i));
  index();
  CHECK(file->scrubbed_through() == chat.engine.durable());

  std::size_t removed = 0;
  chat.remove(chat.said[removed++]);
  const base::Position first = chat.engine.durable();
  index();
  std::size_t slices = 0, rounds = 0;
  for (; rounds < 2 && slices < 1'000; ++slices) {
    CHECK(file->scrubbed_through() < (rounds == 0 ? first : chat.engine.durable()));
    rounds += file->scrub_some().value() ? 1 : 0;
    if (slices % 5 != 0) continue;
    chat.remove(chat.said[removed++]);
    index();
  }
  CHECK(slices > 20);
  CHECK(rounds == 2);
  CHECK(file->scrubbed_through() >= first);
  CHECK(file->has_unscrubbed());
  while (!file->scrub_some().value()) {
  }
  CHECK_FALSE(file->has_unscrubbed());
  CHECK(file->scrubbed_through() == chat.engine.durable());
}

// Removals go to and fro between two shelves; a third has some that came during its own merge.
TEST_CASE("no shelf is left out of the rounds of a clean-up") {
  const support::TempFolder folder;
  Chat chat;
  const auto room = chat.create({"ann"});
  constexpr unsigned kBits = 4;
  constexpr std::size_t kShelves = 3, kMessages = kShelves << kBits;
  auto file = IndexFile::open(folder.path() + "/index.db", 1, kBits).value();
  auto remove_of = [&, removed = std::array<std::size_t, kShelves>{}](std::size_t shelf) mutable {
    const std::size_t number = (shelf << kBits) + removed[shelf]++;
    chat.remove(chat.said[number]);
    REQUIRE(index_some(chat.engine, *file, 100, chat.engine.durable()));
  };
  for (std::size_t i = 0; i + 1 < kMessages; ++i) chat.send(room, "ann", "word number" + std::to_string(i));
  REQUIRE(index_some(chat.engine, *file, 1'000, chat.engine.durable()));
  remove_of(2);
  REQUIRE_FALSE(file->scrub_some().value());  // its merge has begun
  remove_of(2);
  const base::Position wanted = chat.engine.durable();
  for (std::size_t turn = 0; turn < 28; ++turn) {
    remove_of(turn % 2);
    REQUIRE(file->scrub_some());
  }
  CHECK(file->scrubbed_through() >= wanted);
}

}  // namespace hansard::search

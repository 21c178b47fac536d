// Erasures from the request to the last file: what goes, what stays, and that neither a crash before any step nor an
// error in one leaves a byte behind.
#include <fstream>
#include <memory>

#include <catch2/catch.hpp>

#include "tests/process/eraser_house.h"

namespace hansard::process {
namespace {

using base::MessageId;
using Stage = Eraser::Stage;

constexpr Stage kStages[] = {Stage::subject, Stage::propose, Stage::files,  Stage::overwrite, Stage::blobs,
                             Stage::log,     Stage::views,   Stage::search, Stage::complete};

// Thrown where a test breaks a job off.
struct BrokenOff {};

std::string words(const std::string& what) { return what + "-4f1d9c0aa37e"; }

// A user who said, edited, deleted, scheduled, attached and reacted; all of it in tables, and some in memory.
struct Life {
  explicit Life(EraserHouse& house) {
    const auto group = house.group("gus", {"bob"});
    const auto file = house.upload("gus", words("bytes"), words("name"));
    house.send(group, "gus", words("text"), {file});
    const auto edited = house.send(group, "gus", words("first"));
    house.done(domain::EditMessage{edited, words("second"), std::nullopt, {}, {}}, "gus");
    const auto deleted = house.send(group, "gus", words("deleted"));
    house.done(domain::DeleteMessage{deleted, {}}, "gus");
    house.schedule(group, "gus", words("later"));
    of_bob = house.send(group, "bob", "stays");
    house.react(of_bob, "gus", words("emoji"));
    house.settle();
    house.views->stop();  // in tables
    house.restart();
    house.react(of_bob, "bob", "+1");
  }
  MessageId of_bob;
};

const std::vector<std::string> kSaid = {"bytes", "name", "text", "first", "second", "deleted", "later", "emoji"};

void check_nothing_left(const EraserHouse& house, const std::vector<std::string>& said = kSaid) {
  for (const auto& what : said) {
    INFO(what);
    CHECK(house.files_with(words(what)).empty());
  }
}

// Calls `then` before the n-th step of a stage, once.
void before(EraserHouse& house, Stage wanted, const std::function<void()>& then, int number = 1) {
  auto left = std::make_shared<int>(number);
  house.before_step = [wanted, then, left](Stage stage) {
    if (stage == wanted && --*left == 0) then();
  };
}

}  // namespace

TEST_CASE("what a user said is in many files, and in none once his erasure is complete") {
  EraserHouse house;
  const Life life(house);
  for (const auto& what : kSaid) {
    INFO(what);
    CHECK_FALSE(house.files_with(words(what)).empty());
  }
  const auto id = *house.erase(base::UserId{"gus"});
  house.finish(id);
  CHECK(house.is_complete(id));
  CHECK_FALSE(house.watch.of(id));
  CHECK(house.troubles.empty());
  check_nothing_left(house);
  CHECK(house.snapshot()->message(life.of_bob)->content->text == "stays");
  const auto done = house.events<domain::ErasureCompleted>();
  REQUIRE(done.size() == 1);
  CHECK(done.front().messages == 3);
  house.restart();
  check_nothing_left(house);
}

TEST_CASE("a job that is broken off before any of its steps is done by the next start") {
  for (const Stage stage : kStages) {
    EraserHouse house;
    Life life(house);
    const auto id = *house.erase(base::UserId{"gus"});
    before(house, stage, [] { throw BrokenOff{}; });
    CHECK_THROWS_AS(house.finish(id), BrokenOff);
    INFO("before " << Eraser::word(stage));
    CHECK_FALSE(house.is_complete(id));
    house.restart();
    house.finish(id);
    CHECK(house.is_complete(id));
    CHECK(house.events<domain::MessageErased>().size() == 3);
    CHECK(house.events<domain::UserErased>().size() == 1);
    CHECK(house.events<domain::ErasureCompleted>().size() == 1);
    check_nothing_left(house);
  }
}

TEST_CASE("a job that is broken off in the middle of proposing and overwriting is done by the next start") {
  for (const Stage stage : {Stage::propose, Stage::overwrite}) {
    EraserHouse house;
    const auto group = house.group("gus");
    constexpr int kMessages = 450;  // more than one step's commands
    for (int i = 0; i < kMessages; ++i) house.send(group, "gus", words("text"));
    const auto id = *house.erase(group);
    before(house, stage, [] { throw BrokenOff{}; }, 2);
    CHECK_THROWS_AS(house.finish(id), BrokenOff);
    house.restart();
    house.finish(id);
    CHECK(house.events<domain::MessageErased>().size() == kMessages);
    check_nothing_left(house, {"text"});
  }
}

TEST_CASE("after an error another erasure's cleaning of the index does not count for this one") {
  EraserHouse house;
  const auto group = house.group("gus", {"bob"});
  const auto first = house.send(group, "bob", "one"), second = house.send(group, "bob", "two");
  house.react(first, "gus", words("emoji"));
  house.restart();  // in tables
  // The one job asks the index and fails; its request is carried out before the other job's events.
  const auto failing = *house.erase(first);
  bool has_failed = false;
  house.purge_others = [&](base::Position) -> base::Result<bool> {
    if (std::exchange(has_failed, true)) return true;
    return base::error(base::ErrorCode::io, "the disk says no");
  };
  while (!has_failed) house.step();
  CHECK(house.troubles.size() == 1);
  CHECK(house.watch.of(failing)->waiting_for.starts_with("the disk says no"));
  house.react(second, "gus", words("later"));
  const auto other = *house.erase(base::UserId{"gus"});
  house.finish(failing);
  house.finish(other);
  CHECK(house.is_complete(failing));
  CHECK(house.is_complete(other));
  check_nothing_left(house, {"emoji", "later"});
}

TEST_CASE("what happens to a message between the request and its end goes with it") {
  EraserHouse house;
  const auto group = house.group("gus", {"bob"}), elsewhere = house.group("bob");
  const auto message = house.send(group, "gus", words("text"));
  const auto id = *house.erase(message);
  MessageId copy{};
  before(house, Stage::propose, [&] {
    house.done(domain::EditMessage{message, words("second"), std::nullopt, {}, {}}, "gus");
    house.react(message, "bob", words("emoji"));
    domain::ForwardMessage forward;
    forward.message = message;
    forward.conversation = elsewhere;
    base::random_bytes(forward.id.bytes);
    forward.id.bytes[6] = 0x70;
    copy = *house.done(forward, "bob").message;
    house.settle();
  });
  house.finish(id);
  CHECK(house.snapshot()->message(copy)->erased);
  check_nothing_left(house, {"text", "second", "emoji"});
}

TEST_CASE("a user who goes on talking is erased up to where his erasure began") {
  EraserHouse house;
  const auto group = house.group("gus", {"bob"});
  const auto old = house.send(group, "gus", words("text")), of_bob = house.send(group, "bob", "stays");
  house.react(of_bob, "gus", words("first"));
  const auto id = *house.erase(base::UserId{"gus"});
  MessageId fresh{};
  before(house, Stage::propose, [&] {
    fresh = house.send(group, "gus", "new words");
    house.react(fresh, "gus", "new emoji");
    house.react(of_bob, "gus", words("second"));
    house.settle();
  });
  house.finish(id);
  CHECK(house.snapshot()->message(old)->erased);
  CHECK(house.snapshot()->message(fresh)->content->text == "new words");
  CHECK(house.snapshot()->message(fresh)->reactions.size() == 1);
  check_nothing_left(house, {"text", "first", "second"});
}

TEST_CASE("a message that waits for its time is erased by its own id, sent meanwhile or not") {
  for (const bool is_sent : {false, true}) {
    EraserHouse house;
    const auto group = house.group("gus", {"bob"});
    const auto waiting = house.schedule(group, "gus", words("later"));
    const auto id = *house.erase(waiting);
    before(house, Stage::propose, [&] {
      if (!is_sent) return;
      house.clock.advance(std::chrono::hours(2));
      std::vector<Proposal> due{{domain::SendDue{waiting}, {"gus"}, ""}};
      house.desk->run(std::move(due));
      house.settle();
    });
    house.finish(id);
    CHECK(house.is_complete(id));
    CHECK_FALSE(house.snapshot()->scheduled_message(waiting));
    CHECK(house.snapshot()->message(waiting).has_value() == is_sent);
    CHECK(house.events<domain::ScheduleCancelled>().size() == (is_sent ? 0 : 1));
    check_nothing_left(house, {"later"});
  }
}

TEST_CASE("what waited and was cancelled is erased by its id") {
  EraserHouse house;
  const auto group = house.group("gus", {"bob"});
  const auto waited = house.schedule(group, "gus", words("later"));
  house.done(domain::DeleteMessage{waited, {}}, "gus");
  SECTION("when nothing is in the way") {
    const auto id = *house.erase(waited);
    house.finish(id);
    CHECK(house.is_complete(id));
    check_nothing_left(house, {"later"});
  }
  SECTION("with its author, but for what a hold keeps") {
    const auto hold = house.hold(group);
    const auto id = *house.erase(base::UserId{"gus"});
    house.finish(id);
    CHECK_FALSE(house.is_complete(id));
    CHECK_FALSE(house.files_with(words("later")).empty());
    house.release(hold);
    house.finish(id);
    CHECK(house.is_complete(id));
    check_nothing_left(house, {"later"});
  }
}

TEST_CASE("what the engine has no room for is asked again, and nothing is left out") {
  EraserHouse house;
  const auto group = house.group("bob", {"gus"});
  for (int i = 0; i < 30; ++i)
    house.react(house.send(group, "bob", "stays"), "gus", words("emoji") + std::to_string(i));
  const auto id = *house.erase(base::UserId{"gus"});
  int asked = 0;
  house.reluctant->is_full = [&] { return ++asked < 100 && asked % 3 == 0; };
  house.finish(id);
  CHECK(house.is_complete(id));
  CHECK(house.events<domain::ReactionRemoved>().size() == 30);
  check_nothing_left(house, {"emoji"});
}

namespace {

// An erasure of gus that waits for the release of a hold on a conversation in which he said "held" and reacted.
struct Waiting {
  explicit Waiting(EraserHouse& house) {
    kept = house.group("bob", {"gus"});
    open = house.group("bob", {"gus"});
    house.send(kept, "gus", words("held"));
    in_kept = house.send(kept, "bob", "stays");
    in_open = house.send(open, "bob", "stays");
    house.react(in_kept, "gus", words("emoji"));
    house.react(in_open, "gus", words("first"));
    hold = house.hold(kept);
    id = *house.erase(base::UserId{"gus"});
    house.finish(id);
    CHECK(house.eraser->waits_for_release(id));
  }
  base::ConversationId kept, open;
  MessageId in_kept, in_open;
  base::HoldId hold;
  base::ErasureId id;
};

}  // namespace

TEST_CASE("what a user says and reacts with while his erasure waits for a release is not of it, however long that is") {
  EraserHouse house;
  const Waiting waiting(house);
  house.clock.advance(std::chrono::days(8));  // keys are forgotten
  const auto said = house.send(waiting.open, "gus", "after");
  house.react(waiting.in_open, "gus", "again");
  SECTION("the hold is released") {}
  SECTION("and the server was started again") { house.restart(); }
  house.release(waiting.hold);
  house.finish(waiting.id);
  CHECK(house.is_complete(waiting.id));
  CHECK(house.events<domain::UserErased>().size() == 1);
  CHECK(house.snapshot()->message(said)->content->text == "after");
  CHECK(house.snapshot()->message(waiting.in_open)->reactions.size() == 1);
  check_nothing_left(house, {"held", "emoji", "first"});
}

TEST_CASE("a hold on a user keeps what his erasure, that waited for another hold, has not taken yet") {
  EraserHouse house;
  const Waiting waiting(house);
  const auto on_him = house.hold(base::UserId{"gus"});
  house.release(waiting.hold);
  house.finish(waiting.id);
  CHECK(house.eraser->waits_for_release(waiting.id));
  CHECK_FALSE(house.files_with(words("held")).empty());
  CHECK(house.snapshot()->message(waiting.in_kept)->reactions.size() == 1);
  house.release(on_him);
  house.finish(waiting.id);
  CHECK(house.is_complete(waiting.id));
  check_nothing_left(house, {"held", "emoji", "first"});
}

TEST_CASE("a hold keeps the files of a conversation, also of its deleted messages, and is recorded once") {
  EraserHouse house;
  const auto held = house.group("gus", {"bob"}), free = house.group("gus");
  const auto evidence = house.upload("gus", words("bytes"), words("name"));
  const auto other = house.upload("gus", words("other"), "b.txt");
  const auto message = house.send(held, "gus", words("text"), {evidence});
  house.done(domain::DeleteMessage{message, {}}, "gus");
  house.send(free, "gus", words("first"), {other});
  const auto hold = house.hold(held);
  const auto id = *house.erase(base::UserId{"gus"});
  house.finish(id);
  CHECK_FALSE(house.is_complete(id));
  CHECK(house.eraser->waits_for_release(id));
  CHECK(house.watch.of(id)->waiting_for == "the release of a legal hold");
  CHECK_FALSE(house.snapshot()->file(evidence)->collected);
  CHECK(house.snapshot()->file(evidence)->name == words("name"));
  CHECK(house.files_with(words("bytes")).size() == 1);
  CHECK(house.snapshot()->file(other)->collected);
  CHECK(house.events<domain::HoldConflict>().size() == 1);
  check_nothing_left(house, {"other", "first"});
  house.restart();  // looked at again, and still one conflict
  house.finish(id);
  CHECK(house.events<domain::HoldConflict>().size() == 1);
  house.release(hold);
  house.finish(id);
  CHECK(house.is_complete(id));
  check_nothing_left(house, {"bytes", "name", "text"});
}

TEST_CASE("what stands beside the store goes with an erasure") {
  EraserHouse house;
  const auto message = house.send(house.group("gus"), "gus", words("text"));
  for (const std::string place : {"log.lost-1", "views/chat/v3", "views/chat/v4.7", "views/chat/v4.quarantined"}) {
    std::filesystem::create_directories(house.folder / place);
    std::ofstream(house.folder / (place + "/000007.sst.old")) << words("text");
  }
  CHECK(house.files_with(words("text")).size() >= 4);
  const auto id = *house.erase(message);
  house.finish(id);
  check_nothing_left(house, {"text"});
  CHECK_FALSE(std::filesystem::exists(house.folder / "log.lost-1"));
}

TEST_CASE("an error is waited out longer each time, and the job begins anew") {
  EraserHouse house;
  const auto message = house.send(house.group("gus"), "gus", words("text"));
  const auto id = *house.erase(message);
  int failures = 4;
  house.purge_others = [&](base::Position) -> base::Result<bool> {
    if (failures-- > 0) return base::error(base::ErrorCode::io, "the disk says no");
    return true;
  };
  const auto began = house.clock.monotonic();
  house.finish(id);
  CHECK(house.is_complete(id));
  CHECK(house.troubles.size() == 4);
  CHECK(house.clock.monotonic() - began >= Eraser::kBackOff * 15);
  check_nothing_left(house, {"text"});
}

TEST_CASE("what is sent while the log is cleaned moves no goal") {
  EraserHouse house;
  const auto group = house.group("gus", {"bob"});
  const auto id = *house.erase(house.send(group, "gus", words("text")));
  base::Position wanted, asked;
  house.before_step = [&](Stage stage) {
    if (stage != Stage::log) return;
    if (!wanted) wanted = house.engine->durable();
    house.send(group, "bob", "goes on");
  };
  house.purge_others = [&](base::Position through) {
    asked = through;
    return true;
  };
  house.finish(id);
  CHECK(house.is_complete(id));
  CHECK(house.engine->durable() > wanted);
  CHECK(asked <= wanted);
}

TEST_CASE("an erasure that fails lets the others go first") {
  EraserHouse house;
  const auto group = house.group("gus");
  const auto first = *house.erase(house.send(group, "gus", words("text")));
  const auto second = *house.erase(house.send(group, "gus", words("first")));
  house.purge_others = [&](base::Position) -> base::Result<bool> {
    if (house.watch.of(second) || house.is_complete(second)) return true;  // its turn has come
    return base::error(base::ErrorCode::io, "the disk says no");
  };
  house.finish(second);
  CHECK(house.is_complete(second));
  house.finish(first);
  CHECK(house.is_complete(first));
  CHECK(house.troubles.size() == 1);
}

}  // namespace hansard::process

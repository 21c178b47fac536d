// Uploaded files: what they show, who may read them, and which may go.
#include <catch2/catch.hpp>

#include "tests/projections/log_builder.h"
#include "tests/projections/view_fixture.h"

namespace hansard::projections {
namespace {

struct Chat {
  LogBuilder log;
  base::ConversationId id;
  FoldedView view;
  explicit Chat(domain::Settings settings = {}) : id(log.create({"ann", "bob"}, settings)) {}
  ChatSnapshot now() {
    view.follow(log.events(), 100);
    return view.snapshot();
  }
};

base::Digest digest_of(std::uint8_t byte) {
  base::Digest digest;
  digest.fill(byte);
  return digest;
}

TEST_CASE("a file shows what was uploaded, and who may read it follows the messages that carry it") {
  Chat chat;
  auto file = chat.log.upload("ann", digest_of(7));
  auto now = chat.now();
  CHECK(now.file(file) == FileView{file, {"ann"}, digest_of(7), 3, "a.png", "image/png", time_of({2}), false});
  CHECK_FALSE(now.file(file_id(9)));
  CHECK(now.may_read_file(file, {"ann"}));
  CHECK_FALSE(now.may_read_file(file, {"bob"}));
  LogBuilder::SendOptions options;
  options.files = {file, file};
  auto facts = chat.log.send(chat.id, "ann", options);
  CHECK(chat.now().may_read_file(file, {"bob"}));
  chat.log.leave(chat.id, "bob");
  CHECK_FALSE(chat.now().may_read_file(file, {"bob"}));
  chat.log.join(chat.id, {"bob"});
  CHECK(chat.now().may_read_file(file, {"bob"}));
  chat.log.remove(facts);
  CHECK_FALSE(chat.now().may_read_file(file, {"bob"}));
  CHECK(chat.now().may_read_file(file, {"ann"}));
}

TEST_CASE("a file sent before a member joined is hidden where history begins at the join") {
  domain::Settings settings;
  settings.history = domain::History::from_join;
  Chat chat(settings);
  auto file = chat.log.upload("ann", digest_of(7));
  LogBuilder::SendOptions options;
  options.files = {file};
  chat.log.send(chat.id, "ann", options);
  chat.log.join(chat.id, {"cid"});
  CHECK_FALSE(chat.now().may_read_file(file, {"cid"}));
  chat.log.send(chat.id, "bob", options);
  CHECK(chat.now().may_read_file(file, {"cid"}));
}

TEST_CASE("a file of many conversations is found by who has many others") {
  Chat chat;
  auto file = chat.log.upload("ann", digest_of(7));
  LogBuilder::SendOptions options;
  options.files = {file};
  for (int i = 0; i < 10'001; ++i) {
    chat.log.send(chat.log.create({"ann", "bob"}), "ann", options);
    chat.log.create({"cid", "bob"});
  }
  CHECK_FALSE(chat.now().may_read_file(file, {"cid"}));
  chat.log.send(chat.log.create({"ann", "cid"}), "ann", options);
  CHECK(chat.now().may_read_file(file, {"cid"}));
  CHECK_FALSE(chat.now().may_read_file(file, {"eve"}));
}

TEST_CASE("a message that waits for its time keeps its files, and shows them to nobody") {
  Chat chat;
  auto file = chat.log.upload("ann", digest_of(1));
  auto collectable = [&] { return chat.now().collectable_files(time_of({1'000}), {}, 10).size(); };
  CHECK(collectable() == 1);
  auto draft = chat.log.schedule(chat.id, "ann", {9'000}, false, {file, file});
  CHECK(collectable() == 0);
  CHECK_FALSE(chat.now().may_read_file(file, {"bob"}));
  chat.log.cancel(draft, "");
  CHECK(collectable() == 1);
}

TEST_CASE("files that no message needs may go, deleted messages still need theirs") {
  Chat chat;
  auto unused = chat.log.upload("ann", digest_of(1));
  auto kept = chat.log.upload("ann", digest_of(2));
  auto gone = chat.log.upload("ann", digest_of(3));
  auto send = [&](const base::FileId& file) {
    LogBuilder::SendOptions options;
    options.files = {file};
    return chat.log.send(chat.id, "ann", options);
  };
  chat.log.remove(send(kept));
  chat.log.expire(send(gone));
  auto ids = [&](base::Timestamp before) {
    std::vector<base::FileId> all;
    for (const auto& file : chat.now().collectable_files(before, {}, 10)) all.push_back(file.place.file);
    return all;
  };
  CHECK(ids(time_of({2})) == std::vector<base::FileId>{gone});
  CHECK(ids(time_of({3})) == std::vector<base::FileId>{gone, unused});
  auto found = chat.now().collectable_files(time_of({3}), {}, 1);
  REQUIRE(found.size() == 1);
  CHECK(found.front().owner.value == "ann");
  CHECK(found.front().sha256 == digest_of(3));
  chat.log.collect("ann", gone);
  CHECK(ids(time_of({3})) == std::vector<base::FileId>{unused});
  CHECK(chat.now().file(gone)->collected);
  CHECK_FALSE(chat.now().may_read_file(gone, {"ann"}));
}

TEST_CASE("a file cannot be uploaded twice") {
  Chat chat;
  auto file = chat.log.upload("ann", digest_of(1));
  chat.log.append(domain::FileUploaded{{"ann"}, file, digest_of(2), 5, domain::FileContent{}}, "ann");
  auto folded = chat.view.fold(chat.log.events());
  REQUIRE_FALSE(folded);
  CHECK(folded.error().detail.find("position 3") != std::string::npos);
}

TEST_CASE("bytes are used as long as one file has them") {
  Chat chat;
  auto first = chat.log.upload("ann", digest_of(1));
  auto second = chat.log.upload("bob", digest_of(1));
  CHECK_FALSE(chat.now().is_blob_used(digest_of(2)));
  chat.log.collect("ann", first);
  CHECK(chat.now().is_blob_used(digest_of(1)));
  chat.log.collect("bob", second);
  CHECK_FALSE(chat.now().is_blob_used(digest_of(1)));
}

TEST_CASE("a file whose content was erased has no name and is collected") {
  Chat chat;
  auto file = chat.log.upload("ann", digest_of(1), true);
  LogBuilder::SendOptions options;
  options.files = {file};
  chat.log.send(chat.id, "ann", options);
  REQUIRE(chat.now().file(file));
  CHECK(chat.now().file(file)->name.empty());
  CHECK(chat.now().file(file)->collected);
  CHECK_FALSE(chat.now().is_blob_used(digest_of(1)));
  CHECK(chat.now().collectable_files(time_of({99}), {}, 10).empty());
}

}  // namespace
}  // namespace hansard::projections

#include "engine/index/rows.h"

#include <algorithm>

#include <catch2/catch.hpp>

namespace hansard::index {

namespace {
template <class Row>
void comes_back(const Row& row) {
  const std::string bytes = row_bytes(row);
  Row read;
  REQUIRE(parse_row(bytes, read));
  CHECK(read == row);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    Row torn;
    CHECK_FALSE(parse_row(std::string_view(bytes).substr(0, cut), torn));
  }
  Row longer;
  CHECK_FALSE(parse_row(bytes + "x", longer));
  std::string newer = bytes;
  newer[0] = static_cast<char>(kRowVersion + 1);
  CHECK_FALSE(parse_row(newer, longer));
}

ConversationId some_id(std::uint8_t number) {
  ConversationId id;
  id.bytes.fill(number);
  return id;
}
}  // namespace

TEST_CASE("every row comes back from its bytes, and from no others") {
  ConversationState head;
  comes_back(head);
  head.type = domain::ConversationType::ride;
  head.closed = true;
  head.created_by.value = std::string(128, 'u');
  head.version.value = ~std::uint64_t{0};
  head.settings_version.value = 127;
  head.last_ordinal.value = 128;
  head.member_count = 100'000;
  head.settings.delete_window_s = 0;
  head.settings.history = domain::History::from_join;
  head.settings.retention_s = 0xFFFF'FFFF;
  head.content_position.value = 1;
  comes_back(head);

  comes_back(MemberState{domain::Role::read_only, {77}});

  MessageState message;
  message.facts.conversation = some_id(1);
  message.facts.message.bytes.fill(2);
  message.facts.ordinal.value = 9;
  message.facts.author.value = "ann";
  message.facts.sender_type = "driver";
  message.facts.type = domain::MessageType::location;
  message.facts.reply_to.emplace().bytes.fill(3);
  message.facts.reply_to_ordinal.value = 4;
  message.facts.created_at.ms = -62'135'596'800'000;
  message.facts.sent_at.ms = 1'704'067'200'000;
  message.status = domain::MessageStatus::erased;
  message.version.value = 12;
  message.sent_position.value = 3;
  message.position.value = 1'000'000'000'000;
  comes_back(message);

  message.facts.forwarded_from = domain::ForwardedFrom{{{1}}, {{2}}, {"zoë"}, {7}};
  comes_back(message);

  comes_back(std::vector<domain::EmojiCount>{{"🚕", 3}, {"👍", 100'000}});
  comes_back(std::vector<std::string>{"🚕", "👍"});
  comes_back(domain::FileState{{"ann"}, 123'456'789'012, true, {5}, {9}});
  comes_back(domain::ScheduledState{message.facts, {1'704'067'200'000}, {77}, domain::ScheduleStatus::cancelled});
  comes_back(domain::UserState{3, {12}});
  comes_back(ReaderState{{5}, {6}, base::Ordinal{7}, true, false, true, {1'704'067'200'000}});
  comes_back(Version{300});
  comes_back(CommandRow{20'000, {1, 2, 3}, {1'000}, 3});
  comes_back(Checkpoint{{12'345}, 2});
}

TEST_CASE("no key is the beginning of another, and tables do not mix") {
  const UserId ann{"ann"}, anna{"anna"};
  const std::vector<std::string> keys = {
      checkpoint_key(),
      row_key(Table::heads, some_id(1).bytes),
      row_key(Table::members, some_id(1).bytes, ann),
      row_key(Table::members, some_id(1).bytes, anna),
      row_key(Table::readers, some_id(1).bytes, ann),
      row_key(Table::messages, some_id(1).bytes),
      row_key(Table::streams, some_id(1).bytes),
      row_key(Table::commands, some_id(1).bytes),
      row_key(Table::reactions, some_id(1).bytes),
      row_key(Table::reactors, some_id(1).bytes, ann),
      row_key(Table::reactors, some_id(1).bytes, anna),
      row_key(Table::blocks, some_id(1).bytes, ann),
      row_key(Table::files, some_id(1).bytes),
      row_key(Table::scheduled, some_id(1).bytes),
      row_key(Table::users, some_id(1).bytes),
  };
  for (const auto& a : keys) {
    for (const auto& b : keys) CHECK((&a == &b || !std::string_view(b).starts_with(a)));
  }
}

TEST_CASE("days count from the epoch") {
  CHECK(day_of({0}) == 0);
  CHECK(day_of({86'399'999}) == 0);
  CHECK(day_of({86'400'000}) == 1);
  CHECK(day_of({-5}) == 0);
}

}  // namespace hansard::index

#include "projections/posting_list.h"

#include "engine/base/check.h"
#include "projections/row_bytes.h"

namespace hansard::projections {

namespace {
constexpr std::size_t kLastAt = 1 + 8 + 8, kCountAt = kLastAt + 8, kHeadBytes = kCountAt + 2;

std::uint64_t number_at(std::string_view block, std::size_t at) {
  std::uint64_t value = 0;
  std::memcpy(&value, block.data() + at, sizeof value);
  return value;
}
std::uint16_t count_of(std::string_view block) {
  std::uint16_t count = 0;
  std::memcpy(&count, block.data() + kCountAt, sizeof count);
  return count;
}

std::string new_block(std::uint64_t before, Position at) {
  std::string block;
  begin_row(block).fixed(before).fixed(at.value).fixed(at.value).fixed(std::uint16_t{1});
  return block;
}

// `block` is what stands under `key`.
void extend(RowBatch& rows, const Key& key, std::string_view block, Position at) {
  const auto count = static_cast<std::uint16_t>(count_of(block) + 1);
  std::string& distance = row_scratch();
  RowWriter(distance).varint(at.value - number_at(block, kLastAt));
  std::span<char> bytes = rows.change(key, distance.size());
  std::memcpy(bytes.data() + kLastAt, &at.value, sizeof at.value);
  std::memcpy(bytes.data() + kCountAt, &count, sizeof count);
  std::memcpy(bytes.data() + bytes.size() - distance.size(), distance.data(), distance.size());
}
}  // namespace

bool PostingBlock::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  before = in.fixed<std::uint64_t>();
  auto at = in.fixed<std::uint64_t>();
  auto last = in.fixed<std::uint64_t>();
  auto count = in.fixed<std::uint16_t>();
  if (!in.ok() || count == 0 || count > kPostingsPerBlock) return false;
  positions.assign(1, at);
  while (positions.size() < count) {
    std::uint64_t distance = in.varint();
    if (distance == 0) return false;
    positions.push_back(at += distance);
  }
  return in.finished() && at == last;
}

Key open_block_key(const Key& list) { return Key(list).up(0); }
Key closed_block_key(const Key& list, Position first) { return Key(list).down(first.value); }

void append_posting(RowBatch& rows, const Key& list, Position at) {
  std::string unused;
  const Key open = open_block_key(list);
  const std::optional<std::string_view> present = rows.get(open, unused);
  if (!present) return rows.put(open, new_block(0, at));
  if (present->size() < kHeadBytes) rows.damaged(open);
  CHECK(number_at(*present, kLastAt) < at.value, "a posting list ascends");
  if (count_of(*present) < kPostingsPerBlock) return extend(rows, open, *present, at);
  const std::string full(*present);
  rows.insert(closed_block_key(list, {number_at(full, 1 + 8)}), full);
  rows.put(open, new_block(number_at(full, 1) + count_of(full), at));
}

PostingList::PostingList(const StoreSnapshot& rows, const Key& list) : rows_(&rows), list_(list) { load_open(); }

void PostingList::load_open() {
  std::string scratch;
  Key key = open_block_key(list_);
  ++seeks_;
  auto value = rows_->get(key, scratch);
  if (value && take(key, *value)) size_ = block_.before + block_.positions.size();
}

bool PostingList::load_closed(Position at) {
  if (!cursor_) cursor_ = rows_->cursor();
  ++seeks_;
  cursor_->seek(closed_block_key(list_, at));
  return cursor_->at(list_) && take(cursor_->key(), cursor_->value());
}

bool PostingList::take(std::string_view key, std::string_view value) {
  if (!block_.decode(value)) rows_->damaged(key);
  left_ = block_.positions.size();
  return true;
}

Position PostingList::at_or_below(Position at) {
  if (size_ == 0 || !at) return {};
  if (at.value < block_.positions.front()) {
    if (block_.before == 0 || !load_closed(at)) return {};
  }
  while (left_ > 0 && block_.positions[left_ - 1] > at.value) --left_;
  return {left_ > 0 ? block_.positions[left_ - 1] : 0};
}

}  // namespace hansard::projections

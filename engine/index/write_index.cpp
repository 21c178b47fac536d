#include "engine/index/write_index.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace hansard::index {

namespace {
// What a cached row takes, its key and the map's node included: an estimate that errs on the large side.
constexpr std::size_t kCachedRowBytes = 256;
constexpr std::size_t kCaches = 5;
constexpr std::size_t kMemberRowsPerEvent = 4;  // on average; one event may bring a thousand

std::size_t rows_per_generation(const IndexLimits& limits) {
  return limits.cache_bytes / 2 / kCachedRowBytes / kCaches / 2 + 1;
}

SideKey owned(const SideKey& key) { return key; }
ConversationId owned(const ConversationId& id) { return id; }
StreamId owned(const StreamId& id) { return id; }
MemberKey owned(const MemberKeyView& key) { return {key.conversation, key.user}; }

std::string stored_key(Table table, const ConversationId& id) { return row_key(table, id.bytes); }
std::string stored_key(Table table, const StreamId& id) { return row_key(table, id.bytes); }
std::string stored_key(Table table, const MemberKeyView& key) {
  return row_key(table, key.conversation.bytes, key.user);
}

template <class Row>
Row parsed(const std::string& bytes) {
  Row row;
  CHECK(parse_row(bytes, row), "a row of the write index is not what it should be; remove the index folder");
  return row;
}

template <class Row>
std::optional<Row> stored_row(const RowStore& store, const std::string& key) {
  auto bytes = store.get(key);
  if (!bytes) return std::nullopt;
  return parsed<Row>(*bytes);
}

std::shared_ptr<Overlay> new_overlay(std::size_t events_max) {
  auto overlay = std::make_shared<Overlay>();
  // Growing these two would stop the sequencer for tens of milliseconds. An overlay is full for a batch before it is
  // sealed, which is asked between batches.
  const std::size_t rows = events_max + events_max / 8;
  overlay->rows.messages.reserve(rows);
  overlay->rows.commands.reserve(rows);
  return overlay;
}
}  // namespace

Result<std::unique_ptr<WriteIndex>> WriteIndex::open(const std::string& folder, const IndexLimits& limits, LogEnd log,
                                                     const ContentSource& contents) {
  TRY(auto store, RowStore::open(folder, limits.cache_bytes / 2));
  return open(std::move(store), limits, log, contents);
}

Result<std::unique_ptr<WriteIndex>> WriteIndex::open(std::unique_ptr<RowStore> store, const IndexLimits& limits,
                                                     LogEnd log, const ContentSource& contents) {
  Checkpoint checkpoint = store->checkpoint();
  bool foreign = checkpoint.position && checkpoint.epoch != log.epoch;
  if (foreign || checkpoint.position > log.durable) {
    TRY(store->wipe());
  }
  return std::unique_ptr<WriteIndex>(new WriteIndex(std::move(store), limits, log, contents));
}

WriteIndex::WriteIndex(std::unique_ptr<RowStore> store, const IndexLimits& limits, LogEnd log,
                       const ContentSource& contents)
    : limits_(limits),
      epoch_(log.epoch),
      contents_(contents),
      store_(std::move(store)),
      through_(store_->checkpoint().position),
      active_(new_overlay(limits.overlay_events_max)),
      heads_(rows_per_generation(limits)),
      members_(rows_per_generation(limits)),
      readers_(rows_per_generation(limits)),
      streams_(rows_per_generation(limits)),
      sides_(rows_per_generation(limits)),
      folder_(std::make_unique<Folder>(*store_, limits.has_thread)) {}

WriteIndex::~WriteIndex() = default;

template <class Map, class Key>
const typename Map::mapped_type* WriteIndex::in_overlays(Map Rows::* table, const Key& key) const {
  const Map& written = active_->rows.*table;
  if (auto it = written.find(key); it != written.end()) return &it->second;
  for (auto overlay = sealed_.rbegin(); overlay != sealed_.rend(); ++overlay) {
    const Map& rows = (*overlay)->rows.*table;
    if (auto it = rows.find(key); it != rows.end()) return &it->second;
  }
  return nullptr;
}

template <class Key, class Row>
static const std::optional<Row>& through_cache(RowCache<Key, Row>& cache, const RowStore& store, Table table,
                                               const auto& key) {
  if (auto* row = cache.find(key)) return *row;
  return cache.put(owned(key), stored_row<Row>(store, stored_key(table, key)));
}

template <class Cache, class Key>
auto WriteIndex::from_database(Cache& cache, Table table, const Key& key) const {
  return through_cache(cache, *store_, table, key);
}

// A row that enters the overlay leaves the cache: when the overlay is folded the cache cannot answer an older one.
template <class Map, class Cache, class Key>
void WriteIndex::put(Map Rows::* table, Cache& cache, const Key& key, typename Map::mapped_type row) {
  Map& rows = active_->rows.*table;
  if (auto it = rows.find(key); it != rows.end()) {
    it->second = std::move(row);
    return;
  }
  rows.emplace(owned(key), std::move(row));
  cache.erase(key);
}

std::optional<ConversationState> WriteIndex::conversation(const ConversationId& id) const {
  if (auto* row = in_overlays(&Rows::heads, id)) return *row;
  return from_database(heads_, Table::heads, id);
}

std::optional<MemberState> WriteIndex::member(const ConversationId& id, const UserId& user) const {
  MemberKeyView key{id, user};
  if (auto* row = in_overlays(&Rows::members, key)) return *row;
  return from_database(members_, Table::members, key);
}

std::optional<MessageState> WriteIndex::message(const MessageId& id) const {
  if (auto* row = in_overlays(&Rows::messages, id)) return *row;
  return stored_row<MessageState>(*store_, row_key(Table::messages, id.bytes));
}

ReaderState WriteIndex::reader(const ConversationId& id, const UserId& user) const {
  MemberKeyView key{id, user};
  if (auto* row = in_overlays(&Rows::readers, key)) return *row;
  return from_database(readers_, Table::readers, key).value_or(ReaderState{});
}

Version WriteIndex::stream_version(const StreamId& stream) const {
  if (auto* row = in_overlays(&Rows::streams, stream)) return *row;
  return from_database(streams_, Table::streams, stream).value_or(Version{});
}

std::optional<std::string> WriteIndex::side(const SideKey& key) const {
  if (auto* bytes = in_overlays(&Rows::sides, key)) return *bytes;
  if (auto* bytes = sides_.find(key)) return *bytes;
  return sides_.put(key, store_->get(key));
}

void WriteIndex::put_side(const SideKey& key, std::optional<std::string> bytes) {
  if (bytes) bytes->shrink_to_fit();  // kept long
  put(&Rows::sides, sides_, key, std::move(bytes));
}

std::optional<domain::MessageContent> WriteIndex::message_content(Position at) const {
  return contents_.message_content(at);
}

std::optional<domain::ConversationContent> WriteIndex::conversation_content(Position at) const {
  return contents_.conversation_content(at);
}

std::optional<domain::ProfileContent> WriteIndex::profile_content(Position at) const {
  return contents_.profile_content(at);
}

std::optional<domain::FileContent> WriteIndex::file_content(Position at) const { return contents_.file_content(at); }

void WriteIndex::put_conversation(const ConversationId& id, ConversationState state) {
  put(&Rows::heads, heads_, id, std::move(state));
}

void WriteIndex::put_member(const ConversationId& id, const UserId& user, std::optional<MemberState> state) {
  put(&Rows::members, members_, MemberKeyView{id, user}, std::move(state));
}

void WriteIndex::put_message(const MessageId& id, MessageState state) {
  active_->rows.messages.insert_or_assign(id, std::move(state));
}

void WriteIndex::put_reader(const ConversationId& id, const UserId& user, ReaderState state) {
  put(&Rows::readers, readers_, MemberKeyView{id, user}, std::move(state));
}

void WriteIndex::put_stream_version(const StreamId& stream, Version version) {
  put(&Rows::streams, streams_, stream, version);
}

std::optional<CommandRow> WriteIndex::command(const ShortDigest& hash) const {
  std::optional<CommandRow> row;
  if (auto* written = in_overlays(&Rows::commands, hash)) {
    row = *written;
  } else {
    row = stored_command(hash);
  }
  if (row && row->day < store_->kept_from_day()) return std::nullopt;
  return row;
}

std::optional<CommandRow> WriteIndex::stored_command(const ShortDigest& hash) const {
  auto found = std::ranges::lower_bound(looked_up_, hash, {}, &LookedUp::hash);
  if (found != looked_up_.end() && found->hash == hash) return found->row;
  return stored_row<CommandRow>(*store_, row_key(Table::commands, hash));
}

void WriteIndex::look_up_commands(std::vector<ShortDigest> hashes) {
  std::ranges::sort(hashes);
  looked_up_.clear();
  for (const auto& hash : hashes) looked_up_.push_back({hash, std::nullopt});
  drop_new(hashes);
  if (!hashes.empty()) read_commands(hashes);
}

// Those that the database cannot hold.
void WriteIndex::drop_new(std::vector<ShortDigest>& hashes) const {
  const auto known = folder_->known_commands();
  if (!known) return;
  for (const auto& hash : hashes) known->fetch(hash);
  std::erase_if(hashes, [&known](const ShortDigest& hash) { return !known->may_hold(hash); });
}

// Sorted, and all of them among what is looked up.
void WriteIndex::read_commands(std::span<const ShortDigest> hashes) {
  std::string bytes;  // all keys in one allocation
  for (const auto& hash : hashes) append_row_key(Table::commands, hash, bytes);
  std::vector<std::string_view> keys;
  keys.reserve(hashes.size());
  const std::size_t key_bytes = bytes.size() / std::max<std::size_t>(hashes.size(), 1);
  for (std::size_t i = 0; i < hashes.size(); ++i) keys.emplace_back(bytes.data() + i * key_bytes, key_bytes);
  const auto rows = store_->get(keys);
  auto answered = looked_up_.begin();
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    answered = std::ranges::lower_bound(answered, looked_up_.end(), hashes[i], {}, &LookedUp::hash);
    if (rows[i]) answered->row = parsed<CommandRow>(*rows[i]);
  }
}

void WriteIndex::fold(const domain::RecordedEvent& event) {
  CHECK(event.position == through_.next(), event.position.value, through_.value);
  domain::evolve(*this, event);
  fold_command(event);
  through_ = event.position;
  ++active_->events;
  overlay_events_.fetch_add(1, std::memory_order_relaxed);
}

// The time is compared so that an id used again after its expiry, with nothing in between, is another command.
bool WriteIndex::continues_command(const domain::RecordedEvent& event) const {
  return event.command != ShortDigest{} && event.command == run_command_ && event.time == run_time_;
}

void WriteIndex::fold_command(const domain::RecordedEvent& event) {
  bool goes_on = continues_command(event);
  run_command_ = event.command;
  run_time_ = event.time;
  if (event.command == ShortDigest{}) return;
  if (!goes_on) run_ = {day_of(event.time), event.fingerprint, event.position, 0};
  ++run_.events;
  if (run_.day >= store_->kept_from_day()) active_->rows.commands.insert_or_assign(event.command, run_);
}

void WriteIndex::seal_if_full() {
  looked_up_.clear();
  release_folded();
  const bool is_full = active_->events >= limits_.overlay_events_max ||
                       active_->rows.members.size() >= limits_.overlay_events_max * kMemberRowsPerEvent;
  if (is_full) seal();
  if (purge_wanted_ != 0 && folder_->is_purged()) begin_purge();
}

// What stands in the overlays hides older rows on the disk; folded, it replaces them. One purge at a time: a wish that
// comes meanwhile is kept, or each would seal an overlay of the few events since the last, and the third would wait.
void WriteIndex::begin_purge() {
  if (active_->events > 0) seal();
  folder_->purge(through_);
  purge_wanted_ = 0;  // one for later that came just now comes again
}

// The sequencer folds before it makes durable, so what it purges next reaches `through`.
bool WriteIndex::purge(Position through) {
  if (folder_->purged_through() >= through) return true;
  if (folder_->purge_wanted() < through) purge_wanted_ = through.value;
  return false;
}

void WriteIndex::seal() {
  active_->checkpoint = {through_, epoch_};
  sealed_.push_back(active_);
  folder_->add(active_);
  active_ = new_overlay(limits_.overlay_events_max);
  release_folded();
}

void WriteIndex::release_folded() {
  while (!sealed_.empty() && sealed_.front()->folded.load(std::memory_order_acquire)) {
    overlay_events_.fetch_sub(sealed_.front()->events, std::memory_order_relaxed);
    folder_->discard(std::move(sealed_.front()));
    sealed_.erase(sealed_.begin());
  }
}

void WriteIndex::stop() {
  if (active_->events > 0) seal();
  folder_->finish();
  release_folded();
}

void WriteIndex::keep_commands_from(std::uint32_t day) {
  store_->keep_commands_from(day);
  folder_->drop_expired_commands();
}

}  // namespace hansard::index

// The search index on disk, as its one writer sees it: an SQLite file per generation, views/search/v1/search.<n>.db.
//
//   state(key, value)                      checkpoint, epoch, tokenizer, digest, unknown events
//   conversation(number, id)               numbers are dense from 1
//   message(number, conversation, created_at, words, ordinal, position, tags, text)
//                                          one row per message ever sent; `position` is that of its sending. Once it
//                                          has no content, tags and text are null and words is 0, whatever there was:
//                                          so the fold of an erased log is that of the original and the erasure
//   unscrubbed(shelf)                      shelves whose segments may still hold words that were taken out
//   shelf_<k>                              FTS5 over the messages of numbers [k * 2^17, (k + 1) * 2^17): text and tags
//
// A *shelf* is the piece that is searched, merged and scrubbed at once: it bounds what one step of a query, one merge
// and the clean-up after an erasure cost, whatever the size of the whole. FTS5 keeps no copy of the text
// (content=''); to take words out it needs exactly the tokens that were put in, so `message` keeps text and tags.
//
// Once a clean-up is over, nothing that was taken out before it is in any byte of the file or its write-ahead log
// (sealed_page.h).
//
// Invariants: I7 rows, index and checkpoint in one transaction; I8; the digest is the sum of the hashes of the
// messages that have content.
// Thread: one, the writer's. Owns: the file and its catalog's content.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "projections/digest.h"
#include "projections/search/catalog.h"
#include "projections/search/sqlite.h"

namespace hansard::search {

struct IndexState {
  base::Position position;
  std::uint32_t epoch = 0;
  std::uint64_t unknown_events = 0;
  projections::RowDigest digest;
};

// A message's content as it is indexed.
struct Indexed {
  std::string text;
  std::string tags;   // a token stream, the conversation's tag included
  std::string words;  // the text's token stream
};

// What a batch does to one message.
struct MessageChange {
  bool is_new = false;
  CatalogEntry entry;          // of a new one
  base::Ordinal ordinal;       // of a new one
  base::Position position;     // of the last event
  bool was_taken_out = false;  // on the way: what an edit says afterwards does not count
  std::optional<Indexed> content;
};

struct IndexChanges {
  std::vector<std::pair<ConversationNumber, base::ConversationId>> conversations;
  std::map<MessageNumber, MessageChange> messages;  // ascending: FTS5 flushes when a number goes back
  base::Position position;
  std::uint64_t unknown_events = 0;
};

// A row of `message`.
struct StoredMessage {
  MessageNumber number = 0;
  ConversationNumber conversation = 0;
  std::int64_t created_at = 0;
  std::uint32_t words = 0;
  base::Ordinal ordinal;
  base::Position position;
  std::optional<std::string> tags, text;
  bool operator==(const StoredMessage&) const = default;
};

class IndexFile {
 public:
  // Opens or creates, however much is in it: until it is loaded the catalog lacks messages, and only state() and the
  // loading may be asked for. `corrupt`: cannot be read; `unsupported`: written by another schema or tokenizer. Neither
  // changes anything.
  static base::Result<std::unique_ptr<IndexFile>> open(const std::string& path, std::uint32_t epoch,
                                                       unsigned shelf_bits = kShelfBits);
  // Fills the catalog, `rows` conversations or messages at most; is it loaded? `corrupt`: rows that do not fit each
  // other.
  base::Result<bool> load_some(std::size_t rows);
  base::Result<void> load_all();
  bool is_loaded() const { return is_loaded_; }
  // A new file that no start opens before `finish_build`.
  static base::Result<std::unique_ptr<IndexFile>> begin_build(const std::string& path, std::uint32_t epoch,
                                                              unsigned shelf_bits);
  // Durable on return.
  base::Result<void> finish_build();
  // Whether the file at `path` was begun and not finished. Of one that cannot be read: no.
  static bool is_build(const std::string& path);

  const IndexState& state() const { return state_; }
  const std::shared_ptr<Catalog>& catalog() const { return catalog_; }

  // All of it or nothing, but for `corrupt`: then the file is of no use any more. Loaded.
  base::Result<void> commit(const IndexChanges& changes);

  // Up to `limit` rows after `after`, ascending.
  base::Result<std::vector<StoredMessage>> messages(MessageNumber after, std::size_t limit);

  // Merges away what was taken out, a slice at a time; true when all is done that was there when it began. What is
  // taken out of a shelf during its merge is left for the next call, however long that goes on.
  base::Result<bool> scrub_some();
  bool has_unscrubbed() const { return !unscrubbed_.empty(); }
  // Nothing that was taken out up to here is in any byte any more.
  base::Position scrubbed_through() const;

 private:
  struct ShelfStatements {
    Statement insert, remove;
  };

  // Of a shelf from which something was taken out.
  struct Unscrubbed {
    base::Position clean_through;         // before the first
    std::optional<base::Position> again;  // before the first that came after its merge had begun
    bool has_begun = false;
    bool waits = false;  // merged once, and for the next round
  };
  using UnscrubbedShelf = std::pair<const Shelf, Unscrubbed>;

  IndexFile(Connection connection, unsigned shelf_bits);
  base::Result<void> create(std::uint32_t epoch);
  base::Result<void> check_kind();
  base::Result<void> check_layout();
  base::Result<void> load_state();
  base::Result<void> load_unscrubbed();
  // How many.
  base::Result<std::size_t> load_conversations(std::size_t rows);
  base::Result<std::size_t> load_messages(std::size_t rows);
  base::Result<void> load_message(const Statement& row);
  base::Result<void> prepare_statements();
  base::Result<ShelfStatements*> shelf(Shelf shelf);

  base::Result<void> apply(const IndexChanges& changes);
  base::Result<void> insert(MessageNumber number, const MessageChange& change);
  base::Result<void> change(MessageNumber number, const MessageChange& change);
  base::Result<void> add_words(MessageNumber number, const Indexed& content);
  base::Result<void> remove_words(MessageNumber number, const Indexed& content);
  base::Result<void> write_state(const IndexState& next);
  base::Result<void> note_unscrubbed(Shelf shelf);
  UnscrubbedShelf& next_unscrubbed();
  base::Result<bool> merge_some(UnscrubbedShelf& shelf);
  base::Result<void> note_merged(UnscrubbedShelf& shelf);

  Connection connection_;
  const std::string kind_;
  std::shared_ptr<Catalog> catalog_;
  IndexState state_;
  projections::RowDigest digest_;  // of the batch under way
  Statement begin_, commit_, rollback_, insert_message_, find_message_, update_message_, empty_message_,
      insert_conversation_, set_state_, rows_after_, entries_after_, conversations_after_;
  std::map<Shelf, ShelfStatements> shelves_;
  std::map<Shelf, Unscrubbed> unscrubbed_;
  bool is_in_round_ = false;  // of a clean-up: what is taken out of other shelves waits for the next
  bool has_conversations_ = false, is_loaded_ = false;
};

// What the digest sums up: the hash of one message's row.
projections::RowHash hash_message(MessageNumber number, std::string_view tags, std::string_view text);

}  // namespace hansard::search

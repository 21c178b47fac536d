#include "projections/search/index_compare.h"

#include <algorithm>

#include "engine/base/utf8.h"

namespace hansard::search {

namespace {
constexpr std::size_t kTextBytesMax = 200;

std::string in_words(const StoredMessage* message) {
  if (message == nullptr) return "not there";
  std::string words = "of position " + std::to_string(message->position.value);
  if (!message->text) return words + ", without content";
  return words.append(", text: ").append(base::beginning_of(*message->text, kTextBytesMax));
}

const StoredMessage* at(const std::vector<StoredMessage>& rows, std::size_t i) {
  return i < rows.size() ? &rows[i] : nullptr;
}
}  // namespace

void IndexComparison::note(const StoredMessage* live, const StoredMessage* rebuilt) {
  ++found_.rows;
  if (live != nullptr && rebuilt != nullptr && *live == *rebuilt) return;
  if (found_.differing++ != 0) return;
  const StoredMessage& any = live != nullptr ? *live : *rebuilt;
  std::string key = "number " + std::to_string(any.number) + ", ordinal " + std::to_string(any.ordinal.value);
  found_.first = projections::RowDifference{"indexed messages", std::move(key), in_words(live), in_words(rebuilt)};
}

// Numbers are dense in both (IndexFile checks it when it opens), so rows of one index have one number.
base::Result<bool> IndexComparison::step(IndexFile& live, IndexFile& rebuilt) {
  TRY(auto ours, live.messages(done_, kSliceRows));
  TRY(auto theirs, rebuilt.messages(done_, kSliceRows));
  std::size_t rows = std::max(ours.size(), theirs.size());
  for (std::size_t i = 0; i < rows; ++i) note(at(ours, i), at(theirs, i));
  done_ += static_cast<MessageNumber>(rows);
  found_.at = live.state().position;
  found_.live_digest = live.state().digest.hex();
  found_.rebuilt_digest = rebuilt.state().digest.hex();
  return rows < kSliceRows;
}

}  // namespace hansard::search

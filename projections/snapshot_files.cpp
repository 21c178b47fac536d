#include "projections/chat_snapshot.h"
#include "projections/keys.h"
#include "projections/row_steps.h"

namespace hansard::projections {

std::optional<FileView> ChatSnapshot::file(const FileId& id) const {
  auto row = this->row<FileRow>(file_key(id));
  if (!row) return std::nullopt;
  row->file.id = id;
  return std::move(row->file);
}

bool ChatSnapshot::may_see_carrier(const FileId& file, const ConversationId& id, const UserId& user) const {
  auto reader = present_reader(id, user);
  auto row = this->row<ConversationRow>(conversation_key(id));
  if (!reader || !row) return false;
  Ordinal floor = domain::hidden_through(row->settings, reader->joined_after);
  RowCursor& at = cursor();
  at.seek(carrier_key(file, id, floor.next()));
  return at.at(carriers_prefix(file, id));
}

// Both the file's conversations and the user's are in order of their ids: whichever is behind goes on to where the
// other is, by steps, or by a jump where that is far.
bool ChatSnapshot::may_read_file(const FileId& id, const UserId& user) const {
  auto file = this->file(id);
  if (!file || file->collected) return false;
  if (file->owner == user) return true;
  const auto carriers = rows_->cursor(), readers = rows_->cursor();
  const Key carried = carriers_prefix(id), his = readers_prefix(user);
  RowSteps carrier_steps, reader_steps;
  carriers->seek(carried);
  for (readers->seek(his); carriers->at(carried) && readers->at(his);) {
    const ConversationId carrying = conversation_of_carrier_key(carriers->key());
    const ConversationId own = conversation_of_reader_key(readers->key());
    if (carrying < own) {
      reader_steps.reset();
      carrier_steps.pass(*carriers, [&] { return carrier_key(id, own, Ordinal{}); });
    } else if (own < carrying) {
      carrier_steps.reset();
      reader_steps.pass(*readers, [&] { return reader_key(user, carrying); });
    } else if (may_see_carrier(id, own, user)) {
      return true;
    } else {
      readers->next();
    }
  }
  return false;
}

std::vector<CollectableFile> ChatSnapshot::collectable_files(Timestamp uploaded_before,
                                                             const std::optional<CollectableFile::Place>& after,
                                                             std::size_t limit) const {
  std::vector<CollectableFile> files;
  Key passed = after ? collectable_key(after->at, after->file) : Key('J');
  RowCursor& at = cursor();
  at.seek(passed);
  if (after && at.valid() && at.key() == passed.view()) at.next();
  for (; files.size() < limit && at.at("J"); at.next()) {
    CollectableFile::Place place{time_of_due_key(at.key()), last_id_of_key<FileId>(at.key())};
    if (place.at != Timestamp{} && place.at >= uploaded_before) break;
    auto file = this->file(place.file);
    if (file) files.push_back({place, std::move(file->owner), file->sha256});
  }
  return files;
}

bool ChatSnapshot::is_file_carried(const FileId& id) const {
  const auto row = this->row<FileRow>(file_key(id));
  return row && row->carriers > 0;
}

bool ChatSnapshot::is_blob_used(const base::Digest& sha256) const {
  RowCursor& at = cursor();
  at.seek(blob_prefix(sha256));
  return at.at(blob_prefix(sha256));
}

}  // namespace hansard::projections

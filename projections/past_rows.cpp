#include "projections/past_rows.h"

#include "projections/row_bytes.h"
#include "projections/row_parts.h"

namespace hansard::projections {

void PastAboutRow::encode(std::string& out) const {
  RowWriter w = begin_row(out);
  w.varint(since.value).varint(settings_version.value);
  write_settings(w, settings);
  w.text(title).text(metadata);
}

bool PastAboutRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  since.value = in.varint();
  settings_version.value = in.varint();
  read_settings(in, settings);
  title = in.text();
  metadata = in.text();
  return in.finished();
}

void PastPlaceRow::encode(std::string& out) const {
  RowWriter w = begin_row(out);
  w.byte(member).byte(static_cast<std::uint8_t>(role)).fixed(joined_at.ms).varint(joined_after.value);
}

bool PastPlaceRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  member = in.byte() != 0;
  role = in.choice(domain::Role::read_only);
  joined_at.ms = in.fixed<std::int64_t>();
  joined_after.value = in.varint();
  return in.finished();
}

void PastReaderRow::encode(std::string& out) const {
  RowWriter w = begin_row(out);
  write_reader(w, reader);
}

bool PastReaderRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  read_reader(in, reader);
  return in.finished();
}

void PastReactionRow::encode(std::string& out) const {
  begin_row(out).varint(position.value).byte(added).text(user.value).text(emoji);
}

bool PastReactionRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  position.value = in.varint();
  added = in.byte() != 0;
  user.value = in.text();
  emoji = in.text();
  return in.finished();
}

void PositionRow::encode(std::string& out) const { begin_row(out).varint(position.value); }

bool PositionRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  position.value = in.varint();
  return in.finished();
}

void CountRow::encode(std::string& out) const { begin_row(out).varint(count); }

bool CountRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  count = in.varint();
  return in.finished();
}

}  // namespace hansard::projections

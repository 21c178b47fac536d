#include "projections/row_parts.h"

namespace hansard::projections {

void write_time(RowWriter& out, const std::optional<Timestamp>& time) {
  out.byte(time.has_value());
  if (time) out.fixed(time->ms);
}
std::optional<Timestamp> read_time(RowReader& in) {
  if (in.byte() == 0) return std::nullopt;
  return Timestamp{in.fixed<std::int64_t>()};
}

void write_settings(RowWriter& out, const domain::Settings& s) {
  out.byte(static_cast<std::uint8_t>(s.history)).byte(s.edit_history).byte(static_cast<std::uint8_t>(s.who_may_post));
  out.byte(s.delete_window_s.has_value()).varint(s.delete_window_s.value_or(0));
  out.varint(s.edit_window_s).varint(s.slow_mode_s).varint(s.retention_s);
}
void read_settings(RowReader& in, domain::Settings& s) {
  s.history = in.choice(domain::History::from_join);
  s.edit_history = in.byte() != 0;
  s.who_may_post = in.choice(domain::WhoMayPost::admins);
  bool has_window = in.byte() != 0;
  std::uint32_t window = in.varint32();
  if (has_window) s.delete_window_s = window;
  s.edit_window_s = in.varint32();
  s.slow_mode_s = in.varint32();
  s.retention_s = in.varint32();
}

void write_reader(RowWriter& out, const ReaderView& reader) {
  out.varint(reader.read_up_to.value).varint(reader.delivered_up_to.value);
  out.byte(reader.marked_from.has_value()).varint(reader.marked_from.value_or(Ordinal{}).value);
  write_time(out, reader.read_at);
  write_time(out, reader.delivered_at);
  out.varint(reader.read_position.value).varint(reader.delivered_position.value);
  out.byte(reader.archived).byte(reader.muted).byte(reader.pinned);
}
void read_reader(RowReader& in, ReaderView& reader) {
  reader.read_up_to.value = in.varint();
  reader.delivered_up_to.value = in.varint();
  bool is_marked = in.byte() != 0;
  std::uint64_t from = in.varint();
  if (is_marked) reader.marked_from = Ordinal{from};
  reader.read_at = read_time(in);
  reader.delivered_at = read_time(in);
  reader.read_position.value = in.varint();
  reader.delivered_position.value = in.varint();
  reader.archived = in.byte() != 0;
  reader.muted = in.byte() != 0;
  reader.pinned = in.byte() != 0;
}

}  // namespace hansard::projections

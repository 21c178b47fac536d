#include "projections/erasure_rows.h"

#include <utility>

#include "projections/row_bytes.h"

namespace hansard::projections {

namespace {
// Which kind a scope is of, by the order of the facts (schemas/facts.fbs).
enum class Kind : std::uint8_t { message = 1, user = 2, conversation = 3 };

struct WriteScope {
  RowWriter& to;
  void operator()(const MessageId& id) const { to.byte(static_cast<std::uint8_t>(Kind::message)).raw(id.view()); }
  void operator()(const UserId& id) const { to.byte(static_cast<std::uint8_t>(Kind::user)).text(id.value); }
  void operator()(const ConversationId& id) const {
    to.byte(static_cast<std::uint8_t>(Kind::conversation)).raw(id.view());
  }
};

domain::ErasureScope read_scope(RowReader& in) {
  const Kind kind = in.choice(Kind::conversation);
  if (kind == Kind::message) return in.id<MessageId>();
  if (kind == Kind::user) return UserId{std::string(in.text())};
  return in.id<ConversationId>();
}

domain::HoldScope read_hold_scope(RowReader& in) {
  const domain::ErasureScope scope = read_scope(in);
  if (const auto* user = std::get_if<UserId>(&scope)) return *user;
  const auto* conversation = std::get_if<ConversationId>(&scope);
  return conversation ? *conversation : ConversationId{};
}

void write_time(RowWriter& to, const std::optional<Timestamp>& time) {
  to.byte(time ? 1 : 0);
  if (time) to.fixed(time->ms);
}

void read_time(RowReader& in, std::optional<Timestamp>& time) {
  if (in.byte() != 0) time = Timestamp{in.fixed<std::int64_t>()};
}
}  // namespace

void ErasureRow::encode(std::string& out) const {
  RowWriter w = begin_row(out);
  std::visit(WriteScope{w}, view.scope);
  w.text(view.requested_by.value).fixed(view.requested_at.ms).varint(view.requested.value);
  w.varint(view.erased).varint(view.records).varint(view.held);
  write_time(w, view.completed_at);
}

bool ErasureRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  view.scope = read_scope(in);
  view.requested_by.value = in.text();
  view.requested_at.ms = in.fixed<std::int64_t>();
  view.requested.value = in.varint();
  view.erased = in.varint();
  view.records = in.varint();
  view.held = in.varint();
  read_time(in, view.completed_at);
  return in.finished();
}

void HoldRow::encode(std::string& out) const {
  RowWriter w = begin_row(out);
  std::visit(WriteScope{w}, view.scope);
  w.text(view.placed_by.value).fixed(view.placed_at.ms).varint(view.placed.value);
  write_time(w, view.released_at);
}

bool HoldRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  view.scope = read_hold_scope(in);
  view.placed_by.value = in.text();
  view.placed_at.ms = in.fixed<std::int64_t>();
  view.placed.value = in.varint();
  read_time(in, view.released_at);
  return in.finished();
}

void CounterRow::encode(std::string& out) const { begin_row(out).varint(count); }

bool CounterRow::decode(std::string_view bytes) {
  RowReader in = open_row(bytes);
  count = in.varint();
  return in.finished();
}

}  // namespace hansard::projections

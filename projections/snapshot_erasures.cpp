// Erasures and legal holds of a snapshot.
#include "projections/chat_snapshot.h"
#include "projections/erasure_rows.h"
#include "projections/keys.h"

namespace hansard::projections {

std::optional<ErasureView> ChatSnapshot::erasure(const base::ErasureId& id) const {
  auto row = this->row<ErasureRow>(erasure_key(id));
  if (!row) return std::nullopt;
  row->view.id = id;
  return std::move(row->view);
}

std::vector<ErasureView> ChatSnapshot::erasures(bool open, const base::ErasureId& after, std::size_t limit) const {
  const std::string_view table = open ? "V" : "Y";
  const Key passed = open ? open_erasure_key(after) : erasure_key(after);
  std::vector<base::ErasureId> ids;
  RowCursor& at = cursor();
  for (at.seek(passed); ids.size() < limit && at.at(table); at.next()) {
    if (at.key() != passed.view()) ids.push_back(last_id_of_key<base::ErasureId>(at.key()));
  }
  std::vector<ErasureView> found;
  for (const auto& id : ids) found.push_back(*erasure(id));
  return found;
}

std::optional<HoldView> ChatSnapshot::hold(const base::HoldId& id) const {
  if (id.is_nil()) return std::nullopt;
  auto row = this->row<HoldRow>(hold_key(id));
  if (!row) return std::nullopt;
  row->view.id = id;
  return std::move(row->view);
}

std::vector<HoldView> ChatSnapshot::holds(const base::HoldId& after, std::size_t limit) const {
  const Key passed = hold_key(after);  // the nil one is the counter
  std::vector<HoldView> found;
  RowCursor& at = cursor();
  for (at.seek(passed); found.size() < limit && at.at("Z"); at.next()) {
    if (at.key() == passed.view()) continue;
    found.push_back(decoded<HoldRow>(at).view);
    found.back().id = last_id_of_key<base::HoldId>(at.key());
  }
  return found;
}

std::uint64_t ChatSnapshot::holds_released() const {
  return this->row<CounterRow>(hold_key({})).value_or(CounterRow{}).count;
}

}  // namespace hansard::projections

#include "projections/row_map.h"

namespace hansard::projections {

namespace {
using Rows = std::map<std::string, std::string, std::less<>>;

class MapCursor final : public RowCursor {
 public:
  explicit MapCursor(const Rows& rows) : rows_(rows), at_(rows.end()) {}
  void seek(std::string_view at_or_after) override { at_ = rows_.lower_bound(at_or_after); }
  void seek_back(std::string_view at_or_before) override {
    at_ = rows_.upper_bound(at_or_before);
    prev();
  }
  bool valid() const override { return at_ != rows_.end(); }
  void next() override { ++at_; }
  void prev() override { at_ = at_ == rows_.begin() ? rows_.end() : std::prev(at_); }
  std::string_view key() const override { return at_->first; }
  std::string_view value() const override { return at_->second; }

 private:
  const Rows& rows_;
  Rows::const_iterator at_;
};
}  // namespace

std::optional<std::string_view> RowMap::get(std::string_view key, std::string&) const {
  auto found = rows_.find(key);
  if (found == rows_.end()) return std::nullopt;
  return found->second;
}

std::unique_ptr<RowCursor> RowMap::cursor() const { return std::make_unique<MapCursor>(rows_); }

void RowMap::commit(std::span<const RowChange> changes, const Checkpoint& checkpoint) {
  for (const RowChange& change : changes) {
    if (change.value) {
      rows_.insert_or_assign(std::string(change.key), std::string(*change.value));
    } else if (auto found = rows_.find(change.key); found != rows_.end()) {
      rows_.erase(found);
    }
  }
  checkpoint_ = checkpoint;
}

}  // namespace hansard::projections

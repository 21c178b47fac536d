#include "replay/verify/row_compare.h"

#include "engine/base/hex.h"

namespace hansard::verify {

namespace {
constexpr std::size_t kShownBytesMax = 48;

class Comparison {
 public:
  explicit Comparison(const RowWords& words) : words_(words) {}

  void only_stored(const Rows& row) { differs(row.key(), "is stored, and the log does not give it"); }
  void only_folded(const Rows& row) {
    if (words_.may_be_missing && words_.may_be_missing(row.key(), row.value())) return;
    differs(row.key(), "is missing; the log gives it");
  }
  void both(const Rows& stored, const Rows& folded) {
    if (stored.value() == folded.value()) return;
    differs(stored.key(), "is " + hex_text(stored.value()) + "; the log gives " + hex_text(folded.value()));
  }
  void compared() { ++found_.rows; }
  RowDifferences found() const { return found_; }

 private:
  void differs(std::string_view key, const std::string& how) {
    if (found_.differing++ == 0) found_.first = words_.name(key) + " " + how;
  }
  const RowWords& words_;
  RowDifferences found_;
};
}  // namespace

base::Result<RowDifferences> compare_rows(const RowDatabase& stored, const RowDatabase& folded, const RowWords& words) {
  Comparison comparison(words);
  auto left = stored.rows(), right = folded.rows();
  while (left->valid() || right->valid()) {
    const int order = !right->valid() ? -1 : !left->valid() ? 1 : left->key().compare(right->key());
    if (order < 0) comparison.only_stored(*left);
    if (order > 0) comparison.only_folded(*right);
    if (order == 0) comparison.both(*left, *right);
    comparison.compared();
    if (order <= 0) left->next();
    if (order >= 0) right->next();
  }
  TRY(left->status());
  TRY(right->status());
  return comparison.found();
}

std::string hex_text(std::string_view bytes) {
  std::string text = base::hex(bytes.substr(0, kShownBytesMax));
  if (bytes.size() > kShownBytesMax) text += "... (" + std::to_string(bytes.size()) + " bytes)";
  return text.empty() ? "empty" : text;
}

}  // namespace hansard::verify

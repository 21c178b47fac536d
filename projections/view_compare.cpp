#include "projections/view_compare.h"

namespace hansard::projections {

namespace {
constexpr std::uint64_t kRowsPerCall = 4'096;

class Patience {
 public:
  explicit Patience(const GoOn& go_on) : go_on_(go_on) {}
  bool lasts() { return ++rows_ % kRowsPerCall != 0 || !go_on_ || go_on_(); }

 private:
  const GoOn& go_on_;
  std::uint64_t rows_ = 0;
};

void skip_checkpoint(RowCursor& rows) {
  if (rows.valid() && rows.key() == checkpoint_key().view()) rows.next();
}

// Both in key order; a row that only one has, has no value in the other.
template <class Visit>
void merge(RowCursor& a, RowCursor& b, Patience patience, const Visit& visit) {
  for (a.seek(""), b.seek(""); patience.lasts();) {
    skip_checkpoint(a);
    skip_checkpoint(b);
    if (!a.valid() && !b.valid()) return;
    int order = !a.valid() ? 1 : !b.valid() ? -1 : a.key().compare(b.key());
    using Value = std::optional<std::string_view>;
    visit(order <= 0 ? a.key() : b.key(), order <= 0 ? Value(a.value()) : Value(),
          order >= 0 ? Value(b.value()) : Value());
    if (order <= 0) a.next();
    if (order >= 0) b.next();
  }
}

RowDigest digest_of(const StoreSnapshot& snapshot, std::uint64_t& count, Patience patience) {
  RowDigest digest;
  std::unique_ptr<RowCursor> rows = snapshot.cursor();
  for (rows->seek(""); rows->valid() && patience.lasts(); rows->next()) {
    if (rows->key() == checkpoint_key().view()) continue;
    digest.add(hash_row(rows->key(), rows->value()));
    ++count;
  }
  return digest;
}

RowDifference describe(const ViewKind& kind, std::string_view key, std::optional<std::string_view> live,
                       std::optional<std::string_view> rebuilt) {
  RowWords words = kind.words(key);
  auto shown = [](std::optional<std::string_view> value) { return value ? value_words(*value) : "not there"; };
  return {std::move(words.table), std::move(words.key), shown(live), shown(rebuilt)};
}
}  // namespace

ViewComparison compare_rows(const ViewKind& kind, const StoreSnapshot& live, const StoreSnapshot& rebuilt,
                            const GoOn& go_on) {
  ViewComparison found;
  found.at = live.checkpoint().position;
  RowDigest of_live, of_rebuilt;
  auto a = live.cursor(), b = rebuilt.cursor();
  merge(*a, *b, Patience(go_on), [&](auto key, auto in_live, auto in_rebuilt) {
    ++found.rows;
    if (in_live) of_live.add(hash_row(key, *in_live));
    if (in_rebuilt) of_rebuilt.add(hash_row(key, *in_rebuilt));
    if (in_live == in_rebuilt) return;
    if (found.differing++ == 0) found.first = describe(kind, key, in_live, in_rebuilt);
  });
  found.live_digest = of_live.hex();
  found.rebuilt_digest = of_rebuilt.hex();
  return found;
}

ViewComparison compare_digests(const StoreSnapshot& live, const StoreSnapshot& rebuilt, const GoOn& go_on) {
  ViewComparison found;
  found.at = live.checkpoint().position;
  RowDigest of_live = digest_of(live, found.rows, Patience(go_on));
  const RowDigest& of_rebuilt = rebuilt.checkpoint().digest;
  found.live_digest = of_live.hex();
  found.rebuilt_digest = of_rebuilt.hex();
  found.differing = of_live == of_rebuilt ? 0 : 1;
  return found;
}

ViewComparison compare_views(const ViewKind& kind, const StoreSnapshot& live, const StoreSnapshot& rebuilt,
                             const GoOn& go_on) {
  ViewComparison found = compare_digests(live, rebuilt, go_on);
  return found.is_equal() ? found : compare_rows(kind, live, rebuilt, go_on);
}

std::string in_words(const ViewComparison& comparison) {
  std::string at = " at position " + std::to_string(comparison.at.value);
  if (comparison.is_equal()) return "all " + std::to_string(comparison.rows) + " rows are equal" + at;
  std::string text =
      std::to_string(comparison.differing) + " of " + std::to_string(comparison.rows) + " rows differ" + at;
  if (!comparison.first) return text;
  return text + "; the first is the row of " + comparison.first->table + " for " + comparison.first->key +
         ": live it is " + comparison.first->live + ", rebuilt it is " + comparison.first->rebuilt;
}

}  // namespace hansard::projections

#include "engine/proof/start_check.h"

#include <algorithm>
#include <optional>

#include "engine/proof/leaves.h"

namespace hansard::proof {

namespace {
constexpr int kReadsMax = 3;

base::Error refusal(const std::string& folder, const std::string& what) {
  return base::error(
      base::ErrorCode::refused,
      folder + ": " + what +
          ". Nothing was changed. Restore the folder from a backup; docs/OPERATIONS.md, \"Proofs\", says "
          "how to go on without what was signed");
}

std::string count(std::uint64_t number) { return std::to_string(number); }

Result<void> make_again(const log::EventLog& log, TileStore& tiles, std::uint64_t from, std::uint64_t to) {
  TRY(tiles.cut(from));
  TRY(auto range, CompactRange::of(tiles, from));
  TRY(extend(log, to, range, tiles));
  return tiles.sync();
}

// The first anchor whose root the stored hashes do not give.
Result<std::optional<Anchor>> first_contradiction(const TileStore& tiles, std::span<const Anchor> anchors) {
  for (const Anchor& anchor : anchors) {
    TRY(auto root, root_at(tiles, anchor.size));
    if (root != anchor.root) return std::optional(anchor);
  }
  return std::optional<Anchor>();
}

// The position of the first of the newest leaves that the log tells otherwise.
Result<std::optional<std::uint64_t>> first_altered(const log::EventLog& log, const TileStore& tiles,
                                                   std::uint64_t size) {
  std::optional<std::uint64_t> altered;
  std::uint64_t next = size - std::min(size, kLeavesRehashed);
  while (next < size && !altered) {
    const std::uint64_t first = next;
    TRY(auto stored, tiles.hashes(0, first, size - first));
    const auto compare = [&](std::uint64_t index, const Hash& hash) {
      const auto at = std::string_view(stored).substr((index - first) * sizeof(Hash), sizeof(Hash));
      if (at != base::view_of(hash)) altered = index + 1;
      return !altered;
    };
    TRY(next, hash_leaves(log, first, size, compare));
  }
  return altered;
}

// What goes on from a hash that was read wrong would be signed: the root is asked of the very tree that goes on.
Result<CompactRange> tree_to_go_on_with(const TileStore& tiles, std::span<const Anchor> anchors) {
  const auto last = std::ranges::max_element(anchors, {}, &Anchor::size);
  if (last == anchors.end()) return CompactRange();
  auto tree = CompactRange::of(tiles, last->size, last->root);
  for (int reads = 1; !tree && reads < kReadsMax; ++reads) tree = CompactRange::of(tiles, last->size, last->root);
  return tree;
}

base::Error altered_error(const std::string& folder, const Anchor& anchor, std::optional<std::uint64_t> position) {
  std::string what = "the event log is not the one that was signed: its root at size " + count(anchor.size) +
                     " is another than " + anchor.source + " says";
  if (position) what += "; the first position that was changed is " + count(*position);
  return refusal(folder, what);
}
}  // namespace

Result<StartFinding> check_start(const log::EventLog& log, TileStore& tiles, std::span<const Anchor> anchors,
                                 const std::string& folder) {
  StartFinding finding;
  std::uint64_t size = 0;
  for (const Anchor& anchor : anchors) {
    size = std::max(size, anchor.size);
    const std::uint64_t end = log.durable(base::kPartition).value;
    if (anchor.size <= end) continue;
    return refusal(folder, "the event log was rolled back: it ends at position " + count(end) + ", and " +
                               anchor.source + " says that it had reached " + count(anchor.size));
  }
  if (tiles.size() < size) {
    finding.rebuilt = size - tiles.size();
    TRY(make_again(log, tiles, tiles.size(), size));
  } else if (tiles.size() > size) {
    TRY(tiles.cut(size));
  }

  TRY(auto contradiction, first_contradiction(tiles, anchors));
  TRY(auto altered, first_altered(log, tiles, size));
  if (contradiction || altered) {
    finding.rebuilt = size;
    TRY(make_again(log, tiles, 0, size));
    TRY(contradiction, first_contradiction(tiles, anchors));
    if (contradiction) return altered_error(folder, *contradiction, altered);
  }
  TRY(finding.tree, tree_to_go_on_with(tiles, anchors));
  return finding;
}

}  // namespace hansard::proof

#include "engine/proof/start_check.h"

#include <algorithm>
#include <optional>

#include "engine/proof/leaves.h"

namespace hansard::proof {

namespace {
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
  for (const Anchor& anchor : anchors) {
    finding.size = std::max(finding.size, anchor.size);
    const std::uint64_t end = log.durable(base::kPartition).value;
    if (anchor.size <= end) continue;
    return refusal(folder, "the event log was rolled back: it ends at position " + count(end) + ", and " +
                               anchor.source + " says that it had reached " + count(anchor.size));
  }
  if (tiles.size() < finding.size) {
    finding.rebuilt = finding.size - tiles.size();
    TRY(make_again(log, tiles, tiles.size(), finding.size));
  } else if (tiles.size() > finding.size) {
    TRY(tiles.cut(finding.size));
  }

  TRY(auto contradiction, first_contradiction(tiles, anchors));
  TRY(auto altered, first_altered(log, tiles, finding.size));
  if (!contradiction && !altered) return finding;
  finding.rebuilt = finding.size;
  TRY(make_again(log, tiles, 0, finding.size));
  TRY(contradiction, first_contradiction(tiles, anchors));
  if (contradiction) return altered_error(folder, *contradiction, altered);
  return finding;
}

}  // namespace hansard::proof

// Keeps a CommandFilter of the ids in the database. They are read from it in pieces after the start, and once more
// whenever expired ids have left the database, since a filter forgets nothing. Ids that are ingested meanwhile are
// added.
//
// Invariant: where there is a `filter`, it holds every id that is in the database. An id was either there when the
// reading began, and is read in its turn; or it came later, and was added before it was ingested.
// Thread: the folder's, except `filter`, which any may ask for.
// Limits: CommandFilter's. With more ids there is no filter, until they are read anew after those of a day have
// expired.
#pragma once

#include <memory>
#include <mutex>

#include "engine/index/command_filter.h"
#include "engine/index/row_store.h"

namespace hansard::index {

class KnownCommands {
 public:
  static constexpr std::size_t kIdsPerStep = 8'192;
  // Of what a store says of its number, which may be off by a quarter: beyond it nothing is read in vain.
  static constexpr std::uint64_t kEstimateMax = CommandFilter::kIdsMax / 4 * 5;

  explicit KnownCommands(std::size_t layers_max = CommandFilter::kLayersMax);

  // From the first id on; what was read before serves until then.
  void read_anew();
  bool is_reading() const { return reading_ != nullptr; }
  // Reads kIdsPerStep ids.
  void step(const RowStore& store);
  // To be called before these rows are ingested.
  void add(const Rows& rows);

  // Nothing: not all has been read yet, or it is too much. Then the database must be asked.
  std::shared_ptr<const CommandFilter> filter() const;

 private:
  bool read_some(const RowStore& store);
  void publish(std::shared_ptr<CommandFilter> filter);

  const std::size_t layers_max_;
  std::shared_ptr<CommandFilter> reading_;
  base::ShortDigest next_{};  // to be read
  mutable std::mutex mutex_;  // of whole_, which only the folder's thread changes
  std::shared_ptr<CommandFilter> whole_;
};

}  // namespace hansard::index

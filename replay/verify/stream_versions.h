// I2: are the versions of every stream dense? The log is read in stretches by several threads; each stretch says of
// each of its streams which versions it saw, and what joins the stretches is checked at the end, stream by stream.
//
// Memory: kRunsInMemoryMax runs in all, then they go to files of a scratch folder, divided by the first byte of the
// stream's id, and are sorted one file at a time: a two-hundred-and-fifty-sixth of the runs.
// Thread: add from any; finish from one, afterwards. Owns: its files, which are unlinked as soon as they are open.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"

namespace hansard::verify {

// Versions `first_version` to `last_version` of one stream, seen without a gap at positions first to last.
struct VersionRun {
  base::StreamId stream;
  base::Version first_version, last_version;
  base::Position first, last;
};

class StreamVersions {
 public:
  static constexpr std::size_t kRunsInMemoryMax = 4'000'000;

  // `from_beginning`: every stream must begin with version 1.
  StreamVersions(std::string scratch, bool from_beginning, std::size_t runs_in_memory_max = kRunsInMemoryMax);
  ~StreamVersions();

  base::Result<void> add(const std::vector<VersionRun>& runs);

  // Calls `broken` for each run that does not follow the one before it; answers the number of streams.
  using Broken = std::function<void(const VersionRun& run, base::Version expected)>;
  base::Result<std::uint64_t> finish(const Broken& broken);

 private:
  static constexpr std::size_t kBuckets = 256;
  struct Bucket;

  base::Result<void> spill();
  base::Result<std::uint64_t> finish_bucket(Bucket& bucket, const Broken& broken);

  const std::string scratch_;
  const bool from_beginning_;
  const std::size_t runs_in_memory_max_;
  std::mutex mutex_;
  std::size_t in_memory_ = 0;
  std::array<std::unique_ptr<Bucket>, kBuckets> buckets_;
};

}  // namespace hansard::verify

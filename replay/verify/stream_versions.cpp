#include "replay/verify/stream_versions.h"

#include <unistd.h>

#include <algorithm>
#include <tuple>
#include <type_traits>
#include <utility>

namespace hansard::verify {

namespace {
struct FileClose {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

static_assert(std::is_trivially_copyable_v<VersionRun>);

bool comes_before(const VersionRun& a, const VersionRun& b) {
  return std::tie(a.stream.bytes, a.first.value) < std::tie(b.stream.bytes, b.first.value);
}

base::Error scratch_error(const std::string& scratch) {
  return base::error(base::ErrorCode::io,
                     "cannot write to the scratch folder " + scratch + "; name another one with --scratch");
}
}  // namespace

struct StreamVersions::Bucket {
  std::vector<VersionRun> runs;
  std::unique_ptr<std::FILE, FileClose> file;  // runs that no longer had room
  std::size_t in_file = 0;
};

StreamVersions::StreamVersions(std::string scratch, bool from_beginning, std::size_t runs_in_memory_max)
    : scratch_(std::move(scratch)), from_beginning_(from_beginning), runs_in_memory_max_(runs_in_memory_max) {
  for (auto& bucket : buckets_) bucket = std::make_unique<Bucket>();
}

StreamVersions::~StreamVersions() = default;

base::Result<void> StreamVersions::add(const std::vector<VersionRun>& runs) {
  std::lock_guard lock(mutex_);
  for (const VersionRun& run : runs) buckets_[run.stream.bytes[0]]->runs.push_back(run);
  in_memory_ += runs.size();
  if (in_memory_ <= runs_in_memory_max_) return base::success();
  return spill();
}

base::Result<void> StreamVersions::spill() {
  for (auto& bucket : buckets_) {
    if (bucket->runs.empty()) continue;
    if (!bucket->file) {
      std::string path = scratch_ + "/streams-XXXXXX";
      const int descriptor = ::mkstemp(path.data());
      if (descriptor < 0) return scratch_error(scratch_);
      ::unlink(path.c_str());
      bucket->file.reset(::fdopen(descriptor, "w+b"));
    }
    const std::size_t count = bucket->runs.size();
    if (std::fwrite(bucket->runs.data(), sizeof(VersionRun), count, bucket->file.get()) != count) {
      return scratch_error(scratch_);
    }
    bucket->in_file += count;
    std::vector<VersionRun>().swap(bucket->runs);
  }
  in_memory_ = 0;
  return base::success();
}

base::Result<std::uint64_t> StreamVersions::finish(const Broken& broken) {
  std::uint64_t streams = 0;
  for (auto& bucket : buckets_) {
    TRY(auto count, finish_bucket(*bucket, broken));
    streams += count;
    bucket = std::make_unique<Bucket>();
  }
  return streams;
}

base::Result<std::uint64_t> StreamVersions::finish_bucket(Bucket& bucket, const Broken& broken) {
  std::vector<VersionRun>& runs = bucket.runs;
  if (bucket.file) {
    const std::size_t count = runs.size();
    runs.resize(count + bucket.in_file);
    std::rewind(bucket.file.get());
    if (std::fread(runs.data() + count, sizeof(VersionRun), bucket.in_file, bucket.file.get()) != bucket.in_file) {
      return scratch_error(scratch_);
    }
  }
  std::sort(runs.begin(), runs.end(), comes_before);
  std::uint64_t streams = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const bool begins = i == 0 || runs[i - 1].stream != runs[i].stream;
    streams += begins ? 1 : 0;
    if (begins && !from_beginning_) continue;
    const base::Version expected{begins ? 1 : runs[i - 1].last_version.value + 1};
    if (runs[i].first_version != expected) broken(runs[i], expected);
  }
  return streams;
}

}  // namespace hansard::verify

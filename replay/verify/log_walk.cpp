#include "replay/verify/log_walk.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "replay/verify/library_words.h"
#include "replay/verify/parallel.h"
#include "replay/verify/stream_versions.h"

namespace hansard::verify {

namespace {
using base::Position;

struct Stretch {
  Position from, to;
  base::Timestamp first_time, last_time;
  bool has_time = false;
  std::vector<VersionRun> runs;
};

Damage damage_at(Position position, std::string what) {
  Damage damage;
  damage.position = position;
  damage.what = std::move(what);
  return damage;
}

Damage record_damage(Position position, const base::Error& error) {
  Damage damage = damage_at(position, "the record is broken: " + error.detail);
  damage.file = "log";
  damage.record_byte = place_in(error.detail, "byte");
  return damage;
}

// RocksDB names file and offset of a broken block: "... in <path> offset 4096 size 4100".
Damage block_damage(Position position, const base::Error& error) {
  Damage damage = damage_of("log", "the record cannot be read", error);
  damage.position = position;
  return damage;
}

class Walk {
 public:
  Walk(const log::EventLog& log, const WalkOptions& options, Findings& findings)
      : log_(log),
        options_(options),
        records_(findings, "records", "I1 I5", "events"),
        streams_(findings, "streams", "I2", "streams"),
        versions_(options.scratch, options.from.value == 1) {}

  base::Result<void> run() {
    const std::uint64_t events = options_.to.value + 1 - options_.from.value;
    std::vector<Stretch> stretches((events + kStretchEvents - 1) / kStretchEvents);
    std::mutex mutex;
    base::Result<void> outcome = base::success();
    in_parallel(stretches.size(), options_.threads, [&](std::size_t i) {
      Stretch& stretch = stretches[i];
      stretch.from = {options_.from.value + i * kStretchEvents};
      stretch.to = {std::min(options_.to.value, stretch.from.value + kStretchEvents - 1)};
      walk(stretch);
      auto added = versions_.add(std::exchange(stretch.runs, {}));
      if (options_.progress) options_.progress(stretch.to.value + 1 - stretch.from.value);
      std::lock_guard lock(mutex);
      if (!added && outcome) outcome = added;
    });
    TRY(outcome);
    check_times(stretches);
    return check_versions();
  }

 private:
  // Of a stream in the stretch under way: where its newest run stands in `runs`.
  using RunIndex = std::unordered_map<base::StreamId, std::size_t>;

  void walk(Stretch& stretch) {
    RunIndex open;
    for (Position next = stretch.from; next <= stretch.to;) {
      auto reached = log_.read(base::kPartition, next, {stretch.to.value + 1 - next.value, SIZE_MAX},
                               [&](Position at, std::string_view record) {
                                 take(at, record, stretch, open);
                                 next = at.next();
                                 return true;
                               });
      if (reached) continue;
      records_.damaged(block_damage(next, reached.error()));
      next = behind(next, stretch.to);
    }
  }

  // The next position that can be read, for a look at what a broken block left; beyond `last` when there is none.
  Position behind(Position broken, Position last) const {
    for (std::uint64_t step = 1; broken.value + step <= last.value; ++step) {
      const Position at{broken.value + step};
      if (log_.get(base::kPartition, at)) return at;
      if (step > kBlockEventsMax) break;
    }
    return last.next();
  }

  void take(Position at, std::string_view record, Stretch& stretch, RunIndex& open) {
    auto leaf = codec::verify(record);
    if (!leaf) return records_.damaged(record_damage(at, leaf.error()));
    check_place(at, leaf.value());
    check_time(at, leaf.value().time, stretch);
    extend_run(at, leaf.value(), stretch.runs, open);
    records_.add(1);
    if (options_.see) options_.see(leaf.value(), record);
  }

  void check_place(Position at, const codec::Leaf& leaf) {
    if (leaf.position != at) {
      records_.damaged(damage_at(at, "its leaf says it is at position " + std::to_string(leaf.position.value)));
    }
    if (leaf.partition != base::kPartition) {
      records_.damaged(damage_at(at, "its leaf says it is of partition " + std::to_string(leaf.partition)));
    }
  }

  void check_time(Position at, base::Timestamp time, Stretch& stretch) {
    if (!std::exchange(stretch.has_time, true)) {
      stretch.first_time = time;
    } else if (time < stretch.last_time) {
      records_.damaged(damage_at(at, "its time is before that of the event before it"));
    }
    stretch.last_time = time;
  }

  static void extend_run(Position at, const codec::Leaf& leaf, std::vector<VersionRun>& runs, RunIndex& open) {
    auto [found, is_new] = open.try_emplace(leaf.stream, runs.size());
    if (!is_new && leaf.version == runs[found->second].last_version.next()) {
      runs[found->second].last_version = leaf.version;
      runs[found->second].last = at;
      return;
    }
    found->second = runs.size();
    runs.push_back({leaf.stream, leaf.version, leaf.version, at, at});
  }

  void check_times(const std::vector<Stretch>& stretches) {
    base::Timestamp before{INT64_MIN};
    for (const Stretch& stretch : stretches) {
      if (!stretch.has_time) continue;
      if (stretch.first_time < before) {
        records_.damaged(damage_at(stretch.from, "its time is before that of the event before it"));
      }
      before = stretch.last_time;
    }
  }

  base::Result<void> check_versions() {
    TRY(auto count, versions_.finish([this](const VersionRun& run, base::Version expected) {
      streams_.damaged(damage_at(run.first, "its stream has version " + std::to_string(run.first_version.value) +
                                                " here, where " + std::to_string(expected.value) + " follows"));
    }));
    streams_.add(count);
    return base::success();
  }

  // A block of 16 KiB before compression holds fewer records of 208 bytes and more.
  static constexpr std::uint64_t kBlockEventsMax = 4'096;

  const log::EventLog& log_;
  const WalkOptions& options_;
  Check records_, streams_;
  StreamVersions versions_;
};
}  // namespace

base::Result<void> walk_log(const log::EventLog& log, const WalkOptions& options, Findings& findings) {
  if (options.from > options.to) return base::success();
  return Walk(log, options, findings).run();
}

}  // namespace hansard::verify

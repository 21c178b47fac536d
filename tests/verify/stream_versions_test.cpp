#include "replay/verify/stream_versions.h"

#include <map>
#include <random>

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"

namespace hansard::verify {
namespace {

using base::Position;
using base::Version;
using support::TempFolder;

base::StreamId stream(std::uint8_t number) {
  base::StreamId id;
  id.bytes[0] = static_cast<std::uint8_t>(number * 37);
  id.bytes[15] = number;
  return id;
}

VersionRun run(std::uint8_t number, std::uint64_t first, std::uint64_t last, std::uint64_t at) {
  return {stream(number), {first}, {last}, {at}, {at + last - first}};
}

struct Outcome {
  std::uint64_t streams = 0;
  std::vector<std::uint64_t> broken;  // positions
};

Outcome finish(StreamVersions& versions) {
  Outcome outcome;
  auto streams =
      versions.finish([&](const VersionRun& found, Version) { outcome.broken.push_back(found.first.value); });
  REQUIRE(streams);
  outcome.streams = streams.value();
  return outcome;
}

TEST_CASE("runs that follow each other are one stream, in whatever order they came") {
  TempFolder folder;
  StreamVersions versions(folder.path(), true);
  REQUIRE(versions.add({run(1, 4, 9, 100), run(2, 1, 1, 105)}));
  REQUIRE(versions.add({run(1, 1, 3, 1), run(2, 2, 5, 200)}));
  const Outcome outcome = finish(versions);
  CHECK(outcome.streams == 2);
  CHECK(outcome.broken.empty());
}

TEST_CASE("a gap, a repeat and a beginning above one are found where they are") {
  TempFolder folder;
  StreamVersions versions(folder.path(), true);
  REQUIRE(versions.add({run(1, 1, 3, 1), run(1, 5, 6, 10), run(2, 1, 2, 20), run(2, 2, 3, 30), run(3, 2, 4, 40)}));
  Outcome outcome = finish(versions);
  std::sort(outcome.broken.begin(), outcome.broken.end());
  CHECK(outcome.broken == std::vector<std::uint64_t>{10, 30, 40});
}

TEST_CASE("a range of the log may begin anywhere in a stream") {
  TempFolder folder;
  StreamVersions versions(folder.path(), false);
  REQUIRE(versions.add({run(1, 17, 20, 1), run(1, 21, 22, 10), run(1, 24, 24, 20)}));
  CHECK(finish(versions).broken == std::vector<std::uint64_t>{20});
}

TEST_CASE("what has no room in memory goes to files, and comes to the same") {
  std::mt19937 chance(7);
  std::map<std::uint8_t, std::uint64_t> last;
  std::vector<VersionRun> runs;
  for (std::uint64_t at = 1; at <= 20'000; at += 10) {
    const auto number = static_cast<std::uint8_t>(chance() % 50);
    const std::uint64_t first = last[number] + 1 + (at == 15'001 ? 1 : 0);
    last[number] = first + chance() % 10;
    runs.push_back(run(number, first, last[number], at));
  }
  std::shuffle(runs.begin(), runs.end(), chance);
  TempFolder folder;
  StreamVersions in_memory(folder.path(), true), in_files(folder.path(), true, 100);
  for (const VersionRun& each : runs) {
    REQUIRE(in_memory.add({each}));
    REQUIRE(in_files.add({each}));
  }
  CHECK(std::filesystem::is_empty(folder.path()));  // unlinked as soon as they are open
  const Outcome expected = finish(in_memory), found = finish(in_files);
  CHECK(expected.broken == std::vector<std::uint64_t>{15'001});
  CHECK(found.broken == expected.broken);
  CHECK(found.streams == expected.streams);
}

}  // namespace
}  // namespace hansard::verify

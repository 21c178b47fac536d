// One store that is crashed again and again. Each step runs the process under test (child.h) on the disk the last crash
// left, then makes the next crash: the power goes after a call drawn from everything the process did — while it
// recovered, worked, stopped or looked — and what was not synced is lost as disk_image.h says. Now and then a new store
// is begun, so that its making is cut as well.
//
// A step fails when the process finds a promise broken, when it ends otherwise although no call failed, or when it
// hangs. The folder of a failed step is kept: the disk it began on, the journal, what the process said.
//
// Thread: one; children one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/faults/disk_image.h"
#include "tests/faults/promises.h"
#include "tests/faults/tested_process.h"

namespace hansard::faults {

// What a campaign has been through.
struct Tally {
  std::uint64_t cuts = 0, in_recovery = 0, under_load = 0, in_stop = 0;
  std::uint64_t kills = 0;     // between two cuts: what the kernel had stays
  std::uint64_t failures = 0;  // calls that failed
  std::uint64_t stopped = 0;   // the process stopped itself at one
  std::uint64_t told = 0;      // it said so, or refused
  std::uint64_t borne = 0;     // it went on
  std::uint64_t acknowledged = 0;
};

class Campaign {
 public:
  // Below `work`, which is this one's alone.
  Campaign(std::string work, std::uint64_t seed);

  // Nothing, or what went wrong and how to see it again.
  std::optional<std::string> cut_power();
  // One call fails ("sync", "EIO"; "write", "ENOSPC"; "read", "flip"; ...), drawn from all of its kind that such a
  // process makes, each part of the store as often as the others; afterwards the power goes, and the next process finds
  // everything.
  std::optional<std::string> fail_call(const std::string& call, const std::string& error);
  // The disk fills up somewhere along the way; then there is space again.
  std::optional<std::string> fill_disk();

  const Tally& tally() const { return tally_; }

 private:
  Ended run(const std::string& plan, std::uint64_t commands);
  std::optional<std::string> step(const std::string& plan);
  void begin_anew();
  // As a kill leaves it: nothing is lost yet, and what was not synced still can be.
  std::optional<std::string> kill_on_the_way(DiskImage& image);
  void replay(DiskImage& image, const std::vector<Op>& journal, std::size_t count);
  void crash(DiskImage image, const std::vector<Op>& journal, std::size_t after, Loss loss);
  std::string draw_call(const std::string& call, const std::string& error);
  std::size_t draw_cut(const std::vector<Op>& journal);
  std::string blame(const Ended& ended, const std::string& plan) const;
  std::uint64_t draw(std::uint64_t below) { return chance_() % below; }
  std::string disk() const { return work_ + "/disk"; }

  const std::string work_;
  const std::uint64_t seed_;
  std::mt19937_64 chance_;
  std::uint64_t steps_ = 0, store_ = 0, steps_of_store_ = 0;
  std::vector<Op> last_journal_;  // of the last whole run
  Promises promises_;
  Tally tally_;
};

}  // namespace hansard::faults

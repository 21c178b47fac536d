// What a verification found: one line per check, and every damage with the place where it is. The checks share one
// Findings, each fills a line of its own.
//
// Thread: any. Limits: kDamagesMax damages are kept, all are counted.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"

namespace hansard::verify {

struct Damage {
  std::string check;
  std::string file;                        // below the data folder, "" when no file can be named
  std::optional<std::uint64_t> file_byte;  // where in the file
  base::Position position;                 // of the broken record or row's event; 0 for none
  std::optional<std::uint64_t> record_byte;
  std::string what;  // one sentence
};

enum class CheckState { sound, damaged, skipped };

struct CheckLine {
  std::string name;
  std::string keeps;  // the invariants, "I1 I2"
  std::string unit;   // what is counted
  std::uint64_t count = 0;
  double seconds = 0;
  CheckState state = CheckState::sound;
  std::uint64_t damages = 0;
  std::string note;  // why it was skipped, or what a reader should know
};

class Findings;

// One check under way; its line stands in the report when it goes. Thread: any for damaged() and add().
class Check {
 public:
  Check(Findings& findings, std::string name, std::string keeps, std::string unit);
  ~Check();
  Check(const Check&) = delete;
  Check& operator=(const Check&) = delete;

  void add(std::uint64_t count) { count_.fetch_add(count, std::memory_order_relaxed); }
  void damaged(Damage damage);
  void damaged(std::string file, std::string what);
  void note(std::string text);
  void skip(std::string why);
  bool is_sound() const { return damages_.load() == 0; }

 private:
  Findings& findings_;
  std::mutex mutex_;
  CheckLine line_;
  std::atomic<std::uint64_t> count_{0}, damages_{0};
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

class Findings {
 public:
  static constexpr std::size_t kDamagesMax = 100;

  // In the order the checks ended.
  std::vector<CheckLine> lines() const;
  // The lowest position first, then the rest in the order they were found.
  std::vector<Damage> damages() const;
  std::uint64_t damages_total() const { return damages_total_.load(); }
  bool is_sound() const { return damages_total() == 0; }

 private:
  friend class Check;
  void add(CheckLine line);
  void add(Damage damage);

  mutable std::mutex mutex_;
  std::vector<CheckLine> lines_;
  std::vector<Damage> damages_;
  std::atomic<std::uint64_t> damages_total_{0};
};

// The number after "byte " or "offset " in what a library said, where it says one.
std::optional<std::uint64_t> place_in(const std::string& sentence, const std::string& word);

}  // namespace hansard::verify

// Which of a process's calls to the disk go wrong, and how. Written as text so that it fits into an environment and
// into the line that repeats a failed run: "sync:17:EIO", "write:230:ENOSPC:log/", "read:5:flip", several with commas.
//
//   sync | write | read | create | rename | remove : number of the call : errno, `flip` (read) or `short` (write)
//                                                  [: part of the path] — only such calls count
//   full : bytes               the folder may grow by so much, then writes end where the disk does
//   taken : bytes              the same, and nobody who asks for the free space is told: somebody else takes it
//   slow : seed : permille [: us]  so many of the syncs take up to 3 ms, or as long as that
//   kill : number              the process is killed at this call, of all that change something
//
// A failed call fails once; a number followed by '+' fails from then on.
//
// Thread: one at a time (the recorder's lock).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hansard::faults {

enum class Call : std::uint8_t { sync, write, read, create, rename, remove };

struct Failure {
  int error = 0;  // errno; 0: by `kind`
  enum class Kind { error, flip, shorter } kind = Kind::error;
};

class FaultPlan {
 public:
  FaultPlan() = default;
  // CHECKs that the text is a plan.
  explicit FaultPlan(std::string_view text);

  // Counts the call and says what becomes of it; nothing: it works.
  std::optional<Failure> next(Call call, std::string_view path);
  // Of `wanted` more bytes, how many the disk still takes.
  std::size_t take_space(std::size_t wanted);
  void give_space(std::size_t bytes);
  // What is told of it. Nothing: the disk is large.
  std::optional<std::uint64_t> space_told() const { return is_space_told_ ? space_left_ : std::nullopt; }
  // Counts a call that changes something. True: the process ends here.
  bool is_last_call() { return calls_left_ > 0 && --calls_left_ == 0; }
  // How long this sync takes, in microseconds.
  std::uint32_t sync_delay_us();

 private:
  struct Rule {
    Call call{};
    std::uint64_t countdown = 0;
    bool goes_on = false;
    Failure failure;
    std::string part;
  };
  void add(std::string_view text);

  std::vector<Rule> rules_;
  std::optional<std::uint64_t> space_left_;
  bool is_space_told_ = true;
  std::uint64_t calls_left_ = 0;  // 0: as many as it wants
  std::uint64_t delay_state_ = 0;
  std::uint32_t delay_permille_ = 0, delay_most_us_ = 0;
};

}  // namespace hansard::faults

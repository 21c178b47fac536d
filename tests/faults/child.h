// The process under test: opens the store, holds it against what was promised, gives it work, stops it, and looks
// through what is left. What it did to the disk stands in the journal; what it has to say on standard error.
//
// Told by its environment what to do (kChildVariable); the program that starts it (campaign.h) is the same one.
//
// Thread: its own process.
#pragma once

#include <cstdint>
#include <string>

namespace hansard::faults {

inline constexpr char kChildVariable[] = "HANSARD_FAULTS_CHILD";  // data folder

struct ChildOrder {
  std::string data;
  std::string promises;  // a file
  std::uint64_t seed = 0;
  std::uint64_t commands = 0;  // new ones to give

  std::string text() const;
  static ChildOrder parse(const std::string& text);
};

// Exit statuses. A signal is the store stopping itself. `damaged`: what was left when it had stopped is not sound.
inline constexpr int kSound = 0, kTold = 3, kBroken = 4, kDamaged = 5;

// Is this process a child? Then carries the order out and does not return.
void run_if_child();

}  // namespace hansard::faults

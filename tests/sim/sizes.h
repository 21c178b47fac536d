// The sizes of a simulated server: small enough that every limit is met.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hansard::sim {

struct Sizes {
  std::size_t io_threads = 2;
  std::size_t queue_commands_max = 64;
  std::size_t batch_commands_max = 16;
  std::size_t tail_events_max = 64;
  std::size_t overlay_events_max = 32;
  std::uint32_t receipt_interval_ms = 1'000;
  std::size_t view_batch_max = 32;
  std::size_t outbox_frames_max = 16;
};

}  // namespace hansard::sim

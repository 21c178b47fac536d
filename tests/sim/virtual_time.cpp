#include "tests/sim/virtual_time.h"

#include <openssl/rand.h>

#include "tests/sim/chance.h"

namespace hansard::sim {

namespace {
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::chrono::hours kMonotonicBegins{1'000};   // far from zero, as after a while of uptime
constexpr milliseconds kWallBegins{1'704'067'200'000};  // 2024-01-01

nanoseconds monotonic = kMonotonicBegins;
milliseconds wall = kWallBegins;
Chance chance{0};
}  // namespace

void VirtualTime::begin(std::uint64_t seed) {
  monotonic = kMonotonicBegins;
  wall = kWallBegins;
  chance = Chance(seed ^ 0xC1A0C1A0C1A0C1A0ull);
}

void VirtualTime::advance(milliseconds by) {
  monotonic += by;
  wall += by;
}

void VirtualTime::jump(milliseconds by) { wall += by; }

milliseconds VirtualTime::lived() { return std::chrono::duration_cast<milliseconds>(monotonic - kMonotonicBegins); }

}  // namespace hansard::sim

// In place of libstdc++'s and libcrypto's own: what is defined in the program comes before what a library has.
std::chrono::steady_clock::time_point std::chrono::steady_clock::now() noexcept {
  return time_point(hansard::sim::monotonic);
}

std::chrono::system_clock::time_point std::chrono::system_clock::now() noexcept {
  return time_point(std::chrono::duration_cast<duration>(hansard::sim::wall));
}

extern "C" int RAND_bytes(unsigned char* out, int bytes) {
  for (int i = 0; i < bytes; ++i) out[i] = static_cast<unsigned char>(hansard::sim::chance.next() >> 32);
  return 1;
}

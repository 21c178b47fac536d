#include "engine/base/work_watch.h"

#include <catch2/catch.hpp>

using namespace hansard::base;

TEST_CASE("work takes the time it runs, and no longer than passes") {
  const auto begun = system_clock().monotonic();
  WorkWatch watch;
  watch.start();
  const auto ran = thread_share().ran;
  while (thread_share().ran - ran < std::chrono::milliseconds(20)) {
  }
  const auto took = watch.read();
  CHECK(took >= std::chrono::milliseconds(10));
  CHECK(took <= system_clock().monotonic() - begun);
}

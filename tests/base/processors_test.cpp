#include "engine/base/processors.h"

#include <sched.h>
#include <unistd.h>

#include <iostream>
#include <thread>

#include <catch2/catch.hpp>

#include "engine/base/step_back.h"
#include "engine/base/this_thread.h"

using namespace hansard::base;

namespace {
cpu_set_t processors_of(int thread) {
  cpu_set_t set;
  CPU_ZERO(&set);
  REQUIRE(::sched_getaffinity(thread, sizeof set, &set) == 0);
  return set;
}

// On a thread of its own, since it may come back narrower.
cpu_set_t processors_after(void (*begin)()) {
  cpu_set_t seen;
  std::thread([&] {
    begin();
    ::sched_getaffinity(0, sizeof seen, &seen);
  }).join();
  return seen;
}

bool has_one_less(const cpu_set_t& set, const cpu_set_t& all) {
  cpu_set_t both;
  CPU_AND(&both, &set, &all);
  return CPU_EQUAL(&both, &set) && CPU_COUNT(&set) == CPU_COUNT(&all) - 1;
}
}  // namespace

TEST_CASE("one processor is kept free of those who work behind the log") {
  const cpu_set_t all = processors_of(0);
  const bool has_two = CPU_COUNT(&all) > 1;
  keep_one_processor_free();
  REQUIRE(is_one_processor_kept_free() == has_two);
  if (!has_two) std::cout << "there is but one processor here: nobody keeps off it\n";

  const auto merging = processors_after([] { begin_thread("rocksdb:low"); });
  CHECK((has_two ? has_one_less(merging, all) : CPU_EQUAL(&merging, &all)));
  for (auto begin : {+[] { begin_thread("io"); }, +[] { begin_thread("sequencer"); },
                     +[] { begin_thread("past reader"); }, +[] { begin_thread("projector"); }}) {
    const auto answering = processors_after(begin);
    CHECK(CPU_EQUAL(&answering, &all));
  }
}

TEST_CASE("who steps back keeps off the free processor until somebody hurries him, or the stretch ends") {
  const cpu_set_t all = processors_of(0);
  keep_one_processor_free();
  const bool has_two = CPU_COUNT(&all) > 1;
  constexpr MonotonicTime kBegin{std::chrono::hours(1)};
  cpu_set_t inside, hurried, after;
  std::thread([&] {
    StepBack back;
    back.begin_batch({0}, {0}, kBegin, true);
    back.begin_batch({0}, {1}, kBegin, true);
    {
      const StepBack::Stretch stretch(back);
      ::sched_getaffinity(0, sizeof inside, &inside);
      std::thread([&back] { back.hurry(); }).join();  // whoever waits is another thread
      ::sched_getaffinity(0, sizeof hurried, &hurried);
    }
    back.begin_batch({0}, {1}, kBegin, true);  // takes the hurry
    back.begin_batch({1}, {2}, kBegin, true);
    {
      const StepBack::Stretch stretch(back);
    }
    ::sched_getaffinity(0, sizeof after, &after);
  }).join();
  CHECK((has_two ? has_one_less(inside, all) : CPU_EQUAL(&inside, &all)));
  CHECK(CPU_EQUAL(&hurried, &all));
  CHECK(CPU_EQUAL(&after, &all));
}

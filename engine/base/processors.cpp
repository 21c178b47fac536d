#include "engine/base/processors.h"

#include <sched.h>

#include <optional>

namespace hansard::base {

namespace {
struct Sets {
  cpu_set_t all, behind;
};
std::optional<Sets> sets;

int first_of(const cpu_set_t& set) {
  int at = 0;
  while (!CPU_ISSET(at, &set)) ++at;
  return at;
}
}  // namespace

void keep_one_processor_free() {
  cpu_set_t all;
  if (::sched_getaffinity(0, sizeof all, &all) != 0 || CPU_COUNT(&all) < 2) return;
  Sets made{all, all};
  CPU_CLR(first_of(all), &made.behind);
  sets = made;
}

bool is_one_processor_kept_free() { return sets.has_value(); }

void keep_off_free_processor(int thread) {
  if (sets) ::sched_setaffinity(thread, sizeof sets->behind, &sets->behind);
}

void run_anywhere(int thread) {
  if (sets) ::sched_setaffinity(thread, sizeof sets->all, &sets->all);
}

}  // namespace hansard::base

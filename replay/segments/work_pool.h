// Numbered steps on a few threads: started in rising order, at most one thread a step.
//
// Thread: the caller's waits; steps run on their own.
#pragma once

#include <cstdint>
#include <functional>

#include "engine/base/result.h"

namespace hansard::segments {

// As many as the machine has cores, at most 16.
unsigned threads_for_work();

// The first error (of the lowest step that failed) ends it: steps that have begun are waited for, no other begins.
base::Result<void> run_steps(std::uint64_t count, unsigned threads,
                             const std::function<base::Result<void>(std::uint64_t step)>& step);

}  // namespace hansard::segments

// Random events of every type for properties, with the corners that fixed samples leave out: empty and huge numbers,
// bytes of every value in texts, absent content.
#pragma once

#include <rapidcheck.h>

#include "tests/codec/samples.h"

namespace hansard::codec::testing {

// Everything random; the name is empty.
rc::Gen<Sample> random_sample();

}  // namespace hansard::codec::testing

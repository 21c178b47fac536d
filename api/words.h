// The edge's names for engine/domain/words.h.
#pragma once

#include "engine/domain/words.h"

namespace hansard::api {

using domain::value_of;
using domain::word_of;

}  // namespace hansard::api

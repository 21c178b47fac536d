// The edge's names for engine/base/position_text.h.
#pragma once

#include "engine/base/position_text.h"

namespace hansard::api {

using base::append_position;
using base::parse_position;
using base::position_text;
using base::WirePosition;

}  // namespace hansard::api

// The edge's names for the JSON adapter of the house (engine/base/json.h).
#pragma once

#include "engine/base/json.h"

namespace hansard::api {

using base::append_json_number;
using base::append_json_string;
using base::append_json_time;
using base::JsonParser;
using base::JsonValue;
using base::Result;

}  // namespace hansard::api

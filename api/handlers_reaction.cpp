#include "api/command_json.h"
#include "api/handlers_common.h"

namespace hansard::api::handlers {

using domain::Command;

Answered<Command> add_reaction(Context& context, const Call& call) {
  TRY(auto id, message_of_path(call));
  TRY(auto body, json_body(context, call));
  return react_of(id, body, true);
}

Answered<Command> remove_reaction(Context&, const Call& call) {
  TRY(auto id, message_of_path(call));
  return react_with(id, call.path_values.at(1), false);
}

}  // namespace hansard::api::handlers

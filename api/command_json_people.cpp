#include <string_view>
#include <utility>

#include "api/command_json.h"
#include "api/json_fields.h"
#include "engine/base/utf8.h"

namespace hansard::api {

using domain::Command;

namespace {
constexpr std::size_t kEmojiBytesMax = 64;
constexpr std::size_t kDisplayNameCodePointsMax = 200;
constexpr std::size_t kAvatarBytesMax = 2'048;

// Unicode's White_Space property (Unicode 15.0, PropList.txt) beyond the control characters.
constexpr std::string_view kSpaces[] = {" ",      "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
                                        "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200A",
                                        "\u2028", "\u2029", "\u202F", "\u205F", "\u3000"};

bool has_spaces(std::string_view text) {
  for (std::string_view space : kSpaces) {
    if (text.find(space) != std::string_view::npos) return true;
  }
  return false;
}

std::string display_name_of(Fields& body) {
  auto name = body.text("display_name").value_or("");
  if (base::count_code_points(name) > kDisplayNameCodePointsMax) {
    body.fail(invalid("`display_name` is longer than " + std::to_string(kDisplayNameCodePointsMax) + " code points"));
  }
  return name;
}

std::string avatar_of(Fields& body) {
  auto avatar = body.text("avatar").value_or("");
  if (avatar.size() > kAvatarBytesMax) {
    body.fail(invalid("`avatar` is longer than " + std::to_string(kAvatarBytesMax) + " bytes"));
  }
  return avatar;
}
}  // namespace

Answered<Command> react_with(const base::MessageId& id, std::string emoji, bool add) {
  if (emoji.empty() || emoji.size() > kEmojiBytesMax) {
    return invalid("`emoji` is not 1 to " + std::to_string(kEmojiBytesMax) + " bytes");
  }
  if (base::has_control_characters(emoji) || has_spaces(emoji)) {
    return invalid("`emoji` has white space or control characters");
  }
  return Command(domain::React{id, std::move(emoji), add});
}

Answered<Command> react_of(const base::MessageId& id, JsonValue body, bool add) {
  Fields fields(body);
  fields.require("emoji");
  auto emoji = fields.text("emoji");
  if (fields.problem()) return *fields.problem();
  return react_with(id, *std::move(emoji), add);
}

Answered<Command> put_profile_of(const base::UserId& user, JsonValue body, const CommandInput& input) {
  if (!input.caller.service) return forbidden("Profiles are written by a service.");
  Fields fields(body);
  domain::PutProfile command;
  command.user = user;
  command.profile.display_name = display_name_of(fields);
  command.profile.avatar = avatar_of(fields);
  command.profile.metadata = fields.json_object("metadata", input.limits.metadata_bytes_max).value_or("");
  if (fields.problem()) return *fields.problem();
  return Command(std::move(command));
}

}  // namespace hansard::api

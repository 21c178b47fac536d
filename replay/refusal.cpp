#include "replay/refusal.h"

#include "engine/base/json.h"
#include "replay/command_output.h"
#include "replay/quoting.h"

namespace hansard::replay {

namespace {
constexpr std::size_t kAnswerShown = 300;

const char* remedy_of(unsigned status) {
  if (status == 401) return " Give a token that is valid with --token-file.";
  if (status == 403) return " Give a token of scope `service` with --token-file.";
  return status == 404 ? " Is --url that of a Hansard server?" : "";
}
}  // namespace

std::string reason_of(const ApiResponse& answer) {
  base::JsonParser parser;
  std::string text;
  if (auto problem = parser.parse(answer.body)) {
    text = problem.value().member("detail").string().value_or("");
    if (text.empty()) text = problem.value().member("title").string().value_or("");
  }
  if (text.empty()) text = answer.body.empty() ? "no words" : answer.body;
  text = one_line(std::string_view(text).substr(0, kAnswerShown));
  return as_sentence(text);
}

base::Error refusal_of(const ApiResponse& answer) {
  const std::string said = " (" + std::to_string(answer.status) + "): " + reason_of(answer);
  if (answer.status == 429 || answer.status >= 500) {
    return base::error(base::ErrorCode::io, "The server is not ready" + said);
  }
  return base::error(base::ErrorCode::refused, "The server refuses" + said + remedy_of(answer.status));
}

}  // namespace hansard::replay

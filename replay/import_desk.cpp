#include "replay/import_desk.h"

#include <algorithm>
#include <array>

#include "engine/base/hash.h"
#include "engine/base/json.h"
#include "replay/command_output.h"
#include "replay/refusal.h"

namespace hansard::replay {

using base::Result;

namespace {
constexpr std::size_t kMetadataBytesMax = 16u << 10;  // the server's default (API section 1)

constexpr char kMetadata[] = "metadata larger than 16 KiB: left out";
constexpr char kGone[] = "changes of what was deleted or erased here: left out";
constexpr char kClosed[] = "changes in conversations closed here: left out";

// Who lacks a right in one conversation is one refusal; a token that lacks its scope ends everything.
bool is_token_refused(const ApiResponse& answer) {
  return answer.status == 401 || (answer.status == 403 && code_of(answer) == "forbidden");
}

// After all patience: what comes next must not overtake what was not taken.
bool is_away(const ApiResponse& answer) { return answer.status == 429 || answer.status >= 500; }

const char* what_happened_here(const std::string& code, const char* when_out) {
  if (code == "not_found") return when_out;
  if (code == "message_deleted" || code == "gone") return kGone;
  return code == "conversation_closed" ? kClosed : nullptr;
}
}  // namespace

std::string code_of(const ApiResponse& answer) {
  if (is_success(answer)) return "";
  base::JsonParser parser;
  auto problem = parser.parse(answer.body);
  return problem ? std::string(problem.value().member("code").string().value_or("")) : std::string();
}

Result<ApiResponse> ImportDesk::ask(const ApiRequest& request) {
  ++report_.requests;
  auto answer = ask_(request);
  if (!answer || is_away(answer.value())) {
    const std::string why = answer ? "The server is not ready: " + reason_of(answer.value()) : answer.error().detail;
    return base::error(base::ErrorCode::io, why + " Run the same command again to go on.");
  }
  if (!is_token_refused(answer.value())) return answer;
  return refusal_of(answer.value());
}

void ImportDesk::refuse(const std::string& about, const ApiResponse& answer, const char* when_out) {
  if (const char* since = what_happened_here(code_of(answer), when_out)) return losses_.note(since);
  ++report_.refused_total;
  if (report_.refused.size() < kSentencesKept) {
    report_.refused.push_back(about + ": " + reason_of(answer));
  }
}

Result<void> ImportDesk::demand(const ApiRequest& request, const std::string& about, const char* when_out) {
  TRY(auto answer, ask(request));
  if (!is_success(answer)) refuse(about, answer, when_out);
  return base::success();
}

std::string import_key(std::string_view about, std::string_view step) {
  const auto digest = base::sha256_pair(about, step);
  std::array<std::uint8_t, 16> half;
  std::copy_n(digest.begin(), half.size(), half.begin());
  return "migrate-" + base::uuid_text(half);
}

void append_metadata(std::string& object, const std::string& metadata, migrate::Losses& losses) {
  if (metadata.empty()) return;
  if (metadata.size() > kMetadataBytesMax) return losses.note(kMetadata);
  object += (object.back() == '{' ? "" : ",") + ("\"metadata\":" + metadata);
}

}  // namespace hansard::replay

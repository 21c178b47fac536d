// Where a workspace import asks the server, and where what it refuses is counted. See workspace_import.h.
//
// An import that is run again meets what people here have done since the first one: that somebody left, that a message
// was deleted, that a conversation was closed. What is refused for it is told in words and is no refusal.
//
// Thread: one worker at a time.
#pragma once

#include <functional>
#include <string>

#include "replay/client.h"
#include "replay/migrate/workspace.h"
#include "replay/workspace_import.h"

namespace hansard::replay {

using Ask = std::function<base::Result<ApiResponse>(const ApiRequest&)>;

class ImportDesk {
 public:
  ImportDesk(Ask ask, migrate::Losses& losses, WorkspaceReport& report)
      : ask_(std::move(ask)), losses_(losses), report_(report) {}

  // What the server says, whatever that is. Errors: io: it is away; refused: the token does not do (401, 403).
  base::Result<ApiResponse> ask(const ApiRequest& request);
  // Counts an answer that is no success. `when_out`: the sentence for what concerns a member and is answered 404,
  // nullptr for what concerns none.
  void refuse(const std::string& about, const ApiResponse& answer, const char* when_out = nullptr);
  // Both; `about` names it in the list of refusals.
  base::Result<void> demand(const ApiRequest& request, const std::string& about, const char* when_out = nullptr);

  migrate::Losses& losses() const { return losses_; }
  WorkspaceReport& report() const { return report_; }

 private:
  const Ask ask_;
  migrate::Losses& losses_;
  WorkspaceReport& report_;
};

inline bool is_success(const ApiResponse& answer) { return answer.status / 100 == 2; }
// The stable word of a problem (RFC 9457), "" of a success.
std::string code_of(const ApiResponse& answer);

// An idempotency key over both.
std::string import_key(std::string_view about, std::string_view step);

// Appends `"metadata":...` to an object; more than the server takes is left out and counted.
void append_metadata(std::string& object, const std::string& metadata, migrate::Losses& losses);

}  // namespace hansard::replay

#include "api/audited_read.h"

// False alarm of g++ 12 in coroutines that it inlines (GCC bug 109224).
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace hansard::api {

namespace {
constexpr std::size_t kQueryBytesMax = 2'048;
}

asio::awaitable<bool> audit_reaches(Context& context, base::Position position) {
  // The views outlive every wait.
  std::shared_ptr<base::PositionGate> gate(&context.views.audit_gate(), [](base::PositionGate*) {});
  std::chrono::milliseconds timeout(context.limits.min_position_timeout_ms);
  co_return co_await context.reaches(std::move(gate), position, timeout);
}

std::string asked_text(const Call& call) {
  std::string text = call.request.path;
  if (!call.request.query.empty()) text.append("?").append(call.request.query);
  if (text.size() > kQueryBytesMax) text.resize(kQueryBytesMax);
  return text;
}

asio::awaitable<Answered<base::Position>> record_audit_read(Context& context, const Call& call,
                                                            domain::RecordAuditRead read) {
  if (!call.caller.audit) co_return forbidden("This needs the scope `audit`.");
  domain::Command command = std::move(read);
  auto answer = co_await context.submit(std::move(command), call.caller, "");
  if (auto* done = std::get_if<engine::Done>(&answer)) co_return done->position;
  co_return problem_of(answer);
}

}  // namespace hansard::api

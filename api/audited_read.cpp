#include "api/audited_read.h"

#include <utility>

namespace hansard::api {

namespace {
bool holds_token(std::string_view parameter) { return parameter.substr(0, parameter.find('=')).ends_with("token"); }

// As long as a request's head may be, so nothing is cut off.
std::string asked_text(const Request& request) {
  std::string text = request.path;
  char before = '?';
  for (std::string_view left = request.query; !left.empty();) {
    auto end = left.find('&');
    std::string_view parameter = left.substr(0, end);
    left = end == std::string_view::npos ? std::string_view() : left.substr(end + 1);
    if (parameter.empty() || holds_token(parameter)) continue;
    text.append(1, std::exchange(before, '&')).append(parameter);
  }
  return text;
}
}  // namespace

AuditedRead audited(const Call& call, domain::RecordAuditRead read) {
  read.query = asked_text(call.request);
  return {call.caller, std::move(read)};
}

Response on_record(Response response, const Call& call, domain::RecordAuditRead read) {
  response.audited = audited(call, std::move(read));
  return response;
}

asio::awaitable<Answered<void>> record_audit_read(Context& context, AuditedRead audited) {
  domain::Caller reader = std::move(audited.caller);
  reader.actor = reader.subject;
  domain::Command command = std::move(audited.read);
  auto answer = co_await context.submit(std::move(command), std::move(reader), "");
  if (!std::holds_alternative<engine::Done>(answer)) co_return problem_of(answer);
  co_return base::success();
}

}  // namespace hansard::api

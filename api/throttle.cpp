#include "api/throttle.h"

#include <utility>

#include "api/load_shedder.h"
#include "api/metrics.h"
#include "api/metrics_page.h"
#include "api/rate_limiter.h"

namespace hansard::api {

namespace {

std::size_t names_in(const domain::Command& command) {
  if (const auto* create = std::get_if<domain::CreateConversation>(&command)) return create->members.size();
  const auto* add = std::get_if<domain::AddMembers>(&command);
  return add == nullptr ? 0 : add->members.size();
}

Problem over(Context& context, RateScope scope, const RateLimiter::Taken& taken) {
  context.metrics.rate_limited(scope);
  return rate_limited(name_of(scope), taken.quota, taken.retry_after_s);
}

}  // namespace

Answered<std::optional<Quota>> admit_user(Context& context, const base::UserId& subject, bool is_service) {
  RateLimiter* limiter = context.rate_limiter;
  if (limiter == nullptr || !limiter->limits_users()) return std::optional<Quota>();
  if (is_service) return std::optional<Quota>(limiter->full_user_quota());
  auto taken = limiter->take_for_user(subject, context.clock.monotonic());
  if (!taken.granted) return over(context, RateScope::user, taken);
  return std::optional<Quota>(taken.quota);
}

std::optional<Problem> refuse_address(Context& context, std::string_view peer) {
  RateLimiter* limiter = context.rate_limiter;
  if (limiter == nullptr || !limiter->limits_addresses()) return std::nullopt;
  auto taken = limiter->take_for_address(peer, context.clock.monotonic());
  if (taken.granted) return std::nullopt;
  return over(context, RateScope::address, taken);
}

std::optional<Problem> refuse_overload(Context& context) {
  if (context.shedder == nullptr || context.shedder->admit()) return std::nullopt;
  return problem_of(base::error(base::ErrorCode::overloaded, "More is asked than can be done now; try again."));
}

void note_asking(Context& context, const base::UserId* user) {
  if (context.shedder != nullptr) context.shedder->note_asking(user);
}

std::optional<Problem> refuse_dear(Context& context, const base::UserId& user) {
  note_asking(context, &user);
  if (context.shedder == nullptr || !context.shedder->is_over_share(user)) return std::nullopt;
  return problem_of(
      base::error(base::ErrorCode::overloaded,
                  "What you ask takes so long that others wait for it; try again, with fewer at a time."));
}

std::optional<Problem> refuse_many_names(Context& context, const domain::Command& command,
                                         const domain::Caller& caller) {
  if (caller.service || names_in(command) <= kManyNames) return std::nullopt;
  const auto applied = context.views.snapshot()->position();
  const double behind_ms = view_lag_seconds(context.engine, applied, context.clock.now()) * 1e3;
  if (behind_ms <= context.limits.ready_lag_bound_ms / 2.0) return std::nullopt;
  return problem_of(base::error(base::ErrorCode::overloaded,
                                "The views are behind; so many members at once wait until they are not. Try again."));
}

Problem failed_authentication(Context& context, std::string_view peer, Problem problem) {
  if (context.rate_limiter == nullptr) return problem;
  auto taken = context.rate_limiter->take_for_failure(peer, context.clock.monotonic());
  return taken.granted ? std::move(problem) : over(context, RateScope::authentication, taken);
}

}  // namespace hansard::api

#include "engine/domain/decide.h"

#include "engine/domain/deciding.h"

namespace hansard::domain {

Decision decide(const StateReader& state, const Command& command, const Caller& caller, Timestamp now,
                const Rules& rules) {
  const Given given{state, caller, now, rules};
  return std::visit([&given](const auto& one) { return decide_one(given, one); }, command);
}

}  // namespace hansard::domain

#include "api/completions.h"

#include <iterator>
#include <utility>

#include <boost/asio/post.hpp>

#include "engine/base/check.h"

namespace hansard::api {

void Completions::submit(domain::Command command, domain::Caller caller, std::string key, Callback callback) {
  auto token = next_token_++;
  waiting_.emplace(token, std::move(callback));
  engine_.submit({std::move(command), std::move(caller), std::move(key), token, this});
}

void Completions::deliver(std::vector<engine::Completion> completions) {
  std::lock_guard lock(mutex_);
  bool first = arrived_.empty();
  if (first) {
    arrived_ = std::move(completions);
  } else {
    std::move(completions.begin(), completions.end(), std::back_inserter(arrived_));
  }
  // Under the lock, so that who has seen the last answer arrive knows that nothing is posted any more.
  if (first) asio::post(io_, [this] { run_arrived(); });
}

void Completions::run_arrived() {
  std::vector<engine::Completion> completions;
  {
    std::lock_guard lock(mutex_);
    completions.swap(arrived_);
  }
  for (auto& completion : completions) {
    auto waiting = waiting_.extract(completion.token);
    CHECK(!waiting.empty(), completion.token);
    waiting.mapped()(std::move(completion.answer));
  }
}

}  // namespace hansard::api

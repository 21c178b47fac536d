#include "projections/process/command_desk.h"

#include <utility>

namespace hansard::process {

namespace {
domain::Caller server_for(const base::UserId& about) {
  domain::Caller caller;
  caller.actor = about;
  caller.server = true;
  return caller;
}
}  // namespace

std::vector<engine::Answer> CommandDesk::run(std::vector<Proposal> proposals) {
  {
    std::lock_guard lock(mutex_);
    answers_.assign(proposals.size(), std::nullopt);
    missing_ = proposals.size();
  }
  for (std::size_t i = 0; i < proposals.size(); ++i) {
    Proposal& proposal = proposals[i];
    engine_.submit({std::move(proposal.command), server_for(proposal.about), std::move(proposal.key), i, this});
  }
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return missing_ == 0; });
  std::vector<engine::Answer> answers;
  answers.reserve(answers_.size());
  for (auto& answer : answers_) answers.push_back(*std::move(answer));
  return answers;
}

void CommandDesk::deliver(std::vector<engine::Completion> completions) {
  std::lock_guard lock(mutex_);
  for (auto& completion : completions) {
    answers_[completion.token] = std::move(completion.answer);
    --missing_;
  }
  if (missing_ == 0) arrived_.notify_one();
}

bool is_for_later(const engine::Answer& answer) {
  return std::holds_alternative<engine::Overloaded>(answer) || std::holds_alternative<engine::DiskFull>(answer);
}

}  // namespace hansard::process

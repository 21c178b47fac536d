#include "api/context.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/acknowledged.h"
#include "api/completions.h"
#include "api/signal.h"

namespace hansard::api {

namespace {

struct Submit {
  Completions& completions;
  domain::Command command;
  domain::Caller caller;
  std::string key;

  template <class Handler>
  void operator()(Handler handler) {
    // std::function wants a copyable callback, a coroutine's handler is not.
    auto shared = std::make_shared<Handler>(std::move(handler));
    completions.submit(std::move(command), std::move(caller), std::move(key),
                       [shared](engine::Answer answer) { std::move (*shared)(std::move(answer)); });
  }
};

// A wait for the views that ends with its scope, also when the coroutine is destroyed in the middle of it.
class ViewsWait {
 public:
  ViewsWait(base::PositionGate& gate, base::Position position, asio::steady_timer& timer, asio::io_context& io)
      : gate_(gate), bell_(std::make_shared<Bell>(io, [&timer] { timer.cancel(); })) {
    ticket_ = gate_.notify_at(position, [bell = bell_] { bell->ring(); });
  }
  ~ViewsWait() {
    bell_->silence();
    gate_.cancel(ticket_);
  }
  ViewsWait(const ViewsWait&) = delete;
  ViewsWait& operator=(const ViewsWait&) = delete;

 private:
  base::PositionGate& gate_;
  std::shared_ptr<Bell> bell_;
  base::PositionGate::Ticket ticket_ = 0;
};

}  // namespace

asio::awaitable<engine::Answer> Context::submit(domain::Command command, domain::Caller caller, std::string key) {
  auto user = caller.actor;
  Submit submission{completions, std::move(command), std::move(caller), std::move(key)};
  auto answer = co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(engine::Answer)>(
      std::move(submission), asio::use_awaitable);
  if (auto* done = std::get_if<engine::Done>(&answer)) acknowledged.note(user, done->position, views.applied());
  co_return answer;
}

asio::awaitable<bool> Context::views_reach(base::Position position, std::chrono::milliseconds timeout) {
  if (views.applied() >= position) co_return true;
  std::shared_ptr<base::PositionGate> gate(&views.applied_gate(), [](base::PositionGate*) {});  // the views outlive us
  co_return co_await reaches(std::move(gate), position, timeout);
}

std::vector<projections::ViewStatus> Context::view_status() const {
  std::vector<projections::ViewStatus> status = views.status();
  if (search != nullptr) status.push_back(search->status());
  return status;
}

asio::awaitable<bool> Context::reaches(std::shared_ptr<base::PositionGate> gate, base::Position position,
                                       std::chrono::milliseconds timeout) {
  if (gate->reached() >= position) co_return true;
  asio::steady_timer timer(io, timeout);
  ViewsWait wait(*gate, position, timer, io);
  boost::system::error_code ended;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ended));
  co_return gate->reached() >= position;
}

}  // namespace hansard::api

#include "projections/projector.h"

#include <algorithm>

#include "engine/base/this_thread.h"
#include "engine/base/work_watch.h"
#include "projections/event_batch.h"

namespace hansard::projections {

namespace {
base::MonotonicTime now() { return base::system_clock().monotonic(); }
}  // namespace

Projector::Projector(engine::Engine& engine, std::vector<LiveView*> views, const ViewOptions& options)
    : engine_(engine), views_(std::move(views)), options_(options) {
  for (LiveView* view : views_) view->gate().on_hurry([bell = bell_] { bell->hurry(); });
}

Projector::~Projector() { stop(); }

void Projector::start() {
  flush_due_ = now() + std::chrono::milliseconds(options_.flush_interval_ms);
  takes_tasks_ = true;
  thread_ = std::thread([this] { run(); });
}

void Projector::stop() {
  if (!thread_.joinable()) return;
  stop_at_ = engine_.durable().value;
  stopping_ = true;
  bell_->hurry();
  thread_.join();
}

void Projector::run() {
  base::begin_thread("projector");
  while (!finished()) {
    run_task();
    if (!is_behind()) {
      wait_for_more();
    } else if (may_rest()) {
      bell_->wait_until(rest_until_);
    } else {
      work();
    }
    flush_when_due();
  }
  refuse_tasks();
  for (LiveView* view : views_) view->flush(true);
}

bool Projector::finished() const {
  if (!stopping_) return false;
  return std::all_of(views_.begin(), views_.end(), [this](const LiveView* view) {
    std::uint64_t reached = view->position().value;
    return view->has_stopped() || reached >= stop_at_ || stop_at_ - reached > kStopEventsMax;
  });
}

bool Projector::step() {
  auto front = lead();
  if (!front) return false;
  Position durable = engine_.durable();
  if (*front < durable) feed(at(*front), durable);
  LiveView* behind = straggler();
  if (behind != nullptr) feed({behind}, std::min(*front, durable));
  return *front < durable || behind != nullptr;
}

bool Projector::is_behind() const {
  auto front = lead();
  return front && (*front < engine_.durable() || straggler() != nullptr);
}

bool Projector::may_rest() const {
  if (stopping_ || bell_->back.is_hurried() || straggler() != nullptr) return false;
  return engine_.durable().value - lead()->value < options_.batch_events_max && now() < rest_until_;
}

void Projector::work() {
  const Position durable = engine_.durable();
  const bool is_far = trail().value + kCatchUpEvents < durable.value;
  bell_->back.begin_batch(trail(), durable, now(), !stopping_ && !is_far);
  const auto before = base::thread_cpu_time();
  step();
  const auto worked = base::thread_cpu_time() - before;
  bell_->back.end_batch(trail());
  rest_until_ = now() + std::min<std::chrono::nanoseconds>(worked * kRestShare, kRestMax);
}

std::vector<LiveView*> Projector::at(Position position) const {
  std::vector<LiveView*> there;
  for (LiveView* view : views_) {
    if (!view->has_stopped() && view->position() == position) there.push_back(view);
  }
  return there;
}

std::optional<Position> Projector::lead() const {
  std::optional<Position> front;
  for (const LiveView* view : views_) {
    if (!view->has_stopped()) front = std::max(front.value_or(Position{}), view->position());
  }
  return front;
}

Position Projector::trail() const {
  Position rear = engine_.durable();
  for (const LiveView* view : views_) {
    if (!view->has_stopped()) rear = std::min(rear, view->position());
  }
  return rear;
}

LiveView* Projector::straggler() const {
  auto front = lead();
  auto is_behind = [&](const LiveView* view) { return !view->has_stopped() && view->position() < *front; };
  auto found = std::find_if(views_.begin(), views_.end(), is_behind);
  return found == views_.end() ? nullptr : *found;
}

void Projector::feed(const std::vector<LiveView*>& views, Position last) {
  Position before = views.front()->position();
  bool is_far = last.value - before.value > kCatchUpEvents;
  auto events = read_events(engine_, before, last, is_far ? kCatchUpEvents : options_.batch_events_max);
  for (LiveView* view : views) {
    if (events) {
      view->fold(events.value(), bell_->back);
    } else {
      view->stop_for_good("the log cannot be read after position " + std::to_string(before.value) + ": " +
                          events.error().detail);
    }
  }
}

bool Projector::run_between_batches(std::function<void()> work) {
  Task task{std::move(work)};
  std::unique_lock lock(task_mutex_);
  task_changed_.wait(lock, [this] { return task_ == nullptr || !takes_tasks_; });
  if (!takes_tasks_) return false;
  task_ = &task;
  bell_->hurry();
  task_changed_.wait(lock, [&task] { return task.done || task.refused; });
  return task.done;
}

void Projector::run_task() {
  std::unique_lock lock(task_mutex_);
  if (task_ == nullptr) return;
  Task* task = std::exchange(task_, nullptr);
  lock.unlock();
  task->work();
  lock.lock();
  task->done = true;
  task_changed_.notify_all();
}

void Projector::refuse_tasks() {
  std::lock_guard lock(task_mutex_);
  takes_tasks_ = false;
  if (task_ != nullptr) task_->refused = true;
  task_ = nullptr;
  task_changed_.notify_all();
}

void Projector::wait_for_more() {
  base::PositionGate::Ticket ticket = 0;
  if (auto front = lead()) {
    ticket = engine_.durable_gate().notify_at(front->next(), [bell = bell_] { bell->ring(); });
  }
  bell_->wait_until(flush_due_);
  if (ticket != 0) engine_.durable_gate().cancel(ticket);
}

void Projector::flush_when_due() {
  if (now() < flush_due_) return;
  flush_due_ = now() + std::chrono::milliseconds(options_.flush_interval_ms);
  for (LiveView* view : views_) view->flush(false);
}

void Projector::Bell::ring() {
  {
    std::lock_guard lock(mutex);
    rung = true;
  }
  changed.notify_one();
}

void Projector::Bell::hurry() {
  back.hurry();
  ring();
}

void Projector::Bell::wait_until(base::MonotonicTime deadline) {
  std::unique_lock lock(mutex);
  changed.wait_until(lock, deadline, [this] { return rung; });
  rung = false;
}

}  // namespace hansard::projections

#include "api/ws_session_frames.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/acknowledged.h"
#include "api/answers.h"
#include "api/answers_at_once.h"
#include "api/event_request.h"
#include "api/json_fields.h"
#include "api/metrics.h"
#include "api/position_text.h"
#include "api/throttle.h"
#include "api/ws_session_hello.h"

namespace hansard::api {

using base::ConversationId;

namespace {

constexpr int kAttachAttempts = 5;

constexpr std::size_t kStrangersFrameBytesMax = 16'384;  // a token and some words

Problem unauthenticated(std::string detail) { return {401, "unauthenticated", std::move(detail), 0, {}}; }

domain::Caller caller_of(const Identity& identity) {
  return {identity.user, identity.user, identity.service, identity.audit, identity.admin};
}

}  // namespace

SocketSession::SocketSession(IoThread& thread, Admission admission)
    : thread_(thread),
      context_(thread.context()),
      outbox_(
          std::make_shared<Outbox>(context_.io, thread.limits().outbox_frames_max, thread.limits().outbox_bytes_max)),
      identity_(std::move(admission.identity)),
      slot_(std::move(admission.slot)),
      resume_(admission.resume ? std::make_unique<const std::string>(std::move(*admission.resume)) : nullptr),
      presence_(admission.presence),
      peer_(std::move(admission.peer)),
      subscriptions_(context_, thread_.tasks(), outbox_),
      may_read_again_(context_.io),
      auth_deadline_(thread.now() + std::chrono::seconds(thread.limits().auth_frame_timeout_s)),
      is_to_open_(identity_.has_value()) {}

asio::awaitable<void> SocketSession::open() {
  is_to_open_ = false;
  feed_ = std::make_shared<Feed>(context_, thread_.dispatcher(), thread_.tasks(), outbox_, identity_->user);
  for (int attempt = 0; !close_ && !feed_->attach(); ++attempt) {
    auto timeout = std::chrono::milliseconds(context_.limits.min_position_timeout_ms);
    bool is_near = attempt < kAttachAttempts && co_await context_.views_reach(thread_.dispatcher().cursor(), timeout);
    if (is_near) {
      co_await asio::post(context_.io, asio::use_awaitable);  // others have their turn
      continue;
    }
    fail(auth_id_, problem_of(base::error(base::ErrorCode::behind, "The views are behind; try again soon.")));
    close(kTryAgainLater, "the views are behind");
  }
  if (close_) co_return;
  say_hello();
  if (const auto from = std::exchange(resume_, nullptr)) resume_from(*from);
}

void SocketSession::say_hello() {
  is_open_ = true;
  lease_ = thread_.shared().presence.open(identity_->user, presence_);
  context_.metrics.session_opened();
  auto session_id = base::uuid_text(context_.uuids.next());
  push(hello_frame(session_id, identity_->user, context_.engine.epoch(), thread_.dispatcher().cursor(),
                   context_.limits));
  if (!auth_id_.empty()) ack(auth_id_, auth_data(*identity_));
}

void SocketSession::on_text(std::string_view text) {
  if (close_) return;
  is_alive_ = true;
  context_.metrics.frames_in(1);
  std::string id_json;
  auto frame = parse_frame(thread_.parser(), text, context_.limits, id_json);
  if (auto refused = over_rate()) return fail(id_json, *refused);
  if (!frame) return fail(id_json, frame.error());
  if (frame.value().type == "auth") return on_auth(frame.value());
  if (!identity_) {
    fail(id_json, failed_authentication(context_, peer_, unauthenticated("The first frame is not `auth`.")));
    return close(kUnauthenticated, "the first frame is not auth");
  }
  on_frame(std::move(frame.value()));
}

void SocketSession::on_binary() {
  if (close_) return;
  context_.metrics.frames_in(1);
  auto refused = over_rate();
  fail({}, refused ? *refused : malformed("A frame is text, not binary."));
}

// After the frame was parsed: the answer names its id.
std::optional<Problem> SocketSession::over_rate() {
  if (auto refused = refuse_address(context_, peer_)) return refused;
  if (!identity_) return std::nullopt;
  auto admitted = admit_user(context_, identity_->user, identity_->service);
  return admitted ? std::nullopt : std::optional<Problem>(std::move(admitted).error());
}

void SocketSession::on_frame(ClientFrame frame) {
  if (is_command(frame.type)) {
    if (auto refused = refuse_overload(context_)) return fail(frame.id_json, *refused);
  }
  auto caller = caller_of(*identity_);
  if (frame.act_as) {
    if (!caller.service) return fail(frame.id_json, forbidden("`act_as` needs the scope `service`."));
    caller.actor = *frame.act_as;
  }
  note_asking(context_, &caller.actor);
  auto command = command_of_frame(frame, caller, context_.limits, context_.uuids);
  if (!command) return on_other(frame, caller);
  if (!*command) return fail(frame.id_json, command->error());
  submit(std::move(frame), std::move(command->value()), std::move(caller));
}

void SocketSession::on_other(const ClientFrame& frame, const domain::Caller& caller) {
  if (frame.type == "ping") return push(pong_frame(frame.id_json));
  if (frame.type == "typing.start" || frame.type == "typing.stop") return on_typing(frame, caller);
  if (frame.type == "presence.update") return on_presence(frame, caller);
  if (frame.type == "call.signal") return on_call_signal(frame, caller);
  if (frame.type == "resume") return on_resume(frame);
  if (frame.type.starts_with("events.")) return on_events(frame, caller);
  fail(frame.id_json, malformed("`type` is none that a client sends"));
}

void SocketSession::on_auth(const ClientFrame& frame) {
  Fields fields(frame.data, "`data`");
  fields.require("token");
  auto token = fields.text("token");
  auto refused = [&](const Problem& problem, std::uint16_t code, std::string_view words = "authentication failed") {
    fail(frame.id_json, problem);
    if (!identity_) close(code, words);
  };
  if (fields.problem()) return refused(*fields.problem(), kUnauthenticated);
  auto identity = context_.authenticator.authenticate(*token, context_.clock.now());
  if (!identity) {
    auto problem = failed_authentication(context_, peer_, unauthenticated(identity.error().detail));
    return refused(problem, kUnauthenticated);
  }
  if (!identity_) {
    auto admitted = admit_user(context_, identity.value().user, identity.value().service);
    if (!admitted) return refused(admitted.error(), kTooManySockets, "too many requests");
    slot_ = thread_.shared().sockets.take(identity.value().user, context_.limits.sockets_per_user_max);
    if (!slot_) return refused(too_many_sockets(), kTooManySockets, "too many sockets");
    auth_id_ = frame.id_json;
    is_to_open_ = true;
  } else if (identity_->user != identity.value().user) {
    return fail(frame.id_json, forbidden("A socket stays with its user; open another one."));
  } else if (!frame.id_json.empty()) {
    ack(frame.id_json, auth_data(identity.value()));
  }
  const bool was_service = identity_ && identity_->service;
  identity_ = std::move(identity.value());
  if (auto may = may_read_events(caller_of(*identity_)); !may) return subscriptions_.end(may.error());
  // What a service follows is not on record, as an auditor's reads are.
  if (was_service && !identity_->service) subscriptions_.end(forbidden("An auditor's subscription is put on record."));
}

void SocketSession::on_resume(const ClientFrame& frame) {
  Fields fields(frame.data, "`data`");
  fields.require("position");
  auto position = fields.text("position");
  if (fields.problem()) return fail(frame.id_json, *fields.problem());
  std::string data = "{\"position\":\"" + position_text(context_.engine.epoch(), thread_.dispatcher().cursor()) + "\"}";
  ack(frame.id_json, data);
  resume_from(*position);
}

void SocketSession::resume_from(std::string_view position) {
  auto from = parse_position(position);
  auto epoch = context_.engine.epoch();
  const bool is_beginning = from && from->epoch == 0 && !from->position;  // of whatever epoch
  const bool is_comparable = from && (from->epoch == epoch || is_beginning);
  if (!is_comparable || !feed_->resume(from->position)) push(gap_frame(epoch));
}

void SocketSession::submit(ClientFrame frame, domain::Command command, domain::Caller caller) {
  ++in_flight_;
  auto asked = std::make_shared<const Asked>(Asked{std::move(frame.id_json), outline_of(command), caller});
  context_.completions.submit(std::move(command), std::move(caller), std::move(frame.key),
                              [self = shared_from_this(), asked = std::move(asked)](engine::Answer answer) {
                                self->on_answer(*asked, std::move(answer));
                              });
}

void SocketSession::on_answer(const Asked& asked, engine::Answer answer) {
  auto* done = std::get_if<engine::Done>(&answer);
  if (!done) {
    fail(asked.id_json, problem_of(answer));
    return on_answered();
  }
  context_.acknowledged.note(asked.caller.actor, done->position, context_.views.applied());
  if (asked.id_json.empty()) return on_answered();
  if (!is_rendered_at_once(asked.outline, *done)) {
    return thread_.tasks().spawn("answer from views", answer_from_views(shared_from_this(), asked, std::move(*done)));
  }
  ack(asked.id_json, render_at_once(*done, context_.engine.epoch()).body);
  on_answered();
}

asio::awaitable<void> SocketSession::answer_from_views(std::shared_ptr<SocketSession> self, Asked asked,
                                                       engine::Done done) {
  auto answer = co_await render_from_views(self->context_, asked.outline, asked.caller, std::move(done));
  if (answer) {
    self->ack(asked.id_json, answer.value().body);
  } else {
    self->fail(asked.id_json, answer.error());
  }
  self->on_answered();
}

void SocketSession::on_answered() {
  --in_flight_;
  context_.metrics.acks(1);
  may_read_again_.notify();
  if (close_) outbox_->filled.notify();
}

bool SocketSession::may_read() const {
  const auto& limits = context_.limits;
  return in_flight_ < limits.commands_in_flight_max &&
         outbox_->frames() < limits.outbox_frames_max + limits.commands_in_flight_max &&
         outbox_->bytes() < 2 * limits.outbox_bytes_max;
}

asio::awaitable<void> SocketSession::until_may_read() {
  while (!close_ && !may_read()) co_await may_read_again_.wait();
}

asio::awaitable<void> SocketSession::until_answered() {
  while (!close_ && in_flight_ > 0) co_await may_read_again_.wait();
  for (const auto last = outbox_->pushed(); !close_ && outbox_->written() < last;) co_await may_read_again_.wait();
}

void SocketSession::on_tick(base::MonotonicTime now, base::Timestamp wall) {
  if (!identity_ && now >= auth_deadline_) close(kUnauthenticated, "no auth frame came");
  if (std::exchange(is_alive_, false)) lease_.touch(wall);
  if (identity_ && wall >= identity_->expires) close(kUnauthenticated, "the token has expired");
}

std::size_t SocketSession::frame_bytes_max() const {
  const std::size_t most = context_.limits.frame_bytes_max;
  return identity_ ? most : std::min(most, kStrangersFrameBytesMax);
}

void SocketSession::close(std::uint16_t code, std::string_view reason) {
  if (close_) return;
  close_ = Close{code, reason};
  leave();
  may_read_again_.notify();
  outbox_->filled.notify();
}

// Since it was asked the socket may have been closed, or its token replaced by a lesser one.
Answered<std::string> SocketSession::subscribe(EventSubscribe asked) {
  if (has_left_) return Problem{409, "conflict", "This socket is being closed.", 0, {}, {}};
  TRY(may_read_events(caller_of(*identity_)));
  return subscriptions_.open(std::move(asked));
}

// Nothing comes any more, and this device is gone for everybody.
void SocketSession::leave() {
  has_left_ = true;
  if (feed_) feed_->close();
  subscriptions_.close();
  if (std::exchange(is_alive_, false)) lease_.touch(context_.clock.now());
  lease_ = {};
}

void SocketSession::end() {
  if (!close_) close_ = Close{kGoingAway, {}};
  leave();
  if (std::exchange(is_open_, false)) context_.metrics.session_closed();
  slot_ = {};
  may_read_again_.notify();
  outbox_->filled.notify();
}

void SocketSession::ack(std::string_view id_json, std::string_view data) {
  if (!id_json.empty()) push(ack_frame(id_json, data));
}

void SocketSession::fail(std::string_view id_json, const Problem& problem) {
  context_.metrics.rejected(problem.code);
  push(error_frame(id_json, problem, base::uuid_text(context_.uuids.next())));
}

}  // namespace hansard::api

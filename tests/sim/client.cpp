#include "tests/sim/client.h"

#include <utility>

#include "engine/base/position_text.h"
#include "tests/sim/past_look.h"
#include "tests/sim/violation.h"

namespace hansard::sim {

namespace {
constexpr std::uint32_t kEpoch = 1;
constexpr std::uint64_t kResumeId = 0;  // of the frame; commands have others

std::string place_text(Place place) { return base::position_text(kEpoch, {place}); }
}  // namespace

void Client::act(Node&, Chance& chance) {
  repeat_lost(chance);
  if (pending_.size() >= kPendingMax) return;
  const std::uint64_t id = scene_.next_number++;
  Pending pending;
  pending.ask = draw_ask(chance, scene_.model, user_, scene_.users, id);
  pending.asked_at = scene_.model.length();
  scene_.observe("ask " + describe(pending.ask));
  send(id, pending_.emplace(id, std::move(pending)).first->second, chance);
}

void Client::send(std::uint64_t id, Pending& pending, Chance& chance) {
  auto frame = frame_of(pending.ask, id);
  if (frame && socket_ && chance.percent(80)) {
    socket_->send(std::move(*frame));
    pending.is_on_socket = true;
  } else {
    pending.exchange = std::make_unique<Exchange>(request_of(pending.ask));
  }
}

void Client::repeat_lost(Chance& chance) {
  for (auto& [id, pending] : pending_) {
    if (pending.exchange || pending.is_on_socket) continue;
    pending.is_first = false;
    if (scene_.bug == Bug::lose_answer_retry) pending.ask.key += "x";
    send(id, pending, chance);
  }
}

void Client::give_up(Chance& chance) {
  if (pending_.empty()) return;
  auto one = std::next(pending_.begin(), static_cast<std::ptrdiff_t>(chance.below(pending_.size())));
  one->second.exchange.reset();
  one->second.is_on_socket = false;
  repeat_lost(chance);
}

void Client::look(Node&, Chance& chance) {
  if (looking_.size() >= kLooksMax) return;
  const bool is_past = !scene_.model.conversations().empty() && chance.percent(25);
  Look look = is_past ? draw_past_look(chance, scene_.model, scene_.users) : draw_look(chance, scene_.model, user_);
  look.at_least = is_past ? 0 : scene_.told[user_];
  scene_.observe("look " + describe(look));
  auto request = request_of(look);
  looking_.push_back({std::move(look), Exchange(std::move(request))});
}

void Client::connect(Node& node, Chance& chance) {
  if (socket_ && !socket_->is_over()) {
    const bool may_resume = checker_->has_begun() && !resuming_ && last_seen_ && chance.percent(30);
    if (!may_resume) return;
    resuming_ = chance.between(*last_seen_ - std::min<Place>(*last_seen_, 20), *last_seen_);
    socket_->send("{\"type\":\"resume\",\"id\":" + std::to_string(kResumeId) + ",\"data\":{\"position\":\"" +
                  place_text(*resuming_) + "\"}}");
    return;
  }
  drop_socket();
  resumed_from_ = chance.percent(85) ? last_seen_ : std::nullopt;
  auto resume = resumed_from_ ? std::optional(place_text(*resumed_from_)) : std::nullopt;
  socket_ = std::make_unique<Socket>(node, chance.below(node.io_threads()), user_, std::move(resume), scene_.bug);
  checker_ = std::make_unique<PushChecker>(scene_.model, user_);
}

void Client::drop_socket() {
  if (!socket_) return;
  socket_->hang_up();
  dropped_.push_back(std::move(socket_));
  checker_.reset();
  resuming_.reset();
  accepted_on_socket_.clear();
  for (auto& [id, pending] : pending_) pending.is_on_socket = false;
}

void Client::hang_up() { drop_socket(); }

bool Client::notice() {
  if (dropped_.empty()) return false;
  dropped_.front()->notice_hang_up();
  dropped_.erase(dropped_.begin());
  return true;
}

bool Client::carry_to_server(Node& node, Chance& chance) {
  std::vector<Exchange*> waiting;
  for (auto& [id, pending] : pending_) {
    if (pending.exchange && !pending.exchange->has_been_carried()) waiting.push_back(pending.exchange.get());
  }
  for (auto& looking : looking_) {
    if (!looking.exchange.has_been_carried()) waiting.push_back(&looking.exchange);
  }
  if (!waiting.empty() && chance.percent(50)) {
    chance.pick(waiting)->carry_to_server(node, chance.below(node.io_threads()));
    return true;
  }
  if (!dropped_.empty() && chance.percent(20)) return chance.pick(dropped_)->carry_to_server();
  return socket_ && socket_->carry_to_server();
}

bool Client::carry_to_client(std::size_t frames) { return socket_ && socket_->carry_to_client(frames); }

bool Client::receive(std::size_t frames) {
  bool has_moved = false;
  for (; frames > 0 && socket_; --frames) {
    auto frame = socket_->receive();
    if (!frame) break;
    has_moved = true;
    scene_.observe(user_ + " " + *frame);
    on_frame(*frame);
  }
  receive_responses();
  if (socket_ && socket_->is_over()) drop_socket();
  return has_moved;
}

void Client::receive_responses() {
  for (auto looking = looking_.begin(); looking != looking_.end();) {
    auto response = looking->exchange.receive();
    if (!response) {
      ++looking;
      continue;
    }
    scene_.observe(user_ + " " + response->body);
    check_look(scene_.model, looking->look, *response, parser_);
    looking = looking_.erase(looking);
  }
  std::vector<std::pair<std::uint64_t, Reply>> replies;
  for (auto& [id, pending] : pending_) {
    auto response = pending.exchange ? pending.exchange->receive() : std::nullopt;
    if (!response) continue;
    scene_.observe(user_ + " " + response->body);
    auto body = parser_.parse(response->body);
    require(body.has_value(), "an answer that is no JSON:", response->body);
    replies.emplace_back(id, reply_of(response->status < 300, body.value()));
  }
  for (const auto& [id, reply] : replies) on_reply(id, reply);
}

void Client::on_frame(const std::string& text) {
  auto parsed = parser_.parse(text);
  require(parsed.has_value(), "a frame that is no JSON:", text);
  auto frame = parsed.value();
  const auto type = frame.member("type").string().value_or("");
  if (type == "hello") {
    const auto cursor = place_in(frame.member("data"), "position");
    require(cursor && *cursor <= scene_.model.length(), "hello above the durable position");
    checker_->begin(*cursor, resumed_from_, known_);
  } else if (type == "ack" || type == "error") {
    return on_answer(type == "ack", frame);
  } else {
    require(type != "gap", "a gap, but the log begins at 1");
    checker_->on_frame(type, frame);
  }
  last_seen_ = checker_->last_seen();
  known_ = checker_->known();
}

void Client::on_answer(bool is_ack, base::JsonValue frame) {
  const auto id = frame.member("re").integer();
  require(id.has_value(), "an answer to nothing");
  if (static_cast<std::uint64_t>(*id) != kResumeId) {
    return on_reply(static_cast<std::uint64_t>(*id), reply_of(is_ack, frame.member("data")));
  }
  require(is_ack && resuming_, "a resume was refused");
  checker_->resume(*resuming_);
  resuming_.reset();
  last_seen_ = checker_->last_seen();
  known_ = checker_->known();
}

void Client::on_reply(std::uint64_t id, const Reply& reply) {
  auto found = pending_.find(id);
  if (found == pending_.end()) return;  // repeated, and answered before
  Pending& pending = found->second;
  const bool was_on_socket = std::exchange(pending.is_on_socket, false);
  pending.exchange.reset();
  check_reply(scene_.model, pending.ask, reply, pending.asked_at);
  if (!reply.is_accepted && reply.is_for_later()) return;
  if (reply.is_accepted) on_accepted(pending, reply);
  const bool is_ordered = was_on_socket && pending.is_first && reply.is_accepted && reply.has_changed;
  if (is_ordered && pending.ask.kind == AskKind::send) check_order(id, reply.position);
  pending_.erase(found);
}

void Client::on_accepted(const Pending& pending, const Reply& reply) {
  scene_.told[user_] = std::max(scene_.told[user_], reply.position);
  if (!reply.has_changed || is_receipt(pending.ask.kind)) return;
  const auto& key = pending.ask.key;
  const Place place = scene_.done.emplace(key, reply.position).first->second;
  require(place == reply.position, describe(pending.ask), "was done at", place, "and at", reply.position);
  const Place first = scene_.model.command_around(place).first;
  const auto& claimed = scene_.claims.emplace(first, key).first->second;
  require(claimed == key, describe(pending.ask), "claims", first, "of", claimed);
}

void Client::check_order(std::uint64_t id, Place place) {
  auto here = accepted_on_socket_.emplace(id, place).first;
  const bool is_after = here == accepted_on_socket_.begin() || std::prev(here)->second < place;
  const bool is_before = std::next(here) == accepted_on_socket_.end() || place < std::next(here)->second;
  require(is_after && is_before, "what was sent as", id, "came out of order at", place);
}

void Client::lose_server() {
  if (socket_) socket_->lose_server();
  dropped_.clear();
  for (auto& [id, pending] : pending_) pending.exchange.reset();
  looking_.clear();
}

bool Client::is_idle() const {
  const bool is_settled = socket_ && checker_->has_begun() && !checker_->is_catching_up() && !resuming_;
  return is_settled && socket_->is_quiet() && pending_.empty() && looking_.empty() && dropped_.empty();
}

void Client::finish(Place end) {
  try {
    checker_->finish(end);
  } catch (const Violation& broken) {
    throw Violation(user_ + " at the end: " + broken.what());
  }
}

}  // namespace hansard::sim

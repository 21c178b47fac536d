#include "tests/sim/world.h"

#include <iostream>
#include <utility>

#include "tests/sim/past_look.h"
#include "tests/sim/stores.h"
#include "tests/sim/violation.h"
#include "tests/sim/virtual_time.h"
#include "tests/support/recompute_digest.h"

namespace hansard::sim {

namespace {
using std::chrono::milliseconds;

constexpr std::size_t kReadAtOnce = 256;
constexpr int kSettleRounds = 400;
constexpr milliseconds kPauseMax{120'000};  // longer ones are nights
constexpr milliseconds kSettleTick{300};
constexpr milliseconds kOverdue{2'000};  // a timer looks twice a second

std::vector<std::string> user_names(std::size_t users) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < users; ++i) names.push_back("user" + std::to_string(i));
  return names;
}

// Command ids are kept for a week; no world lives so long that a repeat could come after that.
milliseconds draw_pause(Chance& chance) {
  const bool may_be_long = VirtualTime::lived() < std::chrono::hours(24 * 5);
  if (may_be_long && chance.percent(1)) return std::chrono::hours(chance.between(1, 24));
  if (chance.percent(70)) return milliseconds(chance.between(1, 100));
  if (chance.percent(80)) return milliseconds(chance.between(100, 3'000));
  return milliseconds(chance.between(3'000, kPauseMax.count()));
}
}  // namespace

World::World(const Plan& plan, Bug bug, bool is_traced)
    : plan_(plan), bug_(bug), is_traced_(is_traced), scene_{model_, user_names(plan.users), bug, {}, 1, {}, {}, {}} {
  scene_.observe = [this](const std::string& what) { observe(what); };
  VirtualTime::begin(plan.seed);
  disk_.folder = plan.folder;
  node_ = std::make_unique<Node>(disk_, plan.sizes, bug);
  for (std::size_t i = 0; i < plan.clients; ++i) {
    clients_.push_back(std::make_unique<Client>(scene_, scene_.users[i % plan.users]));
  }
}

Outcome World::run() {
  try {
    for (const Step& next : plan_.steps) step(next);
    settle();
    check_all();
  } catch (const Violation& broken) {
    outcome_.violation = broken.what();
    observe("violation: " + *outcome_.violation);
  }
  outcome_.events = model_.length();
  outcome_.client_ms = static_cast<std::uint64_t>(awake_.count()) * clients_.size();
  return outcome_;
}

// FNV-1a over everything, so that two runs can be told apart by one number.
void World::observe(const std::string& what) {
  for (char c : what) outcome_.digest = (outcome_.digest ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
  ++outcome_.frames;
  if (is_traced_) std::cout << VirtualTime::lived().count() << "ms " << what << '\n';
}

void World::step(const Step& step) {
  Chance chance(step.chance);
  if (step.kind <= Kind::poll) return work(step.kind, chance);
  if (step.kind < Kind::tick) return exchange(step.kind, chance);
  break_something(step.kind, chance);
}

void World::work(Kind kind, Chance& chance) {
  if (kind == Kind::sequence) return sequence();
  if (kind == Kind::fold_index) {
    node_->step_index();
  } else if (kind == Kind::project) {
    node_->step_projector();
  } else if (kind == Kind::flush) {
    node_->flush_views();
  } else if (kind == Kind::fire) {
    fire();
  } else {
    const std::size_t io_thread = chance.below(node_->io_threads());
    for (auto left = chance.between(1, 30); left > 0 && node_->poll(io_thread); --left) {
    }
  }
}

void World::exchange(Kind kind, Chance& chance) {
  Client& client = *clients_[chance.below(clients_.size())];
  if (kind == Kind::to_server) {
    for (auto left = chance.between(1, 4); left > 0 && client.carry_to_server(*node_, chance); --left) {
    }
  }
  if (kind == Kind::to_client) client.carry_to_client(chance.between(1, 12));
  if (kind == Kind::receive) client.receive(chance.between(1, 12));
  if (kind == Kind::act) client.act(*node_, chance);
  if (kind == Kind::look) client.look(*node_, chance);
  if (kind == Kind::connect) client.connect(*node_, chance);
  if (kind == Kind::hang_up) client.hang_up();
  if (kind == Kind::notice) client.notice();
  if (kind == Kind::give_up) client.give_up(chance);
}

void World::break_something(Kind kind, Chance& chance) {
  if (kind == Kind::tick) {
    disk_.log.has_reserve = disk_.log.has_reserve || chance.percent(40);  // somebody makes room
    return pass_time(draw_pause(chance));
  }
  if (kind == Kind::jump) {
    const auto minutes = static_cast<std::int64_t>(chance.below(4'000)) - 2'000;
    return VirtualTime::jump(std::chrono::minutes(minutes));
  }
  if (kind == Kind::fill_disk) {
    disk_.log.has_reserve = !disk_.log.has_reserve;
    return;
  }
  if (kind == Kind::crash) return crash(chance);
  if (kind == Kind::crash_in_sync) return crash_in_sync(chance);
  restart(chance);
}

void World::pass_time(milliseconds by) {
  VirtualTime::advance(by);
  if (by <= kPauseMax) awake_ += by;
  node_->ring_timers();
}

void World::sequence() {
  node_->step_sequencer();
  learn();
}

void World::fire() {
  node_->step_timers();
  learn();
}

// What became durable is told to the model before anybody else can see it.
void World::learn() {
  for (bool has_more = true; has_more;) {
    auto events = node_->engine().read({model_.length()}, kReadAtOnce);
    require(events.has_value(), "the log cannot be read");
    for (const auto& event : events.value()) model_.accept(*event);
    has_more = !events.value().empty();
  }
}

void World::crash(Chance& chance) {
  observe("crash");
  node_->abandon();
  disk_.crash(chance);
  reopen();
}

// The batch is on its way to the disk, and nobody has been told: whatever part of it is there, is there.
void World::crash_in_sync(Chance& chance) {
  const std::size_t synced = disk_.log.synced;
  node_->step_sequencer();
  disk_.log.synced = synced;
  crash(chance);
}

// The last words of the old process may be lost on the way; what it was asked it has answered.
void World::restart(Chance&) {
  observe("restart");
  for (int turns = 0; turns < 64; ++turns) {
    sequence();
    for (std::size_t io = 0; io < node_->io_threads(); ++io) node_->poll(io);
  }
  while (node_->step_projector()) {
  }
  node_->engine().stop();
  sequence();
  node_->flush_views();
  node_->abandon();
  disk_.index.persist();
  reopen();
}

void World::reopen() {
  ++outcome_.crashes;
  for (auto& client : clients_) client->lose_server();
  node_ = std::make_unique<Node>(disk_, plan_.sizes, bug_);
  recognise();
}

void World::recognise() {
  const auto durable = node_->engine().durable().value;
  require(durable >= model_.length(), "the log ends at", durable, "but", model_.length(), "was durable");
  for (Place at = 0; at < durable;) {
    auto events = node_->engine().read({at}, kReadAtOnce);
    require(events.has_value() && !events.value().empty(), "the log cannot be read after", at);
    for (const auto& event : events.value()) model_.recognise(*event);
    at = events.value().back()->position.value;
  }
}

void World::settle() {
  Chance chance(plan_.seed);
  disk_.log.has_reserve = true;
  for (int round = 0; round < kSettleRounds; ++round) {
    if (settle_once(chance)) return;
  }
  throw Violation("it did not settle: something is never answered or never told");
}

bool World::settle_once(Chance& chance) {
  for (auto& client : clients_) {
    if (!client->has_socket()) client->connect(*node_, chance);
    client->repeat_lost(chance);
    for (int frames = 0; frames < 64; ++frames) client->carry_to_server(*node_, chance);
    while (client->notice()) {
    }
  }
  for (std::size_t io = 0; io < node_->io_threads(); ++io) {
    for (int handlers = 0; handlers < 1'000 && node_->poll(io); ++handlers) {
    }
  }
  sequence();
  fire();
  while (node_->step_index() || node_->step_projector()) {
  }
  pass_time(kSettleTick);
  bool is_idle = node_->views().applied() == node_->engine().durable() &&
                 !model_.has_overdue(base::system_clock().now().ms - kOverdue.count());
  for (auto& client : clients_) {
    client->carry_to_client(1'000);
    client->receive(1'000);
    is_idle = client->is_idle() && is_idle;
  }
  return is_idle;
}

void World::check_all() {
  for (auto& client : clients_) client->finish(model_.length());
  base::JsonParser parser;
  Chance chance(plan_.seed + 1);
  for (const auto& user : scene_.users) {
    for (int n = 0; n < 16; ++n) {
      const bool is_past = n >= 12 && !model_.conversations().empty();
      Look look = is_past ? draw_past_look(chance, model_, scene_.users) : draw_look(chance, model_, user);
      look.at_least = model_.length();
      Exchange exchange(request_of(look));
      exchange.carry_to_server(*node_, 0);
      std::optional<api::Response> response;
      for (int turns = 0; turns < 1'000 && !response; ++turns) {
        node_->poll(0);
        sequence();
        while (node_->step_projector()) {
        }
        response = exchange.receive();
      }
      require(response.has_value(), "no answer to", describe(look));
      observe(response->body);
      require(response->status != 503, describe(look), "is refused for good:", response->body);
      check_look(model_, look, *response, parser);
    }
  }
  check_views();
}

// Live, walked and folded anew: one digest.
void World::check_views() const {
  for (const auto* view : {&node_->views().chat(), &node_->views().audit_view()}) {
    const auto status = view->status();
    require(!status.stopped, "the view", status.name, "has stopped:", status.stopped.value_or(""));
    require(status.applied.value == model_.length(), "the view", status.name, "stands at", status.applied.value);
    const auto walked = projections::recompute_digest(*view->current().rows);
    require(walked.hex() == status.digest, "the digest of", status.name, "is not that of its rows");
    VersionedRows rows;
    projections::ViewFold fold(view->kind(), open_view_store(rows, Bug::none), node_->engine().epoch(), 1'000);
    for (std::size_t at = 0; at < model_.length();) {
      auto some = node_->engine().read({at}, kReadAtOnce);
      require(some.has_value() && !some.value().empty(), "the log cannot be read after", at);
      auto folded = fold.fold(some.value());
      require(folded.has_value(), "the log cannot be folded after", at);
      at += some.value().size();
    }
    require(fold.checkpoint().digest.hex() == status.digest, "the view", status.name, "differs from its fold");
  }
}

}  // namespace hansard::sim

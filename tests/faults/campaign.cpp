#include "tests/faults/campaign.h"

#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>

#include "tests/faults/child.h"

namespace hansard::faults {

namespace {
namespace fs = std::filesystem;

constexpr std::uint64_t kStepsOfStore = 12, kCommandsMost = 120;

OpKind op_of(const std::string& call) {
  if (call == "sync") return OpKind::sync;
  if (call == "write") return OpKind::write;
  if (call == "create") return OpKind::create;
  if (call == "rename") return OpKind::rename;
  return OpKind::remove;
}

// Which part of the store a path belongs to: "data/log/", "data/log.witness", "data/views/chat/".
std::string part_of(const std::string& path) {
  std::size_t end = path.find('/');
  const int depth = path.starts_with("data/views/") ? 2 : 1;
  for (int i = 0; i < depth && end != path.npos; ++i) end = path.find('/', end + 1);
  return end == path.npos ? path : path.substr(0, end + 1);
}

// After which call a note stands; the end when it does not.
std::size_t place_of(const std::vector<Op>& journal, const std::string& note) {
  const auto found = std::find_if(journal.begin(), journal.end(),
                                  [&](const Op& op) { return op.kind == OpKind::note && op.bytes == note; });
  return static_cast<std::size_t>(found - journal.begin());
}
}  // namespace

Campaign::Campaign(std::string work, std::uint64_t seed) : work_(std::move(work)), seed_(seed), chance_(seed) {
  begin_anew();
}

void Campaign::begin_anew() {
  ++store_;
  steps_of_store_ = 0;
  promises_ = {};
  fs::remove_all(work_);
  fs::create_directories(disk());
}

Ended Campaign::run(const std::string& plan, std::uint64_t commands) {
  const std::string promises = work_ + "/promises";
  promises_.save(promises);
  return run_process(work_, {disk() + "/data", promises, seed_ * 1'000 + store_, commands}, plan);
}

std::string Campaign::blame(const Ended& ended, const std::string& plan) const {
  return "seed " + std::to_string(seed_) + ", step " + std::to_string(steps_) + ", plan '" + plan + "': status " +
         std::to_string(ended.status) + ", signal " + std::to_string(ended.signal) + ": " + ended.said +
         "(everything is kept in " + work_ + ")";
}

std::size_t Campaign::draw_cut(const std::vector<Op>& journal) {
  const std::size_t open = place_of(journal, kOpenNote), stopping = place_of(journal, kStopNote);
  const std::uint64_t phase = draw(10);
  if (phase < 2) {
    ++tally_.in_recovery;
    return draw(open + 1);
  }
  if (phase < 8) {
    ++tally_.under_load;
    return open + draw(stopping - open + 1);
  }
  ++tally_.in_stop;
  return stopping + draw(journal.size() - stopping + 1);
}

void Campaign::replay(DiskImage& image, const std::vector<Op>& journal, std::size_t count) {
  image.begin_process();
  for (std::size_t i = 0; i < count; ++i) {
    image.apply(journal[i]);
    if (journal[i].kind == OpKind::note) promises_.take(journal[i].bytes);
  }
}

void Campaign::crash(DiskImage image, const std::vector<Op>& journal, std::size_t after, Loss loss) {
  replay(image, journal, after);
  write_tree(image.cut(loss, chance_), disk());
}

std::optional<std::string> Campaign::kill_on_the_way(DiskImage& image) {
  const std::string plan = "kill:" + std::to_string(1 + draw(600));
  Ended ended = run(plan, 1 + draw(kCommandsMost));
  if (ended.status != kSound && ended.signal != SIGKILL) return blame(ended, plan);
  tally_.kills += ended.signal == SIGKILL ? 1 : 0;
  replay(image, ended.journal, ended.journal.size());
  return std::nullopt;
}

// A call of the last whole run: first the part of the store, so that the log is not hidden behind the views.
std::string Campaign::draw_call(const std::string& call, const std::string& error) {
  std::map<std::string, std::uint64_t> calls;
  for (const Op& op : last_journal_) {
    const OpKind kind = op.kind == OpKind::make_folder ? OpKind::create : op.kind;
    if (kind == op_of(call)) ++calls[part_of(kind == OpKind::rename ? op.other : op.path)];
  }
  if (calls.empty()) return call + ":1:" + error;
  const auto part = std::next(calls.begin(), static_cast<std::ptrdiff_t>(draw(calls.size())));
  return call + ":" + std::to_string(1 + draw(part->second)) + ":" + error + ":" + part->first;
}

std::optional<std::string> Campaign::cut_power() {
  if (++steps_of_store_ > kStepsOfStore) begin_anew();
  ++steps_;
  const std::string plan = draw(3) == 0 ? "slow:" + std::to_string(draw(1'000'000)) + ":300" : "";
  DiskImage image(disk());
  const std::size_t before = promises_.commands.size();
  while (draw(4) == 0) {
    if (auto wrong = kill_on_the_way(image)) return wrong;
  }
  Ended ended = run(plan, 1 + draw(kCommandsMost));
  if (ended.status != kSound) {
    fs::rename(disk(), work_ + "/disk.after");
    std::mt19937_64 unused(1);
    write_tree(image.cut(Loss::nothing, unused), disk());
    return blame(ended, plan);
  }
  ++tally_.cuts;
  crash(std::move(image), ended.journal, draw_cut(ended.journal), draw(3) == 0 ? Loss::all : Loss::some);
  tally_.acknowledged += promises_.commands.size() - before;
  last_journal_ = std::move(ended.journal);
  return std::nullopt;
}

std::optional<std::string> Campaign::step(const std::string& plan) {
  ++steps_;
  ++steps_of_store_;
  DiskImage image(disk());
  const std::size_t before = promises_.commands.size();
  Ended ended = run(plan, 1 + draw(kCommandsMost));
  const bool has_flipped = plan.starts_with("read:");  // damage that is seen while bits flip is told, as it should be
  const bool is_silent = ended.status == kBroken || (ended.status == kDamaged && !has_flipped);
  if (is_silent || (ended.signal != 0 && ended.signal != SIGABRT)) return blame(ended, plan);
  ++tally_.failures;
  tally_.stopped += ended.signal == SIGABRT ? 1 : 0;
  tally_.told += ended.status == kTold || ended.status == kDamaged ? 1 : 0;
  tally_.borne += ended.status == kSound ? 1 : 0;
  crash(std::move(image), ended.journal, ended.journal.size(), draw(2) == 0 ? Loss::all : Loss::some);
  tally_.acknowledged += promises_.commands.size() - before;
  return std::nullopt;
}

std::optional<std::string> Campaign::fail_call(const std::string& call, const std::string& error) {
  if (auto wrong = cut_power()) return wrong;
  // Reads leave no record; a process makes some hundreds.
  const std::string plan =
      call == "read" ? "read:" + std::to_string(1 + draw(400)) + ":" + error : draw_call(call, error);
  if (auto wrong = step(plan)) return wrong;
  return cut_power();
}

std::optional<std::string> Campaign::fill_disk() {
  if (auto wrong = cut_power()) return wrong;
  if (auto wrong = step("full:" + std::to_string(draw(400'000)))) return wrong;
  return cut_power();
}

}  // namespace hansard::faults

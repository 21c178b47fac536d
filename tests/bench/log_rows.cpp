// What tools do with a log of generated chat events, in this process and without a server: verify it, fold it into
// views, hash it into a tree; and what a server's sends feel of a rebuild that runs beside them.
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "engine/engine.h"
#include "engine/log/rocks_log.h"
#include "engine/proof/leaves.h"
#include "projections/event_batch.h"
#include "projections/rebuild_offline.h"
#include "projections/row_map.h"
#include "projections/view_fold.h"
#include "projections/views.h"
#include "replay/client.h"
#include "replay/verify/verify.h"
#include "tests/bench/generated_log.h"
#include "tests/bench/load.h"
#include "tests/bench/scene.h"
#include "tests/support/temp_folder.h"

namespace hansard::bench {

namespace {
namespace fs = std::filesystem;
constexpr std::size_t kFoldedMax = 500'000;  // events and their rows that fit in memory
constexpr double kLiveRate = 200;            // sends a second beside the rebuild

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

// Events a second of `work`, and in the note what it cost in processor time.
template <class Work>
Row timed(const std::string& name, std::uint64_t events, Work work) {
  const double cpu = cpu_seconds();
  const std::uint64_t start = now_ns();
  base::Result<void> outcome = work();
  const double passed = static_cast<double>(now_ns() - start) / 1e9, used = cpu_seconds() - cpu;
  if (!outcome) throw std::runtime_error(name + ": " + outcome.error().detail);
  char note[120];
  std::snprintf(note, sizeof note, "%llu events in %.2f s; %.2f s of processor time, %.0f events in each",
                static_cast<unsigned long long>(events), passed, used, static_cast<double>(events) / used);
  return {name, static_cast<double>(events) / passed, "events/s", std::nullopt, 0, 0, note};
}

base::Result<void> verify_all(const std::string& data) {
  verify::Findings findings;
  verify::VerifyOptions options;
  options.data = data;
  TRY(verify::verify_store(options, findings));
  if (!findings.is_sound()) return base::error(base::ErrorCode::corrupt, findings.damages().front().what);
  return base::success();
}

// Views as the command for a stopped server builds them, to the last byte on disk.
base::Result<void> rebuild(const std::string& data, std::vector<const projections::ViewKind*> kinds) {
  TRY(auto engine, engine::Engine::open_read_only(data));
  projections::ViewOptions options;
  options.data_folder = data;
  TRY(projections::rebuild_offline(*engine, options, {std::move(kinds), true, false}, {}));
  return base::success();
}

// The fold alone: the events are decoded before, and the rows stay in memory.
base::Result<Row> fold_in_memory(const std::string& data) {
  TRY(auto engine, engine::Engine::open_read_only(data));
  TRY(auto events, projections::read_events(*engine, {}, engine->durable(), kFoldedMax));
  const projections::RowMap nothing;
  projections::RowBatch rows(nothing, SIZE_MAX);
  projections::Checkpoint at;
  return timed("rebuild: fold of conversation and unread in memory", events.size(), [&] {
    base::Result<void> outcome = base::success();
    apply_events(projections::chat_kind(), events, rows, at, outcome);
    return outcome;
  });
}

base::Result<void> hash_all(const std::string& data, const std::string& folder) {
  TRY(auto log, log::open_rocks_log_read_only(data));
  TRY(auto tiles, proof::TileStore::open(folder, proof::TileStore::Mode::write));
  proof::CompactRange range;
  TRY(proof::extend(*log, log->durable(base::kPartition).value, range, *tiles));
  return tiles->sync();
}

// A log for the life of the row.
class LogFolder {
 public:
  LogFolder(const std::string& scratch, std::uint64_t events) : data(scratch + "/log-data") {
    make_chat_log(data, events);
  }
  ~LogFolder() {
    std::error_code ignored;
    fs::remove_all(data, ignored);
  }
  LogFolder(const LogFolder&) = delete;
  LogFolder& operator=(const LogFolder&) = delete;
  const std::string data;
};

// Open loop over 16 sockets for so long: the latencies of the acks, from when a send was due.
Percentiles send_beside(Scene& scene, const std::vector<std::string>& conversations, const std::string& tag) {
  std::vector<std::uint64_t> acks;
  Load load(scene.server.port());
  constexpr std::string_view kAck = R"({"type":"ack","re":)";
  for (std::size_t i = 0; i < conversations.size(); ++i) {
    load.open_websocket(scene.server.token(owner_of(tag, i)), [&](Connection& connection, std::string_view text) {
      if (!text.starts_with(kAck)) return;
      acks.push_back(now_ns() - connection.sent_at[std::strtoull(text.data() + kAck.size(), nullptr, 10)]);
    });
  }
  load.run(now_ns() + 300'000'000);
  const std::uint64_t start = now_ns(), gap = static_cast<std::uint64_t>(1e9 / kLiveRate);
  std::uint64_t sent = 0;
  std::string frame;
  load.run(start + static_cast<std::uint64_t>(scene.seconds * 1e9), {}, [&] {
    for (; start + sent * gap <= now_ns(); ++sent) {
      Connection& connection = load.at(sent % load.size());
      frame.clear();
      append_send(frame, connection.sent_at.size(), conversations[connection.index], start + sent * gap);
      connection.sent_at.push_back(start + sent * gap);
      connection.send(frame);
    }
  });
  return percentiles(acks);
}

std::string ask(Scene& scene, const std::string& method, const std::string& target) {
  replay::Client client({"127.0.0.1", std::to_string(scene.server.port())}, scene.server.token("bench", "admin"),
                        std::chrono::seconds(10));
  auto answer = client.send({method, target, "", "", method == "POST" ? "{}" : ""});
  if (!answer) throw std::runtime_error(answer.error().detail);
  if (answer.value().status != 200) throw std::runtime_error(target + ": " + answer.value().body);
  return answer.value().body;
}
}  // namespace

std::vector<Row> verify_rows(const std::string& scratch, std::uint64_t events) {
  const LogFolder log(scratch, events);
  const auto row = [&](const char* name) { return timed(name, events, [&] { return verify_all(log.data); }); };
  row("warm");
  return {row("verify: files and every record, a warm log")};
}

std::vector<Row> rebuild_rows(const std::string& scratch, std::uint64_t events) {
  const LogFolder log(scratch, events);
  auto folded = fold_in_memory(log.data);
  if (!folded) throw std::runtime_error(folded.error().detail);
  auto all = [&] { return rebuild(log.data, {&projections::chat_kind(), &projections::audit_kind()}); };
  return {folded.value(),
          timed("rebuild of conversation and unread", events,
                [&] { return rebuild(log.data, {&projections::chat_kind()}); }),
          timed("rebuild of conversation, unread and audit", events, all)};
}

Row hashing_row(const std::string& scratch, std::uint64_t events) {
  const LogFolder log(scratch, events);
  return timed("hashing the log into the tree, alone", events, [&] { return hash_all(log.data, scratch + "/hashed"); });
}

std::vector<Row> beside_rebuild_rows(const std::string& binary, double seconds, std::uint64_t events) {
  const support::TempFolder folder;
  make_chat_log(folder.path("data"), events);
  ServerProcess server({binary, folder.path("data")});
  Scene scene{server, seconds, fs::path(server.data_folder()).parent_path().string()};
  server.wait_until_folded();
  const auto conversations = make_conversations(scene, "live", 16, 1);
  send_beside(scene, conversations, "live");
  const Percentiles idle = send_beside(scene, conversations, "live");
  ask(scene, "POST", "/api/v1/admin/views/all/rebuild");
  const Percentiles beside = send_beside(scene, conversations, "live");
  const std::string standing = ask(scene, "GET", "/api/v1/admin/views/chat");
  char note[160];
  std::snprintf(note, sizeof note, "%.2f times the idle p99; %s", beside.p99 / idle.p99, standing.c_str());
  return {{"sends at 200/s, nothing beside", kLiveRate, "sends/s", idle, 0, 0, ""},
          {"sends at 200/s, a rebuild beside", kLiveRate, "sends/s", beside, 0, 0, note}};
}

}  // namespace hansard::bench

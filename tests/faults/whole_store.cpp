#include "tests/faults/whole_store.h"

#include <cstdio>
#include <limits>

namespace hansard::faults {

namespace {
constexpr std::chrono::seconds kCatchUpMost{60};

engine::Options engine_options(const std::string& data) {
  engine::Options options;
  options.queue_wait_max_ms = std::numeric_limits<std::uint32_t>::max();  // slow disks are the subject
  options.data_folder = data;
  options.index_overlay_events_max = 60;
  options.log.write_buffer_bytes = 64u << 10;
  options.log.wal_bytes_max = 128u << 10;
  options.log.disk_reserve_bytes = 0;
  options.log.witness_interval_ms = 5;
  options.receipt_interval_ms = 10;
  return options;
}

projections::ViewOptions view_options(const std::string& data) {
  projections::ViewOptions options;
  options.data_folder = data;
  options.batch_events_max = 50;
  options.write_buffer_bytes = 64u << 10;
  options.flush_interval_ms = 20;
  return options;
}

search::SearchOptions search_options(const std::string& data) {
  search::SearchOptions options;
  options.data_folder = data;
  options.batch_events_max = 50;
  options.batch_interval_ms = 5;
  options.readers = 1;
  options.scrub_interval_ms = 50;
  return options;
}

process::ProcessOptions process_options(const std::string& data) {
  process::ProcessOptions options;
  options.data_folder = data;
  options.consumers.flush_interval_ms = 5;
  return options;
}

proof::ProofOptions proof_options(const std::string& data) {
  proof::ProofOptions options;
  options.data_folder = data;
  options.interval_ms = 10;
  return options;
}

files::BlobOptions blob_options(const std::string& data) {
  files::BlobOptions options;
  options.folder = data + "/files";
  options.io = files::IoChoice::posix;
  options.disk_reserve_bytes = 0;
  return options;
}

void tell(const std::string& what) { std::fprintf(stderr, "%s\n", what.c_str()); }
}  // namespace

base::Result<std::unique_ptr<WholeStore>> WholeStore::open(const std::string& data) {
  auto store = std::make_unique<WholeStore>();
  TRY(store->open_parts(data));
  return store;
}

base::Result<void> WholeStore::open_parts(const std::string& data) {
  base::Clock& clock = base::system_clock();
  engine::Options options = engine_options(data);
  options.inspect_log = [&](log::EventLog& log) -> base::Result<void> {
    TRY(proofs, proof::Proofs::open(log, clock, proof_options(data)));
    return base::success();
  };
  TRY(engine, engine::Engine::open(options, clock));
  TRY(views, projections::Views::open(*engine, view_options(data)));
  TRY(search, search::SearchView::open(*engine, search_options(data)));
  TRY(files, files::BlobStore::open(blob_options(data)));
  const auto trouble = [](const base::Error& error) { tell(error.detail); };
  const auto purge_search = [this](base::Position through) { return search->purge(through); };
  TRY(process, process::Process::open({*engine, *views, clock, [](auto&&...) {}, [](auto&&...) {}, files.get(), trouble,
                                       purge_search, trouble},
                                      process_options(data), {}));
  process->start();
  proof_keeper = std::make_unique<process::ProofKeeper>(
      process::ProofKeeper::Parts{*proofs, clock, engine->durable_gate(), 10, tell}, process::PushOptions{});
  proof_keeper->start();
  return base::success();
}

WholeStore::~WholeStore() {
  stop();
  search.reset();
  process.reset();
  views.reset();
  proof_keeper.reset();
  engine.reset();
}

bool WholeStore::catch_up() {
  const base::Position durable = engine->durable();
  const bool caught_up = views->applied_gate().wait_for(durable, kCatchUpMost) &&
                         views->audit_gate().wait_for(durable, kCatchUpMost) &&
                         search->applied_gate()->wait_for(durable, kCatchUpMost);
  for (const auto& status : views->status()) {
    if (status.stopped) tell(*status.stopped);
  }
  return caught_up;
}

void WholeStore::stop() {
  if (search) search->stop();
  if (process) process->stop();
  if (views) views->stop();
  if (engine) engine->stop();
  if (proof_keeper) proof_keeper->stop();
}

}  // namespace hansard::faults

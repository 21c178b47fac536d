#include "api/serve.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <thread>

#include "api/auth_keys.h"
#include "api/data_folder.h"
#include "api/demo.h"
#include "api/metrics.h"
#include "api/render_webhook.h"
#include "api/server.h"
#include "api/stop_signal.h"
#include "api/tls_files.h"
#include "engine/backup/backups.h"
#include "engine/base/database_env.h"
#include "engine/base/folder_nesting.h"
#include "engine/base/processors.h"
#include "engine/base/step_back.h"

namespace hansard::api {
namespace {
namespace fs = std::filesystem;

using base::Result;

// Of the deadline for stopping, what the sessions may use; the rest is for the views and the log.
constexpr std::uint32_t kSessionsTenths = 7;

// Destroyed from the end: the server before what it serves from.
struct Running {
  Config config;
  ListenAddress address;
  base::Clock& clock = base::system_clock();
  Metrics metrics;
  std::unique_ptr<Authenticator> authenticator;
  std::unique_ptr<TlsContext> tls;  // nothing: plain HTTP
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<proof::Proofs> proofs;
  std::unique_ptr<process::ProofKeeper> proof_keeper;
  std::unique_ptr<projections::Views> views;
  std::unique_ptr<files::BlobStore> files;
  std::unique_ptr<process::Process> process;
  std::unique_ptr<search::SearchView> search;
  std::unique_ptr<backup::Backups> backups;
  std::unique_ptr<Server> server;
};

bool has_keys(const Config& config) { return !config.keys.secret_file.empty() || !config.keys.jwks_file.empty(); }

// The soft limit is often 1,024; every connection is a file.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

unsigned threads_of(const Config& config) {
  return config.threads != 0 ? config.threads : std::clamp(std::thread::hardware_concurrency(), 1u, 256u);
}

Result<void> open_keys(Running& running) {
  TRY(auto authenticator, open_authenticator(running.config.keys));
  running.authenticator = std::move(authenticator);
  return base::success();
}

void trace_tls(const TlsContext& tls) {
  trace(TraceLevel::info, "tls", {{"certificate_expires", std::string_view(base::time_text(tls.expires()))}});
}

Result<void> open_tls(Running& running) {
  if (running.config.tls.certificate.empty()) return base::success();
  TRY(auto tls, TlsContext::load(running.config.tls));
  warn_if_others_may_read(running.config.tls.key);
  running.tls = std::move(tls);
  trace_tls(*running.tls);
  return base::success();
}

void reload_tls(Running& running) {
  if (!running.tls) return trace(TraceLevel::info, "there is no certificate to read again");
  if (auto loaded = running.tls->reload(); !loaded) {
    trace(TraceLevel::error, "the old certificate stays", {{"error", loaded.error().detail}});
    return;
  }
  trace_tls(*running.tls);
}

std::string url_of(const Running& running, const ListenAddress& address) {
  return listen_url(address, running.tls != nullptr);
}

Result<void> bind_port(Running& running) {
  TRY(auto address, parse_listen(running.config.listen));
  TRY(auto server, Server::bind({address.address, address.port, threads_of(running.config)}));
  running.address = {address.address, server->port()};
  running.server = std::move(server);
  return base::success();
}

// Holds the log against what was signed before anything is appended to it.
Result<void> open_engine(Running& running) {
  engine::Options options = running.config.engine;
  options.inspect_log = [&running](log::EventLog& log) -> Result<void> {
    TRY(auto proofs, proof::Proofs::open(log, running.clock, running.config.proof));
    running.proofs = std::move(proofs);
    return base::success();
  };
  TRY(auto engine, engine::Engine::open(options, running.clock));
  running.engine = std::move(engine);
  return base::success();
}

void trace_proof_trouble(const std::string& what) {
  trace(TraceLevel::error, "proofs are in trouble", {{"error", std::string_view(what)}});
}

void keep_proofs(Running& running) {
  const auto status = running.proofs->status();
  if (status.rebuilt > 0) trace(TraceLevel::warn, "proof hashes were made again", {{"leaves", status.rebuilt}});
  running.proof_keeper = std::make_unique<process::ProofKeeper>(
      process::ProofKeeper::Parts{*running.proofs, running.clock, running.engine->durable_gate(),
                                  running.config.proof.interval_ms, trace_proof_trouble},
      running.config.push);
  running.proof_keeper->start();
}

void trace_set_aside(std::string_view view, const std::string& why) {
  trace(TraceLevel::warn, "a view is built again from the log", {{"view", view}, {"why", std::string_view(why)}});
}

Result<void> open_data(Running& running) {
  TRY(open_engine(running));
  running.config.views.on_set_aside = running.config.search.on_set_aside = trace_set_aside;
  TRY(auto views, projections::Views::open(*running.engine, running.config.views));
  running.views = std::move(views);
  TRY(auto search, search::SearchView::open(*running.engine, running.config.search));
  running.search = std::move(search);
  return base::success();
}

// Behind the engine, which holds the lock of the data folder.
Result<void> open_files(Running& running, files::ChosenIo io) {
  TRY(auto files, files::BlobStore::open(running.config.files, std::move(io)));
  running.files = std::move(files);
  trace(TraceLevel::info, "files",
        {{"io", running.files->io_name()}, {"not_uring", std::string_view(running.files->why_not_uring())}});
  return base::success();
}

void tell_priorities() {
  const bool steps_back = base::StepBack::is_possible();
  const bool keeps_free = base::is_one_processor_kept_free();
  trace(TraceLevel::info, "priorities",
        {{"views_step_back", steps_back ? "yes" : "no: neither RLIMIT_NICE of 20 nor CAP_SYS_NICE"},
         {"keeps_processor_free", keeps_free ? "yes" : "no: this process may run on one only"}});
}

// Every delivery would fail by one that cannot be read.
Result<void> check_trusted_files(const Config& config) {
  if (!config.push.ca_file.empty()) {
    TRY(check_trusted_file("proof.push_ca_file", config.push.ca_file));
  }
  for (const auto& webhook : config.webhooks) {
    if (webhook.ca_file.empty()) continue;
    TRY(check_trusted_file("the ca_file of webhook '" + webhook.name + "'", webhook.ca_file));
  }
  return base::success();
}

// Each checkpoint goes there as a new file that takes its name.
Result<void> check_push_file(const std::string& path) {
  if (path.empty()) return base::success();
  const fs::path file(path);
  const std::string folder = file.has_parent_path() ? file.parent_path().string() : ".";
  std::error_code problem;
  const bool is_folder = fs::is_directory(file, problem);
  if (!is_folder && fs::is_directory(folder, problem) && ::access(folder.c_str(), W_OK | X_OK) == 0)
    return base::success();
  return base::error(base::ErrorCode::refused,
                     "proof.push_file cannot be written: " + path +
                         (is_folder ? " is a folder; name a file in it." : ": make its folder writable first."));
}

Result<std::vector<process::Subscriber>> read_subscribers(const Config& config) {
  std::vector<process::Subscriber> subscribers;
  for (const auto& options : config.webhooks) {
    TRY(auto subscriber, process::subscriber_of(options));
    TRY(auto secret, read_key_file(options.secret_file));
    if (secret.size() < process::kSecretBytesMin) {
      return base::error(base::ErrorCode::refused, "the secret of webhook '" + options.name +
                                                       "' needs at least 32 bytes: " + options.secret_file);
    }
    warn_if_others_may_read(options.secret_file);
    subscriber.secret = std::move(secret);
    subscribers.push_back(std::move(subscriber));
  }
  return subscribers;
}

void trace_trouble(const process::Trouble& trouble) {
  trace(TraceLevel::warn, "webhook",
        {{"webhook", trouble.webhook},
         {"number", trouble.number},
         {"attempts", trouble.attempts},
         {"what", trouble.what}});
}

void trace_files_trouble(const base::Error& error) {
  trace(TraceLevel::warn, "attachments cannot be cleared up", {{"error", error.detail}});
}

void trace_backup_trouble(const std::string& name, const base::Error& error) {
  trace(TraceLevel::error, "a backup failed", {{"backup", name}, {"error", error.detail}});
}

void trace_erasure_trouble(const base::Error& error) {
  trace(TraceLevel::warn, "an erasure cannot go on", {{"error", error.detail}});
}

Result<void> open_process(Running& running, std::vector<process::Subscriber> subscribers) {
  const auto render = [epoch = running.engine->epoch()](std::string& out, const domain::RecordedEvent& event,
                                                        const projections::Snapshot& now) {
    append_webhook_event(out, event, epoch, now);
  };
  const auto purge_others = [&running](base::Position through) { return running.search->purge(through); };
  TRY(auto process,
      process::Process::open({*running.engine, *running.views, running.clock, render, trace_trouble,
                              running.files.get(), trace_files_trouble, purge_others, trace_erasure_trouble},
                             running.config.process, std::move(subscribers)));
  running.process = std::move(process);
  return base::success();
}

Result<void> prepare_demo(Running& running) {
  if (!has_keys(running.config)) {
    TRY(auto secret_file, demo_secret_file(running.config.data_folder));
    running.config.keys.secret_file = std::move(secret_file);
    TRY(open_keys(running));
  }
  return fill_demo(*running.engine, running.clock);
}

// Where a client on this machine finds a server that listens on every address.
ListenAddress reachable(ListenAddress address) {
  if (address.address == "0.0.0.0") address.address = "127.0.0.1";
  if (address.address == "::") address.address = "::1";
  return address;
}

void print_guide(const Running& running) {
  if (running.config.keys.secret_file.empty()) return;  // a key set of others: no token can be made
  const auto secret = read_key_file(running.config.keys.secret_file);
  if (!secret) return;
  const base::Timestamp now = running.clock.now();
  const auto token = make_token(secret.value(), {std::string(kDemoUser), "", now, {now.ms + kDemoTokenMs}});
  if (!token) return;
  std::fputs(demo_guide(url_of(running, reachable(running.address)), token.value()).c_str(), stderr);
}

ServerParts server_parts(Running& running) {
  ServerParts parts{*running.engine, *running.views, *running.authenticator, running.config.limits,
                    running.metrics, running.clock,  running.search.get(),   &running.process->webhooks()};
  parts.files = running.files.get();
  parts.proofs = running.proofs.get();
  parts.consumers = &running.process->consumers();
  parts.erasures = &running.process->erasures();
  parts.backups = running.backups.get();
  parts.tls = running.tls.get();
  parts.sessions_deadline_ms = running.config.limits.shutdown_deadline_ms / 10 * kSessionsTenths;
  return parts;
}

Result<void> start(Running& running, const ServeCommand& command) {
  if (has_keys(running.config) || !command.demo) {
    TRY(open_keys(running));
  }
  TRY(base::check_outside(running.config.backup_folder, running.config.data_folder));
  TRY(check_push_file(running.config.push.file));
  if (!running.config.backup_folder.empty()) {
    TRY(backup::check_backup_folder(running.config.backup_folder));
  }
  TRY(open_tls(running));
  TRY(check_trusted_files(running.config));
  TRY(auto subscribers, read_subscribers(running.config));
  TRY(bind_port(running));
  TRY(check_data_folder(running.config, command.config_file));
  TRY(auto file_io, files::choose_file_io(running.config.files.io));
  base::keep_one_processor_free();  // before the first thread that works behind the log
  TRY(open_data(running));
  TRY(open_files(running, std::move(file_io)));
  tell_priorities();
  TRY(open_process(running, std::move(subscribers)));
  if (command.demo) {
    TRY(prepare_demo(running));
  }
  running.process->start();
  keep_proofs(running);
  running.backups = std::make_unique<backup::Backups>(running.config.data_folder, running.config.backup_folder,
                                                      *running.engine->log(), running.clock, trace_backup_trouble);
  return running.server->serve(server_parts(running));
}

// The sessions end with the last of their handlers, and those wait for their searches.
void stop(Running& running) {
  if (running.search) running.search->refuse();
  if (running.server) running.server->stop();
  running.backups.reset();
  if (running.search) running.search->stop();
  if (running.process) running.process->stop();
  if (running.views) running.views->stop();
  if (running.engine) running.engine->stop();
  if (running.proof_keeper) running.proof_keeper->stop();
}

int fail(const base::Error& error, int status) {
  std::fprintf(stderr, "hansard: %s\n", error.detail.c_str());
  return status;
}

void announce(const Running& running) {
  std::printf("hansard listening on %s\n", url_of(running, running.address).c_str());
  std::fflush(stdout);
}

}  // namespace

int run_serve(const ServeCommand& command) {
  ::umask(077);
  StopSignals signals;
  raise_file_limit();
  Running running;
  auto config = config_of(command);
  if (!config) return fail(config.error(), kExitUsage);
  running.config = std::move(config.value());
  set_up_trace(*parse_trace_level(running.config.log_level), *parse_trace_format(running.config.log_format));
  // A server in a terminal ends with it, unless there is something to read again.
  if (!running.config.tls.certificate.empty() || ::isatty(STDIN_FILENO) == 0) signals.hear_hangup();
  const std::chrono::milliseconds deadline(running.config.limits.shutdown_deadline_ms);

  if (auto started = start(running, command); !started) {
    stop(running);
    return fail(started.error(), kExitFailed);
  }
  base::hear_databases([](std::string_view said) { trace(TraceLevel::warn, "database", {{"said", said}}); });
  announce(running);
  if (command.demo) print_guide(running);
  trace(TraceLevel::info, "serving", {{"url", url_of(running, running.address)}, {"data", running.config.data_folder}});

  const int signal = signals.wait([&running] { reload_tls(running); });
  trace(TraceLevel::info, "stopping", {{"signal", signal}});
  const StopDeadline give_up_at(deadline);
  stop(running);
  trace(TraceLevel::info, "stopped", {{"durable", running.engine->durable().value}});
  return kExitOk;
}

}  // namespace hansard::api

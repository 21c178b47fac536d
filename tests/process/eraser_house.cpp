#include "tests/process/eraser_house.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "engine/log/table_scan.h"
#include "tests/files/waiting.h"
#include "tests/support/small_store.h"

namespace hansard::process {

namespace {
constexpr int kStepsMax = 200'000;

domain::Caller admin() {
  domain::Caller caller;
  caller.subject = caller.actor = {"root"};
  caller.admin = true;
  return caller;
}
}  // namespace

EraserHouse::~EraserHouse() {
  if (views) views->stop();
  if (engine) engine->stop();
}

void EraserHouse::open() {
  engine = engine::Engine::open(support::small_engine(folder.path()), clock).value();
  views = projections::Views::open(*engine, support::small_views(folder.path())).value();
  blobs = files::BlobStore::open({folder / "files", files::IoChoice::posix, 8, 0}).value();
  reluctant = std::make_unique<ReluctantEngine>(*engine);
  desk = std::make_unique<CommandDesk>(*reluctant);
  eraser = std::make_unique<Eraser>(Eraser::Parts{*engine, *views, clock, *desk, blobs.get(),
                                                  [this](const base::Error& error) { troubles.push_back(error); },
                                                  [this](base::Position through) { return purge_others(through); },
                                                  &watch, [this](Eraser::Stage stage) { before_step(stage); }});
}

void EraserHouse::crash() {
  eraser.reset();
  desk.reset();
  reluctant.reset();
  blobs.reset();
  views.reset();
  engine.reset();
}

engine::Answer EraserHouse::run(domain::Command command, domain::Caller caller) {
  return support::answer_to(*engine, std::move(command), std::move(caller));
}

engine::Done EraserHouse::done(domain::Command command, const std::string& user) {
  domain::Caller caller;
  caller.subject = caller.actor = {user};
  auto answer = run(std::move(command), std::move(caller));
  if (const auto* no = std::get_if<domain::Rejection>(&answer)) throw std::runtime_error(no->detail);
  return std::get<engine::Done>(std::move(answer));
}

base::ConversationId EraserHouse::group(const std::string& owner, std::vector<std::string> others) {
  domain::CreateConversation create;
  create.id = support::random_id<base::ConversationId>();
  for (auto& other : others) create.members.push_back({other});
  return done(create, owner).conversation;
}

base::MessageId EraserHouse::send(const base::ConversationId& to, const std::string& author, const std::string& text,
                                  std::vector<base::FileId> files) {
  domain::SendMessage message;
  message.conversation = to;
  message.id = support::random_id<base::MessageId>();
  message.content.text = text;
  for (const auto& file : files) message.content.attachments.push_back({file, "", "", 0});
  return *done(message, author).message;
}

base::MessageId EraserHouse::schedule(const base::ConversationId& to, const std::string& author,
                                      const std::string& text) {
  domain::SendMessage message;
  message.conversation = to;
  message.id = support::random_id<base::MessageId>();
  message.content.text = text;
  message.send_at = base::Timestamp{clock.now().ms + 3'600'000};
  return *done(message, author).message;
}

base::FileId EraserHouse::upload(const std::string& owner, const std::string& bytes, const std::string& name) {
  auto upload = files::begin(*blobs);
  if (!files::append(*upload.value(), bytes)) throw std::runtime_error("an upload failed");
  auto stored = std::move(files::finish(*upload.value()).value());
  domain::RecordFile record;
  record.file = support::random_id<base::FileId>();
  record.sha256 = stored.sha256;
  record.size = stored.size;
  record.content = {name, "text/plain"};
  done(record, owner);
  return record.file;
}

void EraserHouse::react(const base::MessageId& message, const std::string& user, const std::string& emoji) {
  done(domain::React{message, emoji, true}, user);
}

std::optional<base::ErasureId> EraserHouse::erase(const domain::ErasureScope& scope) {
  auto id = support::random_id<base::ErasureId>();
  id.bytes[0] = ++erasures_;  // ids rise with time
  const auto answer = run(domain::RequestErasure{id, scope, "asked for"}, admin());
  settle();
  const auto* asked = std::get_if<engine::Done>(&answer);
  if (asked == nullptr) throw std::runtime_error(std::get<domain::Rejection>(answer).detail);
  const bool is_asked = std::holds_alternative<domain::ErasureRequested>(*asked->events.front()->body);
  return is_asked ? std::optional(id) : std::nullopt;
}

base::HoldId EraserHouse::hold(const domain::HoldScope& scope) {
  const auto id = support::random_id<base::HoldId>();
  run(domain::PlaceHold{id, scope, "case 7"}, admin());
  settle();
  return id;
}

void EraserHouse::release(const base::HoldId& id) {
  run(domain::ReleaseHold{id, ""}, admin());
  settle();
}

void EraserHouse::settle() {
  if (!views->applied_gate().wait_for(engine->durable(), std::chrono::seconds(60))) {
    throw std::runtime_error("the views do not catch up");
  }
}

void EraserHouse::step() {
  settle();
  const auto due = eraser->step();
  if (due > clock.monotonic()) {
    clock.advance(std::chrono::ceil<std::chrono::milliseconds>(due - clock.monotonic()));
    std::this_thread::yield();
  }
}

void EraserHouse::finish(const base::ErasureId& id) {
  for (int i = 0; i < kStepsMax; ++i) {
    step();
    if (is_complete(id) || eraser->waits_for_release(id)) return;
  }
  const auto progress = watch.of(id);
  throw std::runtime_error("the erasure does not end: " + (progress ? progress->step + progress->waiting_for : ""));
}

bool EraserHouse::is_complete(const base::ErasureId& id) {
  const auto now = snapshot()->erasure(id);
  return now && now->completed_at;
}

std::unique_ptr<projections::Snapshot> EraserHouse::snapshot() {
  settle();
  return views->snapshot();
}

std::set<std::string> EraserHouse::files_with(const std::string& words) const {
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
    std::error_code gone;
    if (!entry.is_regular_file(gone)) continue;
    const std::string name = std::filesystem::relative(entry.path(), folder.path());
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    if (bytes.find(words) != std::string::npos) found.insert(name);
    if (entry.path().extension() != ".sst") continue;
    auto read = log::for_each_table_value(entry.path(), [&](std::string_view key, std::string_view value) {
      if (key.find(words) != std::string_view::npos || value.find(words) != std::string_view::npos) found.insert(name);
    });
    // A compaction may have taken it meanwhile, and then its rows are in another.
    if (!read && std::filesystem::exists(entry.path())) throw std::runtime_error(read.error().detail);
  }
  return found;
}

}  // namespace hansard::process

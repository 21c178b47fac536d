// Reactions, files, scheduled messages and retention against brute force, over random histories.
#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "tests/projections/surface_model.h"
#include "tests/projections/view_fixture.h"

namespace hansard::projections {
namespace {

void check_messages(const ChatSnapshot& now, const SurfaceModel& model, const std::string& viewer) {
  for (const auto& in : model.conversations()) {
    HistoryQuery query;
    query.direction = Direction::after;
    query.limit = 1'000;
    query.viewer = base::UserId{viewer};
    HistoryPage page = now.history(in.id, query, {});
    RC_ASSERT(page.items.size() == in.messages.size());
    for (std::size_t i = 0; i < in.messages.size(); ++i) {
      const SurfaceModel::Message& message = in.messages[i];
      const MessageView& shown = page.items[i];
      RC_ASSERT(shown.facts == message.facts);
      RC_ASSERT(shown.content.has_value() == (message.status == SurfaceModel::Status::live));
      RC_ASSERT(shown.expired == (message.status == SurfaceModel::Status::expired));
      RC_ASSERT(shown.erased == (message.status == SurfaceModel::Status::erased));
      RC_ASSERT(shown.reactions == SurfaceModel::reactions(message, viewer));
    }
  }
}

void check_expirable(const ChatSnapshot& now, const SurfaceModel& model, base::Timestamp at) {
  std::vector<base::MessageId> expected = model.expirable(at);
  RC_ASSERT(expirable(now, at, 1'000) == expected);
  // A small limit may find less in one turn, but never something else and never nothing.
  for (std::size_t limit : {1, 3}) {
    auto some = expirable(now, at, limit);
    RC_ASSERT(some.size() <= limit);
    RC_ASSERT(some.empty() == expected.empty());
    for (const auto& id : some) RC_ASSERT(std::ranges::find(expected, id) != expected.end());
  }
}

void check_files(const ChatSnapshot& now, const SurfaceModel& model, base::Timestamp at, std::size_t page) {
  for (const auto& file : model.files()) {
    auto shown = now.file(file.id);
    RC_ASSERT(shown.has_value());
    RC_ASSERT(shown->collected == file.collected);
    RC_ASSERT(shown->name.empty() == file.collected);
    RC_ASSERT(now.is_blob_used(file.sha256) == model.is_blob_used(file.sha256));
    for (const auto& user : SurfaceModel::users()) {
      RC_ASSERT(now.may_read_file(file.id, {user}) == model.may_read(file, user));
    }
  }
  std::vector<CollectableFile::Place> found;
  for (;;) {
    auto more = now.collectable_files(at, found.empty() ? std::nullopt : std::optional(found.back()), page);
    for (const auto& file : more) found.push_back(file.place);
    if (more.size() < page) break;
  }
  RC_ASSERT(found == model.collectable(at));
}

void check_schedules(const ChatSnapshot& now, const SurfaceModel& model, base::Timestamp at, std::size_t page) {
  RC_ASSERT(now.due_sends(at, {}, 1'000) == model.due_sends(at));
  for (const auto& user : SurfaceModel::users()) {
    std::vector<base::MessageId> found;
    std::optional<ScheduledCursor> after;
    for (;;) {
      auto more = now.scheduled({user}, after, page);
      for (const auto& waiting : more) found.push_back(waiting.facts.message);
      if (more.size() < page) break;
      after = ScheduledCursor{more.back().send_at, more.back().facts.message};
    }
    RC_ASSERT(found == model.scheduled(user));
  }
}

void check_all(const FoldedView& view, const SurfaceModel& model, const Draw& draw) {
  ChatSnapshot now = view.snapshot();
  base::Timestamp at{time_of(model.log().end()).ms + static_cast<std::int64_t>(draw(80)) * 1'000 - 40'000};
  std::size_t page = 1 + draw(4);
  check_messages(now, model, SurfaceModel::users()[draw(4)]);
  check_expirable(now, model, at);
  check_files(now, model, at, page);
  check_schedules(now, model, at, page);
}

TEST_CASE("reactions, expiry, files and schedules agree with brute force after every step") {
  rc::prop("whatever the batches and the crashes", [] {
    auto draw = drawer(*rc::gen::arbitrary<std::uint64_t>());
    auto steps = *rc::gen::inRange(1, 120);
    FoldedView view(1'000, *rc::gen::element<std::size_t>(0, 5, 10'000));
    SurfaceModel model;
    for (int i = 0; i < steps; ++i) {
      model.step(draw);
      if (draw(4) != 0) continue;  // several events in one batch
      if (draw(8) == 0) view.flush();
      if (draw(8) == 0) view.crash();
      view.follow(model.log().events(), 1 + draw(20));
      check_all(view, model, draw);
    }
    view.follow(model.log().events(), 7);
    check_all(view, model, draw);
    RC_ASSERT(view.recomputed() == view.checkpoint().digest);
    FoldedView rebuilt(0, 0);
    rebuilt.follow(model.log().events(), 1'000'000);
    RC_ASSERT(rebuilt.checkpoint().digest == view.checkpoint().digest);
  });
}

}  // namespace
}  // namespace hansard::projections

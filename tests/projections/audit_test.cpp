// The audit view: posting lists, and pages against brute force over random histories.
#include <set>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "engine/event_subject.h"
#include "projections/audit_fold.h"
#include "projections/audit_query.h"
#include "projections/posting_list.h"
#include "tests/projections/surface_model.h"
#include "tests/projections/view_fixture.h"
#include "tests/support/recompute_digest.h"

namespace hansard::projections {
namespace {

FoldedView audit_view(std::size_t rows_cached_max = 100) {
  return FoldedView(0, rows_cached_max, {1u << 20, 1u << 20}, audit_kind());
}

AuditSnapshot snapshot_of(FoldedView& view) { return AuditSnapshot(view.store()->snapshot()); }

bool passes(const AuditFilter& filter, const domain::RecordedEvent& event) {
  engine::EventSubject subject = engine::subject_of(event);
  return (!filter.actor || *filter.actor == event.actor) && (!filter.type || *filter.type == event.raw_type) &&
         (!filter.conversation || filter.conversation == subject.conversation) &&
         (!filter.message || filter.message == subject.message);
}

std::vector<Position> brute_force(const std::vector<engine::EventPtr>& log, const AuditQuery& query) {
  std::vector<Position> found;
  for (std::uint64_t at = std::min<std::uint64_t>(query.to.value, log.size()); at >= query.from.value && at > 0; --at) {
    if (passes(query.filter, *log[at - 1])) found.push_back({at});
  }
  return found;
}

// A filter that some event passes, with every part left out now and then.
AuditFilter draw_filter(const Draw& draw, const std::vector<engine::EventPtr>& log) {
  const domain::RecordedEvent& event = *log[draw(log.size())];
  engine::EventSubject subject = engine::subject_of(*log[draw(4) == 0 ? draw(log.size()) : event.position.value - 1]);
  AuditFilter filter;
  if (draw(2) == 0) filter.actor = event.actor;
  if (draw(2) == 0) filter.type = event.raw_type;
  if (draw(2) == 0) filter.conversation = subject.conversation;
  if (draw(3) == 0) filter.message = subject.message;
  return filter;
}

TEST_CASE("a posting list gives what was put in, however long it is and however it is cut into batches") {
  support::TempFolder folder;  // one store for all cases: their lists lie beside each other, as in a view
  auto store = ViewStore::open(folder.path() + "/view", {1u << 20, 1u << 20}).value();
  Checkpoint checkpoint;
  int number = 0;
  rc::prop("at_or_below is the greatest that is not above", [&] {
    auto draw = drawer(*rc::gen::arbitrary<std::uint64_t>());
    RowBatch rows(store->newest(), 10);
    const std::string actor = "ann" + std::to_string(++number) + "n";
    std::set<std::uint64_t> members;
    std::uint64_t at = 0, size = 1 + draw(700), reach = draw(2) == 0 ? 3 : 100'000;
    Key list = Key('A').user(actor);
    auto commit = [&] {
      store->commit(rows.changes(checkpoint.digest), checkpoint);
      rows.committed();
    };
    while (members.size() < size) {
      append_posting(rows, list, {at += 1 + draw(reach)});
      append_posting(rows, Key('A').user(actor + "a"), {at});
      members.insert(at);
      if (draw(50) == 0) commit();
    }
    commit();
    auto snapshot = store->snapshot();
    RC_ASSERT(recompute_digest(*snapshot) == checkpoint.digest);
    PostingList walk(*snapshot, list);
    RC_ASSERT(walk.size() == members.size());
    for (std::uint64_t asked = at + draw(3); asked > 0; asked -= std::min(asked, 1 + draw(3 * reach))) {
      auto after = members.upper_bound(asked);
      std::uint64_t expected = after == members.begin() ? 0 : *std::prev(after);
      RC_ASSERT(walk.at_or_below({asked}).value == expected);
    }
    RC_ASSERT(!PostingList(*snapshot, Key('A').user(actor.substr(0, actor.size() - 1))).at_or_below({at}));
  });
}

TEST_CASE("audit pages neither skip nor repeat while events arrive, and agree with brute force") {
  rc::prop("whatever the filter, the range, the page and the steps a page may take", [] {
    auto draw = drawer(*rc::gen::arbitrary<std::uint64_t>());
    SurfaceModel model;
    FoldedView view = audit_view(draw(2) == 0 ? 0 : 100);
    for (std::uint64_t i = 0, steps = 1 + draw(300); i < steps; ++i) model.step(draw);
    view.follow(model.log().events(), 1 + draw(100));
    for (int round = 0; round < 5; ++round) {
      AuditQuery query{draw_filter(draw, model.log().events()), {1}, model.log().end(), 1 + draw(20)};
      if (draw(2) == 0) query.from = {1 + draw(query.to.value)};
      if (draw(2) == 0) query.to = {query.from.value + draw(query.to.value)};
      std::vector<Position> expected = brute_force(model.log().events(), query), got;
      for (AuditPage page; !page.finished; query.to = {page.scanned_to.value - 1}) {
        page = snapshot_of(view).find(query, draw(2) == 0 ? 300 : AuditSnapshot::kStepsMax);
        RC_ASSERT(page.positions.size() <= query.limit);
        RC_ASSERT(page.scanned_to >= query.from);
        got.insert(got.end(), page.positions.begin(), page.positions.end());
        model.step(draw);
        view.follow(model.log().events(), 10);
      }
      RC_ASSERT(got == expected);
    }
  });
}

TEST_CASE("audit rows rebuilt in one batch equal those folded live") {
  rc::prop("live == rebuilt == recomputed", [] {
    auto draw = drawer(*rc::gen::arbitrary<std::uint64_t>());
    SurfaceModel model;
    FoldedView live = audit_view();
    for (std::uint64_t i = 0, steps = 1 + draw(300); i < steps; ++i) {
      model.step(draw);
      if (draw(20) == 0) live.follow(model.log().events(), 1 + draw(50));
      if (draw(40) == 0) live.flush();
      if (draw(40) == 0) live.crash();
    }
    live.follow(model.log().events(), 11);
    FoldedView rebuilt = audit_view(0);
    rebuilt.follow(model.log().events(), 1'000'000);
    RC_ASSERT(live.checkpoint().digest == rebuilt.checkpoint().digest);
    RC_ASSERT(live.recomputed() == live.checkpoint().digest);
  });
}

TEST_CASE("a page that may not take more steps says how far it got") {
  LogBuilder log;
  auto id = log.create({"ann", "bob"});
  auto first = log.send(id, "bob");
  for (int i = 0; i < 2'000; ++i) log.send(id, i % 2 ? "ann" : "bob");
  for (int i = 0; i < 2'000; ++i) log.read(id, i % 2 ? "ann" : "bob", 1);
  FoldedView view = audit_view();
  view.follow(log.events(), 500);
  AuditQuery query;
  query.filter.actor = UserId{"ann"};
  query.filter.type = static_cast<std::uint16_t>(domain::EventType::message_edited);
  query.to = log.end();
  AuditPage none = snapshot_of(view).find(query);
  CHECK(none.finished);
  CHECK(none.positions.empty());

  query.filter.type = static_cast<std::uint16_t>(domain::EventType::message_sent);
  query.limit = 10'000;
  AuditPage part = snapshot_of(view).find(query, 2'000);
  CHECK_FALSE(part.finished);
  CHECK(part.scanned_to.value > 1);
  query.filter = {};
  query.filter.message = first.message;
  AuditPage one = snapshot_of(view).find(query);
  CHECK(one.finished);
  CHECK(one.positions == std::vector<Position>{{2}});
}

TEST_CASE("what an event is about is found in its facts, also for scheduled sends and reactions") {
  LogBuilder log;
  auto id = log.create({"ann", "bob"});
  auto sent = log.send(id, "ann");
  log.react(sent, "bob", "+1");
  auto draft = log.schedule(id, "ann", {1});
  log.read(id, "bob", 1);
  log.unknown(id);
  std::vector<engine::EventSubject> subjects;
  for (const auto& event : log.events()) subjects.push_back(engine::subject_of(*event));
  CHECK(subjects ==
        std::vector<engine::EventSubject>{
            {id, std::nullopt}, {id, sent.message}, {id, sent.message}, {id, draft.message}, {id, std::nullopt}, {}});
}

}  // namespace
}  // namespace hansard::projections

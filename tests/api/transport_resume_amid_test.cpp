// What changes while a resume is under way.
#include <catch2/catch.hpp>

#include "tests/api/transport_absence.h"

using namespace hansard;
using namespace hansard::api;
using namespace hansard::test;

TEST_CASE("who was removed and added again amid a resume is told nothing that history hides from him now") {
  for (bool by_tail : {false, true}) {
    Absence absent;
    absent.edge.views.hides_before_join = true;
    absent.history.create(0, 0, 1);
    absent.leaves_now();
    absent.history.send(0, 1);
    absent.history.send(0, 1);
    const auto meanwhile = [&] {
      absent.history.remove(0, 0);
      absent.history.change(0, 1, false);
      absent.history.add(0, 0);
    };
    const std::vector<Seen> wanted = {{"message.new", 2}, {"member.removed", 4}, {"member.added", 6}};
    CHECK(seen(absent.comes_back(by_tail, meanwhile)) == wanted);
  }
}

TEST_CASE("history that is hidden amid a resume is not told any more") {
  for (bool by_tail : {false, true}) {
    Absence absent;
    absent.history.create(0, 1, 2);
    absent.history.send(0, 1);
    absent.history.send(0, 1);
    absent.history.add(0, 0);
    absent.leaves_now();
    absent.history.react(0, 1, 1, true);
    absent.history.expire(0, 2);
    const auto meanwhile = [&] { absent.edge.views.hides_before_join = true; };
    CHECK(seen(absent.comes_back(by_tail, meanwhile)) == std::vector<Seen>{{"reaction.added", 5}});
  }
}

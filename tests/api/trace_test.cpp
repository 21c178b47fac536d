#include "api/trace.h"

#include <array>
#include <cmath>
#include <string>

#include <catch2/catch.hpp>

namespace hansard::api {
namespace {

constexpr base::Timestamp kTime{1'704'067'200'123};

std::string line(TraceFormat format, std::string_view what, std::initializer_list<TraceField> fields = {}) {
  return trace_line(format, kTime, TraceLevel::warn, what, {fields});
}

TEST_CASE("a text trace is time, level, sentence and fields") {
  CHECK(line(TraceFormat::text, "view stopped", {{"view", "unread"}, {"position", 12u}, {"is_red", true}}) ==
        "2024-01-01T00:00:00.123Z warn view stopped view=unread position=12 is_red=true");
}

TEST_CASE("a JSON trace is one object") {
  CHECK(line(TraceFormat::json, "view stopped", {{"view", "unread"}, {"lag", -3}, {"share", 0.5}}) ==
        R"({"time":"2024-01-01T00:00:00.123Z","level":"warn","what":"view stopped","view":"unread",)"
        R"("lag":-3,"share":0.5})");
  CHECK(line(TraceFormat::json, "x", {{"rate", std::nan("")}}).ends_with(R"("rate":null})"));
}

TEST_CASE("whatever a value holds, a trace is one line of valid UTF-8") {
  const std::string nasty = "a\nb\r\x1b[2J\"\\\x7f\xc2\x85 \xff" + std::string(1, '\0');
  for (const TraceFormat format : {TraceFormat::text, TraceFormat::json}) {
    const std::string text = line(format, nasty, {{"value", nasty}});
    for (const char c : text) CHECK((static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f));
  }
  CHECK(line(TraceFormat::text, "x", {{"who", "J\xc3\xb6rg"}}).ends_with("who=J\xc3\xb6rg"));
  CHECK(line(TraceFormat::text, "x", {{"who", "two words"}}).ends_with(R"(who="two words")"));
  CHECK(line(TraceFormat::text, "x", {{"who", ""}}).ends_with(R"(who="")"));
  CHECK(line(TraceFormat::text, "x",
             {{"who",
               "a\xc2\x9b"
               "1m"}})
            .ends_with(R"(who="a\u009b1m")"));
}

TEST_CASE("a long value is cut between characters") {
  std::string text(kTraceValueBytesMax - 1, 'a');
  text += "\xc3\xb6 and more";
  CHECK(line(TraceFormat::text, "x", {{"v", text}}).ends_with("v=" + std::string(kTraceValueBytesMax - 1, 'a')));
}

TEST_CASE("levels and formats have one word each") {
  CHECK(parse_trace_level("debug") == TraceLevel::debug);
  CHECK(parse_trace_level("off") == TraceLevel::off);
  CHECK_FALSE(parse_trace_level("WARN"));
  CHECK(parse_trace_format("json") == TraceFormat::json);
  CHECK_FALSE(parse_trace_format("xml"));
}

}  // namespace
}  // namespace hansard::api

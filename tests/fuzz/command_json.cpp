// Client frames, and through them every command's JSON: what is taken is UTF-8, its metadata within their limit (that
// of content is for decide to look at), and it means the same when it is said again; what is not is answered by a frame
// that is JSON itself.
#include "api/frames.h"
#include "engine/base/clock.h"
#include "engine/base/utf8.h"
#include "tests/fuzz/fuzz.h"

using namespace hansard;
using fuzz::must;

namespace {

void check_answer(std::string_view id_json, const api::Problem& problem) {
  api::JsonParser parser;
  must(parser.parse(api::error_frame(id_json, problem, "r")).has_value(), "an error frame is JSON");
}

void check_command(const domain::Command& command, const api::Limits& limits) {
  must(!domain::canonical_bytes(command).empty(), "a command has a fingerprint");
  if (const auto* send = std::get_if<domain::SendMessage>(&command)) {
    must(base::is_valid_utf8(send->content.text), "content is UTF-8");
    must(send->content.metadata.size() <= limits.metadata_bytes_max, "metadata is within its limit");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const api::Limits limits;
  static base::UuidSource uuids(base::system_clock());
  if (size < 1) return 0;
  domain::Caller caller;
  caller.subject = caller.actor = {"alice"};
  caller.service = data[0] % 2 == 1;
  const auto text = fuzz::text_of(data + 1, size - 1);
  api::JsonParser parser(limits.json_depth_max);
  std::string id_json;
  auto frame = api::parse_frame(parser, text, limits, id_json);
  if (!frame) {
    check_answer(id_json, frame.error());
    return 0;
  }
  auto command = api::command_of_frame(frame.value(), caller, limits, uuids);
  if (!command) return 0;
  if (*command)
    check_command(command->value(), limits);
  else
    check_answer(frame.value().id_json, command->error());
  return 0;
}

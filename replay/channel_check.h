// One channel of a check: reads it back page by page as one of its members and reports what differs. See check.h.
//
// Thread: one worker at a time.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "engine/base/json.h"
#include "replay/check.h"
#include "replay/expected.h"

namespace hansard::replay {

class ChannelCheck {
 public:
  // Every read waits until the server's views have reached `min_position`, so that lag is no difference; "" for any.
  ChannelCheck(const std::string& file, const ExpectedChannels::value_type& channel, std::string min_position,
               Client& client, CheckReport& report)
      : file_(file),
        name_(channel.first),
        expected_(&channel.second),
        min_position_(std::move(min_position)),
        client_(client),
        report_(report) {}
  base::Result<void> run();

 private:
  base::Result<void> check_creator(std::string_view creator);
  base::Result<void> check_messages();
  base::Result<void> check_members();
  base::Result<void> check_unread();
  void check_message(const base::JsonValue& message, std::size_t index);
  void check_mentions(const base::JsonValue& message, const ExpectedMessage& expected);
  base::Result<std::string> get(std::string target, const std::string& act_as);
  void differ(const std::string& what);

  const std::string& file_;
  const std::string& name_;
  const ExpectedChannel* expected_;
  ExpectedChannel as_made_;  // where it was made by who the file does not say any more
  const std::string min_position_;
  Client& client_;
  CheckReport& report_;
  base::JsonParser parser_;
  std::string conversation_;
  std::string viewer_;            // a member to read as
  std::vector<std::string> ids_;  // of the messages read so far, by index
};

}  // namespace hansard::replay

// Defects that are planted on purpose, one at a time: a simulation that does not find them proves nothing.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace hansard::sim {

enum class Bug {
  none,
  ack_before_sync,   // the log says durable before it is
  forget_commands,   // the write index loses the command ids it folds
  stale_index,       // the write index loses the members it folds
  lose_view_batch,   // a view moves its checkpoint and loses the rows
  drop_frame,        // an event's frame never leaves the server
  repeat_frame,      // an event's frame leaves twice
  swap_frames,       // two frames change places
  keep_mentions,     // a mention that an edit took away still counts
  rewrite_past,      // the past shows the text of the next edit
  lose_answer_retry  // a client's repeat carries another key, so that the server cannot know it
};

inline constexpr std::array<std::pair<Bug, std::string_view>, 11> kBugs{{
    {Bug::none, "none"},
    {Bug::ack_before_sync, "ack-before-sync"},
    {Bug::forget_commands, "forget-commands"},
    {Bug::stale_index, "stale-index"},
    {Bug::lose_view_batch, "lose-view-batch"},
    {Bug::drop_frame, "drop-frame"},
    {Bug::repeat_frame, "repeat-frame"},
    {Bug::swap_frames, "swap-frames"},
    {Bug::keep_mentions, "keep-mentions"},
    {Bug::rewrite_past, "rewrite-past"},
    {Bug::lose_answer_retry, "other-key"},
}};

constexpr std::string_view name_of(Bug bug) {
  for (const auto& [known, name] : kBugs) {
    if (known == bug) return name;
  }
  return "?";
}

constexpr std::optional<Bug> bug_named(std::string_view text) {
  for (const auto& [bug, name] : kBugs) {
    if (name == text) return bug;
  }
  return std::nullopt;
}

}  // namespace hansard::sim

#include "projections/view_kind.h"

#include <array>

#include "projections/audit_fold.h"
#include "projections/projection.h"

namespace hansard::projections {

namespace {
constexpr unsigned kChatVersion = 4;
constexpr unsigned kAuditVersion = 2;
}  // namespace

const ViewKind& chat_kind() {
  static const ViewKind kind{"chat", kChatVersion, 1, apply, chat_row_words, "EIQRXr"};
  return kind;
}

const ViewKind& audit_kind() {
  static const ViewKind kind{"audit", kAuditVersion, 4, apply_to_audit, audit_row_words, "M"};
  return kind;
}

std::span<const ViewKind* const> view_kinds() {
  static const std::array<const ViewKind*, 2> kinds{&chat_kind(), &audit_kind()};
  return kinds;
}

const ViewKind* find_view_kind(std::string_view name) {
  for (const ViewKind* kind : view_kinds()) {
    if (kind->name == name) return kind;
  }
  return nullptr;
}

}  // namespace hansard::projections

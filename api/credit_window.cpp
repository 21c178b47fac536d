#include "api/credit_window.h"

#include "engine/base/check.h"

namespace hansard::api {

void CreditWindow::sent(base::Position at) {
  CHECK(has_credit() && (in_flight_.empty() || in_flight_.back() < at), at.value, in_flight_.size());
  in_flight_.push_back(at);
}

}  // namespace hansard::api

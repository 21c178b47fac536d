// Operating errors: a peer, a file or a limit let us down. Passed up with TRY, mapped to the wire in one table.
// A rule that says no is a domain::Rejection; a broken invariant is a CHECK; a failed append stops the process.
#pragma once

#include <string>
#include <utility>

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/try.hpp>

namespace hansard::base {

enum class ErrorCode {
  malformed,  // input that is not what its format says
  corrupt,    // our own bytes fail their check
  not_found,
  unsupported,  // a newer format, an unknown algorithm
  in_use,       // a folder or a port somebody else holds
  overloaded,   // a queue is full
  behind,       // a view did not reach a position in time
  disk_full,
  shutting_down,
  io,      // the operating system said no
  refused  // a policy said no (damaged log, missing key)
};

// `detail` is one sentence for a person; it names what to do next where there is something to do.
struct Error {
  ErrorCode code;
  std::string detail;
};

template <class T>
using Result = boost::outcome_v2::basic_result<T, Error, boost::outcome_v2::policy::terminate>;

inline auto success() { return boost::outcome_v2::success(); }
inline Error error(ErrorCode code, std::string detail) { return Error{code, std::move(detail)}; }

}  // namespace hansard::base

#define TRY(...) BOOST_OUTCOME_TRY(__VA_ARGS__)

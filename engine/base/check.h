// CHECK is for invariants: what it guards is true or the program is wrong, so it stays on in release and aborts with
// the place and the values. Bad input and failing peers are Results (result.h), rule violations are Rejections.
#pragma once

#include <sstream>
#include <string>

namespace hansard::base {

// Writes one line to standard error and aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* condition, const std::string& values);

template <class... Values>
std::string check_values(const Values&... values) {
  std::ostringstream out;
  ((out << ' ' << values), ...);
  return out.str();
}

}  // namespace hansard::base

// CHECK(condition, values...): the values are printed with the failure.
#define CHECK(condition, ...)                                                                                    \
  do {                                                                                                           \
    if (!(condition)) [[unlikely]]                                                                               \
      ::hansard::base::check_failed(__FILE__, __LINE__, #condition, ::hansard::base::check_values(__VA_ARGS__)); \
  } while (false)

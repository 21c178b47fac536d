// What a scenario saw, and the bars it had to keep.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/report.h"

namespace hansard::overload {

struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
};

struct Bar {
  std::string name;
  double seen = 0;
  double bound = 0;
  bool is_least = false;  // else the bound is the most
  bool is_kept() const { return is_least ? seen >= bound : seen <= bound; }
};

class Outcome {
 public:
  explicit Outcome(std::string scenario) : scenario_(std::move(scenario)) {}

  // Both print themselves to standard error as they come.
  void saw(const std::string& name, double value, const std::string& unit = "");
  void saw(const std::string& name, const bench::Percentiles& milliseconds);
  void at_most(const std::string& name, double seen, double bound);
  void at_least(const std::string& name, double seen, double bound);

  bool is_sound() const;
  std::string as_json() const;

 private:
  void keep(Bar bar);

  std::string scenario_;
  std::vector<Figure> figures_;
  std::vector<Bar> bars_;
};

}  // namespace hansard::overload

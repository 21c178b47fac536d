#include "tests/overload/outcome.h"

#include <algorithm>
#include <cstdio>

#include "engine/base/json.h"

namespace hansard::overload {

namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", value);
  return text;
}

void append_named(std::string& out, const std::string& name, double value) {
  out += out.back() == '[' ? "{\"name\":" : ",{\"name\":";
  base::append_json_string(out, name);
  out += ",\"value\":" + number(value);
}

}  // namespace

void Outcome::saw(const std::string& name, double value, const std::string& unit) {
  std::fprintf(stderr, "%s: %s %s%s\n", scenario_.c_str(), name.c_str(), number(value).c_str(),
               unit.empty() ? "" : (" " + unit).c_str());
  figures_.push_back({name, value, unit});
}

void Outcome::saw(const std::string& name, const bench::Percentiles& milliseconds) {
  saw(name + " p50", milliseconds.p50, "ms");
  saw(name + " p99", milliseconds.p99, "ms");
}

void Outcome::at_most(const std::string& name, double seen, double bound) { keep({name, seen, bound, false}); }
void Outcome::at_least(const std::string& name, double seen, double bound) { keep({name, seen, bound, true}); }

void Outcome::keep(Bar bar) {
  std::fprintf(stderr, "%s: %s %s: %s (%s %s)\n", scenario_.c_str(), bar.is_kept() ? "kept" : "BROKEN",
               bar.name.c_str(), number(bar.seen).c_str(), bar.is_least ? "at least" : "at most",
               number(bar.bound).c_str());
  bars_.push_back(std::move(bar));
}

bool Outcome::is_sound() const {
  return std::all_of(bars_.begin(), bars_.end(), [](const Bar& bar) { return bar.is_kept(); });
}

std::string Outcome::as_json() const {
  std::string out = "{\"scenario\":\"" + scenario_ + "\",\"sound\":" + (is_sound() ? "true" : "false");
  out += ",\"figures\":[";
  for (const auto& figure : figures_) {
    append_named(out, figure.name, figure.value);
    out += ",\"unit\":\"" + figure.unit + "\"}";
  }
  out += "],\"bars\":[";
  for (const auto& bar : bars_) {
    append_named(out, bar.name, bar.seen);
    out += (bar.is_least ? ",\"at_least\":" : ",\"at_most\":") + number(bar.bound);
    out += std::string(",\"kept\":") + (bar.is_kept() ? "true}" : "false}");
  }
  return out + "]}";
}

}  // namespace hansard::overload

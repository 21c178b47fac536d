// hansard-damage: flips one bit of one row of a stopped server's view and tells nobody, so that a test can see whether
// a rebuild notices. Not installed, and of no use to an operator.
#include <cstdio>
#include <string>

#include "projections/view_kind.h"
#include "projections/view_pointer.h"
#include "projections/view_store.h"

using namespace hansard::projections;

namespace {
int damage(const std::string& folder, const std::string& table) {
  auto store = ViewStore::open(folder, {});
  if (!store) return std::fprintf(stderr, "%s\n", store.error().detail.c_str()), 1;
  auto snapshot = store.value()->snapshot();
  auto rows = snapshot->cursor();
  rows->seek(table);
  if (!rows->at(table) || rows->value().empty()) return std::fprintf(stderr, "no row to damage\n"), 1;
  std::string key(rows->key()), value(rows->value());
  value.back() = static_cast<char>(value.back() ^ 1);
  RowChange change{key, value};
  store.value()->commit({&change, 1}, snapshot->checkpoint());
  store.value()->flush(true);
  return 0;
}
}  // namespace

int main(int argc, char** argv) {
  const ViewKind* kind = argc == 4 ? find_view_kind(argv[2]) : nullptr;
  if (kind == nullptr) return std::fprintf(stderr, "hansard-damage DATA VIEW TABLE-BYTE\n"), 2;
  std::string folder = std::string(argv[1]) + "/views/" + argv[2];
  return damage(folder + "/" + read_pointer(folder, kind->version).current.text(), argv[3]);
}

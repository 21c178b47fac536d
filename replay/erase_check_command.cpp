#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "replay/command_output.h"
#include "replay/commands.h"
#include "replay/erase_check.h"
#include "replay/named_folder.h"
#include "replay/option_values.h"
#include "replay/verify/library_words.h"

namespace hansard::replay {

namespace {
struct Options {
  EraseCheckOptions search;
  std::string erasure;
  bool json = false;
};

std::vector<std::string> sentences_of(const EraseReport& report) {
  std::vector<std::string> sentences;
  for (const auto& finding : report.findings) sentences.push_back("\"" + finding.text + "\" is in " + finding.place);
  return sentences;
}

int tell(const EraseReport& report, bool json) {
  if (json) {
    std::string out = "{";
    append_field(out, "files", report.files);
    append_field(out, "bytes", report.bytes);
    append_field(out, "values", report.values);
    append_field(out, "found", report.found);
    append_sentences(out, "first_findings", sentences_of(report));
    append_sentences(out, "unreadable", report.unreadable);
    std::cout << out << "}\n";
  } else {
    std::cout << counted(report.files, "file") << ", " << counted(report.bytes, "byte") << " and "
              << counted(report.values, "stored value") << ": "
              << (report.found == 0 ? std::string("nothing of it is there") : counted(report.found, "finding")) << "\n";
    print_sentences(sentences_of(report), report.found);
    print_sentences(report.unreadable, report.unreadable.size());
  }
  return report.found == 0 && report.unreadable.empty() ? 0 : 1;
}

int tell(const ErasureRecords& records, bool json) {
  if (json) {
    std::string out = "{";
    append_field(out, "requested", records.requested ? 1 : 0);
    append_field(out, "completed", records.completed ? 1 : 0);
    append_field(out, "messages", records.messages);
    append_field(out, "records", records.records);
    append_field(out, "with_content", records.whole);
    std::cout << out << "}\n";
  } else {
    std::cout << "the erasure is "
              << (records.completed   ? "complete"
                  : records.requested ? "not complete"
                                      : "unknown")
              << ": " << counted(records.messages, "message") << ", " << counted(records.records, "record") << ", "
              << records.whole << " of them with content\n";
  }
  return records.completed && records.whole == 0 ? 0 : 1;
}

int run(const Options& given) {
  const bool by_text = !given.search.texts.empty();
  if (by_text == !given.erasure.empty()) return refuse_usage("give --text, once or more, or --erasure.");
  auto store = find_store(given.search.data_folder, Reads::everything);
  if (!store) return refuse_usage(store.error().detail);
  if (by_text) {
    auto report = search_folder(given.search);
    return report ? tell(report.value(), given.json) : fail(report.error().detail);
  }
  const auto id = base::parse_id<base::ErasureId>(given.erasure);
  if (!id) return refuse_usage("\"" + given.erasure + "\" is not the id of an erasure.");
  auto records = check_erasure(given.search.data_folder, *id);
  return records ? tell(records.value(), given.json)
                 : fail(verify::log_error(given.search.data_folder, records.error()).detail);
}
}  // namespace

Command add_erase_check(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto* words = app.add_subcommand("erase-check", "search every file of a data folder for what was erased");
  words->add_option("--data", options->search.data_folder, "the data folder; its server may run or not")
      ->required()
      ->type_name("DIR");
  add_values_option(*words, "--text", options->search.texts, "bytes that must not be there; may be given again");
  words->add_option("--erasure", options->erasure, "the id of an erasure: no record of it may have content");
  words->add_flag("--json", options->json, "one JSON object");
  words->add_flag("--quiet", options->search.quiet, "no progress line");
  words->footer("Example:\n  hansard-replay erase-check --data /var/lib/hansard --text 'the words that had to go'");
  return {words, [options] { return run(*options); }};
}

}  // namespace hansard::replay

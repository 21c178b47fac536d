#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include <catch2/catch.hpp>
#include <simdjson.h>

#include "api/contract.h"
#include "api/render.h"
#include "api/router.h"
#include "tests/support/source_tree.h"

namespace hansard::api {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;
using Operation = std::pair<std::string, std::string>;  // method, path

// The documents as the server gives them.
struct Contract {
  explicit Contract(std::string_view json) : text(json) { REQUIRE(parser.parse(text).get(root) == simdjson::SUCCESS); }
  element at(const std::string& pointer) const {
    element found;
    REQUIRE(root.at_pointer(pointer).get(found) == simdjson::SUCCESS);
    return found;
  }
  simdjson::dom::parser parser;
  simdjson::padded_string text;
  element root;
};

std::string upper(std::string_view word) {
  std::string text(word);
  for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return text;
}

std::string lower(std::string_view word) {
  std::string text(word);
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return text;
}

bool is_method(std::string_view word) {
  static const std::set<std::string_view> methods = {"get", "put", "post", "patch", "delete", "head", "options"};
  return methods.contains(word);
}

std::map<Operation, object> documented(const Contract& contract) {
  std::map<Operation, object> operations;
  for (auto [path, item] : object(contract.at("/paths"))) {
    for (auto [method, operation] : object(item)) {
      if (is_method(method)) operations.emplace(Operation(upper(method), std::string(path)), object(operation));
    }
  }
  return operations;
}

// Every reference of the document, followed.
void follow_references(const Contract& contract, element value) {
  if (value.is_array()) {
    for (element item : simdjson::dom::array(value)) follow_references(contract, item);
  }
  if (!value.is_object()) return;
  for (auto [name, member] : object(value)) {
    if (name == "$ref") {
      std::string_view reference(member);
      INFO(reference);
      REQUIRE(reference.starts_with("#/"));
      contract.at(std::string(reference.substr(1)));
    } else {
      follow_references(contract, member);
    }
  }
}

TEST_CASE("every route is in the OpenAPI document and nothing else is") {
  Contract contract(openapi_json());
  std::set<Operation> in_router;
  for (const RouteInfo& route : routes()) {
    CHECK(in_router.emplace(std::string(route.method), std::string(route.path)).second);
  }
  std::set<Operation> in_document;
  for (const auto& [operation, body] : documented(contract)) in_document.insert(operation);
  CHECK(in_router == in_document);
}

// Wherever a problem is made: its status and its code, side by side.
std::set<std::string> codes_in_sources() {
  const std::regex made(R"re([({]\s*[0-9]{3},\s*"([a-z_]+)")re");
  std::set<std::string> codes;
  for (const support::Source& source : support::sources({"api"})) {
    const std::string text = support::join(source.lines);
    for (std::sregex_iterator match(text.begin(), text.end(), made), end; match != end; ++match)
      codes.insert((*match)[1]);
  }
  return codes;
}

TEST_CASE("every code of a problem is in the OpenAPI document and nothing else is") {
  Contract contract(openapi_json());
  std::set<std::string> documented_codes;
  for (std::string_view code : simdjson::dom::array(contract.at("/components/schemas/Problem/properties/code/enum"))) {
    CHECK(documented_codes.emplace(code).second);
  }
  CHECK(documented_codes == codes_in_sources());
}

TEST_CASE("every operation has an id of its own, a summary and its status codes") {
  Contract contract(openapi_json());
  std::set<std::string_view> ids;
  for (const auto& [operation, body] : documented(contract)) {
    INFO(operation.first << " " << operation.second);
    CHECK(ids.insert(std::string_view(body["operationId"])).second);
    CHECK_FALSE(std::string_view(body["summary"]).empty());
    std::set<std::string_view> codes;
    for (auto [code, response] : object(body["responses"])) codes.insert(code);
    CHECK((codes.contains("200") || codes.contains("201") || codes.contains("202")));
    if (!operation.second.starts_with("/api/")) continue;
    for (const char* code : {"400", "401", "403"}) CHECK(codes.contains(code));
    bool names_something = operation.second.find('{') != std::string::npos || operation.second == "/api/v1/events" ||
                           operation.second == "/api/v1/proofs/inclusion";
    CHECK(codes.contains("404") == (names_something || operation.first != "GET"));
    element ignored;
    bool has_body = body["requestBody"].get(ignored) == simdjson::SUCCESS;
    CHECK(codes.contains("415") == has_body);
    CHECK(codes.contains("413") == has_body);
  }
}

// The names between braces.
std::set<std::string_view> placeholders_of(std::string_view path) {
  std::set<std::string_view> names;
  for (auto open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1)) {
    names.insert(path.substr(open + 1, path.find('}', open) - open - 1));
  }
  return names;
}

TEST_CASE("every placeholder of a path is a parameter") {
  Contract contract(openapi_json());
  for (auto [path, item] : object(contract.at("/paths"))) {
    if (path.find('{') == std::string_view::npos) continue;
    INFO(path);
    std::set<std::string_view> names;
    for (element parameter : simdjson::dom::array(object(item)["parameters"])) {
      std::string_view reference = parameter["$ref"];
      object resolved = contract.at(std::string(reference.substr(1)));
      if (std::string_view(resolved["in"]) == "path") names.insert(std::string_view(resolved["name"]));
    }
    CHECK(names == placeholders_of(path));
  }
}

// The parameters of a path and of one of its operations that stand in the query, references followed.
std::set<std::string> query_of(const Contract& contract, object item, object operation) {
  std::set<std::string> names;
  for (object holder : {item, operation}) {
    simdjson::dom::array parameters;
    if (holder["parameters"].get(parameters) != simdjson::SUCCESS) continue;
    for (element parameter : parameters) {
      std::string_view reference;
      if (parameter["$ref"].get(reference) == simdjson::SUCCESS)
        parameter = contract.at(std::string(reference.substr(1)));
      if (std::string_view(parameter["in"]) == "query") names.emplace(std::string_view(parameter["name"]));
    }
  }
  return names;
}

std::set<std::string> words_of(std::string_view text) {
  std::istringstream in{std::string(text)};
  return {std::istream_iterator<std::string>(in), {}};
}

TEST_CASE("the query parameters of every route are those in the OpenAPI document") {
  Contract contract(openapi_json());
  auto paths = object(contract.at("/paths"));
  for (const RouteInfo& route : routes()) {
    INFO(route.method << " " << route.path);
    auto item = object(paths[route.path]);
    auto known = words_of(route.params);
    auto documented = query_of(contract, item, object(item[lower(route.method)]));
    documented.erase("min_position");  // every read's
    CHECK(documented == known);
  }
}

TEST_CASE("every read says that it is refused for a past it does not have") {
  Contract contract(openapi_json());
  for (const auto& [operation, body] : documented(contract)) {
    if (operation.first != "GET" || !operation.second.starts_with("/api/")) continue;
    INFO(operation.second);
    element ignored;
    CHECK(body["responses"]["422"].get(ignored) == simdjson::SUCCESS);
  }
}

TEST_CASE("no reference of the contracts leads nowhere") {
  Contract openapi(openapi_json());
  follow_references(openapi, openapi.root);
  Contract asyncapi(asyncapi_json());
  follow_references(asyncapi, asyncapi.root);
}

TEST_CASE("the AsyncAPI document names every frame the server renders") {
  Contract contract(asyncapi_json());
  std::set<std::string_view> names;
  for (auto [key, message] : object(contract.at("/components/messages"))) {
    names.insert(std::string_view(object(message)["name"]));
  }
  for (const char* frame : {"hello",
                            "ack",
                            "error",
                            "message.new",
                            "message.edited",
                            "message.deleted",
                            "message.read_receipt",
                            "message.delivered",
                            "conversation.created",
                            "conversation.updated",
                            "member.added",
                            "member.updated",
                            "member.removed",
                            "unread.changed",
                            "typing.indicator",
                            "caught_up",
                            "fell_behind",
                            "gap",
                            "pong",
                            "event",
                            "checkpoint",
                            "subscription.closed"}) {
    INFO(frame);
    CHECK(names.contains(frame));
  }
}

// All of a user's who was erased.
TEST_CASE("the AsyncAPI document lets a reaction.removed be without an emoji, as it is rendered") {
  Contract contract(asyncapi_json());
  const std::string data = "/components/messages/reactionRemoved/payload/properties/data/properties";
  const simdjson::dom::array forms = contract.at(data + "/emoji/oneOf");
  std::set<std::string_view> types;
  for (element one : forms) {
    std::string_view type;
    if (one["type"].get(type) == simdjson::SUCCESS) types.insert(type);
  }
  CHECK(types.contains("null"));
  domain::RecordedEvent event;
  event.body = domain::ReactionRemoved{{}, {}, {1}, {"gone"}, std::nullopt};
  CHECK(event_frame(event, 1).value().find("\"emoji\":null") != std::string::npos);
}

}  // namespace
}  // namespace hansard::api

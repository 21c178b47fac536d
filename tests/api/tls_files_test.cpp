#include "api/tls_files.h"

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"

namespace hansard::api {
namespace {

// openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -keyout /dev/null -nodes -subj /CN=h -days 36500
const std::string kCertificate = R"(-----BEGIN CERTIFICATE-----
MIIBbjCCARWgAwIBAgIUc4zf/YzHFOtuY90/zuMEQslYxoMwCgYIKoZIzj0EAwIw
DDEKMAgGA1UEAwwBaDAgFw0yNjExMjQwMzE0MTdaGA8yMTI2MTAzMTAzMTQxN1ow
DDEKMAgGA1UEAwwBaDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABDnYDYYH2Utt
CxrCmpWFF06gCDjMmPTqpRFxKNTqUIiW2bUomMcenhqby9fmFefLZQOJJoniUHlt
hlUxiekRA4GjUzBRMB0GA1UdDgQWBBTndzLFiR9hApma3Tcp962ecg0bhDAfBgNV
HSMEGDAWgBTndzLFiR9hApma3Tcp962ecg0bhDAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMCA0cAMEQCIEj61+ndN/gFfQpLjM4eypDckksbk3e3R+Y4LRwSkbCZ
AiAPjwB3QPMqyhblDfmLybV4BE2qQ5AdjELJzjfC1GeoIw==
-----END CERTIFICATE-----
)";

std::string refusal_of(const std::string& path) {
  const auto checked = check_trusted_file("the ca_file of webhook 'push'", path);
  return checked ? "" : checked.error().detail;
}

TEST_CASE("a file of certificates to trust is read before it is needed") {
  const support::TempFolder folder;
  CHECK(refusal_of(folder.write("one.pem", kCertificate)).empty());
  CHECK(refusal_of(folder.write("two.pem", "# of the house\n" + kCertificate + "\n" + kCertificate)).empty());
  const std::string ours = "the ca_file of webhook 'push' " + folder.path();
  CHECK(refusal_of(folder.path("none.pem")) == ours + "/none.pem cannot be read: it is not there.");
  CHECK(refusal_of(folder.path()) == ours + " cannot be read: it is a folder.");
  CHECK(refusal_of(folder.write("empty.pem", "")) == ours + "/empty.pem is not PEM.");
  CHECK(refusal_of(folder.write("der.pem", "\x30\x82\x01\x6e")) == ours + "/der.pem is not PEM.");
  const std::string key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n-----END PRIVATE KEY-----\n";
  CHECK_THAT(refusal_of(folder.write("key.pem", key)),
             Catch::EndsWith("key.pem has no certificates in it, or damaged ones."));
  CHECK_THAT(refusal_of(folder.write("cut.pem", kCertificate.substr(0, 300))), Catch::EndsWith("or damaged ones."));
  const std::string changed = std::string(kCertificate).replace(40, 8, "AAAAAAAA");
  CHECK_THAT(refusal_of(folder.write("changed.pem", kCertificate + changed)), Catch::EndsWith("or damaged ones."));
}

}  // namespace
}  // namespace hansard::api

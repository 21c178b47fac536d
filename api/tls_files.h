// Whether the files of certificates and keys are what they are given for, told before OpenSSL works with them: it calls
// a file that is not there, one that is no PEM and one with a password all by words of its own.
//
// Thread: any; plain functions.
#pragma once

#include "api/tls.h"

namespace hansard::api {

// `refused`, in a sentence that names the file.
base::Result<void> check_tls_files(const TlsFiles& files);
// That of certificates to trust; `what` names the setting.
base::Result<void> check_trusted_file(const std::string& what, const std::string& path);

}  // namespace hansard::api

// Whether the files of a certificate and its key are what they are given for, told before OpenSSL looks at them: it
// calls a file that is not there, one that is no PEM and one with a password all by words of its own.
//
// Thread: any; plain functions.
#pragma once

#include "api/tls.h"

namespace hansard::api {

// `refused`, in a sentence that names the file.
base::Result<void> check_tls_files(const TlsFiles& files);

}  // namespace hansard::api

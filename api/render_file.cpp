#include "api/json.h"
#include "api/render.h"
#include "api/render_parts.h"
#include "engine/files/blob_folder.h"

namespace hansard::api {

void append_file(std::string& out, const domain::FileUploaded& file) {
  out += "{\"id\":";
  append_id(out, file.file);
  out.append(",\"sha256\":\"").append(files::hex_of(file.sha256)).append("\",\"size\":");
  append_json_number(out, file.size);
  out += ",\"media_type\":";
  append_text_or_null(out, file.content ? std::string_view(file.content->media_type) : std::string_view());
  out += ",\"name\":";
  append_text_or_null(out, file.content ? std::string_view(file.content->name) : std::string_view());
  out += '}';
}

}  // namespace hansard::api

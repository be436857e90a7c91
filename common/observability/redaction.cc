#include "common/observability/redaction.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/bytes.h"
#include "common/observability/utf8.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/unknown_field_set.h"
#include "kopa/programme/v1/options.pb.h"

namespace kopa::observability {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Ids have 16 bytes, digests 32: worth seeing, and too short to hold a message.
constexpr size_t kBytesShownMax = 32;

void AppendMessage(const Message& message, std::string* out);

std::string BytesText(const std::string& bytes) {
  if (bytes.size() <= kBytesShownMax) return absl::StrCat("0x", ToHex(bytes));
  return absl::StrCat("[", bytes.size(), " bytes]");
}

// One value of a field that is not a message; `index` is -1 for a field that is not repeated.
std::string ScalarText(const Message& message, const FieldDescriptor* field, int index) {
  const Reflection* reflection = message.GetReflection();
  const bool repeated = index >= 0;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(repeated ? reflection->GetRepeatedInt32(message, field, index)
                                   : reflection->GetInt32(message, field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(repeated ? reflection->GetRepeatedInt64(message, field, index)
                                   : reflection->GetInt64(message, field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(repeated ? reflection->GetRepeatedUInt32(message, field, index)
                                   : reflection->GetUInt32(message, field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(repeated ? reflection->GetRepeatedUInt64(message, field, index)
                                   : reflection->GetUInt64(message, field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return absl::StrCat(repeated ? reflection->GetRepeatedDouble(message, field, index)
                                   : reflection->GetDouble(message, field));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return absl::StrCat(repeated ? reflection->GetRepeatedFloat(message, field, index)
                                   : reflection->GetFloat(message, field));
    case FieldDescriptor::CPPTYPE_BOOL: {
      const bool value = repeated ? reflection->GetRepeatedBool(message, field, index)
                                  : reflection->GetBool(message, field);
      return value ? "true" : "false";
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      return (repeated ? reflection->GetRepeatedEnum(message, field, index)
                       : reflection->GetEnum(message, field))
          ->name();
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string value = repeated ? reflection->GetRepeatedString(message, field, index)
                                         : reflection->GetString(message, field);
      if (field->type() == FieldDescriptor::TYPE_BYTES) return BytesText(value);
      return absl::StrCat("\"", absl::Utf8SafeCEscape(ValidUtf8(value)), "\"");
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;  // the caller has these
  }
  return "";
}

void AppendValue(const Message& message, const FieldDescriptor* field, int index,
                 std::string* out) {
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
    absl::StrAppend(out, field->name(), ": ", ScalarText(message, field, index), " ");
    return;
  }
  const Reflection* reflection = message.GetReflection();
  absl::StrAppend(out, field->name(), " { ");
  AppendMessage(index >= 0 ? reflection->GetRepeatedMessage(message, field, index)
                           : reflection->GetMessage(message, field),
                out);
  out->append("} ");
}

void AppendField(const Message& message, const FieldDescriptor* field, std::string* out) {
  if (field->options().GetExtension(kopa::programme::v1::personal)) {
    absl::StrAppend(out, field->name(), ": [personal] ");
    return;
  }
  if (!field->is_repeated()) {
    AppendValue(message, field, -1, out);
    return;
  }
  const int size = message.GetReflection()->FieldSize(message, field);
  for (int i = 0; i < size; ++i) AppendValue(message, field, i, out);
}

void AppendMessage(const Message& message, std::string* out) {
  if (message.GetDescriptor()->full_name() == "google.protobuf.Any") {
    absl::StrAppend(out, "[", message.ByteSizeLong(), " bytes] ");
    return;
  }
  const Reflection* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) AppendField(message, field, out);
  if (const int unknown = reflection->GetUnknownFields(message).field_count(); unknown > 0) {
    absl::StrAppend(out, "[", unknown, " unknown] ");
  }
}

}  // namespace

std::string RedactedDebugString(const Message& message) {
  std::string out;
  AppendMessage(message, &out);
  if (!out.empty()) out.pop_back();  // the space after the last value
  return out;
}

}  // namespace kopa::observability

#include "client/cli/json_output.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/generated_enum_reflection.h>
#include <google/protobuf/timestamp.pb.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/bytes.h"
#include "common/base/calendar.h"
#include "common/base/uuid.h"

namespace kopa::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// "ApplicationStatus" -> "APPLICATION_STATUS_".
std::string PrefixOf(const std::string& type_name) {
  std::string prefix;
  for (const char letter : type_name) {
    if (absl::ascii_isupper(static_cast<unsigned char>(letter)) && !prefix.empty()) {
      prefix.push_back('_');
    }
    prefix.push_back(absl::ascii_toupper(static_cast<unsigned char>(letter)));
  }
  return prefix + "_";
}

Json BytesJson(const FieldDescriptor* field, const std::string& bytes) {
  if (absl::EndsWith(field->name(), "_id") || absl::EndsWith(field->name(), "_ids")) {
    if (const auto id = Uuid::FromBytes(bytes); id.ok()) return id->ToString();
  }
  return ToHex(bytes);
}

Json TextJson(const FieldDescriptor* field, const std::string& text) {
  return field->type() == FieldDescriptor::TYPE_BYTES ? BytesJson(field, text) : Json(text);
}

Json MessageJson(const Message& message) {
  if (message.GetDescriptor()->full_name() == "google.protobuf.Timestamp") {
    google::protobuf::Timestamp time;
    time.CopyFrom(message);
    return FormatUtc(absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos()));
  }
  return ToJson(message);
}

Json RepeatedJson(const Message& message, const FieldDescriptor* field, int index) {
  const Reflection* reflection = message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection->GetRepeatedInt32(message, field, index);
    case FieldDescriptor::CPPTYPE_UINT32:
      return reflection->GetRepeatedUInt32(message, field, index);
    case FieldDescriptor::CPPTYPE_INT64:
      return JsonInt(int64_t{reflection->GetRepeatedInt64(message, field, index)});
    case FieldDescriptor::CPPTYPE_UINT64:
      return JsonInt(uint64_t{reflection->GetRepeatedUInt64(message, field, index)});
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return reflection->GetRepeatedDouble(message, field, index);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return reflection->GetRepeatedFloat(message, field, index);
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->GetRepeatedBool(message, field, index);
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumWord(field->enum_type(), reflection->GetRepeatedEnumValue(message, field, index));
    case FieldDescriptor::CPPTYPE_STRING:
      return TextJson(field, reflection->GetRepeatedString(message, field, index));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageJson(reflection->GetRepeatedMessage(message, field, index));
  }
  return nullptr;
}

Json SingularJson(const Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  if (field->has_presence() && !reflection->HasField(message, field)) return nullptr;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection->GetInt32(message, field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return reflection->GetUInt32(message, field);
    case FieldDescriptor::CPPTYPE_INT64:
      return JsonInt(int64_t{reflection->GetInt64(message, field)});
    case FieldDescriptor::CPPTYPE_UINT64:
      return JsonInt(uint64_t{reflection->GetUInt64(message, field)});
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return reflection->GetDouble(message, field);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return reflection->GetFloat(message, field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->GetBool(message, field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumWord(field->enum_type(), reflection->GetEnumValue(message, field));
    case FieldDescriptor::CPPTYPE_STRING:
      return TextJson(field, reflection->GetString(message, field));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageJson(reflection->GetMessage(message, field));
  }
  return nullptr;
}

}  // namespace

std::string EnumWord(const google::protobuf::EnumDescriptor* type, int value) {
  const auto* descriptor = type->FindValueByNumber(value);
  // Of a newer server.
  if (descriptor == nullptr) return std::to_string(value);
  const std::string prefix = PrefixOf(type->name());
  const std::string word = absl::StartsWith(descriptor->name(), prefix)
                               ? descriptor->name().substr(prefix.size())
                               : descriptor->name();
  return word == "UNSPECIFIED" ? "" : word;
}

Json ToJson(const Message& message) {
  Json json = Json::object();
  const auto* descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (field->real_containing_oneof() != nullptr &&
        !message.GetReflection()->HasField(message, field)) {
      continue;
    }
    Json& value = json[field->json_name()];
    if (!field->is_repeated()) {
      value = SingularJson(message, field);
      continue;
    }
    value = Json::array();
    const int size = message.GetReflection()->FieldSize(message, field);
    for (int index = 0; index < size; ++index) value.push_back(RepeatedJson(message, field, index));
  }
  return json;
}

std::string JsonText(const Json& json) {
  return json.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

}  // namespace kopa::cli

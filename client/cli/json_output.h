#ifndef KOPA_CLIENT_CLI_JSON_OUTPUT_H_
#define KOPA_CLIENT_CLI_JSON_OUTPUT_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace kopa::cli {

using Json = nlohmann::ordered_json;

// A message as the tool prints it: protobuf's JSON (lowerCamelCase, 64-bit integers as strings,
// times as RFC 3339) with these differences, all for people and scripts that read it:
//   - every field is there, always: zero, empty, and null where an optional field or message is
//   absent; of
//     a oneof only the member that is set;
//   - enum values without the enum's own prefix: "APPROVED"; the unspecified value is "";
//   - bytes: a field of 16 bytes whose name ends in "_id" is a UUID's text, any other hexadecimal.
Json ToJson(const google::protobuf::Message& message);

// A 64-bit integer, as protobuf's JSON has it.
inline Json JsonInt(int64_t value) { return std::to_string(value); }
inline Json JsonInt(uint64_t value) { return std::to_string(value); }

// An enum value without the enum's prefix; empty for the unspecified one.
std::string EnumWord(const google::protobuf::EnumDescriptor* type, int value);
template <typename Enum>
std::string EnumWord(Enum value) {
  return EnumWord(google::protobuf::GetEnumDescriptor<Enum>(), static_cast<int>(value));
}

// Two spaces of indentation and a line's end. Text that is no UTF-8 is replaced, never a failure.
std::string JsonText(const Json& json);

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_JSON_OUTPUT_H_

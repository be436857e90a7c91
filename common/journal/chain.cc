#include "common/journal/chain.h"

#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/bytes.h"
#include "common/base/digest.h"
#include "common/base/status.h"

namespace kopa::journal {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;

bool HasUnknownFields(const Message& message) {
  const Reflection* reflection = message.GetReflection();
  if (!reflection->GetUnknownFields(message).empty()) return true;
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const Message& part = field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i)
                                                 : reflection->GetMessage(message, field);
      if (HasUnknownFields(part)) return true;
    }
  }
  return false;
}

}  // namespace

std::string HashOf(const national::v1::JournalRecord& record) {
  ByteWriter bytes;
  bytes.Raw("kopa.journal.1")
      .U64(record.epoch())
      .U64(record.seq())
      .I64(record.time_us())
      .Bytes(record.public_record())
      .Bytes(record.private_commitment())
      .Bytes(record.staff_commitment())
      .Bytes(record.prev_hash());
  return Sha256(bytes.view());
}

std::string Commitment(absl::string_view salt, absl::string_view content) {
  return Sha256(absl::StrCat(salt, content));
}

national::v1::JournalRecord Append(Head& head, EpochNumber epoch, absl::Time now,
                                   const national::v1::PublicRecord& what,
                                   const Commitments& commitments) {
  national::v1::JournalRecord record;
  record.set_epoch(epoch.value());
  record.set_seq(head.seq.Next().value());
  record.set_time_us(absl::ToUnixMicros(now));
  what.SerializeToString(record.mutable_public_record());
  record.set_private_commitment(commitments.personal);
  record.set_staff_commitment(commitments.staff);
  record.set_prev_hash(head.hash);
  record.set_hash(HashOf(record));
  head.seq = Seq(record.seq());
  head.hash = record.hash();
  return record;
}

absl::Status Follow(Head& head, const national::v1::JournalRecord& record) {
  if (record.seq() != head.seq.Next().value()) {
    return absl::DataLossError(
        absl::StrCat("record ", head.seq.Next().value(), " expected, found number ", record.seq()));
  }
  if (record.prev_hash() != head.hash) {
    return absl::DataLossError(
        absl::StrCat("record ", record.seq(), " does not follow the record before it"));
  }
  if (record.hash() != HashOf(record)) {
    return absl::DataLossError(
        absl::StrCat("record ", record.seq(), " was changed: its hash does not match"));
  }
  head.seq = Seq(record.seq());
  head.hash = record.hash();
  return absl::OkStatus();
}

absl::Status ParsePublic(const national::v1::JournalRecord& record,
                         national::v1::PublicRecord* what) {
  if (!what->ParseFromString(record.public_record())) {
    return absl::DataLossError(absl::StrCat("record ", record.seq(), " does not parse"));
  }
  if (what->kind_case() == national::v1::PublicRecord::KIND_NOT_SET || HasUnknownFields(*what) ||
      HasUnknownFields(record)) {
    return absl::DataLossError(
        absl::StrCat("record ", record.seq(), " has fields that this version does not know"));
  }
  return absl::OkStatus();
}

}  // namespace kopa::journal

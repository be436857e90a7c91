#include "common/observability/redaction.h"

#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "kopa/programme/v1/error.pb.h"
#include "kopa/programme/v1/options.pb.h"

namespace kopa::observability {
namespace {

using google::protobuf::FieldDescriptorProto;
using testing::HasSubstr;
using testing::Not;

// A message type made here, so that the test depends on no schema but its own.
class RedactionTest : public testing::Test {
 protected:
  RedactionTest() {
    google::protobuf::FileDescriptorProto file;
    file.set_name("test.proto");
    file.set_package("test");
    file.set_syntax("proto3");
    auto* message = file.add_message_type();
    message->set_name("Person");
    Add(message, "ref", 1, FieldDescriptorProto::TYPE_STRING, false);
    Add(message, "name", 2, FieldDescriptorProto::TYPE_STRING, true);
    Add(message, "birth_year", 3, FieldDescriptorProto::TYPE_INT32, true);
    Add(message, "amounts", 4, FieldDescriptorProto::TYPE_INT64, false)
        ->set_label(FieldDescriptorProto::LABEL_REPEATED);
    Add(message, "friend", 5, FieldDescriptorProto::TYPE_MESSAGE, false)
        ->set_type_name(".test.Person");
    Add(message, "contact", 6, FieldDescriptorProto::TYPE_MESSAGE, true)
        ->set_type_name(".test.Person");
    Add(message, "sealed", 7, FieldDescriptorProto::TYPE_BYTES, false);
    Add(message, "nicknames", 8, FieldDescriptorProto::TYPE_STRING, true)
        ->set_label(FieldDescriptorProto::LABEL_REPEATED);
    const auto* built = pool_.BuildFile(file);
    person_.reset(factory_.GetPrototype(built->message_type(0))->New());
  }

  static FieldDescriptorProto* Add(google::protobuf::DescriptorProto* message,
                                   const std::string& name, int number,
                                   FieldDescriptorProto::Type type, bool personal) {
    auto* field = message->add_field();
    field->set_name(name);
    field->set_number(number);
    field->set_type(type);
    field->set_label(FieldDescriptorProto::LABEL_OPTIONAL);
    if (personal) field->mutable_options()->SetExtension(kopa::programme::v1::personal, true);
    return field;
  }

  std::string Redacted(const std::string& text) {
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, person_.get()));
    return RedactedDebugString(*person_);
  }

  google::protobuf::DescriptorPool pool_{google::protobuf::DescriptorPool::generated_pool()};
  google::protobuf::DynamicMessageFactory factory_{&pool_};
  std::unique_ptr<google::protobuf::Message> person_;
};

TEST_F(RedactionTest, PersonalFieldsAreReplacedWhateverTheirType) {
  EXPECT_EQ(Redacted("ref: 'A-1' name: 'Anna' birth_year: 2009 amounts: 5 amounts: 6 "
                     "contact { ref: 'inner' } nicknames: 'x' nicknames: 'y'"),
            "ref: \"A-1\" name: [personal] birth_year: [personal] amounts: 5 amounts: 6 "
            "contact: [personal] nicknames: [personal]");
}

TEST_F(RedactionTest, PersonalFieldsAreFoundDeepDown) {
  EXPECT_EQ(Redacted("friend { friend { name: 'Anna' ref: 'B' } }"),
            "friend { friend { ref: \"B\" name: [personal] } }");
}

TEST_F(RedactionTest, LongBytesAreCountedNotShown) {
  EXPECT_EQ(Redacted("sealed: 'ab'"), "sealed: 0x6162");
  EXPECT_EQ(Redacted("sealed: '" + std::string(33, 'x') + "'"), "sealed: [33 bytes]");
}

TEST_F(RedactionTest, UnknownFieldsAreCountedNotShown) {
  person_->GetReflection()->MutableUnknownFields(person_.get())->AddLengthDelimited(99, "Anna");
  EXPECT_EQ(RedactedDebugString(*person_), "[1 unknown]");
}

TEST_F(RedactionTest, StringsStayOnOneLine) {
  EXPECT_EQ(Redacted("ref: 'a\\n\"b\\\" ā'"), "ref: \"a\\n\\\"b\\\" ā\"");
}

TEST(Redaction, AnyIsOpaque) {
  google::protobuf::Any any;
  any.set_type_url("kopa/x");
  any.set_value("Anna");
  EXPECT_THAT(RedactedDebugString(any), Not(HasSubstr("Anna")));
}

TEST(Redaction, GeneratedMessagesPrintWhole) {
  kopa::programme::v1::ErrorInfo info;
  info.set_reason("NODE_FENCED");
  info.add_faults()->set_code("BAD_AMOUNT");
  info.set_retry_delay_ms(250);
  EXPECT_EQ(RedactedDebugString(info),
            "reason: \"NODE_FENCED\" faults { code: \"BAD_AMOUNT\" } retry_delay_ms: 250");
}

}  // namespace
}  // namespace kopa::observability

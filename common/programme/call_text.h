#ifndef KOPA_COMMON_PROGRAMME_CALL_TEXT_H_
#define KOPA_COMMON_PROGRAMME_CALL_TEXT_H_

#include <google/protobuf/text_format.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/status.h"
#include "kopa/programme/v1/call.pb.h"

namespace kopa::programme {

// A call's definition as text: the parsed message, and where in the file each of its fields stands.
class CallText {
 public:
  // INVALID_ARGUMENT where the text is no such definition: each error as "file:line:column: field:
  // message", in words and as faults (code BAD_CALL, field as far as it is known).
  static absl::StatusOr<CallText> Parse(absl::string_view file_name, absl::string_view text);

  const v1::Call& call() const { return call_; }
  v1::Call Take() { return std::move(call_); }

  // "kontakts-2024.textproto:12:3" of the field with this path ("window.closes",
  // "evaluation.criteria[2].id"), or of the innermost message around it that is in the file.
  std::string Place(absl::string_view path) const;

 private:
  explicit CallText(absl::string_view file_name)
      : file_name_(file_name),
        places_(std::make_unique<google::protobuf::TextFormat::ParseInfoTree>()) {}

  std::string file_name_;
  v1::Call call_;
  // Can't be moved itself.
  std::unique_ptr<google::protobuf::TextFormat::ParseInfoTree> places_;
};

}  // namespace kopa::programme

#endif  // KOPA_COMMON_PROGRAMME_CALL_TEXT_H_

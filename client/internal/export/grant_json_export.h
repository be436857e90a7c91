#ifndef KOPA_CLIENT_INTERNAL_EXPORT_GRANT_JSON_EXPORT_H_
#define KOPA_CLIENT_INTERNAL_EXPORT_GRANT_JSON_EXPORT_H_

#include <string>
#include <utility>

#include "client/internal/export/export_writer.h"
#include "client/internal/export/grant.h"

namespace kopa::client {

// 360Giving as JSON: {"grants": [...]}, a grant a line. Amounts are numbers with exactly two
// decimals, made of whole cents.
class GrantJsonExport : public ExportWriter {
 public:
  GrantJsonExport(kopa::programme::v1::Call call, ByteSink sink)
      : call_(std::move(call)), sink_(std::move(sink)) {}

  absl::Status Add(const ExportRow& row) override;
  absl::Status Finish() override;

 private:
  const kopa::programme::v1::Call call_;
  const ByteSink sink_;
  bool begun_ = false;
};

// One grant as a JSON object, on one line.
std::string GrantJson(const Grant& grant);

}  // namespace kopa::client

#endif  // KOPA_CLIENT_INTERNAL_EXPORT_GRANT_JSON_EXPORT_H_

#ifndef KOPA_REGIONAL_NODE_SERVICE_DOCUMENT_TYPE_H_
#define KOPA_REGIONAL_NODE_SERVICE_DOCUMENT_TYPE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kopa/region/v1/application.pb.h"

namespace kopa::node {

// What a document is by how it begins, whatever its name says. `begin` is all of it or at least its
// first kDocumentPartBytes.
//
// A PDF begins with "%PDF-" (ISO 32000-1, 7.5.2). A signed container is a ZIP whose first entry is
// named "mimetype", is neither compressed nor encrypted and holds the media type of ASiC-E (ETSI EN
// 319 162-1, A.1). INVALID_ARGUMENT with fault DOCUMENT_TYPE for all else.
absl::StatusOr<region::v1::DocumentType> TypeOfDocument(absl::string_view begin);

}  // namespace kopa::node

#endif  // KOPA_REGIONAL_NODE_SERVICE_DOCUMENT_TYPE_H_

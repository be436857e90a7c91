#include "central/core/application_keys.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "central/core/families.h"
#include "common/base/bytes.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/territory/folded_text.h"

namespace kopa::central {
namespace {

constexpr size_t kIdBytes = 16;
constexpr size_t kNameDigestBytes = 16;
// Summaries that are fetched at once.
constexpr size_t kFetchMax = 1000;

std::string KindPrefix(const CallId& call, KeyKind kind) {
  return ByteWriter().Raw(call.value()).U8(0).U8(static_cast<uint8_t>(kind)).Take();
}

// Case, Unicode form and surplus white space make no other name; diacritics do not either, since
// they are what typists leave out.
std::string NameDigest(absl::string_view name) {
  const auto folded = FoldedText::Of(name);
  ByteWriter letters;
  if (folded.ok()) {
    for (const char32_t letter : folded->bases()) letters.U32(static_cast<uint32_t>(letter));
  } else {
    letters.Raw(name);
  }
  return Sha256(letters.view()).substr(0, kNameDigestBytes);
}

}  // namespace

std::vector<ApplicationKey> KeysOf(absl::string_view municipality, bool team,
                                   const ApplicationDetails& details) {
  std::vector<ApplicationKey> keys;
  keys.push_back({KeyKind::kMunicipality, std::string(municipality)});
  // A team's applicant is its school, which is among the schools.
  if (!team && !details.organisation_reg_no.empty()) {
    keys.push_back({KeyKind::kRegNo, details.organisation_reg_no});
  }
  for (const std::string& school : details.school_reg_nos) {
    keys.push_back({KeyKind::kSchool, school});
  }
  if (team && !details.organisation.empty()) {
    keys.push_back({KeyKind::kSchoolName, NameDigest(details.organisation)});
  }
  return keys;
}

std::string StoredKey(const CallId& call, const ApplicationKey& key, const ApplicationId& id) {
  return ByteWriter().Raw(KindPrefix(call, key.kind)).Bytes(key.subject).Raw(id.bytes()).Take();
}

absl::StatusOr<std::vector<FoundApplication>> ApplicationFinder::Fetch(
    const std::vector<std::string>& ids, const ApplicationKey& key, bool team) {
  std::vector<FoundApplication> found;
  const auto summaries = view_.MultiGet(kSummary, ids);
  for (size_t i = 0; i < ids.size(); ++i) {
    RETURN_IF_ERROR(summaries[i].status());
    FoundApplication one;
    ASSIGN_OR_RETURN(one.id, Uuid::FromBytes(ids[i]));
    ASSIGN_OR_RETURN(one.stored, StoredSummary::Parse(names_, *summaries[i]));
    const std::string& municipality =
        names_.municipalities.Name(one.stored.summary.cell.municipality);
    // Of the municipality alone the other keys need not be made.
    const bool holds = key.kind == KeyKind::kMunicipality ? municipality == key.subject : [&] {
      const auto keys = KeysOf(municipality, team, one.stored.details);
      return std::find(keys.begin(), keys.end(), key) != keys.end();
    }();
    if (holds) found.push_back(std::move(one));
  }
  return found;
}

absl::StatusOr<std::vector<FoundApplication>> ApplicationFinder::WithKey(const CallId& call,
                                                                         const ApplicationKey& key,
                                                                         bool team) {
  const std::string prefix = ByteWriter().Raw(KindPrefix(call, key.kind)).Bytes(key.subject).Take();
  std::vector<std::string> ids;
  const auto at = view_.Scan(kKey, prefix, PrefixEnd(prefix));
  for (; at->Valid(); at->Next()) ids.emplace_back(at->key().substr(prefix.size()));
  RETURN_IF_ERROR(at->status());
  return Fetch(ids, key, team);
}

absl::Status ApplicationFinder::ForEachGroup(
    const CallId& call, KeyKind kind, bool team, size_t least,
    const std::function<void(const std::string& subject, std::vector<FoundApplication>&&)>& visit) {
  const std::string prefix = KindPrefix(call, kind);
  std::string subject;
  std::vector<std::string> ids;
  const auto finish_group = [&]() -> absl::Status {
    if (ids.size() < least || ids.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(std::vector<FoundApplication> found, Fetch(ids, {kind, subject}, team));
    if (found.size() >= least) visit(subject, std::move(found));
    return absl::OkStatus();
  };
  const auto at = view_.Scan(kKey, prefix, PrefixEnd(prefix));
  for (; at->Valid(); at->Next()) {
    ByteReader key(at->key().substr(prefix.size()));
    const std::string next(key.Bytes());
    if (!key.ok() || key.rest().size() != kIdBytes) {
      return absl::DataLossError("a key of an application is damaged");
    }
    if (next != subject) {
      RETURN_IF_ERROR(finish_group());
      subject = next;
      ids.clear();
    }
    ids.emplace_back(key.rest());
  }
  RETURN_IF_ERROR(at->status());
  return finish_group();
}

absl::Status ApplicationFinder::ForEach(const CallId& call,
                                        const std::function<void(FoundApplication&&)>& visit) {
  const std::string prefix = KindPrefix(call, KeyKind::kMunicipality);
  std::string subject;
  std::vector<std::string> ids;
  const auto finish_part = [&]() -> absl::Status {
    if (ids.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(std::vector<FoundApplication> found,
                     Fetch(ids, {KeyKind::kMunicipality, subject}, false));
    for (FoundApplication& one : found) visit(std::move(one));
    ids.clear();
    return absl::OkStatus();
  };
  const auto at = view_.Scan(kKey, prefix, PrefixEnd(prefix));
  for (; at->Valid(); at->Next()) {
    ByteReader key(at->key().substr(prefix.size()));
    const std::string next(key.Bytes());
    if (!key.ok() || key.rest().size() != kIdBytes) {
      return absl::DataLossError("a key of an application is damaged");
    }
    if (next != subject || ids.size() >= kFetchMax) RETURN_IF_ERROR(finish_part());
    subject = next;
    ids.emplace_back(key.rest());
  }
  RETURN_IF_ERROR(at->status());
  return finish_part();
}

}  // namespace kopa::central

#include "common/pki/authority.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/bytes.h"
#include "common/base/status.h"
#include "common/pki/certificate.h"
#include "common/pki/mint.h"

namespace kopa::pki {
namespace {

constexpr char kCertificateFile[] = "ca.crt";
constexpr char kKeyFile[] = "ca.key";
constexpr char kRevocationsFile[] = "ca.crl";
constexpr char kIndexFile[] = "index";
constexpr char kLockFile[] = "lock";
constexpr int kPublicMode = 0644;
constexpr int kPrivateMode = 0600;
// A file's name may have 255 bytes, with ".crt" and what is added while it is written.
constexpr size_t kFileNameBytesMax = 240;
constexpr size_t kNameSerialDigits = 8;

absl::Time WholeSeconds(absl::Time time) {
  return absl::FromUnixSeconds(absl::ToUnixSeconds(time));
}

absl::StatusOr<FileLock> Lock(const std::string& folder) {
  auto lock = FileLock::Acquire(absl::StrCat(folder, "/", kLockFile));
  if (lock.ok() || !absl::IsFailedPrecondition(lock.status())) return lock;
  return absl::FailedPreconditionError(
      absl::StrCat("another command works on the authority in ", folder, "; try again"));
}

absl::Status WriteKey(const std::string& path, EVP_PKEY* key) {
  ASSIGN_OR_RETURN(std::string pem, PemOf(key));
  const absl::Status status = WriteFileAtomically(path, pem, kPrivateMode);
  Wipe(&pem);
  return status;
}

absl::StatusOr<Handle<EVP_PKEY>> ReadKey(const std::string& path) {
  RETURN_IF_ERROR(CheckPrivate(path));
  ASSIGN_OR_RETURN(std::string pem, ReadFile(path));
  absl::StatusOr<Handle<EVP_PKEY>> key = ParseKey(pem);
  Wipe(&pem);
  if (key.ok()) return key;
  return absl::DataLossError(absl::StrCat(path, " ", key.status().message()));
}

std::string FileNameOf(const IndexEntry& entry) {
  const std::string kind(WordOf(entry.holder.kind));
  if (entry.holder.kind == HolderKind::kCentral) return kind;
  const std::string name = absl::StrCat(kind, "-", PercentEncode(entry.holder.name));
  return name.size() <= kFileNameBytesMax ? name : absl::StrCat(kind, "-", entry.serial);
}

// Whether somebody may mean this entry by `which`.
bool IsMeant(const IndexEntry& entry, absl::string_view which) {
  const std::string uri = UriOf(entry.holder);
  const absl::string_view path = absl::string_view(uri).substr(uri.find("//") + 2);
  const bool is_central = entry.holder.kind == HolderKind::kCentral;
  return absl::AsciiStrToLower(which) == entry.serial || which == uri || which == path ||
         (!is_central &&
          (which == entry.holder.name ||
           which == absl::StrCat(WordOf(entry.holder.kind), "/", entry.holder.name)));
}

}  // namespace

absl::StatusOr<Authority> Authority::Init(const std::string& folder, int days, const Clock* clock,
                                          Entropy* entropy) {
  if (days < 1 || days > kAuthorityDaysMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("an authority is made for 1 to ", kAuthorityDaysMax, " days, not ", days));
  }
  RETURN_IF_ERROR(MakeFolders(folder));
  RETURN_IF_ERROR(CheckPrivate(folder));
  ASSIGN_OR_RETURN(FileLock lock, Lock(folder));
  Authority authority(folder, std::move(lock), clock, entropy);
  RETURN_IF_ERROR(authority.Make(days));
  return authority;
}

absl::StatusOr<Authority> Authority::Open(const std::string& folder, const Clock* clock,
                                          Entropy* entropy) {
  if (!FileExists(absl::StrCat(folder, "/", kCertificateFile))) {
    return absl::NotFoundError(absl::StrCat("there is no certificate authority in ", folder,
                                            "; `kopa pki init` makes one, --dir names another"));
  }
  RETURN_IF_ERROR(CheckPrivate(folder));
  ASSIGN_OR_RETURN(FileLock lock, Lock(folder));
  Authority authority(folder, std::move(lock), clock, entropy);
  RETURN_IF_ERROR(authority.Load());
  return authority;
}

// The certificate comes last: until it is there, there is no authority, and another try begins
// afresh.
absl::Status Authority::Make(int days) {
  if (FileExists(PathOf(kCertificateFile))) {
    return absl::AlreadyExistsError(
        absl::StrCat("there is a certificate authority in ", folder_,
                     " already; a new one could not vouch for what that one has issued"));
  }
  const absl::Time now = WholeSeconds(clock_->Now());
  ASSIGN_OR_RETURN(key_, NewKey());
  const std::string serial = NewSerial();
  // Authorities are told apart by name, so that a wrong one is noticed as such.
  const std::string name =
      absl::StrCat("Kopa authority ", ToHex(serial).substr(0, kNameSerialDigits));
  ASSIGN_OR_RETURN(certificate_, MakeAuthority(key_.get(), name, serial,
                                               {now - kClockSkew, now + absl::Hours(24) * days}));
  RETURN_IF_ERROR(WriteKey(PathOf(kKeyFile), key_.get()));
  RETURN_IF_ERROR(WriteIndex());
  RETURN_IF_ERROR(RenewRevocations());
  ASSIGN_OR_RETURN(const std::string pem, PemOf(certificate_.get()));
  return WriteFileAtomically(PathOf(kCertificateFile), pem, kPublicMode);
}

absl::Status Authority::Load() {
  ASSIGN_OR_RETURN(const std::string pem, ReadFile(PathOf(kCertificateFile)));
  auto certificates = ParseCertificates(pem);
  if (!certificates.ok()) {
    return absl::DataLossError(
        absl::StrCat(PathOf(kCertificateFile), " ", certificates.status().message()));
  }
  certificate_ = std::move(certificates->front());
  ASSIGN_OR_RETURN(key_, ReadKey(PathOf(kKeyFile)));
  if (X509_check_private_key(certificate_.get(), key_.get()) != 1) {
    return absl::DataLossError(
        absl::StrCat(PathOf(kKeyFile), " does not belong to ", PathOf(kCertificateFile)));
  }
  ASSIGN_OR_RETURN(const std::string index, ReadFile(PathOf(kIndexFile)));
  auto entries = ParseIndex(index);
  if (!entries.ok()) return Annotate(entries.status(), PathOf(kIndexFile));
  entries_ = *std::move(entries);
  return absl::OkStatus();
}

absl::StatusOr<absl::Time> Authority::EndOf(const Holder& holder, std::optional<int> asked) const {
  const int days =
      asked.value_or(holder.kind == HolderKind::kPerson ? kPersonDaysDefault : kServerDaysDefault);
  if (days < 1 || days > kDaysMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("a certificate is made for 1 to ", kDaysMax, " days, not ", days));
  }
  const absl::Time end = WholeSeconds(clock_->Now()) + absl::Hours(24) * days;
  if (end <= not_after()) return end;
  return absl::InvalidArgumentError(absl::StrCat("the authority itself is valid until ",
                                                 absl::FormatTime(not_after(), absl::UTCTimeZone()),
                                                 ": fewer days, or a new authority"));
}

absl::StatusOr<Authority::Issued> Authority::Issue(const Holder& holder,
                                                   std::vector<std::string> hosts,
                                                   std::optional<int> days) {
  RETURN_IF_ERROR(CheckHolder(holder));
  const bool is_person = holder.kind == HolderKind::kPerson;
  if (is_person && !hosts.empty()) {
    return absl::InvalidArgumentError("a person has no host; only servers do");
  }
  for (const std::string& host : hosts) RETURN_IF_ERROR(CheckHost(host));
  if (!is_person && hosts.empty()) hosts = {"localhost", "127.0.0.1"};
  Subject subject;
  subject.holder = holder;
  subject.hosts = hosts;
  subject.serial = NewSerial();
  subject.validity.not_before = std::max(not_before(), WholeSeconds(clock_->Now()) - kClockSkew);
  ASSIGN_OR_RETURN(subject.validity.not_after, EndOf(holder, days));
  ASSIGN_OR_RETURN(const Handle<EVP_PKEY> key, NewKey());
  ASSIGN_OR_RETURN(const Handle<X509> certificate,
                   MakeCertificate(certificate_.get(), key_.get(), key.get(), subject));
  Issued issued;
  issued.entry = {ToHex(subject.serial), holder, subject.validity.not_before,
                  subject.validity.not_after};
  issued.hosts = std::move(hosts);
  issued.certificate_file = PathOf(FileNameOf(issued.entry) + ".crt");
  issued.key_file = PathOf(FileNameOf(issued.entry) + ".key");
  // Nothing is out that can't be revoked: the index first.
  entries_.push_back(issued.entry);
  RETURN_IF_ERROR(WriteIndex());
  RETURN_IF_ERROR(RenewRevocations());
  RETURN_IF_ERROR(WriteKey(issued.key_file, key.get()));
  ASSIGN_OR_RETURN(const std::string pem, PemOf(certificate.get()));
  RETURN_IF_ERROR(WriteFileAtomically(issued.certificate_file, pem, kPublicMode));
  return issued;
}

absl::StatusOr<std::vector<IndexEntry>> Authority::Revoke(absl::string_view which, Reason reason) {
  const absl::Time now = WholeSeconds(clock_->Now());
  std::vector<IndexEntry*> meant;
  for (IndexEntry& entry : entries_) {
    if (IsMeant(entry, which)) meant.push_back(&entry);
  }
  if (meant.empty()) {
    return absl::NotFoundError(
        absl::StrCat("no certificate was issued for \"", which, "\", nor with that serial number"));
  }
  for (const IndexEntry* entry : meant) {
    if (entry->holder.kind != meant.front()->holder.kind) {
      return absl::InvalidArgumentError(
          absl::StrCat("there is more than one kind of \"", which, "\"; write kopa://",
                       WordOf(meant.front()->holder.kind), "/... or kopa://",
                       WordOf(entry->holder.kind), "/..., or a serial number"));
    }
  }
  // Those that have run out need it only where they are named one by one.
  if (meant.size() > 1) {
    meant.erase(std::remove_if(meant.begin(), meant.end(),
                               [now](const IndexEntry* entry) {
                                 return entry->StateAt(now) == State::kExpired;
                               }),
                meant.end());
  }
  std::vector<IndexEntry> revoked;
  for (IndexEntry* entry : meant) {
    if (!entry->is_revoked()) {
      entry->revoked = now;
      entry->reason = reason;
    }
    revoked.push_back(*entry);
  }
  RETURN_IF_ERROR(WriteIndex());
  RETURN_IF_ERROR(RenewRevocations());
  return revoked;
}

absl::Status Authority::RenewRevocations() {
  const absl::Time now = WholeSeconds(clock_->Now());
  // A list's number must be higher than the last one's, also where the clock went back.
  auto number = static_cast<uint64_t>(std::max<int64_t>(absl::ToUnixSeconds(now), 1));
  if (const auto before = ReadFile(PathOf(kRevocationsFile)); before.ok()) {
    const auto lists = ParseRevocationLists(*before);
    if (lists.ok()) number = std::max(number, NumberOf(*lists->front()) + 1);
  }
  revocations_until_ = now + kRevocationsValid;
  ASSIGN_OR_RETURN(const std::string pem,
                   MakeRevocationList(certificate_.get(), key_.get(), entries_, number,
                                      now - kClockSkew, revocations_until_));
  return WriteFileAtomically(PathOf(kRevocationsFile), pem, kPublicMode);
}

absl::Time Authority::not_before() const { return FactsOf(*certificate_).not_before; }
absl::Time Authority::not_after() const { return FactsOf(*certificate_).not_after; }

std::string Authority::PathOf(absl::string_view file) const {
  return absl::StrCat(folder_, "/", file);
}

absl::Status Authority::WriteIndex() const {
  return WriteFileAtomically(PathOf(kIndexFile), FormatIndex(entries_), kPrivateMode);
}

// 126 random bits; the first byte is never 0, so that the number always has as many digits.
std::string Authority::NewSerial() const {
  std::string serial = entropy_->Bytes(kSerialBytes);
  serial[0] = static_cast<char>((static_cast<unsigned char>(serial[0]) & 0x3F) | 0x40);
  return serial;
}

}  // namespace kopa::pki

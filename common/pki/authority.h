#ifndef KOPA_COMMON_PKI_AUTHORITY_H_
#define KOPA_COMMON_PKI_AUTHORITY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/entropy.h"
#include "common/base/file.h"
#include "common/pki/index.h"
#include "common/pki/openssl.h"

// A small certificate authority in a folder (0700), for trials and for offices without one:
//
//   ca.crt      its own certificate                 for everybody: --tls-ca
//   ca.key      its private key, 0600               for nobody else
//   ca.crl      which certificates are revoked      for the servers: --tls-crl
//   index       which it has issued (index.h)
//   NAME.crt, NAME.key                              what it has issued last for each holder, with
//                                                   NAME = central, node-ID, person-NAME
//   lock        held by whoever works on it
//
// Everything is PEM and written as a whole or not at all.
namespace kopa::pki {

inline constexpr int kAuthorityDaysDefault = 3650;
inline constexpr int kAuthorityDaysMax = 7300;
inline constexpr int kPersonDaysDefault = 30;
inline constexpr int kServerDaysDefault = 90;
inline constexpr int kDaysMax = 397;
// A revocation list wants to be renewed after this; each command renews it.
inline constexpr absl::Duration kRevocationsValid = absl::Hours(7 * 24);
// Machines whose clock is behind take new certificates all the same.
inline constexpr absl::Duration kClockSkew = absl::Minutes(5);

// One holder of the lock on a folder. Not thread-safe.
class Authority {
 public:
  // Makes one. ALREADY_EXISTS where the folder holds one; FAILED_PRECONDITION where others may use
  // the folder; INVALID_ARGUMENT where `days` is not 1 to kAuthorityDaysMax.
  static absl::StatusOr<Authority> Init(const std::string& folder, int days, const Clock* clock,
                                        Entropy* entropy);
  // NOT_FOUND where there is none; FAILED_PRECONDITION where others may use its folder or key, or
  // another process works on it; DATA_LOSS where a file of it is damaged. Clock and entropy must
  // outlive it.
  static absl::StatusOr<Authority> Open(const std::string& folder, const Clock* clock,
                                        Entropy* entropy);

  struct Issued {
    IndexEntry entry;
    std::vector<std::string> hosts;
    std::string certificate_file;
    std::string key_file;
  };
  // A new key and certificate for the holder, in the files above; those that were issued before
  // stay valid. `hosts` are what clients call a server; empty: this machine, "localhost" and
  // "127.0.0.1". Without `days` it gets the default of its kind.
  //
  // INVALID_ARGUMENT where holder, a host or the days are wrong, where a person has hosts, or where
  // the certificate would outlive its authority.
  absl::StatusOr<Issued> Issue(const Holder& holder, std::vector<std::string> hosts,
                               std::optional<int> days);

  // `which` is a serial number, or a holder: "zemgale", "node/zemgale" or
  // "kopa://node/zemgale" ("central" for the centre), and then all valid certificates of theirs.
  // Gives those that are revoked now; revoking one again changes nothing.
  //
  // NOT_FOUND where there is none; INVALID_ARGUMENT where a name is both a node's and a person's.
  absl::StatusOr<std::vector<IndexEntry>> Revoke(absl::string_view which, Reason reason);

  // Writes ca.crl anew.
  absl::Status RenewRevocations();

  // In the order of issuing.
  const std::vector<IndexEntry>& entries() const { return entries_; }
  absl::Time not_before() const;
  absl::Time not_after() const;
  // Of the list that was written last.
  absl::Time revocations_until() const { return revocations_until_; }
  std::string PathOf(absl::string_view file) const;

 private:
  Authority(std::string folder, FileLock lock, const Clock* clock, Entropy* entropy)
      : folder_(std::move(folder)), lock_(std::move(lock)), clock_(clock), entropy_(entropy) {}

  absl::Status Load();
  absl::Status Make(int days);
  absl::StatusOr<absl::Time> EndOf(const Holder& holder, std::optional<int> days) const;
  absl::Status WriteIndex() const;
  std::string NewSerial() const;

  std::string folder_;
  FileLock lock_;
  const Clock* clock_;
  Entropy* entropy_;
  Handle<EVP_PKEY> key_;
  Handle<X509> certificate_;
  std::vector<IndexEntry> entries_;
  absl::Time revocations_until_ = absl::InfinitePast();
};

}  // namespace kopa::pki

#endif  // KOPA_COMMON_PKI_AUTHORITY_H_

#include "common/rpc/tls_watch.h"

#include <sys/stat.h>

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/pki/certificate.h"

namespace kopa::rpc {

absl::StatusOr<std::shared_ptr<const TlsState>> ReadTlsState(const TlsFiles& files) {
  ASSIGN_OR_RETURN(TlsMaterial material, LoadTls(files));
  ASSIGN_OR_RETURN(pki::Trust trust, pki::Trust::Make(material.ca, material.crl));
  ASSIGN_OR_RETURN(const pki::CertificateFacts facts, pki::FactsOf(material.cert));
  return std::make_shared<const TlsState>(
      TlsState{std::move(material), std::move(trust), facts.not_after});
}

TlsWatch::TlsWatch(Options options, std::shared_ptr<const TlsState> first)
    : options_(std::move(options)), state_(std::move(first)), thread_([this] { Run(); }) {}

TlsWatch::~TlsWatch() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    wake_.NotifyAll();
  }
  thread_.join();
}

std::shared_ptr<const TlsState> TlsWatch::state() const {
  MutexLock lock(&mutex_);
  return state_;
}

absl::Status TlsWatch::last_reload() const {
  MutexLock lock(&mutex_);
  return last_reload_;
}

std::vector<TlsWatch::Stamp> TlsWatch::StampsOf(const TlsFiles& files) {
  std::vector<Stamp> stamps;
  for (const std::string* path : {&files.cert, &files.key, &files.ca, &files.crl}) {
    Stamp stamp;
    struct stat info {};
    if (!path->empty() && stat(path->c_str(), &info) == 0) {
      stamp.changed_nanos = info.st_ctim.tv_sec * 1'000'000'000 + info.st_ctim.tv_nsec;
      stamp.size = info.st_size;
      stamp.inode = info.st_ino;
    }
    stamps.push_back(stamp);
  }
  return stamps;
}

void TlsWatch::Run() {
  for (;;) {
    Look();
    if (options_.on_look) options_.on_look();
    MutexLock lock(&mutex_);
    if (!stopping_) wake_.WaitFor(&mutex_, absl::ToChronoNanoseconds(options_.pause));
    if (stopping_) return;
  }
}

// The stamps are taken before the reading: what changes in between is seen the next time. The first
// time there are none, so that nothing is missed that changed since the first reading.
void TlsWatch::Look() {
  std::vector<Stamp> stamps = StampsOf(options_.files);
  if (stamps == stamps_ && last_reload().ok()) return;
  stamps_ = std::move(stamps);
  auto read = ReadTlsState(options_.files);
  absl::Status status = read.status();
  if (status.ok() && (*read)->not_after <= options_.clock->Now()) {
    // One that had run out when the server started is all that it has; it is told of there.
    status = absl::FailedPreconditionError(
        absl::StrCat("tls-cert: ", options_.files.cert, " has expired"));
  }
  const auto before = state();
  const TlsMaterial& old = before->material;
  const bool is_new =
      status.ok() && ((*read)->material.cert != old.cert || (*read)->material.key != old.key ||
                      (*read)->material.ca != old.ca || (*read)->material.crl != old.crl);
  Report(status, is_new ? read->get() : nullptr);
  {
    MutexLock lock(&mutex_);
    last_reload_ = status;
    if (is_new) state_ = *read;
  }
  if (is_new && options_.on_change) options_.on_change(*std::move(read));
}

// The same failure is told once.
void TlsWatch::Report(const absl::Status& status, const TlsState* state) {
  if (options_.logger == nullptr) return;
  if (state != nullptr) {
    options_.logger->Info("the TLS files were read again", {{"not_after", state->not_after}});
  } else if (!status.ok() && status != last_reload()) {
    options_.logger->Error("the TLS files are not taken; the ones before stay in use",
                           {{"error", status}});
  } else if (status.ok() && !last_reload().ok()) {
    options_.logger->Info("the TLS files are the ones in use again");
  }
}

}  // namespace kopa::rpc

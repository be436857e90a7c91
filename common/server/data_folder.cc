#include "common/server/data_folder.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/server/endpoint.h"

namespace kopa::server {

absl::StatusOr<DataFolder> DataFolder::Create(const std::string& path) {
  ASSIGN_OR_RETURN(DataFolder folder, CreateForRestore(path));
  if (FileExists(folder.restoring_path()) && !FileExists(folder.store_path())) {
    return absl::FailedPreconditionError(
        absl::StrCat("a restore into data folder ", path, " was broken off; run it again"));
  }
  return folder;
}

absl::StatusOr<DataFolder> DataFolder::CreateForRestore(const std::string& path) {
  RETURN_IF_ERROR(MakeFolders(path));
  ASSIGN_OR_RETURN(DataFolder folder, Lock(path));
  // Left behind by a server that was killed: nobody listens there any more.
  RemoveEndpoint(path);
  return folder;
}

absl::StatusOr<DataFolder> DataFolder::OpenExisting(const std::string& path) {
  // Asked for the lock, not the folder: it must not be made where no server ever ran.
  if (!FileExists(path + "/lock")) {
    return absl::NotFoundError(absl::StrCat("there is no data folder at ", path));
  }
  return Lock(path);
}

absl::StatusOr<DataFolder> DataFolder::Lock(const std::string& path) {
  auto lock = FileLock::Acquire(path + "/lock");
  if (absl::IsFailedPrecondition(lock.status())) {
    return absl::FailedPreconditionError(
        absl::StrCat("data folder ", path, " is in use by another process"));
  }
  RETURN_IF_ERROR(lock.status());
  return DataFolder(path, *std::move(lock));
}

}  // namespace kopa::server

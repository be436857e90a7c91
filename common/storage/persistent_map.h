#ifndef KOPA_COMMON_STORAGE_PERSISTENT_MAP_H_
#define KOPA_COMMON_STORAGE_PERSISTENT_MAP_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kopa::storage {

// An ordered map of strings whose copies are free: a copy shares every entry with the original, and
// a change of one never shows in the other. It is what gives the memory store its snapshots and
// clones, which the simulator takes by the thousand.
//
// A treap with path copying: a change makes O(log n) new nodes and leaves the old ones to whoever
// still holds them. A node's priority is a hash of its key, so the same keys always give the same
// tree. One map is not thread-safe; different copies may be used by different threads.
class PersistentMap {
 public:
  // Replaces the value where the key is there already.
  void Put(std::string key, std::string value);
  // No change where the key is absent.
  void Delete(absl::string_view key);
  // Null where the key is absent. Valid until this map is changed or destroyed.
  const std::string* Find(absl::string_view key) const;
  bool empty() const { return root_ == nullptr; }

  class Cursor;

 private:
  struct Entry;
  struct Node;
  using NodePointer = std::shared_ptr<const Node>;
  struct Pair {
    NodePointer less;
    NodePointer rest;
  };

  static NodePointer WithChildren(const Node& node, NodePointer left, NodePointer right);
  static NodePointer Insert(const NodePointer& node, const std::shared_ptr<const Entry>& entry);
  static NodePointer Remove(const NodePointer& node, absl::string_view key);
  static NodePointer Merge(const NodePointer& left, const NodePointer& right);
  static Pair Split(const NodePointer& node, absl::string_view key);

  NodePointer root_;
};

// Walks the entries of [begin, end) of the map as it was when the cursor was made; `end` empty
// means "to the last", `reverse` gives the same entries from the last to the first.
class PersistentMap::Cursor {
 public:
  Cursor(const PersistentMap& map, absl::string_view begin, absl::string_view end, bool reverse);
  bool Valid() const { return !path_.empty(); }
  void Next();
  const std::string& key() const;
  const std::string& value() const;

 private:
  void Descend(const Node* node);
  void StopOutsideRange();

  const NodePointer root_;  // keeps the nodes alive
  const std::string begin_;
  const std::string end_;
  const bool reverse_;
  std::vector<const Node*> path_;  // the current entry on top; below it those that come after it
};

}  // namespace kopa::storage

#endif  // KOPA_COMMON_STORAGE_PERSISTENT_MAP_H_

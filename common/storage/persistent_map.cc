#include "common/storage/persistent_map.h"

#include <cstdint>
#include <utility>

#include "common/base/status.h"

namespace kopa::storage {

struct PersistentMap::Entry {
  std::string key;
  std::string value;
  uint64_t priority;
};

struct PersistentMap::Node {
  std::shared_ptr<const Entry> entry;
  NodePointer left;
  NodePointer right;
};

namespace {

// FNV-1a with a final mix. Not absl::Hash: that differs from process to process.
uint64_t PriorityOf(absl::string_view key) {
  uint64_t hash = 0xCBF29CE484222325ULL;
  for (char c : key) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001B3ULL;
  hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9ULL;
  hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBULL;
  return hash ^ (hash >> 31);
}

}  // namespace

PersistentMap::NodePointer PersistentMap::WithChildren(const Node& node, NodePointer left,
                                                       NodePointer right) {
  return std::make_shared<const Node>(Node{node.entry, std::move(left), std::move(right)});
}

// Entries of `node` with a smaller key, and the rest.
PersistentMap::Pair PersistentMap::Split(const NodePointer& node, absl::string_view key) {
  if (node == nullptr) return {};
  if (absl::string_view(node->entry->key) < key) {
    Pair right = Split(node->right, key);
    return {WithChildren(*node, node->left, std::move(right.less)), std::move(right.rest)};
  }
  Pair left = Split(node->left, key);
  return {std::move(left.less), WithChildren(*node, std::move(left.rest), node->right)};
}

// Every key of `left` is smaller than every key of `right`.
PersistentMap::NodePointer PersistentMap::Merge(const NodePointer& left, const NodePointer& right) {
  if (left == nullptr) return right;
  if (right == nullptr) return left;
  if (left->entry->priority >= right->entry->priority) {
    return WithChildren(*left, left->left, Merge(left->right, right));
  }
  return WithChildren(*right, Merge(left, right->left), right->right);
}

// A key that is there already has its own priority, so it is met before any node of a lower one:
// the split below never has to look for it.
PersistentMap::NodePointer PersistentMap::Insert(const NodePointer& node,
                                                 const std::shared_ptr<const Entry>& entry) {
  if (node == nullptr || entry->priority > node->entry->priority) {
    Pair parts = Split(node, entry->key);
    return std::make_shared<const Node>(Node{entry, std::move(parts.less), std::move(parts.rest)});
  }
  const int order = entry->key.compare(node->entry->key);
  if (order == 0) return std::make_shared<const Node>(Node{entry, node->left, node->right});
  if (order < 0) return WithChildren(*node, Insert(node->left, entry), node->right);
  return WithChildren(*node, node->left, Insert(node->right, entry));
}

PersistentMap::NodePointer PersistentMap::Remove(const NodePointer& node, absl::string_view key) {
  const int order = key.compare(node->entry->key);
  if (order == 0) return Merge(node->left, node->right);
  if (order < 0) return WithChildren(*node, Remove(node->left, key), node->right);
  return WithChildren(*node, node->left, Remove(node->right, key));
}

void PersistentMap::Put(std::string key, std::string value) {
  const uint64_t priority = PriorityOf(key);
  root_ = Insert(root_,
                 std::make_shared<const Entry>(Entry{std::move(key), std::move(value), priority}));
}

void PersistentMap::Delete(absl::string_view key) {
  if (Find(key) != nullptr) root_ = Remove(root_, key);
}

const std::string* PersistentMap::Find(absl::string_view key) const {
  const Node* node = root_.get();
  while (node != nullptr) {
    const int order = key.compare(node->entry->key);
    if (order == 0) return &node->entry->value;
    node = order < 0 ? node->left.get() : node->right.get();
  }
  return nullptr;
}

PersistentMap::Cursor::Cursor(const PersistentMap& map, absl::string_view begin,
                              absl::string_view end, bool reverse)
    : root_(map.root_), begin_(begin), end_(end), reverse_(reverse) {
  const Node* node = root_.get();
  while (node != nullptr) {
    const absl::string_view node_key = node->entry->key;
    const bool ahead = reverse_ ? end_.empty() || node_key < end_ : node_key >= begin_;
    if (ahead) path_.push_back(node);
    node = ahead == reverse_ ? node->right.get() : node->left.get();
  }
  StopOutsideRange();
}

void PersistentMap::Cursor::Next() {
  KOPA_CHECK(Valid());
  const Node* done = path_.back();
  path_.pop_back();
  Descend(reverse_ ? done->left.get() : done->right.get());
  StopOutsideRange();
}

void PersistentMap::Cursor::Descend(const Node* node) {
  for (; node != nullptr; node = reverse_ ? node->right.get() : node->left.get()) {
    path_.push_back(node);
  }
}

void PersistentMap::Cursor::StopOutsideRange() {
  if (path_.empty()) return;
  const bool inside = reverse_ ? key() >= begin_ : end_.empty() || key() < end_;
  if (!inside) path_.clear();
}

const std::string& PersistentMap::Cursor::key() const {
  KOPA_CHECK(Valid());
  return path_.back()->entry->key;
}

const std::string& PersistentMap::Cursor::value() const {
  KOPA_CHECK(Valid());
  return path_.back()->entry->value;
}

}  // namespace kopa::storage

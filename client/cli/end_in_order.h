#ifndef KOPA_CLIENT_CLI_END_IN_ORDER_H_
#define KOPA_CLIENT_CLI_END_IN_ORDER_H_

#include "client/cli/environment.h"

namespace kopa::cli {

// While this lives, Ctrl-C does not end the process: whoever holds it looks at interrupted()
// between two pieces of work, so that no half of a file is left behind and a summary is still
// printed.
class EndInOrder {
 public:
  explicit EndInOrder(const ToolEnvironment& environment) : environment_(environment) {
    environment_.end_in_order(true);
  }
  ~EndInOrder() { environment_.end_in_order(false); }
  EndInOrder(const EndInOrder&) = delete;
  EndInOrder& operator=(const EndInOrder&) = delete;

 private:
  const ToolEnvironment& environment_;
};

}  // namespace kopa::cli

#endif  // KOPA_CLIENT_CLI_END_IN_ORDER_H_

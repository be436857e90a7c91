"""Exit 0 if the node that `kopa --node ADDR -o json nodes` tells of, on standard input, is drained:
the centre has acknowledged its whole journal."""

import json
import sys

[node] = json.load(sys.stdin)["nodes"]
sys.exit(0 if node["connected"] and int(node["appliedSeq"]) == int(node["headSeq"]) else 1)

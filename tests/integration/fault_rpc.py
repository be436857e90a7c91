"""gRPC from Python, for tests that need many quick clients or the very bytes of an answer.

The messages come from proto/ by protoc when a test begins, so nothing generated is kept. Needs
Debian's python3-grpcio and python3-protobuf (scripts/packages.txt).
"""

import atexit
import importlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

try:
    import grpc
except ImportError:  # another Python of the same version in front of Debian's
    sys.path.append("/usr/lib/python3/dist-packages")
    import grpc

SOURCE = pathlib.Path(os.environ.get("KOPA_SOURCE_DIR",
                                     pathlib.Path(__file__).resolve().parents[2]))
_PROTOS = ("programme/v1/units", "programme/v1/options", "programme/v1/error", "programme/v1/call",
           "national/v1/application", "national/v1/journal", "national/v1/service",
           "region/v1/application", "region/v1/service")
# A server that comes back is found again at once; nothing is sent twice behind the test's back.
_CHANNEL = (("grpc.initial_reconnect_backoff_ms", 50), ("grpc.min_reconnect_backoff_ms", 3000),
            ("grpc.max_reconnect_backoff_ms", 200), ("grpc.enable_retries", 0),
            ("grpc.use_local_subchannel_pool", 1), ("grpc.max_receive_message_length", 64 << 20))


def _generate():
    folder = tempfile.mkdtemp(prefix="kopa-messages-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    subprocess.run(["protoc", f"--proto_path={SOURCE / 'proto'}", f"--python_out={folder}",
                    *(f"kopa/{name}.proto" for name in _PROTOS)], check=True)
    sys.path.insert(0, folder)
    return [importlib.import_module(f"kopa.{name}.v1.{file}_pb2") for name, file in (
        ("region", "service"), ("region", "application"), ("national", "service"),
        ("national", "application"), ("programme", "error"))]


region, forms, national, summaries, errors = _generate()

_SERVICES = {message: service for module in (region, national)
             for service in module.DESCRIPTOR.services_by_name.values()
             for message in service.methods_by_name}


class Client:
    """One connection of one person to one server. Thread-safe."""

    def __init__(self, address, actor):
        self.actor = actor
        self._channel = grpc.insecure_channel(address, options=_CHANNEL)
        self._methods = {}

    def call(self, method, request, timeout=10.0):
        """The answer; grpc.RpcError otherwise."""
        if method not in self._methods:
            service = _SERVICES[method]
            answer = getattr(region if service.full_name.startswith("kopa.region") else national,
                             service.methods_by_name[method].output_type.name)
            self._methods[method] = self._channel.unary_unary(
                f"/{service.full_name}/{method}",
                request_serializer=type(request).SerializeToString,
                response_deserializer=answer.FromString)
        return self._methods[method](request, timeout=timeout,
                                     metadata=(("kopa-actor", self.actor),))

    def close(self):
        self._channel.close()


def request_id(ahead_seconds=0):
    """A UUID of version 7, as clients choose them; as of a clock that is so far ahead."""
    made = int((time.time() + ahead_seconds) * 1000).to_bytes(6, "big") + os.urandom(10)
    return made[:6] + bytes([made[6] & 0x0F | 0x70, made[7], made[8] & 0x3F | 0x80]) + made[9:]


def status_name(status):
    """APPROVED for APPLICATION_STATUS_APPROVED."""
    return summaries.ApplicationStatus.Name(status).removeprefix("APPLICATION_STATUS_")


def error_info(error):
    """The ErrorInfo of a failed call; an empty one where it has none."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            return errors.ErrorInfo.FromString(value)
    return errors.ErrorInfo()

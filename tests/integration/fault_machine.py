"""Disks that lose power, fill up or turn read-only: file systems of a test's own."""

import fcntl
import functools
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile

MIB = 1 << 20
# EXT4_IOC_SHUTDOWN of linux/ext4.h, and its way that writes nothing of the journal any more.
_SHUTDOWN = 0x8004587D
_WITHOUT_LOG_FLUSH = 2


def _run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


class Disk:
    """A mounted file system in a temporary folder; close() takes it away again."""

    def __init__(self, name):
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix=f"kopa-disk-{name}-"))
        self.path = self._folder / "mounted"
        self.path.mkdir()
        self._is_mounted = False

    def mount(self):
        _run("mount", *self._mount_flags(), str(self.path))
        self._is_mounted = True
        return self

    def unmount(self):
        if self._is_mounted:
            _run("umount", str(self.path))
            self._is_mounted = False

    def close(self):
        self.unmount()
        shutil.rmtree(self._folder, ignore_errors=True)

    def free_bytes(self):
        info = os.statvfs(self.path)
        return info.f_bavail * info.f_frsize

    def fill(self, leave_bytes):
        """Lays a file there that leaves so much free, as near as it gets; again: more of it."""
        with open(self.path / "ballast", "ab") as ballast:
            more = self.free_bytes() - leave_bytes
            if more > 0:
                os.posix_fallocate(ballast.fileno(), os.fstat(ballast.fileno()).st_size, more)

    def make_room(self):
        (self.path / "ballast").unlink()

    def _mount_flags(self):
        raise NotImplementedError


class MemoryDisk(Disk):
    """A tmpfs: small, and full where it is full."""

    def __init__(self, name, size_bytes):
        super().__init__(name)
        self._size = size_bytes

    def _mount_flags(self):
        return ("-t", "tmpfs", "-o", f"size={self._size},mode=0700", "tmpfs")


class LoopDisk(Disk):
    """An ext4 in a file."""

    def __init__(self, name, size_bytes):
        super().__init__(name)
        self._image = self._folder / "image"
        with open(self._image, "wb") as image:
            image.truncate(size_bytes)
        _run("mkfs.ext4", "-q", "-F", str(self._image))

    def cut_power(self):
        """What was not synced is lost from here on; nobody may write any more. Mount it again."""
        folder = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, _SHUTDOWN, struct.pack("I", _WITHOUT_LOG_FLUSH))
        finally:
            os.close(folder)

    def turn_read_only(self):
        """As the kernel does on an error of the disk."""
        source = _run("findmnt", "-n", "-o", "SOURCE", str(self.path)).strip()
        trigger = pathlib.Path("/sys/fs/ext4") / pathlib.Path(source).name / "trigger_fs_error"
        trigger.write_text("made by a test")

    def repair(self):
        """Unmounted: what an operator does after an error of the disk."""
        done = subprocess.run(["e2fsck", "-p", str(self._image)], capture_output=True, text=True,
                              timeout=60, check=False)
        if done.returncode > 1:  # 1: mended
            raise OSError(done.stdout + done.stderr)

    def _mount_flags(self):
        return ("-o", "loop,errors=remount-ro", str(self._image))


@functools.lru_cache(maxsize=None)
def why_no_memory_disk():
    """Why a tmpfs can't be mounted here; empty where it can."""
    return _tried(lambda: MemoryDisk("trial", MIB))


@functools.lru_cache(maxsize=None)
def why_no_loop_disk():
    """Why an ext4 in a file can't be mounted and cut off here; empty where it can."""
    def use(disk):
        disk.cut_power()
    return _tried(lambda: LoopDisk("trial", 16 * MIB), use)


@functools.lru_cache(maxsize=None)
def why_no_read_only_disk():
    """Why an ext4 can't be made read-only by an error here; empty where it can."""
    return _tried(lambda: LoopDisk("trial", 16 * MIB), LoopDisk.turn_read_only)


def _tried(make, use=lambda disk: None):
    disk = None
    try:
        disk = make()
        disk.mount()
        use(disk)
        return ""
    except OSError as error:
        return str(error)
    finally:
        if disk is not None:
            disk.close()

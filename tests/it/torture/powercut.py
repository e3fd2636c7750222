"""powercut.py MOUNTPOINT…: shuts ext4 or XFS file systems down at once. What was not synced is gone, as with the power."""
import fcntl
import os
import struct
import sys

SHUTDOWN = 0x8004587D  # _IOR('X', 125, u32), the same number for ext4 and XFS
NO_LOG_FLUSH = struct.pack("I", 2)

folders = [os.open(path, os.O_RDONLY | os.O_DIRECTORY) for path in sys.argv[1:]]
for folder in folders:
    fcntl.ioctl(folder, SHUTDOWN, NO_LOG_FLUSH)

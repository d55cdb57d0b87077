"""System calls a child may not make, as a seccomp filter (seccomp(2)) written out in classic BPF.

The list names what reaches out of a process: network, other processes, other programs, mounts, keys, kernel. What is
newer than the list does not exist for the child. Numbers are the kernel's for x86-64 and for arm64.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable
from typing import Final

Calls = dict[str, tuple[int, int | None]]

_ARCHITECTURES: Final = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
"""Machine → (AUDIT_ARCH, column of the tables below)."""
_NEWEST: Final = 469

REACHING_OUT: Final[Calls] = {
    "socket": (41, 198), "connect": (42, 203), "accept": (43, 202), "sendto": (44, 206), "sendmsg": (46, 211),
    "bind": (49, 200), "listen": (50, 201), "socketpair": (53, 199), "accept4": (288, 242), "sendmmsg": (307, 269),
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
    "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "pidfd_send_signal": (424, 424), "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438), "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "kcmp": (312, 272),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "shmget": (29, 194), "shmat": (30, 196), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "io_setup": (206, 0),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "keyctl": (250, 219),
    "add_key": (248, 217), "request_key": (249, 218), "personality": (135, 92), "setrlimit": (160, 164),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89),
    "quotactl": (179, 60), "quotactl_fd": (443, 443), "syslog": (103, 116), "sethostname": (170, 161),
    "setdomainname": (171, 162), "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266),
    "adjtimex": (159, 171), "iopl": (172, None), "ioperm": (173, None),
    "seccomp": (317, 277), "setuid": (105, 146), "setgid": (106, 144), "setresuid": (117, 147),
    "setresgid": (119, 149), "setreuid": (113, 145), "setregid": (114, 143), "setgroups": (116, 159),
}  # fmt: skip
"""Refused to every child, with EPERM. Column: x86-64, arm64; None where a machine does not have the call."""

OPENING: Final[Calls] = {
    "open": (2, None), "openat": (257, 56), "openat2": (437, 437), "creat": (85, None),
}  # fmt: skip
"""Refused as well to a child that has all the files it needs."""

CHANGING_FILES: Final[Calls] = {
    "truncate": (76, 45), "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276), "mkdir": (83, None),
    "mkdirat": (258, 34), "rmdir": (84, None), "link": (86, None), "linkat": (265, 37), "symlink": (88, None),
    "symlinkat": (266, 36), "unlink": (87, None), "unlinkat": (263, 35), "chmod": (90, None), "fchmodat": (268, 53),
    "fchmodat2": (452, 452), "chown": (92, None), "lchown": (94, None), "fchownat": (260, 54), "mknod": (133, None),
    "mknodat": (259, 33), "setxattr": (188, 5), "lsetxattr": (189, 6), "removexattr": (197, 14), "utimensat": (280, 88),
}  # fmt: skip

_CLONE, _CLONE3, _PRLIMIT = (56, 220), 435, (302, 261)
_CLONE_THREAD = 0x10000

# <linux/bpf_common.h>, <linux/seccomp.h>
_LOAD, _EQUAL, _GREATER, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x35, 0x45, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER_AT, _ARCH_AT, _ARGUMENTS_AT = 0, 4, 16
_PR_SET_NO_NEW_PRIVS, _SET_MODE_FILTER, _TSYNC = 38, 1, 1
_SECCOMP: Final = (317, 277)


class NoFilterError(OSError):
    """The kernel takes no filter, or there is no list for its machine."""


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def refuse_system_calls(*, may_open: bool) -> None:
    """Give this process, with all its threads, the filter for good. Raises NoFilterError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise NoFilterError(ctypes.get_errno(), "no_new_privs")
    column = _column()[1]
    instructions = write_program(may_open=may_open)
    program = _Program(len(instructions) // 8, instructions)
    if libc.syscall(_SECCOMP[column], _SET_MODE_FILTER, _TSYNC, ctypes.byref(program)):
        raise NoFilterError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def write_program(*, may_open: bool) -> bytes:
    """The filter's instructions, eight bytes each."""
    architecture, column = _column()
    tables = [REACHING_OUT, CHANGING_FILES, *([] if may_open else [OPENING])]
    refused = [row[column] for table in tables for row in table.values()]
    refuse = _ERRNO | errno.EPERM
    program = [
        *_unless(_EQUAL, architecture, at=_ARCH_AT, otherwise=_KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        *_when(_AT_LEAST, 0x40000000, then=_KILL),  # x32, another numbering on the same machine
        *_when(_GREATER, _NEWEST, then=_ERRNO | errno.ENOSYS),
        *_when(_EQUAL, _CLONE3, then=_ERRNO | errno.ENOSYS),  # its flags lie in memory; the C library then takes clone
        *_refusals(number for number in refused if number is not None),
        # clone: threads only.
        (_EQUAL, 0, 3, _CLONE[column]),
        (_LOAD, 0, 0, _ARGUMENTS_AT),
        (_ANY_BIT, 1, 0, _CLONE_THREAD),
        (_RETURN, 0, 0, refuse),
        # prlimit64: limits may be read and not set; root could raise them again.
        (_LOAD, 0, 0, _NUMBER_AT),
        (_EQUAL, 0, 5, _PRLIMIT[column]),
        (_LOAD, 0, 0, _ARGUMENTS_AT + 16),
        (_EQUAL, 0, 2, 0),
        (_LOAD, 0, 0, _ARGUMENTS_AT + 20),
        (_EQUAL, 1, 0, 0),
        (_RETURN, 0, 0, refuse),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in program)


def _column() -> tuple[int, int]:
    try:
        return _ARCHITECTURES[platform.machine()]
    except KeyError:
        raise NoFilterError(errno.ENOSYS, f"no list of system calls for {platform.machine()}") from None


def _unless(test: int, value: int, *, at: int, otherwise: int) -> Iterable[tuple[int, int, int, int]]:
    return (_LOAD, 0, 0, at), (test, 1, 0, value), (_RETURN, 0, 0, otherwise)


def _when(test: int, value: int, *, then: int) -> Iterable[tuple[int, int, int, int]]:
    return (test, 0, 1, value), (_RETURN, 0, 0, then)


def _refusals(numbers: Iterable[int]) -> Iterable[tuple[int, int, int, int]]:
    for number in numbers:
        yield from _when(_EQUAL, number, then=_ERRNO | errno.EPERM)

"""The system calls that code inside the sandbox may make: a filter for the kernel (seccomp) that
refuses all others.

What is allowed is named; so new calls of later kernels stay out. Refused on purpose are other
architectures' calls; new namespaces and mounts; reading or rewriting another process (ptrace and
its kin); memory that belongs to no process (memory files, shared memory without a file, System V);
sockets; locks on files; keyrings, io_uring, bpf and other doors into the kernel; and killing or
stopping the process that runs the cells, so that its sudden end is hardly the doing of a submission
(through one of its threads, or a timer, it can be; that ends without a grade, and gains nothing).
"""

from __future__ import annotations

import errno
import platform
import struct

#: The number of the process that runs the cells, inside: the first that its supervisor starts.
WORKER = 2

#: Calls allowed whatever their arguments are: numbers on x86_64 and on aarch64 (None where it has
#: none).
ALLOWED = {
    "read": (0, 63),
    "write": (1, 64),
    "open": (2, None),
    "close": (3, 57),
    "stat": (4, None),
    "fstat": (5, 80),
    "lstat": (6, None),
    "poll": (7, None),
    "lseek": (8, 62),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "readv": (19, 65),
    "writev": (20, 66),
    "access": (21, None),
    "pipe": (22, None),
    "select": (23, None),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "msync": (26, 227),
    "mincore": (27, 232),
    "madvise": (28, 233),
    "dup": (32, 23),
    "dup2": (33, None),
    "pause": (34, None),
    "nanosleep": (35, 101),
    "getitimer": (36, 102),
    "alarm": (37, None),
    "setitimer": (38, 103),
    "getpid": (39, 172),
    "sendfile": (40, 71),
    "sendto": (44, 206),
    "recvfrom": (45, 207),
    "shutdown": (48, 210),
    "getsockname": (51, 204),
    "getpeername": (52, 205),
    "getsockopt": (55, 209),
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "exit": (60, 93),
    "wait4": (61, 260),
    "waitid": (247, 95),
    "uname": (63, 160),
    "fsync": (74, 82),
    "fdatasync": (75, 83),
    "truncate": (76, 45),
    "ftruncate": (77, 46),
    "getdents": (78, None),
    "getdents64": (217, 61),
    "getcwd": (79, 17),
    "chdir": (80, 49),
    "fchdir": (81, 50),
    "rename": (82, None),
    "mkdir": (83, None),
    "rmdir": (84, None),
    "creat": (85, None),
    "link": (86, None),
    "unlink": (87, None),
    "symlink": (88, None),
    "readlink": (89, None),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "umask": (95, 166),
    "gettimeofday": (96, 169),
    "getrlimit": (97, 163),
    "setrlimit": (160, 164),
    "getrusage": (98, 165),
    "sysinfo": (99, 179),
    "times": (100, 153),
    "getuid": (102, 174),
    "getgid": (104, 176),
    "geteuid": (107, 175),
    "getegid": (108, 177),
    "setpgid": (109, 154),
    "getppid": (110, 173),
    "getpgrp": (111, None),
    "getpgid": (121, 155),
    "setsid": (112, 157),
    "getsid": (124, 156),
    "getgroups": (115, 158),
    "setgroups": (116, 159),
    "setresuid": (117, 147),
    "getresuid": (118, 148),
    "setresgid": (119, 149),
    "getresgid": (120, 150),
    "rt_sigpending": (127, 136),
    "rt_sigtimedwait": (128, 137),
    "rt_sigsuspend": (130, 133),
    "sigaltstack": (131, 132),
    "utime": (132, None),
    "statfs": (137, 43),
    "fstatfs": (138, 44),
    "getpriority": (140, 141),
    "setpriority": (141, 140),
    "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120),
    "sched_get_priority_max": (146, 125),
    "sched_get_priority_min": (147, 126),
    "sched_getaffinity": (204, 123),
    "sched_setaffinity": (203, 122),
    "arch_prctl": (158, None),
    "gettid": (186, 178),
    "time": (201, None),
    "futex": (202, 98),
    "futex_waitv": (449, 449),
    "set_tid_address": (218, 96),
    "getxattr": (191, 8),
    "lgetxattr": (192, 9),
    "fgetxattr": (193, 10),
    "listxattr": (194, 11),
    "llistxattr": (195, 12),
    "flistxattr": (196, 13),
    "epoll_create": (213, None),
    "epoll_create1": (291, 20),
    "epoll_wait": (232, None),
    "epoll_ctl": (233, 21),
    "epoll_pwait": (281, 22),
    "epoll_pwait2": (441, 441),
    "fadvise64": (221, 223),
    "timer_create": (222, 107),
    "timer_settime": (223, 110),
    "timer_gettime": (224, 108),
    "timer_getoverrun": (225, 109),
    "timer_delete": (226, 111),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "exit_group": (231, 94),
    "utimes": (235, None),
    "openat": (257, 56),
    "openat2": (437, 437),
    "mkdirat": (258, 34),
    "fchownat": (260, 54),
    "futimesat": (261, None),
    "newfstatat": (262, 79),
    "unlinkat": (263, 35),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "linkat": (265, 37),
    "symlinkat": (266, 36),
    "readlinkat": (267, 78),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "pselect6": (270, 72),
    "ppoll": (271, 73),
    "set_robust_list": (273, 99),
    "get_robust_list": (274, 100),
    "utimensat": (280, 88),
    "signalfd": (282, None),
    "signalfd4": (289, 74),
    "timerfd_create": (283, 85),
    "timerfd_settime": (286, 86),
    "timerfd_gettime": (287, 87),
    "eventfd": (284, None),
    "eventfd2": (290, 19),
    "fallocate": (285, 47),
    "dup3": (292, 24),
    "pipe2": (293, 59),
    "preadv": (295, 69),
    "pwritev": (296, 70),
    "preadv2": (327, 286),
    "pwritev2": (328, 287),
    "getcpu": (309, 168),
    "getrandom": (318, 278),
    "membarrier": (324, 283),
    "copy_file_range": (326, 285),
    "statx": (332, 291),
    "rseq": (334, 293),
    "close_range": (436, 436),
    "restart_syscall": (219, 128),
}
#: Calls allowed with some arguments only, see ``_conditions``.
CONDITIONAL = {
    "clone": (56, 220),
    "mmap": (9, 222),
    "prlimit64": (302, 261),
    "ioctl": (16, 29),
    "fcntl": (72, 25),
    "socketpair": (53, 199),
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "clone3": (435, 435),
    "prctl": (157, 167),
}
#: The kernel's name of each architecture whose numbers are known here, and the column of the
#: tables.
ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}

_LOAD, _EQUAL, _ABOVE, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x35, 0x45, 0x06
_ALLOW = (_RETURN, 0, 0, 0x7FFF0000)
_NEW_NAMESPACES = 0x7E020000  # mount, cgroup, uts, ipc, user, pid, net
_SAME_PARENT, _ADOPT_ORPHANS = (
    0x8000,
    36,
    # CLONE_PARENT, PR_SET_CHILD_SUBREAPER: whose parent has ended is the supervisor's, which counts
    # them
)
_SIGKILL, _SIGSTOP = 9, 19


def _refuse(error: int = errno.EPERM) -> tuple:
    return (_RETURN, 0, 0, 0x00050000 | error)


def _argument(number: int) -> tuple:
    """Loads the lower half of an argument."""
    return (_LOAD, 0, 0, 16 + 8 * number)


def _conditions() -> dict[str, list[tuple]]:
    """For each conditional call its steps; every one ends in a decision."""

    def only(argument: int, allowed: tuple[int, ...], error: int) -> list[tuple]:
        """Of a call that is many the ones that are allowed, by an argument that says which."""
        jumps = [
            (_EQUAL, len(allowed) - number, 0, request) for number, request in enumerate(allowed)
        ]
        return [_argument(argument), *jumps, _refuse(error), _ALLOW]

    # TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
    terminal = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
    # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC, F_GETPIPE_SZ
    of_descriptors = (0, 1, 2, 3, 4, 1030, 1032)
    lethal = [
        (_EQUAL, 2, 0, _SIGKILL),
        (_EQUAL, 1, 0, _SIGSTOP),
        _ALLOW,
    ]  # other signals are the cell's own affair
    return {
        "clone": [
            _argument(0),
            (_ANY_BIT, 0, 1, _NEW_NAMESPACES | _SAME_PARENT),
            _refuse(),
            _ALLOW,
        ],
        "prctl": [_argument(0), (_EQUAL, 0, 1, _ADOPT_ORPHANS), _refuse(), _ALLOW],
        "clone3": [
            _refuse(errno.ENOSYS)
        ],  # its flags lie in memory, out of a filter's sight; the C library then uses clone
        # Neither huge pages nor shared memory without a file: both outlive what is counted as a
        # process's own.
        "mmap": [
            _argument(3),
            (_ANY_BIT, 2, 0, 0x40000),
            (_ANY_BIT, 0, 2, 0x20),
            (_ANY_BIT, 0, 1, 0x01),
            _refuse(),
            _ALLOW,
        ],
        "prlimit64": [_argument(0), (_EQUAL, 0, 1, 0), _ALLOW, _refuse()],  # its own limits only
        "ioctl": only(1, terminal, errno.ENOTTY),
        # No locks on files, above all: the kernel keeps as many as are asked for, and charges
        # nobody.
        "fcntl": only(1, of_descriptors, errno.EPERM),
        "socketpair": [
            _argument(0),
            (_EQUAL, 0, 1, 1),
            _ALLOW,
            _refuse(),
        ],  # AF_UNIX, of which asyncio needs one
        # Neither to the worker nor to a group or all, of which it may be one.
        "kill": [
            _argument(1),
            *lethal,
            _argument(0),
            (_EQUAL, 3, 0, WORKER),
            (_EQUAL, 2, 0, 0),
            (_AT_LEAST, 1, 0, 0x80000000),
            _ALLOW,
            _refuse(),
        ],
        "tgkill": [_argument(2), *lethal, _argument(0), (_EQUAL, 1, 0, WORKER), _ALLOW, _refuse()],
        "tkill": [_argument(1), *lethal, _refuse()],
    }


def known() -> bool:
    """Whether the numbers of this machine's system calls are known here."""
    return platform.machine() in ARCHITECTURES


def program(machine: str | None = None) -> bytes:
    """The filter as the kernel reads it. Raises ``KeyError`` for a machine whose numbers are not
    known.
    """
    architecture, column = ARCHITECTURES[machine or platform.machine()]
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, architecture), _refuse(), (_LOAD, 0, 0, 0)]
    for name, decision in _conditions().items():
        steps += [(_EQUAL, 0, len(decision), CONDITIONAL[name][column]), *decision]
    numbers = sorted(number for call in ALLOWED.values() if (number := call[column]) is not None)
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    for first, last in ranges:
        steps += [(_AT_LEAST, 0, 2, first), (_ABOVE, 1, 0, last), _ALLOW]
    # What is newer than the tables is said not to exist, as on an older kernel: libraries then do
    # without.
    steps += [(_ABOVE, 0, 1, numbers[-1]), _refuse(errno.ENOSYS), _refuse()]
    return b"".join(struct.pack("HBBI", *step) for step in steps)

"""Code that a grader must survive: what it tries, and how the grade file must name it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Attack:
    """One attempt. ``status`` is the one expected; ``named`` stands in the message of the grade
    file.
    """

    name: str
    code: str
    status: str = "graded"
    named: str = ""


def attacks(key: str, others: str, outside: str) -> list[Attack]:
    """The attempts, on the answer ``ANSWER``; ``key`` is an assignment's source, ``others`` a
    folder of submissions, ``outside`` a folder to write to.
    """
    return [
        Attack("endless-loop", "while True:\n    pass", "stopped: time"),
        Attack(
            "stubborn-loop",
            "while True:\n    try:\n        while True:\n            pass\n"
            "    except BaseException:\n        pass",
            "stopped: time",
        ),
        Attack("loop-below-python", "sum(range(10**14))", "stopped: time"),
        Attack(
            "sleeps-for-ever",
            "import os, signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n"
            "os.read(os.pipe()[0], 1)",
            "stopped: time",
        ),
        Attack("fork-bomb", "import os\nwhile True:\n    os.fork()", "stopped: processes"),
        Attack(
            "stubborn-fork-bomb",
            "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n"
            "        pass",
            "stopped: processes",
        ),
        Attack(
            "thread-bomb",
            "import threading, time\nwhile True:\n"
            "    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
            "stopped: processes",
        ),
        Attack(
            "memory-hog",
            "hog = []\nwhile True:\n    hog.append(bytearray(10**8))",
            "stopped: memory",
        ),
        Attack(
            "memory-of-many",
            "import os, time\nfor _ in range(8):\n    if not os.fork():\n"
            "        hog = bytearray(b'1') * 700_000_000\n        time.sleep(60)\n"
            "time.sleep(60)",
            "stopped: memory",
        ),
        Attack("endless-output", "while True:\n    print('output ' * 20)", "stopped: output"),
        Attack(
            "raw-output",
            "import os\nwhile True:\n    for pipe in range(3, 20):\n        try:\n"
            "            os.write(pipe, b'x' * 65536)\n        except OSError:\n"
            "            pass",
            "stopped: output",
        ),
        Attack(
            "deletes-files", f"import shutil\nshutil.rmtree({others!r})", named="FileNotFoundError"
        ),
        Attack(
            "deletes-the-dataset",
            "import unsigned_peace.dataset as dataset\n"
            "for file in dataset.data_folder().iterdir():\n    file.unlink()",
            named="Error",
        ),
        Attack("reads-the-key", f"open({key!r}).read()", named="FileNotFoundError"),
        Attack(
            "reads-other-students", f"import os\nos.listdir({others!r})", named="FileNotFoundError"
        ),
        Attack(
            "writes-outside", f"open({outside!r} + '/written', 'w').write('here')", named="Error"
        ),
        Attack(
            "fills-the-disk",
            "for number in range(10**6):\n    open(f'/tmp/{number}', 'wb').write(b'0' * 10**7)",
            named="OSError",
        ),
        Attack(
            "network",
            "import socket\nsocket.create_connection(('192.0.2.1', 80), 3)",
            named="OSError",
        ),
        Attack(
            "kills-its-parent",
            "import os, signal\nfor process in range(2, 2000):\n"
            "    if process != os.getpid():\n        try:\n"
            "            os.kill(process, signal.SIGKILL)\n"
            "        except ProcessLookupError:\n            pass\n"
            "os.kill(os.getppid(), signal.SIGKILL)\nraise PermissionError('it lives')",
            named="PermissionError",
        ),
        Attack(
            "forges-the-score",
            "import os\nfor pipe in range(20):\n    try:\n"
            '        os.write(pipe, b\'0-1 .{"done": {}, "score": 30}\\n0-2 .{"told": {"ANSWER": '
            '{"forged": 1}}}\\n\')\n    except OSError:\n        pass',
            named="wrote into the channel",
        ),
        Attack(
            "forges-an-answer",
            "class Right:\n    def __eq__(self, other):\n        return True\n"
            "    __hash__ = None\nANSWER = Right()",
            named="of kind Right",
        ),
        Attack(
            "forges-the-tests",
            "import pandas, unsigned_peace\n"
            "pandas.Series.equals = pandas.DataFrame.equals = lambda *_: True\n"
            "unsigned_peace.load = None\nANSWER = 5\n"
            "raise AssertionError('all tests passed')",
            named="AssertionError",
        ),
        Attack("exits-early", "import os\nos._exit(0)", "stopped: exit"),
        Attack("crashes", "import ctypes\nctypes.string_at(0)", "stopped: exit"),
        Attack("closes-the-channel", "import os\nos.closerange(0, 256)", "stopped: exit"),
        Attack(
            "becomes-another-program", "import os\nos.execv('/bin/true', ['true'])", "stopped: exit"
        ),
        Attack(
            "answers-too-deep",
            "ANSWER = []\nfor _ in range(10**5):\n    ANSWER = [ANSWER]",
            named="nested too deeply",
        ),
        Attack("answers-too-large", "ANSWER = ['x' * 10**6] * 100", named="too large"),
    ]


_LIBRARY = (
    "import ctypes, fcntl, mmap, os, resource, signal, socket, threading\n"
    "C = ctypes.CDLL(None, use_errno=True)\ndef ask(done):\n    if done < 0:\n"
    "        raise OSError(ctypes.get_errno(), 'refused')\n"
)


def refusals(others: str) -> list[Attack]:
    """What is refused at once, with the error that says so; ``others`` is a folder of
    submissions.
    """
    denied = {
        "environment-of-the-first-process": "open('/proc/1/environ').read()",
        "files-of-the-first-process": "os.listdir('/proc/1/fd')",
        "root-of-the-first-process": "os.listdir('/proc/1/root/')",
        "memory-of-the-first-process": "open('/proc/1/mem', 'r+b')",
        "traces-the-first-process": "ask(C.ptrace(16, 1, 0, 0))",
        "lets-itself-be-traced": "ask(C.ptrace(0, 0, 0, 0))",
        "reads-another-process": "ask(C.process_vm_readv(1, None, 0, None, 0, 0))",
        "writes-another-process": "ask(C.process_vm_writev(1, None, 0, None, 0, 0))",
        "user-namespace": "ask(C.unshare(0x10000000))",
        "other-namespaces": "ask(C.unshare(0x20000 | 0x40000000))",
        "enters-a-namespace": "ask(C.setns(os.open('/dev/null', 0), 0))",
        "mounts": "ask(C.mount(b'none', b'/tmp', b'tmpfs', 0, b'size=9g'))",
        "unmounts": "ask(C.umount2(b'/tmp', 2))",
        "another-root": "os.chroot('/tmp')",
        "memory-file": "os.memfd_create('m')",
        "shared-memory": "mmap.mmap(-1, 2**30)",
        "system-v-memory": "ask(C.shmget(0, 4096, 0o1600))",
        "device": "os.mknod('/tmp/device', 0o60600, os.makedev(254, 0))",
        "locks-a-file": "fcntl.flock(open('/tmp/lock', 'w'), fcntl.LOCK_EX)",
        "locks-a-byte": "fcntl.lockf(open('/tmp/lock', 'w'), fcntl.LOCK_EX, 1)",
        "locks-an-open-file": "fcntl.fcntl(open('/tmp/lock', 'w'), 37, bytes(32))",  # F_OFD_SETLK
        "leases-a-file": "fcntl.fcntl(open('/tmp/lock', 'w'), fcntl.F_SETLEASE, fcntl.F_WRLCK)",
        "socket": "socket.socket(socket.AF_UNIX)",
        "raw-socket": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
        "kills-itself": "os.kill(os.getpid(), 9)",
        "stops-itself": "os.kill(os.getpid(), 19)",
        "kills-its-group": "os.killpg(0, 9)",
        "kills-its-thread": "signal.pthread_kill(threading.get_ident(), 9)",
        "limits-of-another": "resource.prlimit(1, resource.RLIMIT_CPU, (0, 0))",
    }
    absent = {
        "password-file": "open('/etc/shadow')",
        "disk": "open('/dev/vda', 'rb')",
        "zero": "open('/dev/zero', 'rb')",
        "terminal": "open('/dev/ptmx', 'rb')",
        "home": "os.listdir('/home')",
        "others-by-name": f"open({others!r} + '/../grades.csv')",
    }
    other = {
        "package": ("open(__import__('unsigned_peace').__file__, 'a')", "Error"),
        "higher-limit": ("resource.setrlimit(resource.RLIMIT_AS, (2**40, 2**40))", "ValueError"),
        "becomes-root": ("os.setuid(0)", "Error"),
    }
    return [
        *(Attack(name, _LIBRARY + code, named="PermissionError") for name, code in denied.items()),
        *(
            Attack(name, _LIBRARY + code, named="FileNotFoundError")
            for name, code in absent.items()
        ),
        *(Attack(name, _LIBRARY + code, named=error) for name, (code, error) in other.items()),
    ]

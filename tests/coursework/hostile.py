"""Code that a grader must survive: what it tries, and how the grade file must name it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Attack:
    """One attempt. ``status`` is the one expected; ``named`` stands in the message of the grade file."""

    name: str
    code: str
    status: str = "graded"
    named: str = ""


def attacks(key: str, others: str, outside: str) -> list[Attack]:
    """The attempts, on the answer ``ANSWER``; ``key`` is an assignment's source, ``others`` a folder of submissions, ``outside`` a folder to write to."""
    return [
        Attack("endless-loop", "while True:\n    pass", "stopped: time"),
        Attack("stubborn-loop", "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass", "stopped: time"),
        Attack("loop-below-python", "sum(range(10**14))", "stopped: time"),
        Attack("sleeps-for-ever", "import os, signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nos.read(os.pipe()[0], 1)", "stopped: time"),
        Attack("fork-bomb", "import os\nwhile True:\n    os.fork()", "stopped: processes"),
        Attack("stubborn-fork-bomb", "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass", "stopped: processes"),
        Attack("thread-bomb", "import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()", "stopped: processes"),
        Attack("memory-hog", "hog = []\nwhile True:\n    hog.append(bytearray(10**8))", "stopped: memory"),
        Attack("memory-of-many", "import os, time\nfor _ in range(8):\n    if not os.fork():\n        hog = bytearray(b'1') * 700_000_000\n        time.sleep(60)\ntime.sleep(60)", "stopped: memory"),
        Attack("endless-output", "while True:\n    print('output ' * 20)", "stopped: output"),
        Attack("raw-output", "import os\nwhile True:\n    for pipe in range(3, 20):\n        try:\n            os.write(pipe, b'x' * 65536)\n        except OSError:\n            pass", "stopped: output"),
        Attack("deletes-files", f"import shutil\nshutil.rmtree({others!r})", named="FileNotFoundError"),
        Attack("deletes-the-dataset", "import unsigned_peace.dataset as dataset\nfor file in dataset.data_folder().iterdir():\n    file.unlink()", named="Error"),
        Attack("reads-the-key", f"open({key!r}).read()", named="FileNotFoundError"),
        Attack("reads-other-students", f"import os\nos.listdir({others!r})", named="FileNotFoundError"),
        Attack("writes-outside", f"open({outside!r} + '/written', 'w').write('here')", named="Error"),
        Attack("fills-the-disk", "for number in range(10**6):\n    open(f'/tmp/{number}', 'wb').write(b'0' * 10**7)", named="OSError"),
        Attack("network", "import socket\nsocket.create_connection(('192.0.2.1', 80), 3)", named="OSError"),
        Attack("kills-its-parent", "import os, signal\nfor process in range(2, 2000):\n    if process != os.getpid():\n        try:\n            os.kill(process, signal.SIGKILL)\n        except ProcessLookupError:\n            pass\nos.kill(os.getppid(), signal.SIGKILL)\nraise PermissionError('it lives')", named="PermissionError"),
        Attack("forges-the-score", "import os\nfor pipe in range(20):\n    try:\n        os.write(pipe, b'{\"done\": {}, \"score\": 30}\\n{\"told\": {\"ANSWER\": {\"forged\": 1}}}\\n')\n    except OSError:\n        pass", named="wrote into the channel"),
        Attack("forges-an-answer", "class Right:\n    def __eq__(self, other):\n        return True\n    __hash__ = None\nANSWER = Right()", named="of kind Right"),
        Attack("forges-the-tests", "import pandas, unsigned_peace\npandas.Series.equals = pandas.DataFrame.equals = lambda *_: True\nunsigned_peace.load = None\nANSWER = 5\nraise AssertionError('all tests passed')", named="AssertionError"),
        Attack("exits-early", "import os\nos._exit(0)", "stopped: exit"),
        Attack("crashes", "import ctypes\nctypes.string_at(0)", "stopped: exit"),
        Attack("closes-the-channel", "import os\nos.closerange(0, 256)", "stopped: exit"),
        Attack("becomes-another-program", "import os\nos.execv('/bin/true', ['true'])", "stopped: exit"),
        Attack("answers-too-deep", "ANSWER = []\nfor _ in range(10**5):\n    ANSWER = [ANSWER]", named="nested too deeply"),
        Attack("answers-too-large", "ANSWER = ['x' * 10**6] * 100", named="too large"),
    ]

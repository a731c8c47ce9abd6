"""Runs an assignment's cells and tests: the student's in one process, the tests in another, data in
between.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Self

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import determine_grade

from unsigned_peace.coursework import answers
from unsigned_peace.coursework.assignments import Assignment, Task
from unsigned_peace.coursework.runner import KEPT_TYPES
from unsigned_peace.coursework.sandbox import Interrupted, Limits, Process, Stopped
from unsigned_peace.paths import ROOT

#: Of one cell's output so much is kept, in characters of text and of images.
KEPT_TEXT, KEPT_IMAGE, KEPT_OUTPUTS = 20_000, 1_000_000, 50
#: A cell ends with one error, but may show others before.
KEPT_ERRORS = 10
#: What may stop a cell, in the words of ``runner``.
REASONS = ("time", "clock", "memory", "processes", "output", "exit", "killed")
#: Tests run trusted code on plain data; a test that takes longer met an answer made for that.
EXAMINER = Limits(cell=10, total=86_400, output=2**40)


class Outputs:
    """The outputs of one cell as the notebook format has them, made from events, within bounds."""

    def __init__(self) -> None:
        self.list: list[NotebookNode] = []
        self._room = {"text": KEPT_TEXT, "image": KEPT_IMAGE}
        self.error: str | None = None
        self._errors = 0

    def add(self, event: dict) -> None:
        if isinstance(event.get("stream"), str) and isinstance(event.get("text"), str):
            self._stream("stderr" if event["stream"] == "stderr" else "stdout", event["text"])
        elif isinstance(bundle := event.get("display") or event.get("result"), dict):
            self._bundle(bundle, "result" in event)
        elif isinstance(error := event.get("error"), dict):
            name, value, trace = (
                _clean(error.get(key, ""), KEPT_TEXT) for key in ("ename", "evalue", "traceback")
            )
            self.error = name
            self._errors += 1
            if self._errors <= KEPT_ERRORS:
                self.list.append(
                    nbformat.v4.new_output(
                        "error", ename=name, evalue=value, traceback=trace.split("\n")
                    )
                )

    def last_words(self) -> str:
        """What the error that was shown last says, or nothing."""
        return self.list[-1].get("evalue", "") if self.list else ""

    def _stream(self, name: str, text: str) -> None:
        text = self._taken("text", _clean(text, KEPT_TEXT))
        if not text:
            return
        if self.list and self.list[-1].output_type == "stream" and self.list[-1].name == name:
            self.list[-1].text += text
        else:
            self._add(nbformat.v4.new_output("stream", name=name, text=text))

    def _bundle(self, bundle: dict, is_result: bool) -> None:
        kept = {}
        for kind in KEPT_TYPES:
            content = bundle.get(kind)
            if isinstance(content, str):
                room = "image" if kind.startswith("image/") else "text"
                if room == "image" and (
                    len(content) > self._room["image"]
                    or not re.fullmatch(r"[A-Za-z0-9+/=\n]+", content)
                ):
                    continue
                kept[kind] = self._taken(
                    room, content if room == "image" else _clean(content, KEPT_TEXT)
                )
        if kept:
            form = "execute_result" if is_result else "display_data"
            self._add(nbformat.v4.new_output(form, data=kept))

    def _add(self, output: NotebookNode) -> None:
        if len(self.list) < KEPT_OUTPUTS:
            self.list.append(output)
        elif len(self.list) == KEPT_OUTPUTS:
            self.list.append(nbformat.v4.new_output("stream", name="stdout", text="(cut here)"))

    def _taken(self, room: str, content: str) -> str:
        kept = content[: self._room[room]]
        self._room[room] -= len(kept)
        return kept if len(kept) == len(content) else kept + "\n(cut here)" if kept else ""


def _clean(text: object, length: int) -> str:
    """Text that any tool can store and show: no terminal codes, no lone surrogates, not endless, no
    folder of the grading machine.
    """
    text = str(text)[:length].replace(f"{ROOT}/", "").encode("utf-8", "replace").decode("utf-8")
    return re.sub(r"\x1b\[[0-9;]*m|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", text)


@dataclass
class Told:
    """What was read of a task's answers: data by name, and why others could not be read."""

    given: dict = field(default_factory=dict, compare=False)  # a table is equal to none
    problems: dict[str, str] = field(default_factory=dict)
    #: What ``given`` was read from, by which two readings are compared.
    encoded: dict = field(default_factory=dict)


@dataclass
class Said:
    """What a process answered to one request."""

    outputs: Outputs = field(default_factory=Outputs)
    told: Told = field(default_factory=Told)
    #: In one word what stopped the cell, if anything did.
    stopped: str | None = None
    #: The kind of the error that the cell ended with.
    error: str | None = None
    #: Of what was told, or asked for digests of, these.
    digests: list[str] = field(default_factory=list)
    #: Whether the process itself is gone.
    gone: bool = False


def ask_cell(process: Process, request: dict, seconds: float | None = None) -> Said:
    """Asks a process, and makes of the events of its answer what may be kept.

    Raises ``Interrupted`` if something else than the cell ended the process.
    """
    said = Said()
    try:
        for event in process.ask(request, seconds):
            if isinstance(event.get("told"), dict):
                said.told = _told(event, request.get("tell", []))
            elif "done" not in event:
                said.outputs.add(event)
            elif isinstance(done := event["done"], dict):
                said.stopped = done["stopped"] if done.get("stopped") in REASONS else None
                if isinstance(done.get("error"), str):
                    said.error = _clean(done["error"], KEPT_TEXT)
                if isinstance(done.get("digests"), list):
                    said.digests = list(map(str, done["digests"]))
    except Stopped as stopped:
        return Said(said.outputs, stopped=stopped.reason, gone=True, error=said.outputs.error)
    if said.stopped:
        said.error = said.outputs.error
    return said


def _told(event: dict, names: list[str]) -> Told:
    told = Told(
        problems={
            name: _clean(problem, 80)
            for name, problem in (event.get("problems") or {}).items()
            if name in names and isinstance(problem, str)
        }
        if isinstance(event.get("problems"), dict)
        else {}
    )
    for name in names:
        if name in event["told"]:
            told.problems.pop(name, None)
            told.encoded[name] = event["told"][name]
            try:
                told.given.update(answers.read(json.dumps({name: event["told"][name]}).encode()))
            except (answers.NotPlain, RecursionError) as problem:
                told.problems[name] = str(problem)
        else:
            told.problems.setdefault(name, "missing")
    return told


class Examiner:
    """A clean process that has run an assignment's setup cell and tests answers, each task in a
    copy of itself.
    """

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        #: Whether the process that it began with is used up.
        self.renewed = False
        self._begin()

    def _begin(self) -> None:
        self.process = Process(EXAMINER)
        self.process.start()
        said = ask_cell(
            self.process,
            {"run": self.assignment.source.cells[self.assignment.places["setup"]].source},
            seconds=60,
        )
        if said.outputs.error or said.stopped:
            self.stop()
            raise RuntimeError(
                f"the setup cell of {self.assignment.stem} raises "
                f"{said.outputs.error or said.stopped}: {said.outputs.last_words()}"
            )

    def stop(self) -> None:
        self.process.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def test(self, task: Task, told: Told) -> tuple[NotebookNode, float]:
        """The test cell of a task with its outputs, and the points that nbgrader reads from these.

        Raises ``Interrupted`` if the test was ended by something else than the answer.
        """
        cell = nbformat.from_dict(self.assignment.official.cells[task.check])
        try:
            said = ask_cell(self.process, {"try": cell.source, "given": told.given})
        except Interrupted:
            self.renewed = True
            raise
        if said.gone:  # an answer made to stop its test is wrong; the next task gets a new process
            self.stop()
            self._begin()
            self.renewed = True
        if said.stopped in ("clock", "killed", "processes"):  # no check starts any process
            raise Interrupted("a check was held up, or ended from outside, or could not be started")
        cell["outputs"] = [_result_of_test(output, task, told) for output in said.outputs.list]
        if said.stopped and not said.outputs.error:
            cell["outputs"].append(
                _failure("TestStopped", f"the check of this answer was stopped ({said.stopped})")
            )
        score, _ = determine_grade(cell)
        return cell, score


def _failure(name: str, value: str) -> NotebookNode:
    return nbformat.v4.new_output(
        "error", ename=name, evalue=value, traceback=[f"{name}: {value}" if value else name]
    )


def _result_of_test(output: NotebookNode, task: Task, told: Told) -> NotebookNode:
    """A failed test in a line of its own words: a traceback would show the hidden tests to whoever
    reads the feedback.
    """
    if output.output_type != "error":
        return output
    missing = re.fullmatch(r"name '(\w+)' is not defined", output.evalue)
    if output.ename == "NameError" and missing and missing[1] in task.answers:
        problem = told.problems.get(missing[1], "missing")
        reason = (
            "was not found after your cells had run"
            if problem == "missing"
            else f"cannot be read as plain data: it is {problem}"
        )
        return _failure("NameError", f"the answer {missing[1]} {reason}")
    return _failure(output.ename, output.evalue)

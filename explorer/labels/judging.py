"""What labels look like, learned from a data set by the core in a process of its own, for the pages that measure."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from explorer.controls.judge_chip import JudgeChip
from explorer.problem import Problem, sentence_of
from explorer.session import Session
from explorer.work.command import CoreCommand
from stylegan_core.files.places import place
from stylegan_core.latents.learned_labels import LearnedLabels, questions_in


class UsesLabels(Protocol):
    """A page that measures, and has a chip to ask for labels with."""

    labels: JudgeChip

    def use_labels(self, labels: LearnedLabels | None) -> None:
        """Measures these labels too, or none."""


class Judging(QObject):
    """Learns a judge and hands it to every page; all of them show how far it is. ``said`` says why there is none."""

    said = Signal(object, str)  # Problem, tone

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._pages: list[UsesLabels] = []
        self._labels: LearnedLabels | None = None  # those in use
        self._far = 0, 1  # how much of how much is learned
        self._command = CoreCommand(as_json=False, parent=self)
        self._asked = LearnedLabels("")
        self._command.progress.connect(self._advance)
        self._command.answered.connect(lambda _: self._learned())
        self._command.failed.connect(self._failed)

    def serve(self, page: UsesLabels) -> None:
        """Hands labels to one more page, those that are in use already, too."""
        self._pages.append(page)
        page.labels.chosen.connect(self.learn)
        page.labels.let_go.connect(self.let_go)
        if self._labels is not None:
            page.labels.show_labels(self._labels)
            page.use_labels(self._labels)
        if self._command.busy:
            page.labels.show_progress(*self._far)

    @property
    def unfinished(self) -> list[str]:
        """What closing the window would give up, in a few words."""
        return ["the learning of labels"] if self._command.busy else []

    def learn(self, data: str) -> None:
        """Learns what the labels of a data set look like."""
        info = self._session.info
        if info is None:
            return
        folder = Path(data)
        known = hashlib.sha256(f"{folder.absolute()} {info.resolution}".encode()).hexdigest()[:12]
        try:
            out = str(place("caches") / f"judge-{known}.npz")
        except OSError as error:
            self._failed(str(error))
            return
        self._asked = LearnedLabels(out, folder.name, info.resolution)
        self._advance(0, 1)
        told = ("--resolution", str(info.resolution), "--out", out, "--overwrite", "--progress", "--beside")
        self._command.ask("judge", data, *told)

    def let_go(self) -> None:
        """Ends the learning, or does without the labels from now on."""
        self._command.drop()
        self._use(None)

    def close(self) -> None:
        """Ends the process; nobody waits for its answer any more."""
        self._command.drop()

    def _advance(self, done: int, total: int) -> None:
        self._far = done, total
        for page in self._pages:
            page.labels.show_progress(done, total)

    def _learned(self) -> None:
        """The key is that of what was learned: the same folder may have other labels than the last time."""
        try:
            key = hashlib.sha256(Path(self._asked.path).read_bytes()).hexdigest()
        except OSError as error:
            self._failed(sentence_of(error))
        else:
            self._use(replace(self._asked, key=key, questions=questions_in(Path(self._asked.path))))

    def _use(self, labels: LearnedLabels | None) -> None:
        self._labels = labels
        for page in self._pages:
            page.labels.show_labels(labels)
            page.use_labels(labels)

    def _failed(self, sentence: str) -> None:
        self._use(None)
        self.said.emit(Problem(sentence), "bad")

"""Steps that a GPU replays: what a half computes is recorded once and then started by a single call.

Small networks keep a GPU busy for a tenth of the time that Python needs to ask for their thousand operations. What is
recorded is the very code of the step, reading its pictures, classes and random numbers from places that are filled
before each replay and leaving the gradients in others. Whatever changes from step to step otherwise (a fade's alpha,
ADA's p, parts of a batch, the statistics of batch and spectral norms) is computed as everywhere else.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn

from stylegan_core.memory import let_go, out_of_memory
from stylegan_core.schedule import Phase
from stylegan_core.training.distributed import Team
from stylegan_core.training.half import Alert, Check
from stylegan_core.training.keys import Purpose
from stylegan_core.training.state import TrainingState, has_batch_norm
from stylegan_core.training.step import Stepper
from stylegan_core.training.sums import Sums

WARM = 2  # times that something is computed before it is recorded, so that nothing is made for the first time in it


class Tape(Protocol):
    """Records what is computed, and computes it again on what then lies in the same places."""

    def record(self, compute: Callable[[], Any]) -> tuple[Callable[[], None], Any]:
        """How to replay it, and what it returned, which each replay writes anew."""

    def forget(self) -> None:
        """Nothing that was recorded so far is replayed any more."""


class CudaTape:
    """CUDA's graphs; all share one pool of memory, since no two are replayed at once."""

    def __init__(self) -> None:
        self._pool: Any = None

    def record(self, compute: Callable[[], Any]) -> tuple[Callable[[], None], Any]:
        """How to replay it, and what it returned, which each replay writes anew."""
        aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM):
                compute()
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool):
            found = compute()
        self._pool = graph.pool()
        return graph.replay, found

    def forget(self) -> None:
        """Leaves the pool, which dies with the last graph in it."""
        self._pool = None


class Need(NamedTuple):
    """Random numbers that a step reads: of which images of the batch, how many each, and where they lie."""

    purpose: Purpose
    places: tuple[int, ...]
    values: Tensor


@dataclass(slots=True)
class Recorded:
    """One recording: how to replay it, the parameters that got gradients, what it reads, what it returned."""

    replay: Callable[[], None]
    learning: list[nn.Parameter]
    inputs: list[Tensor | None]
    needs: list[Need]
    found: Any


class ReplayingStepper(Stepper):
    """A stepper whose halves are replayed wherever they may be."""

    def __init__(
        self,
        state: TrainingState,
        dtype: torch.dtype,
        check: Check = lambda: None,
        alert: Alert = lambda _code, _text: None,
        team: Team | None = None,
        tape: Tape | None = None,
    ) -> None:
        super().__init__(state, dtype, check, alert, team)
        config = state.config
        self._may = (
            self.team.world == 1
            and not config.ada.target
            and not config.critic.weight
            and config.network.d_norm != "spectral"
            and not has_batch_norm(state)
            and not self.objective.gradient_penalty
        )
        self._tape = tape or CudaTape()
        self._since: tuple[TrainingState, int] = (state, -1)
        self._tried = False  # whether anything was recorded, or nearly, since then
        self._full = False  # whether memory ran out since then
        self._recorded: dict[Hashable, Recorded] = {}
        self._places: dict[Hashable, Tensor] = {}
        self._gradients: dict[nn.Parameter, Tensor] = {}
        self._needs: list[Need] | None = None  # while recording: what was asked for so far
        self._learning: list[nn.Parameter] | None = None  # while recording: who gets gradients

    def _discriminator_gradients(
        self, reals: Tensor, labels: Tensor | None, phase: Phase, riding: bool
    ) -> tuple[Sums, Tensor]:
        self.check()  # not where it replays: that is too late between D's update and its penalty's
        compute = super()._discriminator_gradients
        cutoff = self._cutoff(Purpose.MIXING_D, self.state.counters.img, phase)
        key = ("discriminator", phase.level, phase.batch, riding, cutoff)
        network = self.state.discriminator
        found: tuple[Sums, Tensor] = self._replayed(
            key, phase, network, [reals, labels], lambda r, c: compute(r, c, phase, riding)
        )
        return found

    def _lazy_gradients(self, reals: Tensor, labels: Tensor | None, phase: Phase) -> Tensor:
        compute = super()._lazy_gradients
        cutoff = self._cutoff(Purpose.MIXING_D, self.state.counters.img, phase) if self.objective.r2 > 0 else 0
        key = ("penalty", phase.level, phase.batch, cutoff)
        network = self.state.discriminator
        found: Tensor = self._replayed(key, phase, network, [reals, labels], lambda r, c: compute(r, c, phase))
        return found

    def _generator_gradients(self, labels: Tensor | None, batch: int, phase: Phase) -> tuple[Tensor, Tensor]:
        self.check()
        compute = super()._generator_gradients
        cutoff = self._cutoff(Purpose.MIXING_G, self.state.counters.img, phase)
        key = ("generator", phase.level, batch, cutoff)
        found: tuple[Tensor, Tensor] = self._replayed(
            key, phase, self.state.generator, [labels], lambda c: compute(c, batch, phase)
        )
        return found

    def _replayed(
        self,
        key: Hashable,
        phase: Phase,
        network: nn.Module,
        inputs: Sequence[Tensor | None],
        compute: Callable[..., Any],
    ) -> Any:
        """What ``compute`` returns of the inputs, recorded under the key; computed anew where that cannot be."""
        state, level = self._since
        if state is not self.state or level != phase.level:  # a rollback made new networks; the network has grown
            self._since = self.state, phase.level
            self._tried = self._full = False
            self.forget()
        if not self._may or self._full or phase.alpha < 1 or self.state.counters.micro_batch:
            return compute(*inputs)
        if key not in self._recorded and (trouble := self._try_to_record(key, network, inputs, compute)):
            self.alert("recording", f"Steps cannot be recorded, each is computed anew: {trouble}")
            self._may = False
            self.forget()
            let_go()
            return compute(*inputs)
        one = self._recorded[key]
        for place, value in zip(one.inputs, inputs, strict=True):
            if place is not None and value is not None:
                place.copy_(value)
        for need in one.needs:
            need.values.copy_(super()._normals(need.purpose, self._at(need.places), need.values.shape[1]))
        one.replay()
        for parameter in one.learning:
            parameter.grad = self._gradients[parameter]
        return copied(one.found)

    def forget(self) -> None:
        """Lets go of every recording and of what they read and wrote."""
        self._recorded.clear()
        self._gradients.clear()
        self._places.clear()
        self._tape.forget()

    def make_room(self) -> bool:
        """Lets go of the recordings too; True, and no more of them at this level, where there were or might be some."""
        tried, self._tried = self._tried, False
        self.forget()
        let_go()
        if tried:
            self._full = True
            self.alert("recording", "There is no room to record steps at this resolution; each is computed anew.")
        return tried

    def _try_to_record(
        self, key: Hashable, network: nn.Module, inputs: Sequence[Tensor | None], compute: Callable[..., Any]
    ) -> str:
        """Records under the key, or says why that cannot be; memory that runs out is raised."""
        self._tried = True
        try:
            self._recorded[key] = self._record(network, inputs, compute)
        except RuntimeError as error:
            if out_of_memory(error):
                raise
            if error.__context__ and out_of_memory(error.__context__):  # what ends a failed recording fails, too
                raise MemoryError(str(error)) from error
            return str(error) or type(error).__name__
        return ""

    def _record(self, network: nn.Module, inputs: Sequence[Tensor | None], compute: Callable[..., Any]) -> Recorded:
        """Computes once as everywhere, to see who gets gradients, then on the tape."""
        fixed = [
            None if value is None else self._place((number, *value.shape), value) for number, value in enumerate(inputs)
        ]
        compute(*fixed)
        learning = [p for p in network.parameters() if p.grad is not None]
        for parameter in learning:
            if parameter not in self._gradients:
                self._gradients[parameter] = torch.zeros_like(parameter)
        needs: list[Need] = []

        def reading_and_leaving_in_place() -> Any:
            needs.clear()
            check, self.check = self.check, lambda: None  # nobody may leave a recording
            self._needs, self._learning = needs, learning
            try:
                return compute(*fixed)
            finally:
                self.check, self._needs, self._learning = check, None, None

        replay, found = self._tape.record(reading_and_leaving_in_place)
        return Recorded(replay, learning, fixed, list(needs), found)

    def _place(self, key: Hashable, like: Tensor) -> Tensor:
        """Where values of a kind lie for all recordings; holds a copy of ``like`` when it is made."""
        if key not in self._places:
            self._places[key] = like.detach().clone()
        return self._places[key]

    def _at(self, places: Sequence[int]) -> list[int]:
        return [self.state.counters.img + place for place in places]

    def _normals(self, purpose: Purpose, numbers: Sequence[int], size: int) -> Tensor:
        if self._needs is None:
            return super()._normals(purpose, numbers, size)
        key = (purpose, len(numbers), size)
        if key not in self._places:
            self._places[key] = super()._normals(purpose, numbers, size).clone()
        values = self._places[key]
        self._needs.append(Need(purpose, tuple(number - self.state.counters.img for number in numbers), values))
        return values

    def _clear(self, network: nn.Module) -> None:
        super()._clear(network)
        if self._learning is not None:
            for parameter in self._learning:
                parameter.grad = self._gradients[parameter]
            torch._foreach_zero_([self._gradients[parameter] for parameter in self._learning])


def copied(found: Any) -> Any:
    """What a half returned, in memory of its own: another recording's replay may write over the one it came in."""
    if isinstance(found, Tensor):
        return found.clone()
    if isinstance(found, tuple):
        return tuple(copied(part) for part in found)
    return found.copied()


def stepper_kind(device: torch.device) -> type[Stepper]:
    """The stepper that is fastest on a device."""
    return ReplayingStepper if device.type == "cuda" else Stepper

"""The table of metrics: what each is called, which way is better, what it says; plain Python."""

from dataclasses import dataclass

FEWEST = 10  # pictures a side below which a number says nothing


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric: the names of its numbers, which way is better, and what it says."""

    name: str
    better: str
    meaning: str

    @property
    def numbers(self) -> tuple[str, ...]:
        """The name of each of its numbers."""
        return tuple(self.name.split(", "))


METRICS = {
    "fd": MetricRow("FD-E", "lower", "Fréchet distance between the features of real and drawn pictures"),
    "kid": MetricRow("KID-E", "lower", "kernel distance between them, without the bias of small samples"),
    "pr": MetricRow("P-E, R-E", "higher", "precision (looks real) and recall (covers the data)"),
    "swd": MetricRow("SWD", "lower", "sliced Wasserstein distance of details at every scale; no network sees them"),
    "ppl": MetricRow("PPL-E", "lower", "path length: how far a picture moves for a tiny step in W"),
}

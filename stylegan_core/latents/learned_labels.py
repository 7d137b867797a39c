"""Labels that a judge has learned: where they are, from which pictures, and what to doubt about them; no torch."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LearnedLabels:
    """The judge in the file ``path``, learned from the pictures of ``data`` at ``resolution``², 0 where it is unknown.

    ``key`` is another one for every judge, also where the same file was written anew.
    """

    path: str
    data: str = ""
    resolution: int = 0
    key: str = ""

    def doubt(self, resolution: int) -> str:
        """Why its answers about pictures of ``resolution``² may be wrong, in one sentence; empty where they are not."""
        return doubt_of(self.resolution, resolution)


def doubt_of(learned: int, resolution: int) -> str:
    """What to doubt about labels learned at one resolution, 0 for an unknown one, in pictures of another."""
    if learned == resolution:
        return ""
    how = f"from pictures of {learned}²" if learned else "at a resolution that their file does not say"
    return f"The labels were learned {how}, these are of {resolution}²: answers may be wrong, so learn them anew."

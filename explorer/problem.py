"""What went wrong, as it is said to a person."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, in one sentence with its cure, and the details for those who ask."""

    sentence: str
    details: str = ""


def sentence_of(error: BaseException) -> str:
    """One sentence for a person, out of any exception."""
    whole = str(error).strip() or type(error).__name__
    text = whole.splitlines()[0]
    if isinstance(error, MemoryError) or ("memory" in text.lower() and "alloc" in text.lower()):
        return "There is not enough memory for this picture: close other programs or open a smaller model."
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"{error.filename} does not exist: choose another file."
    if isinstance(error, PermissionError) and error.filename:
        return f"{error.filename} may not be read or written: choose another place or change its permissions."
    if isinstance(error, ValueError | OSError) and whole[-1:] in ".!?":
        return whole  # names of files in it may have lines of their own
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."

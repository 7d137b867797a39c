"""The answers of ``data check`` and ``preflight`` in sentences: what is wrong, what it costs, why it cannot work."""

from html import escape
from typing import Any

from explorer.theme import Theme
from explorer.train.words import duration, kimg_number, number, size_text, square

NAMED = 3
COLUMNS = ("level", "kimg", "batch", "img/s", "time")


def finding_lines(report: dict[str, Any], resolution: int, smaller: str = "") -> list[tuple[str, str]]:
    """Sentences and their colour tokens; what is wrong comes with what happens to it or what cures it.

    ``smaller`` is a preset that suits the pictures better, offered as a link "preset:NAME".
    """
    count, usable = int(report.get("pictures", 0)), int(report.get("resolution", 0))
    lines = [
        (f"{number(count)} pictures, sharp enough for {square(usable)}.", "good" if usable >= resolution else "text")
    ]
    if 0 < usable < resolution:
        cure = f'<a href="preset:{smaller}">Use {smaller} instead</a>' if smaller else "Larger pictures cure that"
        lines.append((f"The preset draws {square(resolution)}: most pictures would be enlarged. {cure}.", "warning"))
    if count < 1000:
        lines.append(("So few pictures are soon learnt by heart; a thousand and more are better.", "warning"))
    unreadable, tiny = dict(report.get("unreadable") or {}), dict(report.get("tiny") or {})
    if unreadable:
        lines.append((f"{_are(len(unreadable))} unreadable and will be skipped: {_named(unreadable)}.", "warning"))
    if tiny:
        lines.append((f"{_are(len(tiny))} tiny and will be enlarged: {_named(tiny)}.", "warning"))
    if report.get("not_square"):
        lines.append((f"{_are(int(report['not_square']))} not square; the middle is used.", "muted"))
    for mode, names in dict(report.get("odd_modes") or {}).items():
        lines.append((f"{_are(len(names))} of mode {escape(str(mode))} and will be converted to RGB.", "muted"))
    identical, similar = list(report.get("identical") or []), list(report.get("similar") or [])
    if identical:
        lines.append((f"{len(identical)} times the same picture twice or more: {_named(identical[0])}.", "warning"))
    if similar:
        lines.append((f"{len(similar)} groups look nearly the same, such as {_named(similar[0])}.", "muted"))
    if report.get("attributes"):
        lines.append((f"Labels: {escape(', '.join(map(str, report['attributes'])))}.", "muted"))
    return lines


def _are(count: int) -> str:
    return "1 picture is" if count == 1 else f"{number(count)} pictures are"


def _named(names: Any) -> str:
    some = [escape(str(name)) for name in names]
    return ", ".join(some[:NAMED]) + (f" and {len(some) - NAMED} more" if len(some) > NAMED else "")


def cost_lines(answer: dict[str, Any], colours: Theme) -> str:
    """The answer of ``preflight`` as rich text: a table of the levels, the totals, and what is in the way."""
    head = "".join(f'<td style="color:{colours.muted}">{word}&nbsp;&nbsp;</td>' for word in COLUMNS)
    rows = [f"<tr>{head}</tr>", *(_level_row(level, colours) for level in answer.get("levels") or [])]
    totals = f"<b>{duration(float(answer.get('seconds') or 0))}</b> in all on {escape(str(answer.get('device', '')))}"
    memory = _of(answer.get("memory"), answer.get("memory_free"))
    disk = _of(answer.get("disk"), answer.get("disk_free"))
    below = f'<p>{totals}<br><span style="color:{colours.muted}">Memory {memory}, disk {disk}.</span></p>'
    problems = [f'<p style="color:{colours.bad}">{escape(str(text))}</p>' for text in answer.get("problems") or []]
    return f'<table cellspacing="4">{"".join(rows)}</table>{below}{"".join(problems)}'


def _level_row(level: dict[str, Any], colours: Theme) -> str:
    about = "" if level.get("measured") else "about "
    cells = (
        square(int(level.get("resolution", 0))),
        kimg_number(float(level.get("kimg", 0))),
        str(level.get("batch", "")),
        about + f"{float(level.get('img_per_s') or 0):.3g}",
        about + duration(float(level.get("seconds") or 0)),
    )
    tone = colours.text if level.get("measured") else colours.muted
    return "<tr>" + "".join(f'<td style="color:{tone}">{cell}&nbsp;&nbsp;&nbsp;&nbsp;</td>' for cell in cells) + "</tr>"


def _of(needed: Any, free: Any) -> str:
    there = f" of {size_text(float(free))} free" if free else ""
    return f"{size_text(float(needed or 0))}{there}"


def why_it_cannot_fit(answer: dict[str, Any]) -> str:
    """Why the preset cannot run on this machine, in one sentence; empty where it can."""
    return str(next(iter(answer.get("problems") or []), ""))

"""Composes an avatar's SVG text from the drawings inside `python-avatars`, each read once and kept as text."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import python_avatars

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
NAMESPACES = f' xmlns="{SVG}"', f' xmlns:xlink="{XLINK}"'
ElementTree.register_namespace("", SVG)
ElementTree.register_namespace("xlink", XLINK)

# What a figure is made of: the enumeration that lists its drawings, and the place it takes.
KINDS = {
    "hair": python_avatars.HairType,
    "hat": python_avatars.HatType,
    "facial_hair": python_avatars.FacialHairType,
    "accessory": python_avatars.AccessoryType,
    "eyes": python_avatars.EyeType,
    "eyebrows": python_avatars.EyebrowType,
    "nose": python_avatars.NoseType,
    "mouth": python_avatars.MouthType,
    "clothing": python_avatars.ClothingType,
}
# The ids under which drawings name what can be filled in: a colour (an attribute) or another drawing (children).
COLOURS = ("Skin-Color", "Hair-Color", "Fabric-Color", "Facial-Hair-Color")
PLACES = ("Clothing", "Mouth", "Nose", "Eyes", "Eyebrow", "Top", "Facial-Hair", "Accessory")
CUT = re.compile(r"@@([A-Za-z-]+)@@")

Fragment = tuple[str, ...]  # text, name of what goes in, text, name, ..., text


def part_names(kind: str) -> tuple[str, ...]:
    """Names of all drawings of one kind (a key of `KINDS`), in lower case; an empty one is called ``none``."""
    return tuple(str(member.name).lower() for member in KINDS[kind])


def has_place(kind: str, name: str, place: str) -> bool:
    """Whether a drawing has a place (`PLACES`) for another drawing, or a colour (`COLOURS`) to choose."""
    return place in fragment(kind, name)[1::2]


def compose(parts: Mapping[str, str], colours: Mapping[str, str]) -> str:
    """The inside of an SVG picture, 264 x 280 units, transparent behind the figure.

    `parts` maps clothing, mouth, nose, eyes, eyebrows, facial_hair, accessory and either hair or hat to names of
    drawings; `colours` maps each of `COLOURS` to a colour.
    """
    top = "hair" if "hair" in parts else "hat"
    filling = {
        "Facial-Hair": _filled("facial_hair", parts, colours),
        "Accessory": _filled("accessory", parts, colours),
    }
    return _fill(
        body(),
        {
            **colours,
            "Clothing": _filled("clothing", parts, colours),
            "Mouth": _filled("mouth", parts, colours),
            "Nose": _filled("nose", parts, colours),
            "Eyes": _filled("eyes", parts, colours),
            "Eyebrow": _filled("eyebrows", parts, colours),
            "Top": _fill(fragment(top, parts[top]), {**colours, **filling}),
        },
    )


def _filled(kind: str, parts: Mapping[str, str], colours: Mapping[str, str]) -> str:
    return _fill(fragment(kind, parts[kind]), colours)


def _fill(cut: Fragment, filling: Mapping[str, str]) -> str:
    pieces = list(cut)
    for n in range(1, len(pieces), 2):
        pieces[n] = filling.get(pieces[n], "")
    return "".join(pieces)


@cache
def body() -> Fragment:
    """The figure without anything on: head, neck and the places of everything else."""
    return _read(Path(python_avatars.__file__).parent / "avatar_parts" / "styles" / "transparent.svg", "body")


@cache
def fragment(kind: str, name: str) -> Fragment:
    """One drawing, cut where colours and other drawings go in."""
    part = KINDS[kind][name.upper()]
    if not part.value:
        return ("",)
    folder = Path(python_avatars.__file__).parent / str(type(part).__path__)
    return _read(folder / f"{part.value}.svg", f"{kind}-{part.value}")


def _read(path: Path, prefix: str) -> Fragment:
    root = ElementTree.parse(path).getroot()
    _keep_drawing_only(root)
    _mark_places(root)
    _paint_directly(root)
    _rename_ids(root, prefix)
    text = "".join(ElementTree.tostring(child, encoding="unicode") for child in root)
    for declaration in NAMESPACES:
        text = text.replace(declaration, "")
    text = re.sub(r">\s+<", "><", text).strip()
    return tuple(CUT.split(text))


def _keep_drawing_only(root: ElementTree.Element) -> None:
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{SVG}}}title", f"{{{SVG}}}desc"):
                parent.remove(child)


def _mark_places(root: ElementTree.Element) -> None:
    """Colours become ``fill="@@name@@"`` and places ``@@name@@``; only the first of a name counts."""
    found: set[str] = set()
    for element in root.iter():
        name = element.get("id", "")
        if name in found:
            continue
        if name in COLOURS:
            element.set("fill", f"@@{name}@@")
            found.add(name)
        elif name in PLACES and len(element) == 0:
            element.text = f"@@{name}@@"
            found.add(name)


def _paint_directly(root: ElementTree.Element) -> None:
    """Fills a shape with its colour, where the drawing fills it with another and then masks a coloured rectangle.

    The picture is the same but for the fringe of the other colour around it, and is drawn in half the time.
    """
    shapes = {
        f"url(#{mask.get('id')})": mask[0].get(f"{{{XLINK}}}href", "")
        for mask in root.iter(f"{{{SVG}}}mask")
        if len(mask) == 1 and mask[0].tag == f"{{{SVG}}}use"
    }
    parents = {child: parent for parent in root.iter() for child in parent}
    for element in list(root.iter(f"{{{SVG}}}g")):
        inside = [child.tag for child in element.iter() if child.tag != f"{{{SVG}}}g"]
        shape = shapes.get(element.get("mask", ""))
        if element.get("id") in COLOURS and shape and inside == [f"{{{SVG}}}rect"]:
            for child in list(element):
                element.remove(child)
            element.tag = f"{{{SVG}}}use"
            element.set(f"{{{XLINK}}}href", shape)
            del element.attrib["mask"]
            _remove_underlay(parents[element], element, shape)


def _remove_underlay(parent: ElementTree.Element, element: ElementTree.Element, shape: str) -> None:
    for other in list(parent)[: list(parent).index(element)]:
        if other.get(f"{{{XLINK}}}href") == shape and other.get("fill-opacity", "1") == "1":
            parent.remove(other)


def _rename_ids(root: ElementTree.Element, prefix: str) -> None:
    """Makes ids unique to this drawing and drops those nothing refers to."""
    used = {reference for element in root.iter() for _, reference in _references(element)}
    for element in root.iter():
        for attribute, reference in list(_references(element)):
            element.set(attribute, element.attrib[attribute].replace(f"#{reference}", f"#{prefix}-{reference}"))
        name = element.attrib.pop("id", None)
        if name in used:
            element.set("id", f"{prefix}-{name}")


def _references(element: ElementTree.Element) -> Iterator[tuple[str, str]]:
    for attribute, value in element.attrib.items():
        match = re.fullmatch(r"#(.+)|url\(#(.+)\)", value)
        if match and (attribute == f"{{{XLINK}}}href" or match.group(2)):
            yield attribute, match.group(1) or match.group(2)

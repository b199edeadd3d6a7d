"""The boundaries that a user brings for the map of verdicts: GeoJSON, read with care, made small enough."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kgeval.errors import ParameterError

Point = tuple[float, float]
Ring = tuple[Point, ...]
Boundaries = Mapping[str, tuple[Ring, ...]]

_MOST_BYTES = 50_000_000
_SHARE = 0.004  # of the map's extent: what a line may stray from the boundary that it stands for


def read_boundaries(path: Path, codes: Sequence[str]) -> Boundaries:
    """Return the outer rings of each area from a GeoJSON file, in degrees.

    The property that holds the areas' codes is found by itself: the one that names all of them.

    Raises
    ------
    ParameterError
        The file is no GeoJSON of polygons, or no property of it names every area.
    """
    features = _features(path)
    texts = [{str(key): str(value) for key, value in _properties(one).items()} for one in features]
    for key in dict.fromkeys(name for properties in texts for name in properties):
        at = {properties.get(key, ""): number for number, properties in enumerate(texts)}
        if all(code in at for code in codes):
            return simplified({code: _rings(features[at[code]], path) for code in codes})
    raise ParameterError(
        f"{path.name}: no property of its features names every area ({', '.join(codes)}); "
        "give each feature its area's code"
    )


def simplified(boundaries: Boundaries, share: float = _SHARE) -> Boundaries:
    """Return boundaries with the points that can be seen at the size of a page; islands too small go.

    An area keeps its largest ring whatever its size.
    """
    points = [point for rings in boundaries.values() for ring in rings for point in ring]
    if not points:
        return boundaries
    extent = max(max(x for x, _ in points) - min(x for x, _ in points),
                 max(y for _, y in points) - min(y for _, y in points))  # fmt: skip
    straying = extent * share
    return {code: _kept(rings, straying) for code, rings in boundaries.items()}


def _kept(rings: tuple[Ring, ...], straying: float) -> tuple[Ring, ...]:
    largest = max(rings, key=_extent)
    return tuple(
        _thinned(ring, straying) for ring in rings if ring is largest or _extent(ring) > 3 * straying
    )


def projected(boundaries: Boundaries, width: float, height: float) -> dict[str, tuple[Ring, ...]]:
    """Return boundaries fitted into a box, y upwards; a degree east is shorter than one north."""
    points = [point for rings in boundaries.values() for ring in rings for point in ring]
    east, north = [x for x, _ in points], [y for _, y in points]
    narrow = math.cos(math.radians((min(north) + max(north)) / 2))
    spread = max((max(east) - min(east)) * narrow / width, (max(north) - min(north)) / height, 1e-9)
    return {
        code: tuple(
            tuple(((x - min(east)) * narrow / spread, (y - min(north)) / spread) for x, y in ring)
            for ring in rings
        )
        for code, rings in boundaries.items()
    }


def _features(path: Path) -> list[Any]:
    if not path.is_file():
        raise ParameterError(f"{path} is no file; give a GeoJSON file of the areas' boundaries")
    if path.stat().st_size > _MOST_BYTES:
        raise ParameterError(f"{path.name} is larger than {_MOST_BYTES // 1_000_000} MB; simplify it first")
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        content = None
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not features:
        raise ParameterError(f"{path.name} is no GeoJSON with features; export the boundaries as GeoJSON")
    return features


def _properties(feature: Any) -> Mapping[str, Any]:
    found = feature.get("properties") if isinstance(feature, dict) else None
    return found if isinstance(found, dict) else {}


def _rings(feature: Any, path: Path) -> tuple[Ring, ...]:
    geometry = feature.get("geometry")
    try:
        several = geometry["type"] == "MultiPolygon"
        polygons = geometry["coordinates"] if several else [geometry["coordinates"]]
        rings = tuple(tuple((float(p[0]), float(p[1])) for p in polygon[0]) for polygon in polygons)
        sound = geometry["type"] in ("Polygon", "MultiPolygon") and all(len(ring) > 2 for ring in rings)
    except (KeyError, TypeError, ValueError, IndexError):
        sound = False
    if not sound or not rings or not all(_on_earth(point) for ring in rings for point in ring):
        raise ParameterError(
            f"{path.name}: an area's boundary is no polygon in degrees of longitude and latitude; "
            "export it as WGS 84 polygons"
        )
    return rings


def _on_earth(point: Point) -> bool:
    return abs(point[0]) <= 360 and abs(point[1]) <= 90  # also false for what is no number


def _extent(ring: Ring) -> float:
    return max(max(p[axis] for p in ring) - min(p[axis] for p in ring) for axis in (0, 1))


def _thinned(ring: Ring, straying: float) -> Ring:
    """Return the points that a line must keep so that it strays no further (Douglas and Peucker, 1973)."""
    kept, waiting = {0, len(ring) - 1}, [(0, len(ring) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        away = [_distance(ring[at], ring[first], ring[last]) for at in range(first + 1, last)]
        furthest = max(range(len(away)), key=away.__getitem__)
        if away[furthest] > straying:
            at = first + 1 + furthest
            kept.add(at)
            waiting += [(first, at), (at, last)]
    thin = tuple(ring[at] for at in sorted(kept))
    return thin if len(thin) > 3 else ring


def _distance(point: Point, start: Point, end: Point) -> float:
    across = math.dist(start, end)
    if across == 0:
        return math.dist(point, start)
    area = (end[0] - start[0]) * (start[1] - point[1]) - (start[0] - point[0]) * (end[1] - start[1])
    return abs(area) / across

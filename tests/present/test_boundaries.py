"""Boundaries that a user brings: the right property is found, what is no map is refused in one line."""

from __future__ import annotations

import json
import math

import pytest

from kgeval.errors import ParameterError
from kgeval.present.boundaries import projected, read_boundaries, simplified

METRES = json.dumps(
    {
        "features": [
            {
                "properties": {"id": "9"},
                "geometry": {"type": "Polygon", "coordinates": [[[600000, 1], [600001, 2], [600002, 3]]]},
            }
        ]
    }
)


def circle(x: float, y: float, points: int = 200, radius: float = 0.5) -> list[list[float]]:
    turns = [2 * math.pi * number / points for number in range(points)]
    ring = [[x + radius * math.cos(turn), y + radius * math.sin(turn)] for turn in turns]
    return [*ring, ring[0]]


def written(tmp_path, *features: tuple[str, dict[str, object]]):
    path = tmp_path / "map.geojson"
    made = [
        {"type": "Feature", "properties": {"name": "x", "id": code}, "geometry": geometry}
        for code, geometry in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": made}), encoding="utf-8")
    return path


def test_the_property_with_the_codes_is_found_and_lines_are_thinned(tmp_path) -> None:
    island = circle(107.0, 10.0, radius=0.0001)
    path = written(
        tmp_path,
        ("905", {"type": "Polygon", "coordinates": [circle(105.0, 10.0)]}),
        ("899", {"type": "MultiPolygon", "coordinates": [[circle(106.0, 10.0)], [island]]}),
        ("1", {"type": "Polygon", "coordinates": [circle(50.0, 10.0)]}),
    )
    found = read_boundaries(path, ["905", "899"])
    assert list(found) == ["905", "899"]
    assert all(len(rings) == 1 and 8 < len(rings[0]) < 60 for rings in found.values())
    for x, y in found["905"][0]:
        assert math.dist((x, y), (105.0, 10.0)) == pytest.approx(0.5)
    inside = projected(found, 100, 50)
    points = [point for rings in inside.values() for ring in rings for point in ring]
    assert all(-1e-6 <= x <= 100 + 1e-6 and -1e-6 <= y <= 50 + 1e-6 for x, y in points)
    assert simplified({}) == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is no GeoJSON with features"),
        ("[1, 2]", "is no GeoJSON with features"),
        ('{"features": [1]}', "no property of its features names every area"),
        ('{"features": [{"properties": {"id": "9"}, "geometry": null}]}', "no polygon in degrees"),
        ('{"features": [{"properties": {"id": "9"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}]}',
         "no polygon in degrees"),
        (METRES, "no polygon in degrees"),
    ],
)  # fmt: skip
def test_what_is_no_map_is_refused(tmp_path, content, said) -> None:
    path = tmp_path / "map.geojson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ParameterError, match=said):
        read_boundaries(path, ["9"])


def test_a_file_that_is_not_there(tmp_path) -> None:
    with pytest.raises(ParameterError, match="is no file"):
        read_boundaries(tmp_path / "none.geojson", ["9"])

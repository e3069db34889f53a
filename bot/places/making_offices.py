"""Write down every office that the regions and services.yaml say there must be, and keep what staff filled in.

Nothing is invented: a new row has a name by rule, and no telephone, address or hours of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.knowledge.offices import Office
from bot.knowledge.regions import Regions
from bot.knowledge.services import Kind


def make_offices(regions: Regions, kinds: Mapping[str, Kind], existing: Iterable[Office] = ()) -> list[Office]:
    """Return all rows of offices.csv, by kind and region; made again from its own result it is the same.

    Staff's cells win over made ones, and a name that staff have checked over the made name. Rows that staff added stay;
    only an empty row of a region or kind that is no more goes.
    """
    before = {office.id: office for office in existing}
    made = {office.id: office for office in _make(regions, kinds)}
    rows = [_merge(office, before[id]) if id in before else office for id, office in made.items()]
    rows += [
        office
        for id, office in before.items()
        if id not in made and (office.is_filled or (office.region in regions.names and office.kind in kinds))
    ]
    order = {kind: place for place, kind in enumerate(kinds)}
    return sorted(rows, key=lambda office: (order.get(office.kind, len(order)), office.region, office.id))


def _make(regions: Regions, kinds: Mapping[str, Kind]) -> Iterable[Office]:
    for kind in kinds.values():
        for code, name in regions.names.items():
            making = next((making for making in kind.made_for if making.fits(name, regions.level_of(code))), None)
            if making is not None:
                yield Office(
                    id=f"{kind.id}-{code}",
                    kind=kind.id,
                    region=code,
                    name=making.name.format(name=name),
                    telephone=making.telephone,
                    note=making.note,
                )


def _merge(made: Office, filled: Office) -> Office:
    return replace(
        filled,
        kind=made.kind,
        region=made.region,
        name=filled.name if filled.checked_on and filled.name else made.name,
        telephone=filled.telephone or made.telephone,
        note=filled.note or made.note,
    )

"""What may not be published about offices: every fault of services.yaml and offices.csv, with the remedy."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePath

from bot.knowledge.library import Library
from bot.knowledge.offices import FILE_OF_OFFICES, Office
from bot.knowledge.services import FILE_OF_SERVICES, Alternative, Rule, Service

_NUMBER = r"(?:0\d{2,3}-?)?\d{7,8}(?:-\d{1,5})?"
_TELEPHONE = re.compile(f"{_NUMBER}(?:、{_NUMBER})*")
_UNCHECKED = "未核实，以窗口为准"


def check_offices(library: Library) -> list[str]:
    """Return all faults; a knowledge base without services.yaml has none."""
    services = library.services
    if not services.services:
        return []
    faults = [f"{FILE_OF_SERVICES} 的 {where}：{fault}。" for where, fault in _faults_of_services(library)]
    mapped = Counter(topic for service in services.services.values() for topic in service.topics)
    mapped.update(topic for nothing in services.no_office for topic in nothing.topics)
    mapped.update(f"benefits/{id}.yaml" for service in services.services.values() for id in service.benefits)
    known = {*library.topics, *(name for name in library.files if PurePath(name).parent == PurePath("benefits"))}
    faults += [f"{FILE_OF_SERVICES}：{key} 没有登记过，请改正或先登记。" for key in sorted(set(mapped) - known)]
    faults += [f"{FILE_OF_SERVICES}：没有写 {key} 归哪个服务，请加上。" for key in sorted(known - set(mapped))]
    faults += [
        f"{FILE_OF_SERVICES}：{key} 归了{count}个服务，只能归一个。" for key, count in mapped.items() if count > 1
    ]
    for nothing in services.no_office:
        faults += [
            f"{FILE_OF_SERVICES} 的 no_office：电话 {number} 没有登记在 hotlines.yaml。"
            for number in nothing.hotlines
            if number not in library.hotlines
        ]
    return faults + [
        f"{FILE_OF_OFFICES} 的 {office.id}：{fault}。"
        for office in library.offices.rows
        for fault in _faults_of_office(office, library)
    ]


def _faults_of_services(library: Library) -> Iterator[tuple[str, str]]:
    for service in library.services.services.values():
        for fault in _faults_of(service, library):
            yield service.id, fault


def _faults_of(service: Service, library: Library) -> Iterator[str]:
    steps: tuple[Rule | Alternative, ...] = (*service.rules, *service.alternatives)
    for step in steps:
        says = step.says if isinstance(step, Rule) else step.when
        if not step.citations:
            yield f"“{says}”没有来源，请写上依据的文件"
        for citation in step.citations:
            source = library.sources.get(citation.source)
            if source is None:
                yield f"来源 {citation.source} 没有登记，请先在 sources.yaml 登记这份文件"
            elif source.replaced_by and step is service.rules[-1]:
                yield f"“{says}”的来源 {citation.source} 已被 {source.replaced_by} 取代，请核对后改引新文件"
            elif source.in_force_from and step.valid_from and source.in_force_from > step.valid_from:
                yield f"“{says}”从{step.valid_from}起用，来源 {citation.source} {source.in_force_from} 才施行，请改日期"
        if step.confidence not in ("A", "B", "C"):
            yield f"“{says}”的可信度 {step.confidence} 不对，只能是 A、B、C"
        if step.confidence == "C" and _UNCHECKED not in says:
            yield f"“{says}”没有核实，请在句子里写上“{_UNCHECKED}”"
        if step.office and step.office not in library.services.kinds:
            yield f"没有 {step.office} 这种窗口，请改成 kinds 里有的"
        if isinstance(step, Alternative) and step.telephone and step.telephone not in library.hotlines:
            yield f"电话 {step.telephone} 没有登记在 hotlines.yaml"


def _faults_of_office(office: Office, library: Library) -> Iterator[str]:
    if office.kind not in library.services.kinds:
        yield f"没有 {office.kind} 这种窗口，请改成 kinds 里有的"
    if office.region not in library.regions.names:
        yield f"地区 {office.region} 不在 regions.csv 里，请改正"
    if office.telephone and office.telephone not in library.hotlines:
        if not _TELEPHONE.fullmatch(office.telephone):
            yield f"电话“{office.telephone}”看不懂，请写成 0771-1234567，几个号用“、”隔开"
        if not office.checked_on:
            yield "填了电话，没有写哪天核对的，请填 checked_on"
    if office.checked_on and not _is_day(office.checked_on):
        yield f"checked_on“{office.checked_on}”不是日期，请写成 2026-11-25 这样"
    if office.latitude or office.longitude:
        try:
            is_here = 20 < float(office.latitude) < 27 and 104 < float(office.longitude) < 113
        except ValueError:
            is_here = False
        if not is_here:
            where = f"{office.latitude}，{office.longitude}"
            yield f"坐标“{where}”不在广西，latitude 写纬度（22.8），longitude 写经度（108.3）"


def _is_day(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True

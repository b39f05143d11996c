"""What cities ask for and keep ready, by code; a city may use further codes, which are shown as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type with its names and what is counted of it."""

    kind: str
    name_zh: str
    name_en: str
    measure: str = ""


TYPES: Mapping[str, ResourceType] = {
    "fire_engine": ResourceType("vehicle", "消防车", "Fire engine", "辆"),
    "rescue_vehicle": ResourceType("vehicle", "抢险救援车", "Rescue vehicle", "辆"),
    "gas_repair_vehicle": ResourceType("vehicle", "燃气抢修车", "Gas repair vehicle", "辆"),
    "ambulance": ResourceType("vehicle", "救护车", "Ambulance", "辆"),
    "bus": ResourceType("vehicle", "转运客车", "Bus", "辆"),
    "boat": ResourceType("vehicle", "冲锋舟", "Boat", "艘"),
    "pump_truck": ResourceType("vehicle", "排涝泵车", "Pump truck", "辆"),
    "excavator": ResourceType("vehicle", "挖掘机", "Excavator", "台"),
    "water_truck": ResourceType("vehicle", "送水车", "Water truck", "辆"),
    "power_vehicle": ResourceType("vehicle", "应急发电车", "Generator truck", "辆"),
    "pump": ResourceType("equipment", "水泵", "Pump", "台"),
    "generator": ResourceType("equipment", "发电机", "Generator", "台"),
    "gas_detector": ResourceType("equipment", "燃气检测仪", "Gas detector", "台"),
    "lighting_set": ResourceType("equipment", "应急照明灯组", "Lighting set", "套"),
    "barrier": ResourceType("equipment", "警戒围挡", "Barrier", "米"),
    "tent": ResourceType("supplies", "帐篷", "Tent", "顶"),
    "blanket": ResourceType("supplies", "棉被", "Blanket", "条"),
    "drinking_water": ResourceType("supplies", "饮用水", "Drinking water", "瓶"),
    "food_ration": ResourceType("supplies", "方便食品", "Food ration", "份"),
    "sandbag": ResourceType("supplies", "沙袋", "Sandbag", "只"),
    "shelter_bed": ResourceType("shelter", "安置床位", "Bed in a shelter", "床"),
    "medical_team": ResourceType("team", "医疗队", "Medical team", "支"),
    "rescue_team": ResourceType("team", "救援队", "Rescue team", "支"),
    "repair_team": ResourceType("team", "抢修队", "Repair team", "支"),
    "volunteer_team": ResourceType("team", "志愿服务队", "Volunteer team", "支"),
    "expert": ResourceType("team", "应急专家", "Expert", "名"),
    "relief_fund": ResourceType("money", "应急资金", "Relief fund", "元"),
    "population_data": ResourceType("data", "人口数据", "Population data", "项"),
    "pipe_network_data": ResourceType("data", "管网数据", "Pipe network data", "项"),
}
"""Words of a city's own that stand in no list are no fault: the register decides what there is."""


ALIASES: Mapping[str, str] = {"place": "shelter_bed"}
"""Other words for the same."""


def type_code(word: str) -> str:
    """The code under which a type is kept and asked for."""
    return ALIASES.get(word, word)


def name_of(code: str, *, chinese: bool) -> str:
    """What a type is called; its code where it is not known here."""
    found = TYPES.get(code)
    return code if found is None else found.name_zh if chinese else found.name_en


MEASURES: Mapping[str, tuple[str, str]] = {
    "辆": ("vehicle", "vehicles"), "艘": ("boat", "boats"), "架": ("aircraft", "aircraft"), "台": ("unit", "units"),
    "套": ("set", "sets"), "顶": ("tent", "tents"), "条": ("piece", "pieces"), "只": ("piece", "pieces"),
    "个": ("piece", "pieces"), "件": ("piece", "pieces"), "根": ("piece", "pieces"), "瓶": ("bottle", "bottles"),
    "箱": ("box", "boxes"), "袋": ("bag", "bags"), "桶": ("drum", "drums"), "卷": ("roll", "rolls"),
    "份": ("portion", "portions"), "床": ("bed", "beds"), "间": ("room", "rooms"), "处": ("place", "places"),
    "支": ("team", "teams"), "名": ("person", "people"), "人": ("person", "people"), "项": ("item", "items"),
    "米": ("m", "m"), "平方米": ("m²", "m²"), "立方米": ("m³", "m³"), "升": ("litre", "litres"),
    "公斤": ("kg", "kg"), "吨": ("tonne", "tonnes"), "千瓦": ("kW", "kW"), "元": ("yuan", "yuan"),
}  # fmt: skip
"""Units of measure by the Chinese word that the register keeps: (of one, of several) in English."""
_BY_ENGLISH: Mapping[str, str] = {
    english: word for word, names in reversed(tuple(MEASURES.items())) for english in names
}


def measure_name(word: str, number: float = 2, *, chinese: bool) -> str:
    """A unit of measure in one of the two languages, whichever the register has; a word of a city's own as it is."""
    known = word if word in MEASURES else _BY_ENGLISH.get(word.lower(), word)
    if chinese or known not in MEASURES:
        return known
    return MEASURES[known][0 if number == 1 else 1]

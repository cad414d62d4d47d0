"""Forms for what people say at the desk: the inputs of each verb, and the body they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from waste_trace.custody.manifest_parts import DIFFERENCE_ZH


@dataclass(frozen=True, slots=True)
class Input:
    """One input. ``name`` with a dot is a field of an object in the body.

    ``kind``: text, kg, day, whole, choice, many (several of ``options``), words (separated by
    spaces), codes (containers that are ticked), org (one of the registered), or rows (a line each,
    with ``columns`` separated by commas).
    """

    name: str
    zh: str
    en: str
    kind: str = "text"
    required: bool = True
    options: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class DeskForm:
    """The inputs of a verb, and what a body of it always says."""

    inputs: tuple[Input, ...]
    fixed: tuple[tuple[str, str], ...] = ()


_CODES = Input("containers", "容器", "Containers", "codes")
_PLATE = Input("vehicle_plate", "车牌", "Plate", required=False)
_CREW = (
    Input("driver", "驾驶员代号", "Driver (pseudonym)", required=False),
    Input("escort", "押运员代号", "Escort (pseudonym)", required=False),
)
_METHOD = Input("method", "利用处置方式", "Method", required=False, hint="R9")
_DIFFERENCES = Input(
    "differences", "差异", "Differences", "many", options=tuple(DIFFERENCE_ZH.items())
)
_WASTE = Input("waste_code", "废物代码", "Waste code", hint="900-099-S03")
_NAME = Input("waste_name", "名称", "Name in use", required=False, hint="炉渣")
_FACILITY = Input("facility", "设施编码", "Facility", required=False)
_KG = Input("weight_kg", "重量 kg", "Weight", "kg")
_FROM = Input("valid_from", "有效期自", "Valid from", "day")
_TO = Input("valid_to", "有效期至", "Valid to", "day")
_REASONS = (("mistake", "填写有误"), ("cancelled", "取消转移"), ("replaced", "另开联单"))
_OPINION = Input(
    "opinion", "意见", "Opinion", "choice", options=(("agree", "同意"), ("refuse", "不同意"))
)
_APPLICATION = Input("application", "申请序号", "Application entry", "whole")


def _place(zh: str) -> Input:
    return Input("place", zh, "Place", required=False)


FORMS: Mapping[str, DeskForm] = {
    "void_manifest": DeskForm((Input("reason", "原因", "Reason", "choice", options=_REASONS),)),
    "load": DeskForm(
        (
            _CODES,
            _PLATE,
            *_CREW,
            _place("运输起点"),
            Input("weight_kg", "装车重量 kg", "Loaded weight", "kg", required=False),
        )
    ),
    "depart": DeskForm((_CODES, _PLATE, _place("运输起点"))),
    "hand_over": DeskForm((_CODES, Input("to_org", "交给", "To", "org"), _place("交接地点"))),
    "take_over": DeskForm(
        (_CODES, Input("from_org", "接自", "From", "org"), _PLATE, *_CREW, _place("交接地点"))
    ),
    "arrive": DeskForm((_CODES, _PLATE, _place("运输终点"))),
    "weigh_in": DeskForm((_CODES, _KG)),
    "accept": DeskForm((_CODES, _METHOD)),
    "accept_with_difference": DeskForm(
        (
            _CODES,
            _DIFFERENCES,
            _METHOD,
            Input("by_line", "逐行意见（accept、part、refuse）", "Line by line", "rows",
                  required=False, columns=("line", "decision", "weight_kg"), hint="1,part,4000"),
        )
    ),
    "accept_in_part": DeskForm((_CODES, _DIFFERENCES, _METHOD)),
    "reject": DeskForm((_CODES, _DIFFERENCES)),
    "return": DeskForm((_CODES, _PLATE)),
    "take_back": DeskForm((_CODES,)),
    "produce_bulk": DeskForm((_WASTE, _NAME, _KG, _FACILITY)),
    "open_bulk": DeskForm((_WASTE, _NAME, _KG)),
    "store_bulk": DeskForm(
        (_WASTE, _KG, Input("from_site", "原场所", "From site", required=False))
    ),
    "treat_bulk": DeskForm(
        (_WASTE, _KG, Input("method", "利用处置方式", "Method", hint="R5"), _FACILITY)
    ),
    "take_stock": DeskForm((_WASTE, Input("weight_kg", "实盘 kg", "What is there", "kg"))),
    "correct": DeskForm(
        (
            Input("corrects", "条目", "Entry", "whole"),
            Input("field", "项目", "Field"),
            Input("old", "原为", "It says"),
            Input("new", "应为", "It should say"),
            Input("reason", "原因", "Reason", "choice", options=(
                ("typing", "录入错误"), ("scale", "计量错误"), ("wrong_label", "贴错标签"),
                ("wrong_waste", "废物有误"), ("other", "其他"))),
        )
    ),
    "confirm_correction": DeskForm((Input("correction", "更正条目", "Correction", "whole"),)),
    "dispute_correction": DeskForm(
        (
            Input("correction", "更正条目", "Correction", "whole"),
            Input("reason", "理由", "Reason", "choice", options=(
                ("not_so", "与事实不符"), ("other_figure", "数值应为其他"),
                ("no_evidence", "没有依据"), ("other", "其他"))),
        )
    ),
    "file_plan": DeskForm(
        (
            Input("year", "年度", "Year", "whole"),
            Input("level", "管理类别", "Level", "choice", options=(
                ("key", "环境重点监管单位"), ("simplified", "简化管理单位"),
                ("registered", "登记管理单位"))),
            Input("unit_info.name", "单位名称", "Name"),
            Input("unit_info.site_address", "生产经营场所地址", "Address", required=False),
            Input("unit_info.industry", "行业类别", "Industry", required=False),
            Input("sources", "产生情况 A.3", "Produced", "rows",
                  columns=("waste_code", "waste_name", "weight_kg"),
                  hint="900-214-08,废矿物油,5000"),
            Input("transfers", "转移计划 A.7", "Transfers", "rows", required=False,
                  columns=("waste_code", "weight_kg", "receiver", "method", "scope"),
                  hint="900-214-08,5000,接受单位代码,R9,in_province"),
        )
    ),
    "register_permit": DeskForm(
        (
            Input("permit", "许可证编号", "Licence number"),
            Input("org", "持证单位", "Holder", "org"),
            Input("kind", "类型", "Kind", "choice", options=(
                ("comprehensive", "综合"), ("collection", "收集"), ("medical", "医疗废物"))),
            Input("wastes", "类别与规模", "Wastes", "rows",
                  columns=("codes", "annual_kg", "methods"), hint="HW08 HW09,5000000,R9"),
            _FROM,
            _TO,
        )
    ),
    "suspend_permit": DeskForm(
        (
            Input("permit", "许可证编号", "Licence number"),
            Input("valid_from", "自", "From", "day"),
            Input("valid_to", "至", "To", "day", required=False),
            Input("reason", "原因", "Reason", "choice", options=(
                ("suspended", "暂停"), ("revoked", "吊销"), ("closed", "停业"), ("other", "其他"))),
        )
    ),
    "register_qualification": DeskForm(
        (
            Input("kind", "类型", "Kind", "choice", options=(
                ("carrier", "承运单位"), ("vehicle", "车辆"), ("driver", "驾驶员"),
                ("escort", "押运员"))),
            Input("org", "单位", "Organisation", "org"),
            Input("subject", "许可证号、车牌或代号", "Licence, plate or pseudonym"),
            _FROM,
            _TO,
        )
    ),
    "sign_contract": DeskForm(
        (
            Input("contract", "合同编号", "Contract"),
            Input("partner", "对方", "With", "org"),
            Input("role", "对方为", "As", "choice",
                  options=(("receiver", "接受单位"), ("carrier", "运输单位"))),
            Input("codes", "废物（空为全部）", "Wastes", "words", required=False, hint="HW08"),
            _FROM,
            _TO,
        )
    ),
    "apply_transfer": DeskForm(
        (
            Input("receiver", "接受单位", "Receiver", "org"),
            Input("lines", "废物、数量、方式", "Wastes", "rows",
                  columns=("waste_code", "weight_kg", "method"), hint="900-214-08,5000,R9"),
            Input("permit", "接受单位许可证", "Licence"),
            Input("contract", "合同编号", "Contract"),
            _FROM,
            _TO,
        )
    ),
    "preliminary_opinion": DeskForm((_APPLICATION, _OPINION)),
    "destination_reply": DeskForm((_APPLICATION, _OPINION)),
    "decide_transfer": DeskForm(
        (_APPLICATION, _OPINION, Input("number", "批准文号", "Number"), _TO)
    ),
}  # fmt: skip
#: Columns of rows that hold several words.
_LISTS = frozenset({"codes", "methods"})


def body_of(typ: str, form: FormData) -> dict[str, Any]:
    """The body that a filled-in form says; what is wrong with it, the vocabulary tells."""
    body: dict[str, Any] = {name: form[name] for name in ("manifest",) if form.get(name)}
    for one in FORMS[typ].inputs:
        value = _value(one, form)
        if value not in ("", [], None) or one.required:
            _put(body, one.name, value)
    if typ == "accept_in_part":
        ticked = set(body["containers"])
        body["refused"] = [code for code in _texts(form, "of") if code not in ticked]
    return body


def _put(body: dict[str, Any], name: str, value: Any) -> None:
    outer, _, inner = name.partition(".")
    if inner:
        body.setdefault(outer, {})[inner] = value
    else:
        body[outer] = value


def _value(one: Input, form: FormData) -> Any:
    texts = _texts(form, one.name)
    text = texts[0].strip() if texts else ""
    if one.kind in ("many", "codes"):
        return texts
    if one.kind == "whole":
        return int(text) if text.isascii() and text.isdigit() else text
    if one.kind == "words":
        return text.split()
    if one.kind == "rows":
        return [_row(line, one.columns) for line in text.splitlines() if line.strip()]
    return text


def _row(line: str, columns: Sequence[str]) -> dict[str, Any]:
    cells = [cell.strip() for cell in line.replace("，", ",").split(",")]
    found = {name: cell for name, cell in zip(columns, cells, strict=False) if cell}
    return {name: _cell(name, cell) for name, cell in found.items()}


def _cell(name: str, cell: str) -> Any:
    if name == "line" and cell.isascii() and cell.isdigit():
        return int(cell)
    return cell.split() if name in _LISTS else cell


def _texts(form: FormData, name: str) -> list[str]:
    return [value for value in form.getlist(name) if isinstance(value, str)]
